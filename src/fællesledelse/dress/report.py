"""What the rehearsal has to say: first what must be done, then what is worth a look, then what was tried."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from ..danish import day as spoken
from ..danish import full_day, listed
from ..model import Step
from .cast import Absence, Play
from .copy import Copy
from .record import Failure, Record
from .schedule import Concern, concerns, meetings, minutes

NAME = "rapport.md"
LOG = "serverens-log.txt"
"""There only where the server has had something to say."""

_KINDS = {
    "enrolled": ("Kom ind med deres invitation", "personer"),
    "page": ("Sider åbnet", "sider"),
    "field": ("Svar skrevet og gemt", "svar"),
    "accepted": ("Sagt ja til gruppens kontrakt", "ledere"),
    "room": ("Drejebøger gået igennem", "møder"),
    "draft": ("Udkast delt", "udkast"),
    "feedback": ("Feedback givet", "gange"),
    "gift": ("Sætninger givet videre", "sætninger"),
    "publication": ("Ledelsesgrundlag udgivet", "ledelsesgrundlag"),
    "card": ("Prøvehandlinger givet videre", "kort"),
    "visit": ("Jobbesøg", "ledere"),
    "case": ("Sager delt med netværket", "sager"),
    "evaluation-answered": ("Evalueringen besvaret", "ledere"),
    "survey-answered": ("Spørgeskemaet besvaret", "ledere"),
    "document": ("Dokumenter lavet", "dokumenter"),
}
"""What is counted, in the order it is told: what it is called, and what is counted of it."""

_KEPT = {
    "mails": "hver mail, som programmet sender, til at åbne og læse",
    "invitationer": "invitationerne på papir",
    "papir": "hver side på papir",
    "workshops": "facilitatorens mappe til hver workshop",
    "evaluering": "evalueringens rapport i Word og PDF",
    "spoergeskema": "målingens rapport i Word og PDF",
    "organisation": "de papirer, organisationen skal have",
    "ledere": "hver leders ledelsesgrundlag i Word og PDF, gensyn til kalenderen, og alt, de kan hente med sig",
    LOG: "hvad serveren skrev undervejs, til IT",
}
"""What may lie in the folder beside the report."""

_NOT_TRIED = (
    "Om programmet holder til angreb og uheld. Så længe det står på hver side, at kun opdigtede personer må bruge det, "
    "må ingen rigtige personer inviteres.",
    "Skolernes ferier og jeres egne lukkedage. Hold dagene op mod jeres kalender.",
    "Jeres mailserver og jeres filtre. Send en prøvemail til jer selv.",
    "Jeres egne browsere. Åbn et par sider på de maskiner, lederne bruger.",
    "De dage, en gruppe selv har flyttet.",
)


@dataclass(frozen=True)
class Line:
    """Something that was tried: how many times it worked, and how long one took, in seconds."""

    title: str
    count: str
    usual: float
    slowest: float


@dataclass(frozen=True)
class Report:
    """Everything there is to say, in Danish. ``first`` must be done before anyone is invited.

    ``failed`` are what did not work; they are among ``first`` too. ``kept``: what lies in the folder.
    """

    title: str
    shape: str
    took: str
    failed: tuple[str, ...]
    first: tuple[str, ...]
    later: tuple[str, ...]
    tried: tuple[Line, ...]
    days: tuple[tuple[str, ...], ...]
    kept: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """One sentence."""
        if self.failed:
            count = "Én ting" if len(self.failed) == 1 else f"{len(self.failed)} ting"
            return f"{count} virkede ikke. Vent med at invitere, til det er rettet."
        if self.first:
            return "Alt virkede, men noget skal afklares, før nogen bliver inviteret."
        return "Alt virkede."


def reported(play: Play, mails: int, seconds: float, seed: int, today: date) -> Report:
    """The report of a rehearsal that is over and sent that many ``mails``."""
    copy, record = play.copy, play.record
    found = concerns(copy)
    failed = tuple(_failed(record.failures))
    kept = tuple(name for name in _KEPT if (record.folder / name).exists())
    return Report(
        title=f"{copy.manifest.name}, {copy.manifest.organisation}",
        shape=f"{_shape(copy)} Frø {seed}.",
        took=f"Prøvet den {spoken(today)}. Det tog {_lasted(seconds)}.",
        failed=failed,
        first=(*failed, *(each.text for each in found if each.urgent)),
        later=tuple(_later(copy, found, play.absences, kept)),
        tried=(*_tried(record), Line("Mails sendt (til mappen)", f"{mails} mails", 0.0, 0.0)),
        days=tuple(_day(copy, step) for step in copy.manifest.steps),
        kept=kept,
    )


def markdown(report: Report) -> str:
    """The report as a file that can be read as it is."""
    parts = [
        f"# Generalprøve: {_plain(report.title)}",
        f"**{report.verdict}**",
        f"{report.shape} {report.took}",
        "Alle personer i prøven er opdigtede. De ligger i mappen her og intet andet sted. Slet den, når I er færdige.",
        "## Det skal du gøre noget ved først",
        _numbered(report.first) or "Intet.",
        "## Det er værd at se på",
        _bullets(report.later) or "Intet.",
        "## Dagene",
        _table(("Trin", "Dag", "Uge", "Minutter", "Drejebogen tager"), report.days),
        "## Det prøvede vi",
        _table(("Hvad", "Hvor mange", "Oftest", "Længst"), [_cells(line) for line in report.tried]),
        "## Det ligger i mappen",
        _bullets(f"`{name}`: {what}" for name, what in _KEPT.items() if name in report.kept),
        "## Det kan prøven ikke vise",
        _bullets(_NOT_TRIED),
    ]
    return "\n\n".join(parts) + "\n"


def _failed(failures: list[Failure]) -> list[str]:
    """The same failure of many is one line, with one of them for an example."""
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in failures:
        alike[each.what, each.why].append(each.who)
    return [f"{what} virkede ikke{_whose(who)}. Svaret var: {why}" for (what, why), who in alike.items()]


def _whose(who: list[str]) -> str:
    named = [name for name in who if name]
    if not named:
        return ""
    return f" for {named[0]}" if len(named) == 1 else f" for {len(named)}, for eksempel {named[0]}"


def _later(copy: Copy, found: list[Concern], absences: list[Absence], kept: tuple[str, ...]) -> list[str]:
    later = [each.text for each in found if not each.urgent]
    if alone := [each for each in absences if each.present < 2]:
        later.append(f"I prøven meldte en afbud {_where(alone)}. Der var én tilbage, og mødet blev ikke holdt.")
    if pairs := [each for each in absences if each.present == 2]:
        later.append(f"I prøven meldte en afbud {_where(pairs)}. De to, der var tilbage, brugte drejebogen for to.")
    if LOG in kept:
        later.append(f"Serveren har skrevet i sin log undervejs. Giv filen {LOG} til IT.")
    if copy.reminders:
        things = "1 ting" if copy.reminders == 1 else f"{copy.reminders} ting"
        later.append(f"Holdets mappe har {things} at minde om. Se dem med: faellesledelse hold tjek MAPPE")
    weeks = listed([str(step.opens.isocalendar().week) for step in meetings(copy.manifest) if step.opens])
    if weeks:
        later.append(
            f"Møder og udgivelse ligger i uge {weeks}. Skolernes ferier kender prøven ikke: Falder en af ugerne i en ferie?"
        )
    return later


def _where(absences: list[Absence]) -> str:
    """The groups and their workshops: "i gruppe 7 og 8 på »Workshop 1« og i gruppe 4 på »Workshop 2«"."""
    groups: dict[str, list[str]] = defaultdict(list)
    for each in absences:
        groups[each.step.title].append(each.group)
    return listed([f"i gruppe {listed(names)} på »{title}«" for title, names in groups.items()])


def _tried(record: Record) -> list[Line]:
    return [
        Line(title, f"{len(taken)} {unit}", median(taken), max(taken))
        for kind, (title, unit) in _KINDS.items()
        if (taken := record.seconds.get(kind))
    ]


def _day(copy: Copy, step: Step) -> tuple[str, ...]:
    sizes = sorted({len(people) for name, people in copy.groups.items() if name})
    lasts = [f"{minutes(step, size)} for {size}" for size in sizes] if step.run_sheets else []
    day, week = (full_day(step.opens), str(step.opens.isocalendar().week)) if step.opens else ("ingen dag", "")
    return step.title, day, week, str(step.minutes), listed(lasts)


def _shape(copy: Copy) -> str:
    sizes = [len(people) for name, people in copy.groups.items() if name]
    told = listed([f"{sizes.count(size)} på {size}" for size in sorted(set(sizes))])
    leaders = _counted(len(copy.leaders), "opdigtet leder", "opdigtede ledere")
    groups = f"{_counted(len(sizes), 'gruppe', 'grupper')} ({told})" if sizes else "ingen grupper"
    return f"{leaders} i {groups} og {_counted(len(copy.facilitators), 'facilitator', 'facilitatorer')}."


def _counted(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def _lasted(seconds: float) -> str:
    whole, rest = divmod(round(seconds), 60)
    minutes = f"{_counted(whole, 'minut', 'minutter')} og " if whole else ""
    return minutes + _counted(rest, "sekund", "sekunder")


def _cells(line: Line) -> tuple[str, ...]:
    return line.title, line.count, _seconds(line.usual), _seconds(line.slowest)


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s".replace(".", ",") if seconds else ""


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heading, tuple("---" for _ in heading), *rows]
    return "\n".join(f"| {' | '.join(map(_plain, line))} |" for line in lines)


def _numbered(texts: tuple[str, ...]) -> str:
    return "\n".join(f"{number}. {_plain(text)}" for number, text in enumerate(texts, 1))


def _bullets(texts: Iterable[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)


def _plain(text: str) -> str:
    """One line of Markdown that shows what stands in it."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "\\<").replace("*", "\\*")
