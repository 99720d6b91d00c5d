"""What has been decided about a network, after talking with those who are in it.

A decision is written once. Who decides otherwise lets a new one take its place, and both stand. The whole of it is sealed
with the gathering's key file: the database tells how many there are.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, insert, select

from ..danish import day as spoken
from ..errors import AnswerError
from ..model import Choice, DecisionKind
from . import schema
from .database import Database
from .keyfiles import KeyFiles
from .sealing import pad, seal, unpad, unseal
from .waves import hold_gathering

LONGEST: Final = 1000
"""The most characters that a reason may have, and that may be said of a dialogue."""

_TABLE = schema.network_decision
_ROOM: Final = 8188  # bytes that a decision takes, long or short


@dataclass(frozen=True)
class Decision:
    """One decision. ``number`` counts a network's from 1; ``by`` is the name of the facilitator who kept it.

    ``dialogue`` is the day when it was talked over with the participants, ``where`` how; None and empty where it only
    takes another back. ``replaces`` is the number of the one in whose place it stands.
    """

    number: int
    kind: DecisionKind
    choice: Choice
    day: date
    by: str
    reason: str = field(repr=False)
    dialogue: date | None = None
    where: str = field(default="", repr=False)
    replaces: int | None = None


def standing(kept: Sequence[Decision]) -> list[Decision]:
    """Those that count, each in the place of the first that it replaces, at last."""
    place: dict[int, int] = {}
    for each in kept:
        place[each.number] = place[each.replaces] if each.replaces else each.number
    over = {each.replaces for each in kept}
    found = [each for each in kept if each.number not in over and each.choice is not Choice.BACK]
    return sorted(found, key=lambda each: place[each.number])


class Decisions:
    """The verbs about decisions."""

    def __init__(self, database: Database, files: KeyFiles) -> None:
        self._database, self._files = database, files

    def all(self, gathering: str) -> list[Decision]:
        """Every decision of a network, the first first."""
        with self._database.reading() as connection:
            return self._all(connection, gathering)

    def keep(self, gathering: str, decision: Decision) -> Decision:
        """Keep a decision, whose number is not looked at. AnswerError where it lacks a dialogue or a reason, or can't
        replace what it says it does.
        """
        _check(decision)
        with self._database.atomic() as connection:
            hold_gathering(connection, gathering)
            kept = self._all(connection, gathering)
            _check_place(decision, kept)
            number = len(kept) + 1
            content = asdict(decision) | {"number": number}
            written = json.dumps(content, ensure_ascii=False, default=date.isoformat).encode("utf-8", "surrogatepass")
            sealed = seal(self._files.read(gathering), pad(written.ljust(_ROOM)), "decision", gathering, str(number))
            connection.execute(insert(_TABLE).values(gathering=gathering, number=number, sealed=sealed))
        return _read(content)

    def _all(self, connection: Connection, gathering: str) -> list[Decision]:
        query = select(_TABLE).where(_TABLE.c.gathering == gathering).order_by(_TABLE.c.number)
        return [self._opened(row) for row in connection.execute(query).mappings()]

    def _opened(self, row: RowMapping) -> Decision:
        key = self._files.read(row["gathering"])
        content = unpad(unseal(key, row["sealed"], "decision", row["gathering"], str(row["number"])))
        return _read(json.loads(content))


def _read(content: dict[str, Any]) -> Decision:
    days = {name: date.fromisoformat(str(content[name])) for name in ("day", "dialogue") if content[name]}
    told = {"kind": DecisionKind(content["kind"]), "choice": Choice(content["choice"])}
    return Decision(**(content | days | told))


def _check(decision: Decision) -> None:
    if not decision.reason:
        raise AnswerError("Skriv kort, hvorfor I beslutter det. En sætning er nok.")
    if max(len(decision.reason), len(decision.where)) > LONGEST:
        raise AnswerError(f"Teksten er for lang. Der er plads til {LONGEST} tegn.")
    if decision.choice is Choice.BACK:
        if decision.replaces is None:
            raise AnswerError("Sig, hvilken beslutning du tager tilbage.")
        return
    if decision.dialogue is None or not decision.where:
        raise AnswerError(
            "Beslutningen er ikke gemt: Dialogen mangler. Tal med deltagerne først, for eksempel på det næste møde, og skriv"
            " her, hvilken dag det var, og hvordan I gjorde."
        )
    if decision.dialogue > decision.day:
        raise AnswerError(
            f"Beslutningen er ikke gemt: Dialogen den {spoken(decision.dialogue)} har ikke været endnu. Gem beslutningen,"
            " når I har talt om den."
        )


def _check_place(decision: Decision, kept: Sequence[Decision]) -> None:
    counting = {each.number: each for each in standing(kept)}
    if decision.replaces is None:
        today = {(each.kind, each.day) for each in counting.values()}
        if (decision.kind, decision.day) in today:
            raise AnswerError("Den beslutning er allerede taget i dag. Vil I noget andet, så afløs den.")
        return
    before = counting.get(decision.replaces)
    if before is None or before.kind is not decision.kind:
        raise AnswerError("Den beslutning gælder ikke længere, så den kan ikke afløses. Hent siden igen.")
