"""Run sheets and contracts, read from the lists that a facilitator writes in the prose of a page.

1. **Kontrakten – 20 minutter.** Læs forslaget højt.
2. **En tur til hver.**
    - **Fortæl – 10 minutter.** De andre lytter.
        - **Fortæller:** Du fortæller din episode.
        - **Spørger:** Du lytter.
    - **Pause – 10 minutter.** Uden telefon.
3. **Høst – 12 minutter.**
"""

import re
from dataclasses import dataclass

from ..errors import Finding
from ..model import Cue, Phase, Point, RunSheet
from .prose import Item, lists

LONGEST = 240
"""Minutes of one phase. More is a slip of the key."""

_TIMED = re.compile(r"(.*?)\s*[–—-]\s*(\d+)\s*min(?:\.|ut(?:ter)?)?[.:]?", re.DOTALL)
_PHASE = "Skriv for eksempel: 1. **Høst – 12 minutter.** I giver hinanden sætninger."
_ROLE = "Skriv for eksempel: - **Fortæller:** Du fortæller din episode."


@dataclass(frozen=True)
class Script:
    """What a text proposes, as far as it can be read, and everything that is wrong with it."""

    phases: tuple[Phase, ...] = ()
    points: tuple[Point, ...] = ()
    findings: tuple[Finding, ...] = ()

    def run_sheet(self, people: int) -> RunSheet:
        """The phases as the run sheet for that many."""
        return RunSheet(people, self.phases)


def points(source: str, file: str, parts: int, limit: int) -> Script:
    """The contract that the last bullet list of a text proposes: a bullet for each of ``parts``, of ``limit`` characters."""
    found = lists(source, numbered=False)
    items = found[-1] if found else ()
    if len(items) != parts:
        why = (
            f"Kontrakten har {parts} dele, men punktlisten ovenfor har {len(items)} punkter. Der skal være ét punkt for hver"
            " del, for eksempel: - **Taletid.** Alle får lige lang tid."
        )
        return Script(findings=(Finding(file, why, items[0].row if items else None),))
    findings = [Finding(file, why, item.row) for item in items if (why := _pointless(item, limit))]
    return Script(points=tuple(Point(_name(item), item.text) for item in items), findings=tuple(findings))


def phases(source: str, file: str, people: int) -> Script:
    """The run sheet for ``people`` that the numbered list of a text holds."""
    found = lists(source, numbered=True)
    if len(found) != 1:
        why = (
            "Der står ingen nummereret liste over drejebogen."
            if not found
            else "Der står flere nummererede lister over drejebogen. Saml dem i én. En linje yderst til venstre deler den."
        )
        return Script(findings=(Finding(file, f"{why} {_PHASE}"),))
    reader = _Reader(file, people)
    read = tuple(phase for item in found[0] for phase in reader.line(item))
    return Script(phases=read, findings=tuple(reader.findings))


def _name(item: Item) -> str:
    return item.bold.rstrip(" .:")


def _pointless(item: Item, limit: int) -> str:
    """What is wrong with a bullet of a contract, or nothing."""
    if not _name(item) or not item.text:
        return "Punktet skal have en titel med fed og en tekst efter: - **Taletid.** Alle får lige lang tid."
    if len(item.text) > limit:
        return f"Punktet {_name(item)!r} har {len(item.text)} tegn, og der er plads til {limit}. Gør det kortere."
    return ""


class _Reader:
    """Reads the items of one run sheet and gathers what is wrong."""

    def __init__(self, file: str, people: int) -> None:
        self.file, self.people = file, people
        self.findings: list[Finding] = []
        self.rounds = 0

    def line(self, item: Item) -> tuple[Phase, ...]:
        """One numbered item: a phase, or one turn for each with its phases inside."""
        if not item.items or _TIMED.fullmatch(item.bold):
            return self.phase(item)
        self.rounds += 1
        return tuple(phase for inner in item.items for phase in self.phase(inner, self.rounds))

    def phase(self, item: Item, among: int = 0) -> tuple[Phase, ...]:
        """One phase; ``among`` is the number of the turns it stands among, or 0."""
        timed = _TIMED.fullmatch(item.bold)
        if timed is None:
            self.wrong(item, f"Fasen {_short(item)} mangler minutter med fed skrift. {_PHASE}")
            return ()
        title, minutes = timed[1].strip(), int(timed[2][:6])
        if not title or not 1 <= minutes <= LONGEST:
            self.wrong(item, f"Fasen {_short(item)} skal have et navn og vare fra 1 til {LONGEST} minutter. {_PHASE}")
            return ()
        pause = bool(among) and title.lower().startswith("pause")
        return (Phase(title, minutes, item.text, bool(among) and not pause, pause, self.cues(item), among),)

    def cues(self, item: Item) -> tuple[Cue, ...]:
        """The roles of a phase."""
        if len(item.items) > self.people:
            self.wrong(
                item, f"Fasen {_short(item)} har {len(item.items)} roller, men I er kun {self.people}. Slet de sidste."
            )
        for inner in item.items:
            if _TIMED.fullmatch(inner.bold):
                why = "Her står en fase inde i en fase. Skriv minutterne enten på det yderste punkt eller på dem inden i."
                self.wrong(inner, why)
            elif not _name(inner) or not inner.text:
                self.wrong(inner, f"Rollen {_short(inner)} skal have et navn med fed og en tekst. {_ROLE}")
            elif inner.items:
                self.wrong(inner, "Her er punkterne rykket for langt ind. En rolle har ingen punkter under sig.")
        return tuple(Cue(_name(inner), inner.text) for inner in item.items)

    def wrong(self, item: Item, why: str) -> None:
        self.findings.append(Finding(self.file, why, item.row))


def _short(item: Item) -> str:
    return repr(f"{item.bold} {item.text}".strip()[:60])
