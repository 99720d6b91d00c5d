"""The mirror's questions."""

import ast
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import fællesledelse.mirror
from fællesledelse.mirror import Remark, Rule, remarks
from fællesledelse.vocabulary import DRAFT

FOLDER = Path(fællesledelse.mirror.__file__).parent
HARMLESS = {"collections.abc", "dataclasses", "enum", "itertools", "re"}


def asked(text: str, key: str = "draft.values") -> list[Remark]:
    """The remarks on a text under one heading."""
    return [remark for remark in remarks({key: text}) if remark.rule is not Rule.BALANCE]


def quotes(text: str, key: str = "draft.values") -> list[str]:
    return [remark.quote for remark in asked(text, key)]


def test_a_quality_is_asked_what_one_would_see() -> None:
    (remark,) = asked("Jeg er åben og anerkendende.")
    assert (remark.rule, remark.key, remark.quote) == (Rule.QUALITY, "draft.values", "Jeg er åben og anerkendende")
    assert remark.question == "Hvad ville en medarbejder se dig gøre?"


def test_a_quality_asked_of_others_is_asked_what_the_leader_would_see() -> None:
    (remark,) = asked("Jeg forventer, at I er loyale og positive.", "draft.expect")
    assert remark.question == "Hvad ville du se en af dem gøre?"


@pytest.mark.parametrize(
    "text",
    [
        "Jeg er åben: Jeg lægger regnskabet frem hver måned.",
        "Jeg er åben. Jeg lægger regnskabet frem.",
        "Jeg er åben.\n\n- Jeg lægger regnskabet frem.",
        "Jeg er åben, fordi jeg spørger, før jeg svarer.",
        "Jeg er ikke særlig tålmodig.",
        "De siger, at »jeg er åben og anerkendende«.",
        'De siger: "Jeg er åben og anerkendende."',
        "Jeg er åben, f.eks. om regnskabet.",
        "Jeg er ansvarlig for skolerne.",
        "Hun er åben og anerkendende.",
        "Planen er tydelig og ambitiøs.",
    ],
)
def test_a_quality_with_behaviour_or_not_claimed_is_left_alone(text: str) -> None:
    assert asked(text) == []


def test_behaviour_two_sentences_on_shows_nothing() -> None:
    assert quotes("Jeg er modig. Sådan er det bare. Jeg ringer til borgmesteren.") == ["Jeg er modig"]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Der følges op.", "Der følges op"),
        ("Det forventes, at budgettet holder.", "Det forventes"),
        ("Beslutninger træffes tæt på borgeren.", "Beslutninger træffes"),
        ("Fejl bliver brugt til læring.", "Fejl bliver brugt til"),
        ("Samarbejdet skal styrkes.", "Samarbejdet skal styrkes"),
        ("Derfor følges der op.", "følges der op"),
    ],
)
def test_a_passive_without_actor_is_asked_who(text: str, quote: str) -> None:
    (remark,) = asked(text)
    assert (remark.rule, remark.quote, remark.question) == (Rule.NOBODY, quote, "Hvem gør det?")


@pytest.mark.parametrize(
    "text",
    [
        "Beslutninger træffes af mig og Bo.",
        "Beslutninger træffes af os selv.",
        "Budgettet lægges af direktionen.",
        "Der følges op. Det gør jeg, når vi mødes om fredagen.",
        "Jeg sørger for, at der følges op.",
        "Det lykkes, når naboen er med.",
        "Der findes ingen genvej.",
        "Børnene trives, og vi mødes, vi ses, og vi skændes.",
        "Jeg synes, det føles rigtigt.",
        "Han bliver vred, og hun bliver lærer.",
        "Jeg bliver målt på økonomien.",
        "Det bliver godt.",
        "Borgernes og medarbejdernes tid er dyr.",
        "Vi har en aftale, der følges af alle.",
        "Det kan læses højt.",
        "De rejser til Paris.",
    ],
)
def test_a_passive_with_actor_and_what_only_looks_like_one_are_left_alone(text: str) -> None:
    assert asked(text) == []


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Medarbejderne er vores vigtigste ressource.", "vigtigste ressource"),
        ("Jeg går op i kvalitet.", "Jeg går op i kvalitet"),
        ("Vi skal lykkes sammen.", "lykkes sammen"),
    ],
)
def test_a_phrase_nobody_could_disagree_with_is_asked_for_a_choice(text: str, quote: str) -> None:
    (remark,) = asked(text)
    assert (remark.rule, remark.quote) == (Rule.EVERYBODY, quote)


def test_a_phrase_that_is_denied_or_filled_in_is_left_alone() -> None:
    assert asked("Medarbejderne er ikke vores vigtigste ressource.") == []
    assert asked("Vi skal lykkes sammen. Jeg har flyttet mit skrivebord ned til lægerne.") == []


def test_an_offer_without_an_expectation_is_asked_about_and_so_is_the_reverse() -> None:
    offer, expect = "Jeg ringer, før jeg skriver.", "Sig mig imod, mens jeg er i rummet."
    assert [(r.rule, r.key) for r in remarks({"draft.offer": offer})] == [(Rule.BALANCE, "draft.offer")]
    assert [(r.rule, r.key) for r in remarks({"draft.expect": expect})] == [(Rule.BALANCE, "draft.expect")]
    assert remarks({"draft.offer": offer, "draft.expect": expect}) == ()


def test_an_offer_that_is_very_much_longer_is_asked_about() -> None:
    offer = "Jeg ringer, før jeg skriver. " * 20
    assert [remark.key for remark in remarks({"draft.offer": offer, "draft.expect": "Ring til mig."})] == ["draft.offer"]


FULL = {
    "draft.task": "Der følges op. Samarbejdet skal styrkes.",
    "draft.why": "Der arbejdes på sagen.",
    "draft.values": "Jeg er åben.\nMedarbejderne er vores vigtigste ressource.\nJeg er ærlig.",
    "draft.offer": "I møder en leder, der er modig.",
}


def test_at_most_three_are_asked_of_different_rules_and_headings_in_the_order_of_reading() -> None:
    found = remarks(FULL)
    assert len(found) == 3
    assert len({remark.rule for remark in found}) == len({remark.key for remark in found}) == 3
    assert [remark.key for remark in found] == sorted((remark.key for remark in found), key=DRAFT.index)


def test_every_remark_is_a_question_with_the_leaders_own_words_and_a_reason() -> None:
    for remark in remarks(FULL):
        assert remark.question.endswith("?")
        assert remark.quote.rstrip("…") in FULL[remark.key]
        assert remark.because.endswith(".")


def test_a_quote_is_a_few_words() -> None:
    text = "Jeg er " + "åben, ærlig, modig, " * 9 + "rolig."
    assert quotes(text) == ["Jeg er åben, ærlig, modig, åben, ærlig, modig, åben, ærlig, modig, åben…"]


def test_sentences_go_on_over_abbreviations_dates_and_lists() -> None:
    assert quotes("Jeg er, bl.a. derfor, åben.") == []
    assert quotes("Jeg er modig. Den 3. maj ringer jeg til Bo.") == []
    assert quotes("Jeg er:\n- åben\n- ærlig") == ["Jeg er:\n- åben\n- ærlig".replace("\n", " ")]


@pytest.mark.parametrize(
    "text", ["", " \n\t", "…", "....", "!?", '«»"', "# ", "- \n- ", "\ud83d", "\x00", "12", "a & b <c>"]
)
def test_nothing_much_is_left_alone(text: str) -> None:
    assert remarks(dict.fromkeys(DRAFT, text)) == () or not text.strip()
    assert remarks({"draft.task": text}) == ()


def test_surrogate_halves_are_not_handed_on() -> None:
    (remark,) = asked("Jeg er åben \ud83d og ærlig.")
    assert remark.quote.encode()


def test_other_texts_than_the_drafts_are_not_read() -> None:
    assert remarks({"private.limits": "Jeg er åben.", "doubt": "Der følges op."}) == ()


def lines_run(text: str) -> int:
    """How many lines of the mirror's own code ran for a text."""
    ran = 0

    def count(frame: FrameType, event: str, _what: Any) -> Any:
        nonlocal ran
        if not frame.f_code.co_filename.startswith(str(FOLDER)):
            return None
        ran += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        remarks({"draft.task": text})
    finally:
        sys.settrace(before)
    return ran


@pytest.mark.parametrize(
    "piece",
    [
        "Jeg er åben og ærlig. Der følges op på alt. Vi skal lykkes sammen. Jeg ringer til Bo.\n",
        "jeg er åben og der følges op og jeg er ærlig ",  # one endless sentence
        "åben ærlig og ",
        "f.eks. ",
        "- \n",
        '».„“" ',
        "leder, der er ",
    ],
)
def test_twice_the_text_is_twice_the_work(piece: str) -> None:
    work = [lines_run(piece * times) for times in (200, 400, 800)]
    assert all(more <= 2.1 * less for less, more in pairwise(work))


def test_thirty_pages_are_read() -> None:
    pages = "Jeg ringer til Bo, før jeg skriver. " * 2500 + "Jeg er åben."
    assert quotes(pages) == ["Jeg er åben"]


@pytest.mark.parametrize("signs", [".", "!", "…)", "(", "'", "-", "»", "„", '"', "\n", "a", " .", "\n-"])
def test_a_hundred_thousand_signs_without_sense_take_no_time(signs: str) -> None:
    """Fails by never ending, should a pattern try every beginning with every end."""
    assert asked(signs * 100_000) == []


def modules() -> list[Path]:
    return sorted(FOLDER.glob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.name)
def test_the_mirror_imports_nothing_that_can_reach_network_or_disk(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    taken = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 0}
    taken |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    outside = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 2}
    assert taken <= HARMLESS
    assert outside <= {"vocabulary"}
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"open", "eval", "exec", "compile", "__import__", "print", "input"}


WATCHED = """
import sys
from fællesledelse.mirror import remarks
seen = []
sys.addaudithook(lambda event, _: seen.append(event))
found = remarks({"draft.values": "Jeg er åben. Der følges op. Vi skal lykkes sammen."})
kept = list(seen)
assert len(found) == 3, found
assert not kept, kept
"""


def test_python_itself_sees_the_mirror_open_call_or_send_nothing() -> None:
    """The interpreter reports every file, socket, process and import to an audit hook."""
    subprocess.run([sys.executable, "-X", "utf8", "-c", WATCHED], check=True)
