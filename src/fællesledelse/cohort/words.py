"""The cohort's words in the pages: ``{{ organisation }}`` becomes Strandby Kommune.

A word alone on its line may become a list or paragraphs; inside a sentence it's one line. Whatever the facilitator
wrote in hold.yaml is shown as written: it can't become Markdown, HTML or another placeholder.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from .. import danish
from ..errors import Finding
from ..model import StepKind
from ..names import is_slug, nearest
from .file import CohortFile, Named, StepLine, Vision, meeting, period

NAMES = ("hold", "organisation", "starter", "slutter", "vision", "dokumenter", "læringsmål", "øvebaner", "facilitatorer")
"""Every name a page may use, besides ``dato:`` with the name of a step."""

OF_PERIOD = ("periode", "periode:læringsmål", "periode:kompetencer", "periode:øvebaner", "dato:periode")
"""What the page of a period may use besides."""

OF_MEETING = ("møde", "møde:tema", "møde:spørgsmål", "møde:sted", "møde:link", "dato:møde")
"""What the page of a salon or of a network's meeting may use besides."""

_OWN = {StepKind.PERIOD: OF_PERIOD, StepKind.MEETING: OF_MEETING}
_WHOSE = {StepKind.PERIOD: "en periode", StepKind.MEETING: "en salon eller et netværksmøde"}

_PLACEHOLDER = re.compile(r"\{\{([^{}\n]*)\}\}")
_ALONE = re.compile(r"^([ ]{0,3}(?:>[ ]?)*)\{\{([^{}\n]*)\}\}[ ]*$", re.MULTILINE)
_SPECIAL = re.compile(r"""[&<>\\`*_{}\[\]()#!|~$"'^=:@]""")
_WWW = re.compile(r"(?<=www)\.", re.IGNORECASE)
_FIRST = re.compile(r"^(\d*)([-+.])")


@dataclass(frozen=True)
class Word:
    """What a placeholder becomes, in Markdown: in a sentence, and alone on its line."""

    inline: str
    block: str


UNSET = Word("dag, I selv aftaler", "dag, I selv aftaler")
"""The day of a step that the cohort hasn't got."""

PRACTICE = "At gøre læringsmålet til noget, andre kan se i jeres hverdag"
"""What a period trains that names no competences."""

OPEN_THEME = "Det, der fylder hos jer lige nu"
"""The theme of a meeting that names none."""

QUESTIONS = (
    "Hvornår mødte du det sidst, og hvad gjorde du?",
    "Hvad virkede bedre, end du havde ventet?",
    "Hvad vil du prøve, før vi ses igen?",
)
"""What is asked at a meeting whose questions nobody has prepared."""

COMMON = "En opgave, vi er fælles om"
"""The track of a cohort that names none."""


def words(cohort: CohortFile, step: str = "") -> dict[str, Word]:
    """Every placeholder of a cohort, and those of a period where ``step`` is one."""
    line = next((each for each in cohort.steps if each.name == step), None)
    found = {
        "hold": _plain(cohort.name),
        "organisation": _plain(cohort.organisation),
        "starter": _plain(danish.day(cohort.starts)),
        "slutter": _plain(danish.day(cohort.ends) if cohort.ends else ""),
        "vision": _vision(cohort.vision),
        "dokumenter": _named(cohort.documents),
        "læringsmål": _named(cohort.goals),
        "øvebaner": _named(cohort.tracks),
        "facilitatorer": _list([f"{escape(one.name)} ({escape(one.email)})" for one in cohort.facilitators]),
    }
    found |= {f"dato:{each.name}": _plain(danish.day(each.opens or cohort.starts)) for each in cohort.steps}
    return found | (_of_period(cohort, line) | _of_meeting(cohort, line) if line else {})


def _of_period(cohort: CohortFile, line: StepLine) -> dict[str, Word]:
    found = period(cohort, line)
    if found is None:
        return {}
    return {
        "periode": _plain(line.title),
        "periode:læringsmål": _named([each for each in cohort.goals if each.name == found.goal]),
        "periode:kompetencer": _list([escape(each) for each in found.competences or (PRACTICE,)]),
        "periode:øvebaner": _list([escape(each) for each in found.tracks or (COMMON,)]),
        "dato:periode": _plain(danish.day(line.opens or cohort.starts)),
    }


def _of_meeting(cohort: CohortFile, line: StepLine) -> dict[str, Word]:
    found = meeting(cohort, line)
    if found is None:
        return {}
    day = danish.day(line.opens or cohort.starts)
    return {
        "møde": _plain(line.title),
        "møde:tema": _plain(found.theme or OPEN_THEME),
        "møde:spørgsmål": _list([escape(each) for each in found.questions or QUESTIONS]),
        "møde:sted": _plain(line.place or ("online" if found.link else "et sted, I får besked om")),
        "møde:link": Word(f"[Mød op her]({found.link})", f"[Mød op her]({found.link})") if found.link else _plain(""),
        "dato:møde": _plain(day + (f" kl. {danish.clock(line.starts)}" if line.starts else "")),
    }


def used(markdown: str) -> list[str]:
    """The names of the placeholders in a text."""
    return [_name(found[1]) for found in _PLACEHOLDER.finditer(markdown)]


def check(markdown: str, file: str, steps: Collection[str] | None, kind: StepKind | None = None) -> Iterator[Finding]:
    """Placeholders that nobody knows. ``steps`` are those whose days a page may name; None: any.

    ``kind``: the page is a period's or a meeting's, and has words of its own.
    """
    own = _OWN.get(kind, ()) if kind else ()
    known = [*NAMES, *own, *(f"dato:{step}" for step in steps or ())]
    for found in _PLACEHOLDER.finditer(markdown):
        name = _name(found[1])
        if whose := next((_WHOSE[other] for other, names in _OWN.items() if name in names and name not in own), ""):
            why = f"{found[0][:60]} kan kun stå på siden for {whose}, og det er den her ikke. Slet det."
            yield _finding(markdown, found.start(), file, why)
        elif name not in known and not (steps is None and name.startswith("dato:") and is_slug(name[5:])):
            hint = nearest(name, known) or f" De kendte er: {', '.join(NAMES)} og dato: med et trins navn."
            yield _finding(markdown, found.start(), file, f"{found[0][:60]} er ikke et ord, vi kan sætte ind.{hint}")
    rest = _PLACEHOLDER.sub(lambda found: " " * len(found[0]), markdown)
    for loose in re.finditer(r"\{\{|\}\}", rest):
        why = "Her mangler den anden halvdel af {{ … }}. Skriv for eksempel {{ organisation }} på én linje."
        yield _finding(markdown, loose.start(), file, why)


def fill(markdown: str, known: dict[str, Word]) -> str:
    """The text with its placeholders filled, once: what is filled in is never looked at again."""
    alone = {found.start(2): found[1] for found in _ALONE.finditer(markdown)}
    return _PLACEHOLDER.sub(lambda found: _filled(found, known, alone), markdown)


def escape(text: str) -> str:
    """``text`` on one line, so that Markdown and HTML show it as it was written."""
    kept = "".join(sign for sign in " ".join(text.split()) if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co"))
    signs = _WWW.sub(_entity, _SPECIAL.sub(_entity, kept))
    return _FIRST.sub(lambda found: found[1] + _entity(found[2]), signs)


def _entity(sign: str | re.Match[str]) -> str:
    return f"&#{ord(sign if isinstance(sign, str) else sign[0])};"


def _name(written: str) -> str:
    return re.sub(r"\s*:\s*", ":", written.strip().lower())


def _finding(markdown: str, start: int, file: str, why: str) -> Finding:
    before = markdown[:start]
    return Finding(file, why, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _filled(found: re.Match[str], known: dict[str, Word], alone: dict[int, str]) -> str:
    name = _name(found[1])
    word = known.get(name, UNSET) if name.startswith("dato:") else known[name]
    if found.start(1) not in alone:
        return word.inline
    return word.block.replace("\n", "\n" + alone[found.start(1)])


def _plain(text: str) -> Word:
    return Word(escape(text), "\n\n".join(_paragraphs(text)))


def _paragraphs(text: str) -> list[str]:
    return [escape(part) for part in re.split(r"\n\s*\n", text) if part.strip()]


def _list(items: list[str]) -> Word:
    inline = f"{', '.join(items[:-1])} og {items[-1]}" if len(items) > 1 else "".join(items)
    return Word(inline, "\n".join(f"- {item}" for item in items))


def _named(things: list[Named]) -> Word:
    shown = [f"[{escape(one.name)}]({one.link})" if one.link else escape(one.name) for one in things]
    told = [f"**{name}.** {escape(one.text)}" if one.text else name for name, one in zip(shown, things, strict=True)]
    return Word(_list(shown).inline, _list(told).block)


def _vision(vision: Vision) -> Word:
    statements = _list([escape(one) for one in vision.statements if one]).block
    name = [f"**{escape(vision.name)}**"] if vision.name else []
    return Word(escape(vision.name), "\n\n".join([*name, *_paragraphs(vision.text), *([statements] if statements else [])]))
