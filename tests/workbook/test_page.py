"""A page with a server behind it."""

import logging
import re
import socket
from html.parser import HTMLParser
from typing import Any

import pytest

from fællesledelse.vocabulary import DRAFT
from fællesledelse.workbook import Page
from fællesledelse.workbook.fields import Field

from .conftest import WAY, Server

Ends = tuple[socket.socket, socket.socket]


def report_save(field: Field, key: str, version: int = 1) -> None:
    """What the browser sends when the server has acknowledged a save."""
    field._handle_custom_msg({"saved": {"key": key, "version": version}}, [])


class Shape(HTMLParser):
    """The tags of a piece of HTML, and whether all that were opened were closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_field_of_a_served_page_never_holds_its_text(page: Page, server: Server) -> None:
    server.texts["episodes"] = "hemmeligt"
    assert page.text("episodes").values == {}
    assert server.asked == []


def test_a_field_tells_the_browser_what_it_is(page: Page) -> None:
    spec = page.text("draft.task", lines=6, limit=900, readers="published", sources=["chosen.task"]).spec
    assert len(spec) == 1
    assert {name: spec[0][name] for name in ("key", "kind", "limit", "readers", "core")} == {
        "key": "draft.task",
        "kind": "text",
        "limit": 900,
        "readers": "published",
        "core": True,
    }
    assert (spec[0]["lines"], spec[0]["sources"]) == (6, ["chosen.task"])


def test_cards_are_one_widget_with_a_field_for_each_part(page: Page) -> None:
    spec = page.cards("episodes", parts=["did", "effect"], count=2).spec
    assert [(one["key"], one["number"], one["part"]) for one in spec] == [
        ("episodes.1.did", 1, 0),
        ("episodes.1.effect", 1, 1),
        ("episodes.2.did", 2, 0),
        ("episodes.2.effect", 2, 1),
    ]


def test_a_private_text_is_named_so_that_it_can_never_be_shared(page: Page) -> None:
    [spec] = page.private("limits").spec
    assert (spec["key"], spec["readers"], spec["core"]) == ("private.limits", "self", False)


def test_a_choice_says_where_from_and_how_many(page: Page) -> None:
    [spec] = page.choose("chosen.task", sources=["needs", "frame"], most=6).spec
    assert (spec["kind"], spec["sources"], spec["most"]) == ("choice", ["needs", "frame"], 6)


def test_a_day_is_a_day(page: Page) -> None:
    [spec] = page.date("trial-1.day").spec
    assert spec["kind"] == "date"


def test_a_wrong_call_says_what_is_wrong(page: Page) -> None:
    with pytest.raises(ValueError, match=r"page\.private"):
        page.text("private.limits")


def test_earlier_words_stand_under_their_questions_card_by_card(page: Page, server: Server) -> None:
    server.labels = {"episodes.1.did": "Gjorde", "episodes.2.did": "Gjorde", "episodes.1.effect": "Virkning"}
    server.texts = {"episodes.1.effect": "stilhed", "episodes.2.did": "ventede", "episodes.1.did": "gik ned"}
    html = page.earlier("episodes").value
    assert re.findall(r"gik ned|stilhed|ventede", html) == ["gik ned", "stilhed", "ventede"]
    assert html.index("Gjorde") < html.index("gik ned") < html.index("Virkning") < html.index("stilhed")
    assert html.count('<li class="fl-card">') == 2


def test_earlier_words_stand_in_the_order_they_are_asked_for(page: Page, server: Server) -> None:
    server.texts = {"doubt": "tvivlen", "promise": "løftet"}
    html = page.earlier("promise", "doubt").value
    assert html.index("løftet") < html.index("tvivlen")


def test_many_earlier_words_are_folded_and_few_are_not(page: Page, server: Server) -> None:
    server.texts = {f"values.{card}.{part}": "ord" for card in (1, 2) for part in ("a", "b", "c", "d", "e", "f", "g")}
    assert "Læs dine egne ord (14 svar)</summary>" in page.earlier("values").value
    assert "<details" not in page.earlier("values.1").value


def test_a_day_written_earlier_is_read_as_a_day(page: Page, server: Server) -> None:
    server.texts = {"trial-1.promise": "Stille om", "trial-1.day": "2026-08-31"}
    assert "31. august 2026" in page.earlier("trial-1").value


def test_a_text_that_only_looks_like_a_day_is_shown_as_written(page: Page, server: Server) -> None:
    server.texts = {"doubt": "2026-02-31"}
    assert "2026-02-31" in page.earlier("doubt").value


def test_nothing_written_is_met_with_a_kind_line(page: Page) -> None:
    assert "når du har skrevet dem" in page.earlier("episodes").value


def test_a_saved_field_refreshes_what_is_computed_from_it(page: Page, server: Server) -> None:
    field = page.text("draft.task", readers="published")
    draft, other = page.draft(), page.earlier("episodes")
    server.texts["draft.task"] = "Min opgave er færgerne"
    questions = len(server.asked)
    report_save(field, "draft.task")
    assert "Min opgave er færgerne" in draft.value
    assert "færgerne" not in other.value
    assert len(server.asked) == questions + 1


def test_a_saved_part_of_a_card_refreshes_the_whole_card(page: Page, server: Server) -> None:
    field, shown = page.cards("values", parts=["name", "last"]), page.earlier("values")
    server.texts["values.2.name"] = "Dårligt nyt først"
    report_save(field, "values.2.name")
    assert "Dårligt nyt først" in shown.value


def test_a_save_of_a_foreign_key_refreshes_nothing(page: Page, server: Server) -> None:
    field = page.text("doubt")
    page.draft()
    questions = len(server.asked)
    report_save(field, "draft.task")
    assert len(server.asked) == questions


def test_the_draft_has_six_headings_its_length_and_its_time_aloud(page: Page, server: Server) -> None:
    server.texts = {"draft.task": " ".join(["ord"] * 130), "draft.why": " ".join(["ord"] * 65)}
    html = page.draft().value
    assert html.count("<h3") == 6
    assert "195 ord. Læst højt tager det omkring 1 minut og 30 sekunder." in html
    assert "Der er plads til 195 ord mere på 3 minutter." in html
    assert "Endnu uden ord: Værdier i handling, I kan forvente af mig, Jeg forventer af jer og Det øver jeg mig i." in html


def test_the_draft_says_how_much_is_too_much(page: Page, server: Server) -> None:
    server.texts = {key: " ".join(["ord"] * 100) for key in DRAFT}
    html = page.draft().value
    assert "600 ord. Læst højt tager det omkring 4 minutter og 35 sekunder." in html
    assert "Det er 210 ord mere, end der er plads til på 3 minutter." in html
    assert "Endnu uden ord" not in html


def test_the_draft_uses_the_headings_of_the_notebook(page: Page, server: Server) -> None:
    server.labels = {"draft.task": "Det, vi er sat i verden for"}
    assert "Det, vi er sat i verden for" in page.draft().value


def test_the_path_says_where_i_am_and_how_long_it_takes(page: Page) -> None:
    html = page.path().value
    assert html.count('aria-current="step"') == 1
    here = html[html.index('aria-current="step"') :].split("</li>")[0]
    assert "Workshop 1: Fortæl" in here
    assert "Det tager 2 timer og 40 minutter." in here
    assert "Du er i gang." in here
    assert 'href="/hold/nord/workshop-1">Fortsæt her</a>' in here


def test_the_path_greets_by_first_name(page: Page, server: Server) -> None:
    assert "Hej Karl. Her er din vej." in page.path().value
    server.way = {**WAY, "name": ""}
    assert "Hej" not in page.path().value


def test_the_path_says_when_all_is_written_and_only_the_mark_is_missing(page: Page, server: Server) -> None:
    server.way = {**WAY, "steps": [{**step, "filled": step["fields"]} for step in WAY["steps"]]}
    html = page.path().value
    assert "Du har skrevet i alle felter. Marker trinet, når du er klar." in html
    assert "Det tager" not in html


def test_the_path_links_what_is_open_and_dates_every_step(page: Page) -> None:
    html = page.path().value
    assert '<a href="/hold/nord/forberedelse-1">Forberedelse 1</a>' in html
    assert "15. juni, gennemført" in html
    assert "24. august" in html
    assert "/hold/nord/forberedelse-2" not in html
    assert "åbner 30. september" in html


def test_a_day_in_another_year_is_told_with_its_year(page: Page, server: Server) -> None:
    server.way = {**WAY, "today": "2025-12-30"}
    html = page.path().value
    assert "15. juni, gennemført" in html  # short, for the line of a phone: it is over
    assert "åbner 30. september 2026" in html


def test_the_path_names_those_who_go_along(page: Page) -> None:
    html = page.path().value
    assert "Ida Holst og Bo Krag" in html
    assert "Facilitator: Lis Vang." in html


def test_the_path_says_when_the_next_step_opens(page: Page, server: Server) -> None:
    server.way = {**WAY, "steps": [{**step, "done": step["open"]} for step in WAY["steps"]]}
    html = page.path().value
    assert "Næste trin er Forberedelse 2. Det åbner 30. september." in html
    assert "aria-current" not in html


def test_the_path_knows_its_end(page: Page, server: Server) -> None:
    server.way = {**WAY, "steps": [{**step, "open": True, "done": True} for step in WAY["steps"]]}
    html = page.path().value
    assert "Du er hele vejen igennem." in html
    assert '<a href="/hold/nord/hent-mit">Hent alt det, du har skrevet</a>, før holdet slutter.' in html


def test_the_path_leads_to_the_board_and_the_living_foundation_when_they_are_there(page: Page, server: Server) -> None:
    ways = r'<li><a href="([^"]+)">([^<]+)</a></li>'
    assert re.findall(ways, page.path().value) == [("/hold/nord/forloeb", "Hele forløbet")]
    later = {"minutes": 10, "opens": None, "open": True, "done": False, "fields": 0, "filled": 0}
    period = later | {"name": "periode-a", "title": "Periode A", "kind": "period", "url": "/hold/nord/periode-a"}
    living = later | {"name": "levende-grundlag", "title": "Levende", "kind": "annex", "url": "/hold/nord/levende-grundlag"}
    server.way = {**WAY, "steps": [*WAY["steps"], period, living]}
    assert re.findall(ways, page.path().value)[1:] == [
        ("/hold/nord/tavle", "Tavlen"),
        ("/hold/nord/levende-grundlag", "Levende"),
    ]
    server.way = {**WAY, "steps": [*WAY["steps"], period | {"open": False}, living | {"open": False}]}
    assert len(re.findall(ways, page.path().value)) == 1


def test_the_path_says_nothing_of_fetching_before_its_end(page: Page) -> None:
    assert "hent-mit" not in page.path().value


def test_finish_is_a_button_for_this_step_that_says_who_sees_the_mark(page: Page) -> None:
    html = page.finish().value
    assert 'data-finish="workshop-1"' in html
    assert 'aria-pressed="false"' in html
    assert "Marker trinet som gennemført" in html
    assert "aldrig hvad du har skrevet" in html
    assert '<a href="/hold/nord/">Se, hvor du er på din vej</a>' in html


def test_finish_knows_that_the_step_is_done(page: Page, server: Server) -> None:
    server.way = {**WAY, "steps": [{**step, "done": True} for step in WAY["steps"]]}
    assert 'aria-pressed="true"' in page.finish().value


CHART = {"figure", "figcaption", "svg", "text", "rect"}
DRAWN = {"viewbox", "aria-label", "x", "y", "width", "height", "rx"}
HOSTILE = "</p><script>alert(1)</script><img src=x onerror=alert(2)> \"&amp; '\u202e\x07 🙂"


@pytest.mark.parametrize("call", ["earlier", "draft", "path", "finish"])
def test_whatever_is_written_is_shown_as_text(page: Page, server: Server, call: str) -> None:
    server.texts = server.labels = dict.fromkeys(("doubt", "values.1.name", "values.2.name", *DRAFT), HOSTILE)
    steps = [{**step, "title": HOSTILE, "url": f"/hold/{HOSTILE}"} for step in WAY["steps"]]
    server.way = {**WAY, "steps": steps, "group": [HOSTILE], "facilitators": [HOSTILE]}
    keys = ("doubt", "values") if call == "earlier" else ()
    shape = Shape(getattr(page, call)(*keys).value)
    assert set(shape.tags) <= {"div", "article", "h3", "p", "ol", "ul", "li", "a", "strong", "span", "button", "br", *CHART}
    assert {name for name, _ in shape.attributes} <= {
        "class", "href", "aria-current", "aria-pressed", "data-finish", "data-said", "role", "type", *DRAWN,
    }  # fmt: skip
    assert all(name != "class" or str(value).startswith("fl-") for name, value in shape.attributes)
    assert shape.open == []


def test_a_refused_question_becomes_a_kind_line(page: Page, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        html = page.earlier("forbidden").value
    assert "Vi kan ikke hente dine ord lige nu" in html
    assert "not a request this page may make" in caplog.text


def test_a_lost_server_leaves_what_is_on_the_page(page: Page, server: Server) -> None:
    server.texts["draft.task"] = "Min opgave er færgerne"
    field, draft = page.text("draft.task", readers="published"), page.draft()
    server.stop()
    report_save(field, "draft.task")
    assert "Min opgave er færgerne" in draft.value


def test_a_page_opened_without_its_server_says_so_kindly(page: Page, server: Server) -> None:
    server.stop()
    assert "Vi kan ikke hente dine ord lige nu" in page.draft().value
    assert "Vi kan ikke hente dine ord lige nu" in page.path().value


@pytest.mark.parametrize(
    ("call", "keys", "named", "drawn"),
    [
        ("contract", (), {"parts": ["purpose", "trust"]}, 'data-part="contract" data-parts="purpose trust"'),
        ("contract", (), {"parts": []}, 'data-part="contract" data-parts=""'),
        ("run_sheet", (), {"people": 3}, 'data-part="run-sheet" data-people="3"'),
        ("room", (), {}, 'data-part="room"'),
        ("give", ("harvest",), {}, 'data-part="give" data-kind="harvest" data-rounds="1"'),
        ("give", ("words",), {"rounds": 3}, 'data-part="give" data-kind="words" data-rounds="3"'),
        ("received", ("harvest",), {}, 'data-part="received" data-kind="harvest"'),
        (
            "received",
            ("promise",),
            {"beside": ["promise", "version.talk"]},
            'data-part="received" data-kind="promise" data-beside="promise version.talk"',
        ),
        *((name, (), {}, f'data-part="{name}"') for name in ("share", "readings", "feedback", "revision", "publish")),
    ],
)
def test_what_a_group_shares_is_a_place_for_the_page_s_own_script(
    page: Page, server: Server, call: str, keys: tuple[str, ...], named: dict[str, Any], drawn: str
) -> None:
    server.texts = {"promise": "hemmeligt"}
    assert getattr(page, call)(*keys, **named).value == f'<div class="fl-part" {drawn}></div>'
    assert server.asked == []


@pytest.mark.parametrize(
    ("call", "keys", "named"),
    [
        ("give", ("gossip",), {}),
        ("give", ("harvest",), {"rounds": 9}),
        ("received", ("gossip",), {}),
        ("run_sheet", (), {"people": 13}),
    ],
)
def test_a_wrong_part_says_what_is_wrong(page: Page, call: str, keys: tuple[str, ...], named: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="skal være"):
        getattr(page, call)(*keys, **named)


def test_the_mirror_reads_the_draft_only_when_it_is_asked(page: Page, server: Server) -> None:
    page.mirror()
    assert server.asked == []


def met(name: str, opens: str, **duties: list[str]) -> dict[str, Any]:
    """A meeting as the server tells it."""
    told = {"name": name, "title": name.capitalize(), "kind": "meeting", "minutes": 120, "opens": opens, "open": True}
    return told | {"done": False, "fields": 0, "filled": 0, "url": "", "duties": list(duties.items())}


@pytest.mark.parametrize(
    ("step", "seen", "unseen"),
    [
        ("andet", ["Vært", "<strong>dig</strong>", "Har en sag med", "Ida &lt;Holst og Bo Krag"], ["Første", "Tredje"]),
        ("velkomst", ["Andet", "8. september", "Tredje", "Passer uret", "HR"], ["Første"]),
        ("tredje", ["Passer uret", "HR"], ["aftalt"]),
        ("første", ["Det er ikke aftalt endnu, hvem der gør hvad."], ["Vært"]),
    ],
)
def test_who_does_what_is_seen_for_the_pages_own_meeting_or_for_all_to_come(
    page: Page, server: Server, step: str, seen: list[str], unseen: list[str]
) -> None:
    meetings = [
        met("første", "2026-08-01"),
        met("andet", "2026-09-08", vært=["Karl Dam"], sag=["Ida <Holst", "Bo Krag"]),
        met("tredje", "2026-10-20", ordstyrer=["HR"]),
    ]
    server.way = WAY | {"steps": [*WAY["steps"], *meetings]}
    page._step = step
    told = page.duties().value
    Shape(told)
    assert all(word in told for word in seen)
    assert not any(word in told for word in unseen)


def test_where_there_are_no_meetings_there_is_nothing_to_see(page: Page) -> None:
    assert page.duties().value == ""
