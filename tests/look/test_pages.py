"""What every page promises: Danish, from this server alone, nothing inline, nothing unescaped."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fællesledelse.model import PrivacyNotice
from fællesledelse.server.assets import STATIC, folder_of
from fællesledelse.server.overview import STATES

from .pages import ME, PAGES, entry, render

every_page = pytest.mark.parametrize("page", PAGES)
HOSTILE = "<img src=x onerror=alert(1)>\"'"


class Reader(HTMLParser):
    """Collects what a page is made of: tags with attributes, and the text of scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem and data.strip():
            self.inline.append(data)


@every_page
def test_says_that_it_is_danish(page: str) -> None:
    assert ("html", {"lang": "da"}) in Reader(render(page)).tags


@every_page
def test_asks_nothing_of_another_server(page: str) -> None:
    for tag, attributes in Reader(render(page)).tags:
        for name in ("src", "href", "action"):
            address = attributes.get(name)
            assert address is None or re.match(r"/(?!/)|#", address), f"{tag} {name}={address}"


@every_page
def test_has_no_inline_script_style_or_handler(page: str) -> None:
    reader = Reader(render(page))
    assert reader.inline == []
    names = {name for _, attributes in reader.tags for name in attributes}
    assert not {name for name in names if name == "style" or name.startswith("on")}


@every_page
def test_begins_with_a_way_past_the_frame_and_has_one_main_part(page: str) -> None:
    tags = Reader(render(page)).tags
    links = [attributes for tag, attributes in tags if tag == "a"]
    assert links[0]["href"] == "#indhold"
    assert [attributes["id"] for tag, attributes in tags if tag == "main"] == ["indhold"]


@every_page
def test_says_that_only_constructed_people_may_use_it(page: str) -> None:
    assert "Kun konstruerede personer" in render(page)


def test_a_hostile_name_stays_text_on_every_part_of_a_page() -> None:
    me = ME | {"name": HOSTILE, "gathering_name": HOSTILE, "organisation": HOSTILE}
    nav = [entry(HOSTILE, state="locked") | {"opens": HOSTILE}]
    html = render("dates", me=me, nav=nav, group=HOSTILE, message=HOSTILE)
    assert "<img" not in html
    assert "&lt;img" in html


def test_what_humans_have_not_decided_stays_visibly_blank() -> None:
    html = render("notice", privacy=PrivacyNotice(contact="hr@soenderlund.example"))
    assert html.count("Ikke besluttet endnu – kontakt hr@soenderlund.example") == 6


def test_the_notice_says_its_limits_as_plainly_as_its_promises() -> None:
    html = render("notice")
    assert "Det lover vi" in html
    assert "Det kan vi ikke love" in html
    assert "aktindsigt" in html


def test_a_facilitator_reads_first_what_is_kept_of_her_and_then_what_the_leaders_read() -> None:
    html = render("facilitators-notice")
    assert html.index("Til dig som facilitator") < html.index("Det lover vi")
    assert "Til dig som facilitator" not in render("notice")


def test_the_leader_sees_the_same_states_as_the_facilitator() -> None:
    own = render("facilitator-view")
    for words in STATES.values():
        assert words in own


def test_a_locked_step_is_no_link_and_says_when_it_opens() -> None:
    html = render("notice")
    assert "Åbner 17. august" in html
    assert re.search(r"<span class=\"site-step-name\">Workshop 1</span>", html)


@pytest.mark.parametrize("stylesheet", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_every_file_a_stylesheet_names_is_here(stylesheet: Path) -> None:
    named = re.findall(r"""url\(\s*["']?(?!data:|#)([^"')?#]+)""", stylesheet.read_text(encoding="utf-8"))
    assert [name for name in named if not _named_file(stylesheet, name).is_file()] == []


def _named_file(stylesheet: Path, name: str) -> Path:
    if name.startswith("/assets/"):
        return folder_of(name.removeprefix("/assets/")) / name.removeprefix("/assets/")
    return stylesheet.parent / name


@pytest.mark.parametrize(
    ("kind", "said", "unsaid"),
    [
        ("salon", "her ligger ikke noget fra dig", "Hent alt mit"),
        ("netværk", "du havde delt, kan de andre ikke læse mere", "jeres kontrakt"),
        ("forløb", "tage det tilbage, som andre kan læse", "spilleregler"),
    ],
)
def test_who_has_left_is_told_in_the_words_of_what_they_left(kind: str, said: str, unsaid: str) -> None:
    html = render("former", me=ME | {"home": "/", "kind": kind}, measured=kind == "forløb")
    assert said in html
    assert unsaid not in html
