"""The survey: a questionnaire to all leaders in waves, linked from wave to wave though nobody knows whose answers they are.

While a wave is open the drafts of all stand in one sealed box in its row, always of the same size, under a key of the
wave's own. That key is in a file that no backup has. Whoever compares backups sees that the box was rewritten between them,
and nothing else. When the wave is closed the answers of those who have sent them go into a table of their own (see
``survey_answers``), and what is shown is computed from there (see the package ``survey``): both in one transaction, or
neither. Then the wave's key is destroyed. Fewer than five answers are thrown away unread.

Whom a leader answers for among departments stands from the moment a wave opens, sealed with the same key: who keeps the
list can move nobody about to see what one department becomes without them.

Until the survey is ended a leader can see and withdraw the own answers, since the link key finds them. At the end that key
is destroyed, and the answers with it: what is left is what everybody has seen.

A wave whose key is gone, after a copy has been put back, is closed: it may have shown its figures before.

What this does not withstand: someone who controls the running server, or copies the key files from its disk before the end.
Whoever watches the traffic learns who answers when, but not what.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from ..errors import AccessError, AnswerError
from ..model import Item, Questionnaire, Theme, ThemeKind
from . import schema
from .database import Database
from .keyfiles import KeyFiles
from .sealing import pad, seal, unpad, unseal
from .survey_answers import Given, SurveyAnswers, clear
from .waves import LEAST, ROOM, check_apart, check_frame, count_leaders, held, hold_gathering, is_leader, rows, titled, write

POINTS: Final = range(6)
"""What can be answered: 1 (disagree entirely) to 5 (agree entirely), 0: don't know."""

DEPARTMENTS: Final = "afdelinger."
"""The key of the theme about relations between departments. No file can have it: it is no slug."""

RELATION: Final = "Samarbejdet med {} fungerer godt i hverdagen."

_WAVES = schema.survey_wave
_WHAT = "måling"
_LINK = "link"
_NONE = "."


@dataclass(frozen=True)
class Frame:
    """The cohort as its survey finds it today: what it asks (None: it has no survey), and each leader's department by id.

    A wave takes both as they are when it opens.
    """

    asks: Questionnaire | None
    departments: Mapping[str, str]


@dataclass(frozen=True)
class Draft:
    """What one leader has answered so far. ``sent``: it counts, as it stands when the wave is closed."""

    sent: bool
    answers: dict[str, int] = field(repr=False)


NO_DRAFT: Final = Draft(False, {})


@dataclass(frozen=True)
class Shown:
    """What a closed wave shows. ``why`` it shows nothing: "few" answers, "lost" ones, "unsafe" figures; empty where it does.

    ``figures`` is the wave as the survey's ledger has it, as JSON. ``asked`` could have answered and ``answered`` did.
    """

    why: str
    asked: int = 0
    answered: int = 0
    figures: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class SurveyWave:
    """One wave, open from the first of its days to the last.

    ``number``: its place among those that show something, from 1. ``asks`` is None until it opens. ``answered`` is None
    while fewer than five have sent their answers, and then five until the close: a count that moves tells who has just sent.
    ``shown`` is None until it is closed.
    """

    id: str
    number: int | None
    title: str
    opens: date
    closes: date
    closed: bool
    asks: Questionnaire | None
    asked: int
    answered: int | None
    shown: Shown | None

    def state(self, _today: date) -> str:
        """ "closed", "planned" or "open": a look opens and closes, and what has opened stays so if the clock is put back."""
        return "closed" if self.closed else "planned" if self.asks is None else "open"


@dataclass(frozen=True)
class Survey:
    """Everything there is to see. ``waves``: the newest first.

    ``relations``: the departments that were promised before the first wave; None: no wave has opened. ``ended``: there will
    be no more waves, and the answers are deleted. ``linked``: a leader's own answers can still be found.
    """

    waves: tuple[SurveyWave, ...]
    relations: tuple[str, ...] | None
    ended: bool
    linked: bool

    def ledger(self) -> dict[str, Any]:
        """All that was ever shown, as the JSON of the survey's ledger."""
        found = sorted((wave for wave in self.waves if wave.number), key=lambda wave: wave.number or 0)
        figures = [wave.shown.figures for wave in found if wave.shown]
        return {"promised": _promised_keys(self.relations or ()), "waves": figures}


class Surveys:
    """The verbs about the survey. AccessError where a wave is asked for that isn't the gathering's."""

    def __init__(self, database: Database, files: KeyFiles) -> None:
        self._database, self._files = database, files
        self._held: list[str] = []  # gatherings, once for each who holds

    def look(self, gathering: str, frame: Frame, today: date) -> Survey:
        """The survey as it stands. Waves whose first day has come are opened, those whose last day is over are closed."""
        self._tidy(gathering, frame, today)
        with self._database.reading() as connection:
            leaders, link = count_leaders(connection, gathering), self._files.secret(gathering, _LINK)
            standing = _standing(connection, gathering)
            waves = tuple(self._wave(row, leaders) for row in rows(connection, _WAVES, gathering))
        promised = None if standing is None else tuple(json.loads(standing["relations"]))
        return Survey(waves, promised, standing is not None and standing["ended"], link is not None)

    def hold(self, gathering: str) -> bool:
        """Let no wave open until ``let_go``, while what it would ask may change. True: one has, and what it asks stands."""
        with self._database.atomic() as connection:
            hold_gathering(connection, gathering)  # who opens one just now is waited for
            self._held.append(gathering)
            return _standing(connection, gathering) is not None

    def let_go(self, gathering: str) -> None:
        """Let waves open again, once all who hold have let go."""
        self._held.remove(gathering)

    def plan(self, gathering: str, frame: Frame, title: str, opens: date, closes: date, today: date) -> str:
        """The id of a new wave. AnswerError where its title or days can't be, or it is too near another one."""
        named = titled(title)
        check_frame(_WHAT, named, opens, closes, today)
        if frame.asks is None:
            raise AnswerError("Holdet har intet spørgeskema. Læg spoergeskema.csv og temaer.csv i holdets mappe først.")
        self._tidy(gathering, frame, today)
        wave = secrets.token_hex(16)
        with self._database.atomic() as connection:
            hold_gathering(connection, gathering)
            standing = _standing(connection, gathering)
            if standing is not None and standing["ended"]:
                raise AccessError("Målingerne er afsluttet, og nøglen er slettet. Der kan ikke planlægges flere.")
            shown = [row for row in rows(connection, _WAVES, gathering) if not row["closed"] or row["number"]]
            check_apart(_WHAT, shown, opens, closes, today)
            values = {"id": wave, "gathering": gathering, "title": named, "opens": opens, "closes": closes, "closed": False}
            connection.execute(insert(_WAVES).values(**values))
        return wave

    def drop(self, gathering: str, wave: str) -> None:
        """Take back a wave that has not begun. AccessError once it has."""
        with self._database.atomic() as connection:
            if held(connection, _WAVES, _WHAT, gathering, wave)["asks"] is not None:
                raise AccessError("Målingen er begyndt. Du kan lukke den, men ikke slette den.")
            connection.execute(delete(_WAVES).where(_WAVES.c.id == wave))

    def draft(self, gathering: str, wave: str, person_id: str) -> Draft:
        """What a leader has answered in a wave that is open. For that very leader alone."""
        with self._database.reading() as connection:
            row = next((row for row in rows(connection, _WAVES, gathering) if row["id"] == wave), None)
            box = self._box(row) if row is not None and row["sealed"] is not None else None
        return (box or {}).get(person_id, NO_DRAFT)

    def items(self, gathering: str, wave: str, person_id: str) -> list[Item]:
        """What a leader is asked in a wave that is open: not about the department the leader was in when it opened.

        Who had none then, or came later, answers for none and is asked about none.
        """
        with self._database.reading() as connection:
            row = next((row for row in rows(connection, _WAVES, gathering) if row["id"] == wave), None)
            if row is None or row["asks"] is None:
                return []
            return items_for(_asks(row), self._departments(row).get(person_id, ""))

    def save(self, gathering: str, wave: str, person_id: str, item: str, value: int, today: date) -> None:
        """Keep one answer in the draft. AnswerError where there is no such item or answer.

        AccessError for who isn't a leader of the gathering today, and while the wave isn't open.
        """
        with self._database.atomic() as connection:
            row, box = self._opened(connection, gathering, wave, person_id, today)
            if value not in POINTS or item not in [each.key for each in _asks(row).items]:
                raise AnswerError("Svaret kunne ikke læses. Hent siden igen, og prøv en gang til.")
            before = box.get(person_id, NO_DRAFT)
            draft = Draft(before.sent, before.answers | {item: value})
            write(connection, _WAVES, wave, sealed=self._sealed(row, box | {person_id: draft}))

    def send(self, gathering: str, wave: str, person_id: str, today: date) -> dict[str, int]:
        """From now on the draft counts; what stands in it. AnswerError while an item is unanswered."""
        with self._database.atomic() as connection:
            row, box = self._opened(connection, gathering, wave, person_id, today)
            answers = box.get(person_id, NO_DRAFT).answers
            asked = items_for(_asks(row), self._departments(row).get(person_id, ""))
            missing = [item for item in asked if item.key not in answers]
            if missing:
                raise AnswerError(f"Du mangler at svare på {len(missing)} udsagn. »Ved ikke« er også et svar.")
            write(connection, _WAVES, wave, sealed=self._sealed(row, box | {person_id: Draft(True, answers)}))
        return answers

    def own(self, gathering: str, person_id: str) -> dict[str, dict[str, int]]:
        """A leader's answers in the waves that are closed, by wave. Empty once the survey is ended."""
        link = self._files.secret(gathering, _LINK)
        if link is None:
            return {}
        with self._database.reading() as connection:
            answers = SurveyAnswers(connection, self._files.read(gathering), link, gathering)
            return answers.own(person_id, _items(connection, gathering))

    def asked(self, gathering: str) -> dict[str, tuple[str, Questionnaire]]:
        """The title of each wave that has opened and what it asks, the oldest first, by its id."""
        with self._database.reading() as connection:
            found = reversed(rows(connection, _WAVES, gathering))
            return {row["id"]: (row["title"], _asks(row)) for row in found if row["asks"] is not None}

    def withdraw(self, gathering: str, wave: str, person_id: str) -> bool:
        """Delete a leader's answers in a wave, open or closed; whether there were any. What has been shown stands.

        AccessError once nobody can find them any more.
        """
        link = self._files.secret(gathering, _LINK)
        with self._database.atomic() as connection:
            row = held(connection, _WAVES, _WHAT, gathering, wave)
            if not row["closed"]:
                box = self._box(row) if row["sealed"] is not None else None
                if not box or person_id not in box:
                    return False
                left = {person: draft for person, draft in box.items() if person != person_id}
                write(connection, _WAVES, wave, sealed=self._sealed(row, left))
                return True
            if link is None:
                raise AccessError("Nøglen er slettet, og ingen kan finde dine svar mere, heller ikke du.")
            answers = SurveyAnswers(connection, self._files.read(gathering), link, gathering)
            return answers.withdraw(person_id, wave, _items(connection, gathering).get(wave, []))

    def forget(self, gathering: str, person_id: str) -> int:
        """Withdraw a leader from every wave in which the answers can be found. How many there were in."""
        link = self._files.secret(gathering, _LINK)
        with self._database.reading() as connection:
            found = rows(connection, _WAVES, gathering)
        waves = [row["id"] for row in found if link is not None or not row["closed"]]
        return sum(self.withdraw(gathering, wave, person_id) for wave in waves)

    def close(self, gathering: str, wave: str, today: date) -> None:
        """Close a wave for good and show what it came to, all of it or nothing. Once or twice, the result is the same."""
        with self._database.atomic() as connection:
            hold_gathering(connection, gathering)  # one wave at a time: each is computed from those before
            row = held(connection, _WAVES, _WHAT, gathering, wave)
            if not row["closed"]:
                if row["asks"] is None and today <= row["closes"]:
                    raise AccessError("Målingen er ikke begyndt. Du kan slette den i stedet.")
                shown, number = self._come_out(connection, row)
                told = self._seal_shown(row, shown)
                last = max(row["opens"], min(today, row["closes"]))  # the clock may have been put back
                values = {"closed": True, "closes": last, "number": number}
                write(connection, _WAVES, wave, sealed=None, departments=None, released=told, **values)
        self._files.destroy_secret(gathering, _wave_key(wave))

    def end(self, gathering: str) -> None:
        """Delete every answer, and the key that finds a leader's from wave to wave. What has been shown stands."""
        with self._database.atomic() as connection:
            hold_gathering(connection, gathering)
            if any(not row["closed"] for row in rows(connection, _WAVES, gathering)):
                raise AccessError("Der er en måling, som ikke er lukket. Luk den, eller slet planen, før du afslutter.")
            if _standing(connection, gathering) is None:
                raise AccessError("Der har ikke været nogen måling endnu.")
            clear(connection, gathering)
            table = schema.survey
            connection.execute(update(table).where(table.c.gathering == gathering).values(ended=True))
        self._files.destroy_secret(gathering, _LINK)

    def finish(self, gathering: str, today: date) -> bool:
        """End the survey with the programme, whatever is open or planned. Whether there was anything to end."""
        with self._database.reading() as connection:
            standing, waves = _standing(connection, gathering), rows(connection, _WAVES, gathering)
        if standing is None or standing["ended"]:
            return False
        for wave in (each for each in waves if not each["closed"]):
            if wave["asks"] is None:
                self.drop(gathering, wave["id"])
            else:
                self.close(gathering, wave["id"], today)
        self.end(gathering)
        return True

    def _tidy(self, gathering: str, frame: Frame, today: date) -> None:
        """Open and close what is due, and destroy the keys that a crash has left."""
        with self._database.reading() as connection:
            waves, standing = rows(connection, _WAVES, gathering), _standing(connection, gathering)
        here = set(self._files.secrets(gathering))  # after the rows: a wave that stands open there has got its key before
        for row in waves:
            lost = row["asks"] is not None and not row["closed"] and _wave_key(row["id"]) not in here
            if row["closed"] and _wave_key(row["id"]) in here:
                self._files.destroy_secret(gathering, _wave_key(row["id"]))
            elif not row["closed"] and (lost or row["closes"] < today):
                self.close(gathering, row["id"], today)
            elif row["departments"] is None and frame.asks is not None and not row["closed"] and row["opens"] <= today:
                self._begin(gathering, row["id"], frame)
        if standing is not None and standing["ended"] and _LINK in here:
            self._files.destroy_secret(gathering, _LINK)

    def _begin(self, gathering: str, wave: str, frame: Frame) -> None:
        """Open a wave: what it asks, and of which departments, stands from now on; what the first one promises, for good.

        One that was open before departments were kept gets those of today.
        """
        with self._database.atomic() as connection:
            hold_gathering(connection, gathering)
            row = held(connection, _WAVES, _WHAT, gathering, wave)
            if row["departments"] is not None or row["closed"] or frame.asks is None or gathering in self._held:
                return
            self._files.make_secret(gathering, _LINK)
            self._files.make_secret(gathering, _wave_key(wave))
            write(connection, _WAVES, wave, departments=self._seal_departments(row, frame.departments))
            if row["asks"] is None:
                asks = _with_relations(frame.asks, _promised(connection, gathering, frame))
                write(connection, _WAVES, wave, asks=json.dumps(asdict(asks), ensure_ascii=False))
                row = held(connection, _WAVES, _WHAT, gathering, wave)
                write(connection, _WAVES, wave, sealed=self._sealed(row, {}))

    def _opened(
        self, connection: Connection, gathering: str, wave: str, person_id: str, today: date
    ) -> tuple[RowMapping, dict[str, Draft]]:
        """The row of a wave in which someone may answer today, and the drafts in it. Else AccessError."""
        row = held(connection, _WAVES, _WHAT, gathering, wave)
        if not is_leader(connection, gathering, person_id):
            raise AccessError("Kun holdets ledere kan svare.")
        box = self._box(row) if row["sealed"] is not None else None
        if box is None or today > row["closes"]:
            raise AccessError("Målingen er ikke åben. Det sidste, du valgte, er ikke gemt.")
        return row, box

    def _come_out(self, connection: Connection, row: RowMapping) -> tuple[Shown, int | None]:
        """What a wave shows, its answers laid in their table, and its number; nothing is laid where nothing is shown."""
        box = self._box(row) if row["sealed"] is not None else {}
        if box is None:
            return Shown("lost"), None
        sent = {person: draft.answers for person, draft in box.items() if draft.sent}
        if len(sent) < LEAST:
            return Shown("few"), None
        gathering, link = row["gathering"], self._files.make_secret(row["gathering"], _LINK)
        before = _in_order(rows(connection, _WAVES, gathering))
        promised = _promised_keys(json.loads(_promises(connection, gathering)))
        ledger = {"promised": promised, "waves": [self._shown(each).figures for each in before]}
        answers = SurveyAnswers(connection, self._files.read(gathering), link, gathering)
        asked = _items(connection, gathering)
        known = [{**answers.own(person, asked), row["id"]: given} for person, given in sent.items()]
        cells = _by_department(_asks(row), sent, self._departments(row))
        keys = [item.key for item in _asks(row).items if item.theme != DEPARTMENTS]
        figures = _figures(ledger, known, keys, [*(each["id"] for each in before), row["id"]], cells)
        if figures is None:
            return Shown("unsafe"), None
        answers.lay(row["id"], sent)
        leaders = max(count_leaders(connection, gathering), len(sent))
        return Shown("", leaders, len(sent), figures), len(before) + 1

    def _wave(self, row: RowMapping, leaders: int) -> SurveyWave:
        frame = row["id"], row["number"], row["title"], row["opens"], row["closes"], row["closed"]
        asks = None if row["asks"] is None else _asks(row)
        if row["closed"]:
            shown = self._shown(row)
            answered = None if shown.why else shown.answered
            return SurveyWave(*frame, asks, shown.asked or leaders, answered, shown)
        box = (self._box(row) if row["sealed"] is not None else None) or {}
        enough = sum(draft.sent for draft in box.values()) >= LEAST
        seen = LEAST if enough else None
        return SurveyWave(*frame, asks, max(leaders, seen or 0), seen, None)  # some may have answered, and left

    def _box(self, row: RowMapping) -> dict[str, Draft] | None:
        """The drafts by leader; None where the wave's key is gone."""
        key = self._files.secret(row["gathering"], _wave_key(row["id"]))
        if key is None:
            return None
        told = json.loads(unpad(unseal(key, row["sealed"], "survey drafts", row["gathering"], row["id"])))
        keys = [item.key for item in _asks(row).items]
        return {person: Draft(sent, _read(keys, marks)) for person, (sent, marks) in told.items()}

    def _sealed(self, row: RowMapping, box: Mapping[str, Draft]) -> bytes:
        """The drafts in a box of the same size whatever is in it, in an order that says nothing."""
        keys = [item.key for item in _asks(row).items]
        told = {person: [draft.sent, _written(keys, draft.answers)] for person, draft in sorted(box.items())}
        key = self._files.secret(row["gathering"], _wave_key(row["id"]))
        assert key is not None  # whoever seals has opened, or has just made it
        return seal(key, pad(json.dumps(told).encode().ljust(ROOM)), "survey drafts", row["gathering"], row["id"])

    def _departments(self, row: RowMapping) -> dict[str, str]:
        """Each leader's department when the wave opened. Empty where its key is gone."""
        key = self._files.secret(row["gathering"], _wave_key(row["id"]))
        if key is None or row["departments"] is None:
            return {}
        told = unpad(unseal(key, row["departments"], "survey departments", row["gathering"], row["id"]))
        found: dict[str, str] = json.loads(told)
        return found

    def _seal_departments(self, row: RowMapping, departments: Mapping[str, str]) -> bytes:
        key = self._files.secret(row["gathering"], _wave_key(row["id"]))
        assert key is not None  # it has just been made
        content = pad(json.dumps(departments).encode())
        return seal(key, content, "survey departments", row["gathering"], row["id"])

    def _seal_shown(self, row: RowMapping, shown: Shown) -> bytes:
        content = pad(json.dumps(asdict(shown)).encode())
        return seal(self._files.read(row["gathering"]), content, "survey shown", row["gathering"], row["id"])

    def _shown(self, row: RowMapping) -> Shown:
        key = self._files.read(row["gathering"])
        told = json.loads(unpad(unseal(key, row["released"], "survey shown", row["gathering"], row["id"])))
        return Shown(**told)


def relation(at: int) -> str:
    """The key of the item about a department: ``at`` is its place (from 0) among those that were promised."""
    return f"afdeling.{at + 1}"


def items_for(asks: Questionnaire, department: str) -> list[Item]:
    """What a leader of that department is asked: not about the own, and about none by who has none."""
    own = RELATION.format(department)
    return [item for item in asks.items if item.theme != DEPARTMENTS or (department and item.text != own)]


def _with_relations(asks: Questionnaire, departments: list[str]) -> Questionnaire:
    """The questionnaire with an item about each of those departments."""
    if not departments:
        return asks
    intro = (
        "Hvordan går samarbejdet med de andre, set fra den afdeling, du stod i, da målingen åbnede? "
        "Tallene bliver vist afdeling for afdeling, hvor mindst fem har svaret."
    )
    theme = Theme(DEPARTMENTS, "Samarbejdet mellem afdelingerne", ThemeKind.INSIDE, intro)
    items = [Item(relation(at), DEPARTMENTS, RELATION.format(name)) for at, name in enumerate(departments)]
    return Questionnaire((*asks.items, *items), (*asks.themes, theme), asks.relations)


def _promised(connection: Connection, gathering: str, frame: Frame) -> list[str]:
    """The departments that relations are shown of: said when the first wave opens, and never changed.

    Only those of at least five leaders, since a figure about fewer would be about persons.
    """
    if _standing(connection, gathering) is None:
        many = list(frame.departments.values())
        large = sorted({name for name in many if name and many.count(name) >= LEAST})
        said = large if frame.asks is not None and frame.asks.relations and len(large) > 1 else []
        values = {"gathering": gathering, "relations": json.dumps(said, ensure_ascii=False), "ended": False}
        connection.execute(insert(schema.survey).values(**values))
    found: list[str] = json.loads(_promises(connection, gathering))
    return found


def _promises(connection: Connection, gathering: str) -> str:
    standing = _standing(connection, gathering)
    return "[]" if standing is None else str(standing["relations"])


def _standing(connection: Connection, gathering: str) -> RowMapping | None:
    table = schema.survey
    return connection.execute(select(table).where(table.c.gathering == gathering)).mappings().one_or_none()


def _items(connection: Connection, gathering: str) -> dict[str, list[str]]:
    """The keys of what has been asked, by wave."""
    opened = [row for row in rows(connection, _WAVES, gathering) if row["asks"] is not None]
    return {row["id"]: [item.key for item in _asks(row).items] for row in opened}


def _by_department(
    asks: Questionnaire, sent: Mapping[str, Given], departments: Mapping[str, str]
) -> dict[str, dict[str, list[int]]]:
    """The answers about each department, by the department that gave them."""
    found: dict[str, dict[str, list[int]]] = {}
    for item in asks.items:
        if item.theme == DEPARTMENTS:
            row = found.setdefault(item.key, {})
            for person, answers in sent.items():
                own = departments.get(person, "")
                if own and item.key in answers and RELATION.format(own) != item.text:
                    row.setdefault(own, []).append(answers[item.key])
    return found


def _promised_keys(departments: Sequence[str]) -> list[str]:
    return [relation(at) for at in range(len(departments))]


def _in_order(found: list[RowMapping]) -> list[RowMapping]:
    """The waves that show something, in the order they came out."""
    return sorted((row for row in found if row["number"]), key=lambda row: row["number"])


def _figures(
    ledger: Mapping[str, Any],
    answers: Sequence[Mapping[str, Given]],
    items: list[str],
    waves: list[str],
    cells: Mapping[str, Mapping[str, list[int]]],
) -> dict[str, Any] | None:
    """The last of ``waves`` (ids) as the ledger shows it; None where it can't be shown without telling on someone.

    ``answers``: each leader's by wave, of those who took part in the last one. Nobody else's are in a figure of it.
    """
    import numpy as np  # slow to import, and needed a few times a year

    from ..survey import Ledger, SurveyError, Table, release

    tables = {}
    for item in items:
        values = [[given.get(wave, {}).get(item, -1) for wave in waves] for given in answers if item in given[waves[-1]]]
        tokens = tuple(map(str, range(len(values))))
        tables[item] = Table(tokens, np.array(values, dtype=np.int8).reshape(len(values), len(waves)))
    try:
        told = release(Ledger.from_json(ledger), tables, cells, secrets.SystemRandom()).to_json()
    except SurveyError:
        return None
    last: dict[str, Any] = told["waves"][-1]
    return last


def _asks(row: RowMapping) -> Questionnaire:
    told = json.loads(row["asks"])
    themes = tuple(Theme(each["key"], each["title"], ThemeKind(each["kind"]), each["intro"]) for each in told["themes"])
    return Questionnaire(tuple(Item(**each) for each in told["items"]), themes, told["relations"])


def _wave_key(wave: str) -> str:
    return f"wave-{wave}"


def _written(keys: list[str], answers: Mapping[str, int]) -> str:
    """Answers as a sign each, in the order of the items."""
    return "".join(str(answers[key]) if key in answers else _NONE for key in keys)


def _read(keys: list[str], marks: str) -> dict[str, int]:
    return {key: int(mark) for key, mark in zip(keys, marks, strict=True) if mark != _NONE}
