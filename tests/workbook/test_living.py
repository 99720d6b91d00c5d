"""The living foundation: each sentence that promises something, beside what tested it and what others said about it."""

import re
from datetime import date
from typing import Any

import pytest

from fællesledelse.vocabulary import LIVING, own
from fællesledelse.workbook import Page
from fællesledelse.workbook.connection import Heard, Reading, Way, WayStep
from fællesledelse.workbook.fields import Field
from fællesledelse.workbook.living import promised, shown

from .conftest import Server

OFFER = "I kan forvente, at jeg ringer. Jeg kommer til tiden."
CARD = "period.periode-a.experiment-1."


def step(name: str, title: str) -> WayStep:
    return WayStep(name, title, "period", 60, None, True, False, 0, 0, f"/hold/nord/{name}")


WAY = Way(date(2027, 1, 4), (step("periode-a", "Periode A"), step("periode-b", "Periode B")))


def told(texts: dict[str, str], *heard: Heard, way: Way = WAY) -> str:
    return shown(Reading({"draft.offer": OFFER, **texts}), way, heard)


def said(kind: str, text: str, **about: str) -> Heard:
    return Heard(kind, "Dorte", (("", text),), **about)


def beside(found: str) -> dict[str, str]:
    """What stands beside each sentence, and last what belongs to none."""
    items = re.findall(r'<li class="fl-living-line[^>]*>(.*?)</li>', found)
    parts = [re.match(r'(?:<p class="fl-living-said"[^>]*>(.*?)</p>)?(.*)', item) for item in items]
    return {part[1] or "": re.sub("<[^>]+>", " ", part[2]) for part in parts if part}


def test_without_a_foundation_it_says_what_will_come() -> None:
    assert "når du har skrevet dem" in shown(Reading({}), WAY)
    assert "når du har skrevet dem" in shown(Reading({f"{CARD}decision": "Behold"}), WAY)


def test_a_sentence_is_tested_when_something_happened_or_was_decided() -> None:
    sentence = {f"{CARD}sentence": "Jeg kommer til tiden."}
    assert "Ingen af sætningerne er prøvet endnu." in told({})
    assert "Ingen af sætningerne er prøvet endnu." in told(sentence)
    assert "Periode A, prøvehandling 1</a>. Ikke gjort endnu." in told(sentence)
    for done in ({f"{CARD}result.1.happened": "Jeg kom fem gange."}, {f"{CARD}decision": "Drop"}):
        assert "1 af 2 sætninger er prøvet." in told(sentence | done)
        assert told(sentence | done).count("Ikke prøvet endnu.") == 1


def test_all_sentences_may_be_tested_and_one_several_times() -> None:
    found = told({
        f"{CARD}sentence": "Jeg kommer til tiden.", f"{CARD}decision": "Justér",
        "period.periode-b.experiment-2.sentence": "jeg kommer til tiden", "period.periode-b.experiment-2.decision": "Behold",
        "period.periode-b.experiment-1.sentence": "I kan forvente, at jeg ringer.",
        "period.periode-b.experiment-1.result.1.happened": "Jeg ringede.",
    })  # fmt: skip
    assert "Alle sætningerne er prøvet mindst én gang." in found
    assert found.index("Periode A, prøvehandling 1") < found.index("Periode B, prøvehandling 2")
    assert found.count('<li class="fl-living-line fl-living-tested"') == 2


def test_what_has_been_tested_is_counted_as_one_says_it() -> None:
    alone = {"draft.offer": "Jeg kommer til tiden."}
    tested = {f"{CARD}sentence": "Jeg kommer til tiden.", f"{CARD}decision": "Behold"}
    three = {"draft.offer": f"{OFFER} Jeg siger det højt."}
    assert "Sætningen er ikke prøvet endnu." in told(alone)
    assert "Din sætning er prøvet." in told(alone | tested)
    assert "1 af 2 sætninger er prøvet. Den sidste lover" in told(tested)
    assert "1 af 3 sætninger er prøvet. De andre lover" in told(three | tested)


def test_what_tested_a_sentence_that_is_gone_is_not_lost() -> None:
    found = told({f"{CARD}sentence": "Den sætning slettede jeg.", f"{CARD}decision": "Drop"})
    assert found.index("Prøvet, men ikke i dit grundlag nu") < found.index("Den sætning slettede jeg.")
    assert "Uden en sætning fra grundlaget" in told({f"{CARD}decision": "Drop"})


def test_a_period_that_is_no_longer_a_step_keeps_its_experiments() -> None:
    texts = {
        "period.periode-x.experiment-1.sentence": "Jeg kommer til tiden.",
        "period.periode-x.experiment-1.decision": "Drop",
    }
    assert "En tidligere periode, prøvehandling 1." in told(texts)


VISIT = "period.periode-b."
SEEN = Heard("visit", "Dorte", (("Det så jeg", "Tre, der ventede."),), step="periode-b")


def test_a_visit_stands_beside_the_sentence_it_tested_with_what_both_saw() -> None:
    chosen = {f"{VISIT}home.sentence": "Jeg kommer til tiden."}
    assert "Periode B, jobbesøg . Ikke gjort endnu." in beside(told(chosen))["Jeg kommer til tiden."]
    own = {f"{VISIT}visit.1.saw": "Et tomt mødelokale.", f"{VISIT}home.1.bring": "Uret."}
    found = beside(told(chosen | own, SEEN))
    assert [
        found["Jeg kommer til tiden."].count(text) for text in ("Et tomt mødelokale.", "Uret.", "Tre, der ventede.")
    ] == [*(1, 1, 1)]
    assert "Ikke prøvet endnu." in found["I kan forvente, at jeg ringer."]
    assert "1 af 2 sætninger er prøvet." in told(chosen, SEEN)
    assert "1 af 2 sætninger er prøvet." in told(chosen | own)


def test_a_visit_without_a_sentence_is_not_lost_and_tests_none() -> None:
    found = told({}, SEEN)
    assert "Ingen af sætningerne er prøvet endnu." in found
    assert "Tre, der ventede." in beside(found)["Uden en sætning fra grundlaget"]
    former = told({"period.periode-x.visit.1.saw": "Væk", "period.periode-y.visit.1.saw": "Også væk"})
    assert former.count("En tidligere periode, jobbesøg") == 2


def test_a_remark_on_a_line_stands_beside_the_sentence_and_tells_how_it_was() -> None:
    same = said("line", "Hvornår?", line="Jeg kommer til tiden.", now="Jeg kommer til tiden.")
    found = beside(told({}, same))["Jeg kommer til tiden."]
    assert "Hvornår?" in found
    assert "dengang" not in found
    changed = said("line", "Hvornår?", line="Jeg kommer altid.", now="Jeg kommer til tiden.")
    assert "Den lød dengang: »Jeg kommer altid.«" in beside(told({}, changed))["Jeg kommer til tiden."]
    gone = said("line", "Hvornår?", line="Den er slettet nu.")
    found = told({}, gone)
    assert "Hvornår?" in beside(found)["Den er slettet nu."]
    assert found.index("Det, andre har sagt om resten") < found.index("Hvornår?")


def test_what_others_say_tests_no_sentence() -> None:
    found = told({}, said("line", "Hvornår?", line="Jeg kommer til tiden.", now="Jeg kommer til tiden."))
    assert "Ingen af sætningerne er prøvet endnu." in found
    assert "Ikke prøvet endnu." in beside(found)["Jeg kommer til tiden."]


def test_words_that_quote_a_sentence_stand_beside_it_and_others_in_the_list_below() -> None:
    quoting = said("words", "»jeg kommer til tiden« – det blev siddende")
    part = said("words", "kommer til tiden")
    few = said("words", "til tiden")
    found = beside(told({}, quoting, part, few, said("well", "Det hele")))
    assert found["Jeg kommer til tiden."].count("lagde mærke til ordene") == 2
    assert list(found) == ["I kan forvente, at jeg ringer.", "Jeg kommer til tiden.", ""]


def test_the_promise_as_it_was_heard_stands_beside_a_promise_of_one_sentence() -> None:
    heard = said("promise", "At du er der.")
    assert "At du er der." in beside(told({"promise": "Jeg er der hver tirsdag."}, heard))["Jeg er der hver tirsdag."]
    assert "At du er der." in beside(told({"promise": "Jeg er der. Hver tirsdag."}, heard))[""]


def test_a_value_is_told_only_where_something_stands_beside_it() -> None:
    values = {"draft.values": "Jeg siger det ligeud. Jeg lytter til ende."}
    assert "Jeg lytter til ende." not in told(values)
    now = "Jeg lytter til ende."
    found = beside(told(values, said("line", "Ja!", line=now, now=now)))
    assert "Ja!" in found[now]
    assert "Jeg siger det ligeud." not in found


def test_every_sentence_has_a_place_of_its_own_to_go_to() -> None:
    twice = told({"promise": "Jeg kommer til tiden."})
    places = re.findall(r' id="(saetning-\d+)"', twice)
    assert places == ["saetning-1", "saetning-2", "saetning-3"]


def test_nothing_anyone_wrote_becomes_markup() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    texts = {"draft.offer": hostile, f"{CARD}sentence": hostile, f"{CARD}decision": hostile, f"{CARD}next": hostile}
    texts |= {f"{VISIT}home.sentence": hostile, f"{VISIT}visit.1.saw": hostile}
    visited = Heard("visit", hostile, ((hostile, hostile),), step="periode-b")
    others = [visited, *(Heard(kind, hostile, ((hostile, hostile),), line=hostile, now="") for kind in ("line", "words"))]
    assert "<img" not in shown(Reading(texts, {"draft.offer": hostile}), WAY, others)


def test_it_is_read_from_the_server_and_again_when_a_card_is_saved(page: Page, server: Server) -> None:
    server.texts = {"draft.offer": OFFER, f"{CARD}sentence": "Jeg kommer til tiden."}
    widget = page.living()
    assert server.asked[0] == {"get": "answers", "keys": list(LIVING)}
    assert server.asked[-1] == {"get": "heard"}
    assert "Ingen af sætningerne" in widget.value
    server.heard = [{"kind": "visit", "name": "Dorte", "said": [["Det så jeg", "Uret"]], "step": "", "line": "", "now": ""}]
    server.texts[f"{CARD}decision"] = "Behold"
    page._refresh(f"{CARD}decision", 1)
    assert "1 af 2 sætninger er prøvet." in widget.value


@pytest.mark.parametrize(
    ("call", "arguments", "keys"),
    [
        ("text", {}, ["period.workshop-1.try"]),
        ("date", {}, ["period.workshop-1.try"]),
        ("pick", {}, ["period.workshop-1.try"]),
        ("cards", {"parts": ["a", "b"], "count": 1}, ["period.workshop-1.try.1.a", "period.workshop-1.try.1.b"]),
        ("choose", {"sources": ["promise"]}, ["period.workshop-1.try"]),
    ],
)
def test_what_a_period_asks_is_that_step_s_own(page: Page, call: str, arguments: dict[str, Any], keys: list[str]) -> None:
    field = getattr(page, call)("period.try", **arguments)
    assert isinstance(field, Field)
    assert [each["key"] for each in field.spec] == keys


def test_the_cards_of_a_period_are_let_go_and_given_by_their_own_names(page: Page) -> None:
    assert 'data-card="period.workshop-1.experiment-1"' in page.release("period.experiment-1").value
    assert 'data-card="period.workshop-1.visit"' in page.visit("period.visit").value
    assert own("promise", "periode-a") == "promise"


@pytest.mark.parametrize("call", ["release", "visit"])
def test_what_a_period_shares_is_shown_with_constructed_people(sandbox: Page, call: str) -> None:
    told = getattr(sandbox, call)(f"period.{call}").value
    assert "Et eksempel med opdigtede personer" in told
    assert "fl-part" not in told


def test_what_is_promised_and_not_told_of_is_remembered_by_its_day() -> None:
    texts = {f"{CARD}day": "2027-01-11", "period.periode-b.experiment-2.day": "2027-01-02", f"{CARD}hypothesis": "Hvis vi"}
    cards = [
        f'<a href="/hold/nord/periode-{name}#period.periode-{name}.experiment-{number}">'
        f"Periode {name.upper()}, prøvehandling {number}</a>"
        for name, number in (("b", 2), ("a", 1))
    ]
    assert promised(Reading(texts), WAY) == [
        f"Du lovede at prøve noget den 2. januar ({cards[0]}).",
        f"Du har lovet at prøve noget den 11. januar ({cards[1]}).",
    ]
    assert len(promised(Reading(texts | {f"{CARD}decision": "Drop"}), WAY)) == 1
    assert promised(Reading({f"{CARD}day": "i morgen"}), WAY) == []
