"""What the leaders of a gathering have been told of its end, as the mailings say."""

from datetime import date

from ..danish import COPENHAGEN
from ..store import LineState, MailingKind, MailingLine, Store
from .shelf import Cohort
from .term import Notice, Term, term

_WAITS = (LineState.WAITING, LineState.SENDING)


def read(store: Store, cohort: Cohort, today: date) -> Term | None:
    """How a cohort ends, as things stand. Asks the store: call it in a thread."""
    lines: dict[str, list[MailingLine]] = {}
    for line in store.mailings.lines(cohort.manifest.gathering):
        if line.kind is MailingKind.RETENTION:
            lines.setdefault(line.mailing, []).append(line)
    told = [_notice(own) for own in reversed(lines.values()) if _went_out(own)]
    return term(cohort.manifest.ends, told, today)


def _went_out(lines: list[MailingLine]) -> bool:
    """Whether no mail of a notice waits, and one at least was taken."""
    return all(line.state not in _WAITS for line in lines) and any(line.state is LineState.SENT for line in lines)


def _notice(lines: list[MailingLine]) -> Notice:
    day, stage = next(line.steps for line in lines if line.state is LineState.SENT)
    moment = max(line.changed_at for line in lines)
    return Notice(date.fromisoformat(day), stage, moment.astimezone(COPENHAGEN).date())  # type: ignore[arg-type] # as written
