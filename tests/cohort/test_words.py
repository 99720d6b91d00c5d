"""The cohort's words in the pages: shown as they were written, whatever was written."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from fællesledelse.cohort import prose, words
from fællesledelse.cohort.build import prepare
from fællesledelse.cohort.file import CohortFile

from .conftest import Folder, markdown

RIGHT: dict[str, Any] = {
    "hold": "h",
    "navn": "Et hold",
    "organisation": "Strandby",
    "starter": "15.06.2026",
    "facilitatorer": [{"navn": "Vi", "email": "vi@b.dk"}],
    "trin": [
        {"trin": "velkomst", "titel": "V", "minutter": "5"},
        {"trin": "w-1", "titel": "W", "dato": "2026-08-20", "minutter": "5"},
    ],
    "nøgle_i_pengeskab": "nej",
}

HOSTILE = [
    "<script>alert(1)</script>",
    "**fed** _kursiv_ `kode` ~~væk~~",
    "[x](javascript:alert(1))",
    "![x](https://x.example/y.png)",
    "https://x.example og www.x.example og a@b.dk",
    "{{ organisation }} {% x %} {# y #}",
    "'\" &amp; &lt; \\ $x$ ^ | # =",
    "# Overskrift",
    "- punkt",
    "+ punkt",
    "1. punkt",
    "2) punkt",
    "> citat",
    "---",
    "===",
    "| a | b |",
    "```",
    "&#106;avascript:",
    "\u202egnirts",
    "    indrykket",
    "<b onclick=x>",
]


def cohort(**values: Any) -> CohortFile:
    return CohortFile.model_validate({**RIGHT, **values})


RENDERERS: dict[str, Callable[[str], str]] = {"commonmark": MarkdownIt("commonmark").render, "voilà": markdown2html_mistune}


def shown(markdown_text: str, renderer: str) -> str:
    """What a reader sees: the text of the rendered page, and a proof that it holds nothing but a paragraph of text."""
    rendered = RENDERERS[renderer](markdown_text)
    bare = rendered.replace("<p>", "").replace("</p>", "").strip()
    assert "<" not in bare, rendered
    return html.unescape(bare)


@pytest.mark.parametrize("word", HOSTILE)
@pytest.mark.parametrize("page", ["{{ organisation }}", "Her i {{ organisation }}.", "{{organisation}} er her"])
@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_word_is_shown_as_it_was_written(word: str, page: str, renderer: str) -> None:
    filled = words.fill(page, words.words(cohort(organisation=word)))
    assert prose.check(filled, "f") == []
    plain = word.strip().replace("\u202e", "")
    assert shown(filled, renderer) == page.replace("{{ organisation }}", plain).replace("{{organisation}}", plain)


@given(
    st.text(min_size=1, max_size=60),
    st.sampled_from(["{{ organisation }}", "Her i {{ organisation }}.", "> {{ organisation }}"]),
)
def test_no_word_becomes_html_a_link_or_a_placeholder(word: str, page: str) -> None:
    filled = words.fill(page, {"organisation": words.Word(words.escape(word), words.escape(word))})
    assert prose.check(filled, "f") == []
    assert list(words.check(filled, "f", None)) == []
    if not page.startswith(">"):
        for renderer in RENDERERS:
            shown(filled, renderer)


@pytest.mark.parametrize("word", ["linje et\nlinje to", "linje et\n\n\nlinje to", " linje\tet \r\n linje to "])
def test_lines_in_a_word_become_one_line(word: str) -> None:
    assert "\n" not in words.escape(word)


def test_the_vision_alone_on_its_line_is_its_name_text_and_statements() -> None:
    vision = {"navn": "Sammen", "tekst": "Et afsnit\nover to linjer.\n\nEt til.", "udsagn": ["Vi går ud", "1. Vi samles"]}
    filled = words.fill("før\n\n{{ vision }}\n\nefter {{ vision }}", words.words(cohort(vision=vision)))
    assert (
        filled
        == "før\n\n**Sammen**\n\nEt afsnit over to linjer.\n\nEt til.\n\n- Vi går ud\n- 1&#46; Vi samles\n\nefter Sammen"
    )


def test_lists_are_bullets_alone_on_a_line_and_a_sentence_inside_one() -> None:
    tracks = ["Sygefravær", {"navn": "Budget", "tekst": "På tværs"}, {"navn": "By", "link": "https://by.example/a"}]
    known = words.words(cohort(øvebaner=tracks))
    assert words.fill("Vi har {{ øvebaner }}.", known) == "Vi har Sygefravær, Budget og [By](https://by.example/a)."
    assert (
        words.fill("> {{ øvebaner }}", known) == "> - Sygefravær\n> - **Budget.** På tværs\n> - [By](https://by.example/a)"
    )
    assert words.fill("{{ læringsmål }}", known) == ""


def test_days_are_said_as_in_a_sentence() -> None:
    known = words.words(cohort())
    filled = words.fill("{{ dato:w-1 }}, {{ Dato: velkomst }}, {{ starter }}–{{ slutter }}", known)
    assert shown(filled, "commonmark") == "20. august 2026, 15. juni 2026, 15. juni 2026–"


def test_the_day_of_a_step_the_cohort_has_not_got_is_left_to_the_group(folder: Folder) -> None:
    folder.page("workshop-2")
    folder.page("velkomst", markdown("Vi ses den {{ dato:workshop-2 }}."))
    built = prepare(folder.path)
    assert "Vi ses den dag, I selv aftaler." in built.notebooks["velkomst"]
    assert any("Siden nævner dagen for 'workshop-2'" in str(one) for one in built.reminders)
