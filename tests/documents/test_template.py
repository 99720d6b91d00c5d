"""What is told to the one who edits the template in Word: which field, where, and what to write instead."""

import docx
import pytest

from fællesledelse.documents import check, check_file, word
from fællesledelse.errors import CohortError

from .constructed import BIRGITTE
from .reading import paragraphs_of
from .templates import AGREED, CLOSED, LOOP, WHOLE, made, replaced, split


def messages(template: bytes) -> list[str]:
    return [finding.message for finding in check(template)]


def one(template: bytes) -> str:
    found = messages(template)
    assert len(found) == 1, found
    return found[0]


def test_a_plain_template_of_ones_own_is_right_and_is_filled_in() -> None:
    template = made(*WHOLE)
    assert check(template) == []
    texts = [text for _, text in paragraphs_of(word(BIRGITTE, template))]
    assert texts[0] == BIRGITTE.name
    assert [BIRGITTE.headings[0].title, BIRGITTE.headings[0].paragraphs[0]] == texts[2:4]
    assert texts[-1] == BIRGITTE.agreed[0]


def test_a_misspelt_field_is_named_with_its_place_and_the_nearest_right_one() -> None:
    assert one(replaced("{{ navn }}", "{{ nanv }}")) == (
        "Afsnit 2: {{ nanv }}: Der er intet felt, der hedder 'nanv'. Mente du 'navn'?"
    )
    assert "har intet, der hedder 'tittel'. Mente du 'titel'?" in one(
        replaced("{{ overskrift.titel }}", "{{ overskrift.tittel }}")
    )


def test_a_misspelt_field_in_a_table_a_header_and_a_footer_is_found_there() -> None:
    def change(document: "docx.document.Document") -> None:
        document.add_table(2, 2).cell(1, 0).text = "{{ nav }}"
        document.sections[0].header.paragraphs[0].text = "{{ organistion }}"
        document.sections[0].footer.paragraphs[0].text = "{{ versjon }}"

    found = messages(made(*WHOLE, change=change))
    assert [each.split(":")[0] for each in found] == ["Tabel 1, række 2", "Sidehovedet", "Sidefoden"]
    assert "Mente du 'navn'?" in found[0]
    assert "Mente du 'organisation'?" in found[1]
    assert "Mente du 'version'?" in found[2]


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        (WHOLE[1:], "{{ navn }}"),
        (("{{ navn }} {{ version }}", *WHOLE[2:]), "{{ dato }}"),
        (("{{ navn }} {{ dato }}", *WHOLE[2:]), "{{ version }}"),
        ((*WHOLE[:2], *LOOP[:1], *LOOP[2:], *CLOSED, *AGREED), "{{ overskrift.titel }}"),
        ((*WHOLE[:2], *LOOP, *CLOSED[1:], *AGREED), "{{ afsnit }}"),
        ((*WHOLE[:2], *LOOP, *CLOSED), "aftalt"),
    ],
)
def test_a_missing_field_is_named(lines: tuple[str, ...], named: str) -> None:
    assert f"Skabelonen mangler {named}" in one(made(*lines)) or named in one(made(*lines))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{{ navn", "kun halvt"),
        ("navn }}", "kun halvt"),
        ("{{ navn }", "kun halvt"),
        ("{{ overskrifter }}", "Brug en løkke"),
        ("{{ navn.titel }}", "har intet, der hedder 'titel'"),
        ("{%p for x in navn %}", "ingen liste"),
        ("{%p for x in overskrifter %}", "bliver ikke lukket"),
        ("{%p endfor %}", "ikke er begyndt"),
        ("{%p else %}", "ikke er begyndt"),
        ("{%p if titel %}", "Skriv {%p endif %}"),
        ("{%p for navn in aftalt %}", "hedder et felt allerede"),
        ("Se her: {%p if titel %}", "stå alene"),
        ("{{ navn|upper }}", "forstår skabelonen ikke"),
        ("{{ navn + titel }}", "forstår skabelonen ikke"),
        ("{{ 'fast tekst' }}", "forstår skabelonen ikke"),
        ("{% set x = navn %}", "forstår skabelonen ikke"),
        ("{# en note #}", "forstår skabelonen ikke"),
    ],
)
def test_what_cannot_be_read_is_told_in_danish(line: str, told: str) -> None:
    found = messages(made(*WHOLE, line))
    assert any(told in each and each.startswith("Afsnit 12: ") for each in found), found


def test_a_loop_over_several_paragraphs_has_to_take_whole_ones() -> None:
    found = messages(made(*WHOLE[:2], *(line.replace("{%p", "{%") for line in WHOLE[2:])))
    assert any("hver sit afsnit. Skriv {%p i stedet for {%" in each for each in found)


def test_a_condition_within_one_paragraph_is_fine() -> None:
    template = made(*WHOLE, "{% if titel %}{{ titel }}{% else %}Leder{% endif %}, {{ organisation }}")
    assert check(template) == []
    assert paragraphs_of(word(BIRGITTE, template))[-1][1] == f"{BIRGITTE.title}, {BIRGITTE.organisation}"


def test_fields_and_loops_survive_that_word_splits_them_into_runs() -> None:
    def change(document: "docx.document.Document") -> None:
        for line in WHOLE:
            split(line)(document)

    template = made(change=change)
    assert check(template) == []
    texts = [text for _, text in paragraphs_of(word(BIRGITTE, template))]
    assert texts[0] == BIRGITTE.name
    assert texts.count(BIRGITTE.headings[2].paragraphs[1]) == 1


def test_a_template_that_is_not_right_is_never_filled_in() -> None:
    with pytest.raises(CohortError, match="nanv"):
        word(BIRGITTE, replaced("{{ navn }}", "{{ nanv }}"))


def test_the_builders_check_fills_it_in_once(tmp_path: "object") -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "ledelsesgrundlag.docx"
    path.write_bytes(made(*WHOLE))
    assert check_file(path) == []
    path.write_bytes(made(*WHOLE, "{{ nanv }}"))
    assert [str(each) for each in check_file(path)] == [
        "skabeloner/ledelsesgrundlag.docx: Afsnit 12: {{ nanv }}: Der er intet felt, der hedder 'nanv'. Mente du 'navn'?"
    ]
