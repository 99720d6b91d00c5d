"""hold.yaml: what the facilitator writes, checked. Everything wrong is told at once, with line and column."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from ..danish import full_day
from ..errors import Finding
from ..model import Activity, GatheringKind, Meeting, Network, Participation, Period, Scope, StepKind
from ..names import is_slug, nearest
from . import clock, days, year
from .addresses import is_email, is_link
from .document import Document, Path
from .people import Surroundings


def _filled(text: str) -> str:
    if not text:
        raise PydanticCustomError("blank", "står tomt")
    return text


def _named(value: Any) -> Any:
    return {"navn": value} if isinstance(value, str) else value


def _listed(value: Any) -> Any:
    return [] if value == "" else value


def _mapped(value: Any) -> Any:
    return {} if value == "" else value


def _day(text: str) -> date:
    _filled(text)
    try:
        return days.parse(text)
    except ValueError as problem:
        raise PydanticCustomError("day", "{why}", {"why": str(problem)}) from None


def _perhaps_day(text: Any) -> Any:
    return None if text == "" else _day(text) if isinstance(text, str) else text


def _perhaps_clock(text: Any) -> Any:
    if text == "" or not isinstance(text, str):
        return None if text == "" else text
    try:
        return clock.parse(text)
    except ValueError as problem:
        raise PydanticCustomError("clock", "{why}", {"why": str(problem)}) from None


def _among(kinds: type[StrEnum], what: str, blank: StrEnum | None = None) -> BeforeValidator:
    """Takes one of the values, however it is capitalised; ``blank`` where nothing is written. ``what``: it is not …"""

    def read(text: Any) -> Any:
        if text == "":
            return blank
        known = [each.value for each in kinds]
        if isinstance(text, str) and text.lower() not in known:
            hint = nearest(text, known) or f" De kendte er: {', '.join(known)}."
            raise PydanticCustomError(
                "unknown", "{text} er ikke {what}.{hint}", {"text": repr(text), "what": what, "hint": hint}
            )
        return text.lower() if isinstance(text, str) else text

    return BeforeValidator(read)


def _cycle(text: Any) -> Any:
    if text == "":
        return Network.cycle
    if str(text) not in map(str, CYCLES):
        raise PydanticCustomError("cycle", "{text} er ikke et antal år. Skriv 2, 3 eller 4.", {"text": repr(str(text)[:40])})
    return text


def _parted(value: Any) -> Any:
    """A list; in Excel its parts stand in one cell with semicolons between."""
    return [part.strip() for part in value.split(";") if part.strip()] if isinstance(value, str) else value


def _slug(text: str) -> str:
    if not is_slug(_filled(text)):
        why = (
            "må kun have 1–40 tegn af a–z, 0–9 og bindestreg, fordi det bliver til filnavn og adresse (ikke æ, ø, å eller /)"
        )
        raise PydanticCustomError(
            "slug", "{text} {why}. Skriv for eksempel 'forberedelse-1'.", {"text": repr(text), "why": why}
        )
    return text


def _email(text: str) -> str:
    if not is_email(_filled(text)):
        raise PydanticCustomError(
            "email", "{text} er ikke en e-mailadresse. Skriv den som navn@kommune.dk.", {"text": repr(text)}
        )
    return text.lower()


def _link(text: str) -> str:
    if text and not is_link(text):
        why = "er ikke et link, vi kan vise. Skriv hele adressen, og begynd med https://"
        raise PydanticCustomError("link", "{text} {why}", {"text": repr(text), "why": why})
    return text


def _safe_key(text: str) -> str:
    key = text.lower()
    if key in ("nej", "no", "false"):
        return ""
    if len(key) != 64 or not all(letter in "0123456789abcdef" for letter in key):
        what = "står tomt" if not key else f"{text!r} er ikke en nøgle (64 tegn af 0–9 og a–f)"
        raise PydanticCustomError("safe_key", "{what}. {todo}", {"what": what, "todo": SAFE_KEY_TODO})
    return key


SAFE_KEY_TODO = (
    "Nøglen i pengeskabet er organisationens nødudgang, hvis en leder mister både adgangssætning og gendannelseskode. "
    "Lav den med 'faellesledelse nøgle ny', læg den hemmelige del i et pengeskab, og skriv den offentlige del her. "
    "Skriv 'nej', hvis I har besluttet ikke at have en."
)


def _yes(text: Any) -> Any:
    told = {"": False, "nej": False, "ja": True, "false": False, "true": True}
    if isinstance(text, str) and text.lower() not in told:
        raise PydanticCustomError("yes", "{text} kan ikke læses. Skriv ja eller nej.", {"text": repr(text[:40])})
    return told[text.lower()] if isinstance(text, str) else text


def _in_turn(text: Any) -> Any:
    told = {"": True, "på skift": True, "hr": False}
    if isinstance(text, str) and text.lower() not in told:
        raise PydanticCustomError("chair", "{text} kan ikke læses. Skriv HR eller på skift.", {"text": repr(text[:40])})
    return told[text.lower()] if isinstance(text, str) else text


_Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=6000)]
_Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
_Filled = Annotated[_Short, AfterValidator(_filled)]
_Slug = Annotated[_Short, AfterValidator(_slug)]
_Link = Annotated[_Short, AfterValidator(_link)]
_Email = Annotated[_Short, AfterValidator(_email)]
_Day = Annotated[date, BeforeValidator(lambda text: _day(text) if isinstance(text, str) else text)]
_PerhapsDay = Annotated[date | None, BeforeValidator(_perhaps_day)]
_Parted = Annotated[list[_Short], BeforeValidator(_parted), Field(max_length=20)]
_PerhapsClock = Annotated[time | None, BeforeValidator(_perhaps_clock)]


class _Part(BaseModel):
    """Any part of the file: an unknown key is a finding."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(_Part):
    """A common document, learning goal or practice track: a name, perhaps with a text and a link."""

    name: _Filled = Field(alias="navn")
    text: _Text = Field("", alias="tekst")
    link: _Link = Field("", alias="link")


class ThemeLine(_Part):
    """One of the themes the programme steers by."""

    name: _Filled = Field(alias="navn")
    text: _Text = Field("", alias="tekst")
    goal: _Short = Field("", alias="læringsmål")


class Vision(_Part):
    """The common vision: its name, a text and its statements."""

    name: _Short = Field("", alias="navn")
    text: _Text = Field("", alias="tekst")
    statements: Annotated[list[_Text], BeforeValidator(_listed), Field(max_length=20)] = Field([], alias="udsagn")


class FacilitatorLine(_Part):
    """A facilitator of the cohort."""

    name: _Filled = Field(alias="navn")
    email: _Email = Field(alias="email")


PERIOD_PAGE = "periode"
"""The notebook that is built once for each period."""

MEETING_PAGES = {GatheringKind.SALON: "salon", GatheringKind.NETWORK: "netvaerksmoede"}
"""The notebook that is built once for each meeting, where people gather for meetings."""

OF_PERIOD = ("læringsmål", "kompetencer", "øvebaner")
"""What a step has besides its activity if it is a period."""

OF_NETWORK = ("formål", "sammensætning", "deltagelse", "prøvetid", "evaluering", "livscyklus")
"""What the file says of a network as such."""

CYCLES = range(2, 5)
"""The years after which a network may be started anew."""

_KINDS = {
    "velkomst": StepKind.WELCOME,
    "udgivelse": StepKind.PUBLICATION,
    "privat-tillaeg": StepKind.ANNEX,
    "levende-grundlag": StepKind.ANNEX,
    "kommissorium": StepKind.CHARTER,
    "netvaerk-forberedelse": StepKind.CHARTER,
}
"""What sort of page a step is, by its name."""

_ALWAYS_THERE = (StepKind.ANNEX, StepKind.CHARTER)
"""The pages whose days follow no order."""


class StepLine(_Part):
    """One step of the path. A workshop has a day (dato), perhaps a time and a place; a page to write on opens (åbner).

    A period has a learning goal and an activity, and the day of its seminar. A salon or a network's meeting has a theme.
    """

    name: _Slug = Field(alias="trin")
    title: _Filled = Field(alias="titel")
    opening: _PerhapsDay = Field(None, alias="åbner")
    day: _PerhapsDay = Field(None, alias="dato")
    starts: _PerhapsClock = Field(None, alias="kl")
    place: _Short = Field("", alias="sted")
    minutes: Annotated[int, Field(ge=1, le=600)] = Field(alias="minutter")
    goal: _Short = Field("", alias="læringsmål")
    activity: Annotated[Activity | None, _among(Activity, "en aktivitet")] = Field(None, alias="aktivitet")
    competences: _Parted = Field([], alias="kompetencer")
    tracks: _Parted = Field([], alias="øvebaner")
    theme: _Short = Field("", alias="tema")
    questions: _Parted = Field([], alias="spørgsmål")
    link: _Link = Field("", alias="link")

    @property
    def opens(self) -> date | None:
        """The first day the page can be opened; None: from the first day of the cohort."""
        return self.day or self.opening

    def kind(self, gathering: GatheringKind) -> StepKind:
        """What sort of page it is: some by their name, the others by whether they have a day of their own."""
        if self.activity:
            return StepKind.PERIOD
        if self.day and gathering in MEETING_PAGES:
            return StepKind.MEETING
        return _KINDS.get(self.name, StepKind.WORKSHOP if self.day else StepKind.PREPARATION)


@dataclass(frozen=True)
class Source:
    """Where the page of a step is built from: the name of its notebook, and what of it is built.

    ``kind`` is PERIOD or MEETING where the notebook is built once for each of these, else None.
    """

    notebook: str
    kind: StepKind | None = None
    activity: Activity | None = None


def source(step: str, gathering: GatheringKind, activity: Activity | None, dated: bool) -> Source:
    """What the page of a step is built from. ``dated``: it is held on a day."""
    if activity:
        return Source(PERIOD_PAGE, StepKind.PERIOD, activity)
    if dated and gathering in MEETING_PAGES:
        return Source(MEETING_PAGES[gathering], StepKind.MEETING)
    return Source(step)


def is_meeting(line: dict[str, Any]) -> bool:
    """Whether a line of the file means a meeting, whose day may still be missing: no page to write on, and none of ours."""
    return bool(line.get("dato")) or not (line.get("åbner") or line.get("trin") in _KINDS)


class Privacy(_Part):
    """The privacy notice. Blank is allowed: it's for humans to decide, and stays visibly blank."""

    controller: _Text = Field("", alias="dataansvarlig")
    purpose: _Text = Field("", alias="formål")
    legal_basis: _Text = Field("", alias="retsgrundlag")
    categories: _Text = Field("", alias="kategorier")
    recipients: _Text = Field("", alias="modtagere")
    retention: _Text = Field("", alias="opbevaring")
    contact: _Text = Field("", alias="kontakt")


_NamedList = Annotated[list[Annotated[Named, BeforeValidator(_named)]], BeforeValidator(_listed), Field(max_length=40)]


class CohortFile(_Part):
    """hold.yaml, whole and right."""

    kind: Annotated[GatheringKind, _among(GatheringKind, "en slags, vi kender", GatheringKind.PROGRAMME)] = Field(
        GatheringKind.PROGRAMME, alias="slags"
    )
    gathering: _Slug = Field(alias="hold")
    name: _Filled = Field(alias="navn")
    organisation: _Filled = Field(alias="organisation")
    starts: _Day = Field(alias="starter")
    ends: _PerhapsDay = Field(None, alias="slutter")
    vision: Annotated[Vision, BeforeValidator(_mapped)] = Field(
        default_factory=lambda: Vision.model_validate({}), alias="vision"
    )
    documents: _NamedList = Field([], alias="dokumenter")
    goals: _NamedList = Field([], alias="læringsmål")
    tracks: _NamedList = Field([], alias="øvebaner")
    compass: Annotated[
        list[Annotated[ThemeLine, BeforeValidator(_named)]], BeforeValidator(_listed), Field(max_length=40)
    ] = Field([], alias="kompas")
    facilitators: Annotated[list[FacilitatorLine], BeforeValidator(_listed), Field(min_length=1, max_length=20)] = Field(
        alias="facilitatorer"
    )
    steps: Annotated[list[StepLine], BeforeValidator(_listed), Field(min_length=1, max_length=60)] = Field(alias="trin")
    privacy: Annotated[Privacy, BeforeValidator(_mapped)] = Field(
        default_factory=lambda: Privacy.model_validate({}), alias="privatliv"
    )
    safe_key: Annotated[_Short, AfterValidator(_safe_key)] = Field(alias="nøgle_i_pengeskab")
    chairs_in_turn: Annotated[bool, BeforeValidator(_in_turn)] = Field(True, alias="ordstyrer")
    relations: Annotated[bool, BeforeValidator(_yes)] = Field(False, alias="relationer_mellem_afdelinger")
    purpose: _Text = Field("", alias="formål")
    scope: Annotated[Scope | None, _among(Scope, "en sammensætning, vi kender")] = Field(None, alias="sammensætning")
    participation: Annotated[Participation | None, _among(Participation, "en slags deltagelse")] = Field(
        None, alias="deltagelse"
    )
    trial: _PerhapsDay = Field(None, alias="prøvetid")
    evaluation: _PerhapsDay = Field(None, alias="evaluering")
    cycle: Annotated[int, BeforeValidator(_cycle)] = Field(Network.cycle, alias="livscyklus")


def period(cohort: CohortFile, line: StepLine) -> Period | None:
    """The period that a step is. One that names no tracks has all of the cohort's."""
    if line.activity is None:
        return None
    tracks = line.tracks or [track.name for track in cohort.tracks]
    return Period(line.goal, line.activity, tuple(line.competences), tuple(tracks))


def kind_of(values: Any) -> GatheringKind:
    """What people gather for, from the values of a document; a programme where that is not said.

    ValueError where it is something that nobody knows, which the file is told.
    """
    return GatheringKind(str((values or {}).get("slags") or GatheringKind.PROGRAMME).lower())


def source_of(cohort: CohortFile, line: StepLine) -> Source:
    """What the page of a step of that cohort is built from."""
    return source(line.name, cohort.kind, line.activity, line.day is not None)


def meeting(cohort: CohortFile, line: StepLine) -> Meeting | None:
    """The salon or the network's meeting that a step is."""
    if line.kind(cohort.kind) is not StepKind.MEETING:
        return None
    return Meeting(line.theme, tuple(line.questions), line.link)


def network(cohort: CohortFile) -> Network | None:
    """What the file says of a network as such; None of anything else."""
    if cohort.kind is not GatheringKind.NETWORK:
        return None
    days = cohort.trial, cohort.evaluation, cohort.cycle
    return Network(cohort.purpose, cohort.scope, cohort.participation, *days)


def check(document: Document) -> tuple[CohortFile | None, list[Finding]]:
    """The cohort of a document (None if anything is wrong) and everything that is wrong."""
    findings = list(document.findings)
    if document.values is None:
        return None, findings
    cohort = None
    try:
        cohort = CohortFile.model_validate(document.values)
    except ValidationError as problem:
        findings += [_finding(document, error) for error in problem.errors() if not document.lost(tuple(error["loc"]))]
    findings += _calendar(document) + _repeats(document) + _periods(document) + _life(document)
    findings.sort(key=lambda finding: (finding.file, finding.row or 0, finding.column or 0))
    return (None if findings else cohort), findings


def reminders(document: Document, cohort: CohortFile) -> list[Finding]:
    """What humans have still to decide. None of it stops the build."""
    notice = cohort.privacy.model_dump(by_alias=True)
    found = [
        document.finding(
            ("privatliv", key),
            f"{document.label(('privatliv', key))!r} står tomt. Det skal I selv beslutte, og oplysningen vises tom, "
            "indtil I har.",
        )
        for key, text in notice.items()
        if not text
    ]
    for number, line in enumerate(cohort.steps):
        if line.day and (why := year.closed(line.day)):
            later = full_day(year.next_free(line.day))
            said = f"{line.title!r} ligger {full_day(line.day)}. Det er {why}. Næste dag, vi kan regne med folk, er {later}."
            found.append(document.finding(("trin", number, "dato"), said))
    if cohort.ends is None:
        found.append(
            document.finding(
                ("slutter",),
                f"{document.label(('slutter',))!r} står tomt. Uden en slutdato kan ingen sige, hvornår alt bliver slettet.",
            )
        )
    return found


def _finding(document: Document, error: ErrorDetails) -> Finding:
    path: Path = tuple(error["loc"])
    name = document.label(path)
    around = "" if path in document.labels else _inside(path)
    match error["type"]:
        case "missing":
            todo = SAFE_KEY_TODO if path == ("nøgle_i_pengeskab",) else document.todo.format(name)
            return document.finding(path, f"Feltet {name!r} mangler{around}. {todo}")
        case "extra_forbidden":
            known = _known(path)
            hint = nearest(name, known) or f" De kendte er: {', '.join(known)}."
            return document.finding(path, f"{name!r} er ikke et felt, vi kender{around}.{hint}", key=True)
        case "blank":
            return document.finding(path, f"Feltet {name!r} står tomt{around}. Skriv det, før holdet bygges.")
        case "day" | "clock" | "unknown" | "cycle" | "slug" | "email" | "link" | "safe_key" | "yes" | "chair":
            return document.finding(path, f"{name}: {error['msg']}")
        case "too_short":
            return document.finding(path, f"{name!r} er tom. Der skal stå mindst én.")
        case "too_long" | "string_too_long":
            return document.finding(path, f"{name!r} er for lang: højst {error['ctx']['max_length']}. Gør den kortere.")
        case "string_type":
            return document.finding(path, f"{name!r} skal være en tekst på én linje, ikke en liste eller flere felter.")
        case "list_type":
            return document.finding(path, f"{name!r} skal være en liste: hver linje begynder med en bindestreg.")
        case "int_parsing" | "int_type" | "greater_than_equal" | "less_than_equal" | "int_from_float" | "int_parsing_size":
            return document.finding(
                path, f"{name}: {str(error['input'])[:40]!r} skal være et helt antal minutter mellem 1 og 600."
            )
        case _:
            return document.finding(path, f"{name!r} skal have felter under sig med kolon, for eksempel 'navn: …'.")


def _inside(path: Path) -> str:
    """ " i trin nr. 2" for a path inside a list, " i 'privatliv'" inside a mapping, nothing at the top."""
    if len(path) >= 3 and isinstance(path[-2], int):
        return f" i {path[-3]!r} nr. {path[-2] + 1}"
    return f" i {path[-2]!r}" if len(path) >= 2 else ""


_PARTS: dict[str, type[BaseModel]] = {
    "vision": Vision, "dokumenter": Named, "læringsmål": Named, "øvebaner": Named, "kompas": ThemeLine,
    "facilitatorer": FacilitatorLine, "trin": StepLine, "privatliv": Privacy,
}  # fmt: skip


def _known(path: Path) -> list[str]:
    """The keys that may stand where ``path`` stands."""
    part = CohortFile if len(path) == 1 else _PARTS[str(path[0])]
    return [info.alias or key for key, info in part.model_fields.items()]


def _at(document: Document, path: Path) -> Any:
    value = document.values
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        else:
            value = value[step] if isinstance(value, list) and isinstance(step, int) else None
    return value


def _parsed(text: Any) -> date | None:
    try:
        return days.parse(text) if isinstance(text, str) else None
    except ValueError:
        return None


def surroundings(document: Document) -> Surroundings:
    """What the file says that people are held against, as far as it can be read."""
    facilitators = tuple(str(line.get("email", "")).lower() for _, line in lines(document, "facilitatorer"))
    try:
        kind = kind_of(document.values)
    except (ValueError, AttributeError):
        kind = GatheringKind.PROGRAMME
    held = [line for _, line in lines(document, "trin") if is_meeting(line)]
    return Surroundings(facilitators, kind, {str(line.get("trin", "")): str(line.get("titel", "")) for line in held})


def lines(document: Document, key: str) -> list[tuple[int, dict[str, Any]]]:
    """The lines of a list in the file that have keys at all, with their numbers from 0."""
    value = _at(document, (key,))
    return [(n, line) for n, line in enumerate(value) if isinstance(line, dict)] if isinstance(value, list) else []


def _calendar(document: Document) -> list[Finding]:
    """Days that are missing, out of order, or outside the cohort's own. Looks only at those that can be read."""
    starts, ends = _parsed(_at(document, ("starter",))), _parsed(_at(document, ("slutter",)))
    findings = []
    if starts and ends and ends < starts:
        why = f"Holdet slutter {days.written(ends)}, før det starter {days.written(starts)}. Ret den ene dato."
        findings.append(document.finding(("slutter",), why))
    planned = surroundings(document).kind is not GatheringKind.PROGRAMME
    latest, holder = starts, "holdets start"
    for number, line in lines(document, "trin"):
        path: Path = ("trin", number, "dato" if line.get("dato") else "åbner")
        name, day = str(line.get("trin", "")), _parsed(_at(document, path))
        findings += [document.finding(path, f"{name!r} {why}") for why in _misplaced(line, day, ends, planned)]
        if day is None or _KINDS.get(name) in _ALWAYS_THERE:
            continue
        if latest and day < latest:
            why = f"ligger {days.written(day)}, før {holder} {days.written(latest)}. Ret datoen, eller flyt trinnet op."
            findings.append(document.finding(path, f"{name!r} {why}"))
        else:
            latest, holder = day, repr(name)
    return findings


def _misplaced(line: dict[str, Any], day: date | None, ends: date | None, planned: bool) -> list[str]:
    """What is wrong with the day of one step, seen by itself. ``planned``: days for more meetings can be proposed."""
    wrong = []
    if line.get("dato") and line.get("åbner"):
        wrong.append("har både 'dato' og 'åbner'. Behold 'dato' for et møde, 'åbner' for en side at skrive på.")
    kind = _KINDS.get(str(line.get("trin")))
    if line.get("dato") and kind is StepKind.CHARTER:
        wrong.append("er jeres egen side, ikke et møde for lederne. Slet 'dato'. Facilitatorerne kan åbne den fra nu af.")
    if not line.get("dato") and not line.get("åbner") and kind not in (StepKind.WELCOME, StepKind.CHARTER):
        meeting = "Skriv 'dato', eller slet linjen: Er den første dag på plads, foreslår vi gerne resten."
        page = "Skriv 'dato' for et møde eller 'åbner' for den dag, siden må åbnes."
        wrong.append(f"har ingen dag. {meeting if planned else page}")
    if not line.get("dato") and (line.get("kl") or line.get("sted")):
        wrong.append("har 'kl' eller 'sted', men ingen 'dato'. Kun et møde har tid og sted. Skriv datoen, eller slet dem.")
    if day and ends and day > ends:
        wrong.append(f"ligger {days.written(day)}, efter holdet slutter {days.written(ends)}. Ret den ene dato.")
    return wrong


def _periods(document: Document) -> list[Finding]:
    """Periods that lack a half, or name a goal or a track that the cohort has not got."""
    findings = []
    for number, line in lines(document, "trin"):
        path: Path = ("trin", number)
        halves = [key for key in ("læringsmål", "aktivitet") if line.get(key)]
        if len(halves) == 1 or (not halves and (line.get("kompetencer") or line.get("øvebaner"))):
            lacks = "aktivitet" if halves == ["læringsmål"] else "læringsmål"
            why = f"En periode har både læringsmål og aktivitet. Skriv {lacks!r}, eller slet resten."
            findings.append(document.finding(path, f"{line.get('trin', '')!r} er kun en halv periode. {why}"))
        findings += _unknown(document, path, "læringsmål", [line.get("læringsmål")])
        findings += _unknown(document, path, "øvebaner", _parted(line.get("øvebaner")))
    for number, line in lines(document, "kompas"):
        findings += _unknown(document, ("kompas", number), "læringsmål", [line.get("læringsmål")])
    return findings


def _life(document: Document) -> list[Finding]:
    """What is said of a network's life where there is no network, and days of it that can't be in that order."""
    told = [key for key in OF_NETWORK if _at(document, (key,))]
    if str(_at(document, ("slags",)) or "").lower() != GatheringKind.NETWORK:
        why = "hører til et netværk. Skriv 'slags: netværk', eller slet linjen."
        return [document.finding((key,), f"{document.label((key,))!r} {why}") for key in told]
    starts, ends, trial, evaluation = (
        _parsed(_at(document, (key,))) for key in ("starter", "slutter", "prøvetid", "evaluering")
    )
    findings = []
    for key, day in (("prøvetid", trial), ("evaluering", evaluation)):
        if day and starts and day <= starts:
            why = f"ligger {days.written(day)}, men netværket starter {days.written(starts)}. Vælg en dag bagefter."
            findings.append(document.finding((key,), f"{document.label((key,))!r} {why}"))
        elif day and ends and day > ends:
            why = f"ligger {days.written(day)}, men netværket slutter {days.written(ends)}. Vælg en dag inden."
            findings.append(document.finding((key,), f"{document.label((key,))!r} {why}"))
    if trial and evaluation and evaluation > trial:
        why = (
            f"ligger {days.written(evaluation)}, efter prøvetiden slutter {days.written(trial)}. "
            "Læg den før, så I har den at beslutte ud fra."
        )
        findings.append(document.finding(("evaluering",), f"{document.label(('evaluering',))!r} {why}"))
    return findings


def _unknown(document: Document, path: Path, key: str, wanted: Any) -> list[Finding]:
    """The names among ``wanted`` that are not in the cohort's own list of that key."""
    known, findings = _names(document, key), []
    for name in wanted if isinstance(wanted, list) else []:
        if isinstance(name, str) and name and name not in known:
            hint = nearest(name, known) or f" De kendte er: {', '.join(known) or 'ingen'}."
            why = f"{name!r} står ikke under holdets {document.label((key,)).lower()}.{hint}"
            findings.append(document.finding((*path, key), why))
    return findings


def _names(document: Document, key: str) -> list[str]:
    """The names in one of the cohort's own lists."""
    found = _at(document, (key,))
    items = found if isinstance(found, list) else []
    return [str(item.get("navn", "")) if isinstance(item, dict) else str(item) for item in items]


def _repeats(document: Document) -> list[Finding]:
    findings = []
    for key, part, what in (("trin", "trin", "Trinnet"), ("facilitatorer", "email", "Adressen")):
        rows: dict[str, int] = {}
        for number, line in lines(document, key):
            name, path = str(line.get(part, "")).lower(), (key, number, part)
            if name and name in rows:
                findings.append(document.finding(path, f"{what} {name!r} står allerede i linje {rows[name]}. Slet den ene."))
            rows.setdefault(name, document.places.get(path, (0, 0))[0])
    return findings
