"""``python -m fællesledelse.cohort.worker VERB FOLDER``: what a facilitator does to a folder, in a process of its own.

The server never imports the builder: what people upload is read here, where there is no key and no database. On standard
input: the verb's arguments as JSON. On standard output: JSON lines, ``{"step", "total"}`` for each finished page, then
``{"done": …}``, or ``{"findings": [...]}`` with everything that is wrong,
or ``{"failed": …}`` with a traceback.
"""

import base64
import json
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import CohortError, Finding, FællesledelseError
from ..model import GatheringKind, Role, StepKind
from . import asked, changes, clock, duties, excel, questionnaire, year
from .build import Built
from .sizes import MOST, SIZES

HALF_SIGN = "Et tegn i teksten er gået i stykker, måske et halvt billedtegn. Slet det, og skriv det igen."

Verb = Callable[..., Any]


def say(**line: Any) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def finished(step: str, total: int) -> None:
    """Called for each page that has been built."""
    say(step=step, total=total)


def summary(built: Built) -> dict[str, Any]:
    """What a facilitator wants to see of a cohort before it is taken into use."""
    manifest, people = built.manifest, built.roster.participants
    leaders = [person for person in people if person.role is Role.LEADER]
    return {
        "name": manifest.name,
        "organisation": manifest.organisation,
        "starts": manifest.starts.isoformat(),
        "ends": manifest.ends.isoformat() if manifest.ends else None,
        "leaders": len(leaders),
        "facilitators": [person.name for person in people if person.role is Role.FACILITATOR],
        "groups": sorted(Counter(Counter(each.group for each in leaders if each.group).values()).items()),
        "without_group": sum(not each.group for each in leaders),
        "steps": [{"title": step.title, "opens": step.opens and step.opens.isoformat()} for step in manifest.steps],
        "reminders": [str(finding) for finding in built.reminders],
    }


def state(folder: Path) -> dict[str, Any]:
    """The draft, if there is one, the number of the last change that can be undone, and what people gather for, with the
    sizes of groups that are usual there, the largest there may be, and the last meeting there is.
    """
    drafted = changes.drafted(folder)
    manifest = drafted.manifest if drafted else changes.in_use(folder)
    kind = manifest.kind if manifest else GatheringKind.PROGRAMME
    meetings = [step for step in manifest.steps if step.kind is StepKind.MEETING] if manifest else []
    last = meetings[-1] if meetings else None
    return {
        "draft": drafted and summary(drafted),
        "changes": changes.changes(folder),
        "kind": kind.value,
        "sizes": SIZES[kind],
        "most": MOST[kind],
        "last": last
        and {"day": last.opens and last.opens.isoformat(), "starts": last.starts and clock.written(last.starts)},
    }


def proposed(
    folder: Path, vetoes: list[tuple[str, str]], visits: bool, place: bool, smallest: int, largest: int, rotate: bool
) -> dict[str, Any]:
    """Groups for the cohort as the file has it, and what was reached. Nothing that is said tells of ``vetoes``.

    ``visits``: who visits whom at work. ``place``: only those who have no group get one. Then nothing else is wanted.
    """
    from . import groups  # slow to import, and nothing else needs HiGHS

    checked = changes.checked(folder)
    people = {person.email: person for person in checked.roster.participants}
    if visits:
        found = groups.visits(checked, vetoes=vetoes, lot=True)
    elif place:
        found = groups.place(checked, vetoes=vetoes, lot=True)
    else:
        found = groups.propose(checked, smallest, largest, rotate, vetoes=vetoes, lot=True)
    return {
        "advice": groups.advice(checked, found),
        "groups": [
            {
                "name": name,
                "leaders": [
                    {
                        "email": email,
                        "name": people[email].name,
                        "department": people[email].department,
                        "level": people[email].level,
                        "new": place and not people[email].group,
                    }
                    for email in emails
                ],
            }
            for name, emails in found.groups
        ],
        "table": [{"rule": each.rule.value, "possible": each.possible, "reached": each.reached} for each in found.table],
        "proposals": [
            {
                "leader": people[each.leader].name,
                "superior": people[each.superior].name,
                "group": each.group,
                "why": each.why,
            }
            for each in found.proposals
        ],
    }


def leaders(folder: Path) -> list[str]:
    """The addresses of the leaders in the file."""
    return [person.email for person in changes.checked(folder).roster.participants if person.role is Role.LEADER]


def regrouped(folder: Path, groups: dict[str, str], rotated: bool, visits: bool, by: str) -> dict[str, Any]:
    """Write proposed groups into the file, as a draft."""
    column = excel.VISITS if visits else excel.GROUPS
    return summary(changes.with_groups(folder, groups, rotated, by, column))


def turns(folder: Path, today: str) -> dict[str, Any]:
    """Who has which duty at the meetings from that day on, with what is proposed where nobody has, and what lacks."""
    built = changes.at_hand(folder)
    found = duties.turns(built.manifest, built.roster, date.fromisoformat(today))
    return {
        "duties": duties.of(built.manifest),
        "reminders": duties.reminders(found, built.manifest, built.roster),
        "turns": [
            {
                "step": turn.step.name,
                "title": turn.step.title,
                "opens": turn.step.opens and turn.step.opens.isoformat(),
                "group": turn.group,
                "duty": turn.duty,
                "name": turn.person.name,
                "new": turn.new,
            }
            for turn in found
        ],
        "columns": duties.columns(found, built.manifest),
    }


def planned(folder: Path, first: str, **wanted: int) -> list[dict[str, str]]:
    """Days for more meetings, each with its title and what it was moved for."""
    manifest = changes.at_hand(folder).manifest
    found = year.plan(manifest, date.fromisoformat(first), **wanted)
    lines = year.lines(manifest, [each.day for each in found], "")
    return [
        {"title": str(line["titel"]), "day": each.day.isoformat(), "why": each.why}
        for line, each in zip(lines, found, strict=True)
    ]


def met(folder: Path, days: list[str], starts: str, by: str) -> dict[str, Any]:
    """Write more meetings into the file, as a draft."""
    lines = year.lines(changes.at_hand(folder).manifest, [date.fromisoformat(day) for day in days], starts)
    return summary(changes.with_meetings(folder, lines, by))


def items_file(folder: Path, part: str) -> tuple[str, str]:
    """The name and content of that part of the survey's files."""
    name, content = questionnaire.file(folder, part)
    return name, base64.b64encode(content).decode()


def items_preview(folder: Path, files: dict[str, str], locked: bool) -> dict[str, Any]:
    """What the survey would ask with those files, and what is different."""
    before, after = changes.asks(folder, _decoded(files), locked)
    return after.told() | {"changes": asked.changed(before, after)}


def _decoded(files: dict[str, str]) -> dict[str, bytes]:
    return {part: base64.b64decode(content) for part, content in files.items()}


VERBS: dict[str, Verb] = {
    "state": state,
    "file": lambda folder: base64.b64encode(changes.file(folder)).decode(),
    "draft": lambda folder, content, by: summary(changes.draft(folder, base64.b64decode(content), by)),
    "discard": lambda folder: changes.discard(folder),
    "take": lambda folder, by: summary(changes.take(folder, finished, by)),
    "bring": lambda folder, content, **more: summary(changes.bring(folder, base64.b64decode(content), finished, **more)),
    "undo": lambda folder, **more: summary(changes.undo(folder, progress=finished, **more)),
    "leaders": leaders,
    "propose": proposed,
    "regroup": regrouped,
    "turns": turns,
    "assign": lambda folder, columns, by: summary(changes.with_columns(folder, columns, by)),
    "plan": planned,
    "meet": met,
    "items": items_file,
    "items-preview": items_preview,
    "items-take": lambda folder, files, locked: summary(changes.ask(folder, _decoded(files), locked, finished)),
    "questions": changes.questions,
    "preview": changes.preview,
    "retheme": lambda folder, **asked: summary(changes.rethemed(folder, **asked, progress=finished)),
    "reword": lambda folder, **asked: summary(changes.reworded(folder, **asked, progress=finished)),
}


def main(verb: str, folder: str) -> None:
    """Do one thing and say how it went."""
    try:
        say(done=VERBS[verb](Path(folder), **json.load(sys.stdin)))
    except CohortError as error:
        say(findings=[vars(finding) for finding in error.findings])
    except UnicodeEncodeError:  # half a surrogate pair, which no file can hold
        say(findings=[vars(Finding("Teksten", HALF_SIGN))])
    except FællesledelseError as error:
        say(findings=[vars(Finding("hold.xlsx", str(error)))])
    except Exception:
        say(failed=traceback.format_exc())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
