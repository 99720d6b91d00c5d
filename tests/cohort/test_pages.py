"""A page: what its cells may hold, and the questions that are read from them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fællesledelse import cells
from fællesledelse.cohort import notebook, prose
from fællesledelse.cohort.build import build, prepare
from fællesledelse.model import FieldKind, Readers

from .conftest import Folder, code, markdown, opening
from .conftest import notebook as notebook_text


@pytest.mark.parametrize(
    "source",
    [
        'page.text("a")',
        "page.text('a', lines=2, limit=500, extra=True, readers='cohort', sources=['b'])",
        'page.cards("a", parts=["x", "y"], count=2)',
        'page.private("a")',
        'page.choose("a", sources=["b"], most=3)',
        'page.date("a")',
        'page.earlier("a", "b.1")',
        "page.draft()",
        "page.path()",
        "page.finish()",
        "page.contract(parts=['x', 'y'])",
        "page.run_sheet(people=3)",
        "page.room()",
        "page.give('words', rounds=3)",
        "page.received('promise', beside=['a'])",
        "page.publish()",
        "# kun en bemærkning",
    ],
)
def test_a_cell_may_call_the_page_with_literals(source: str) -> None:
    assert cells.call(source, "f")[2] == []


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import os", "noget andet end et kald"),
        ("page", "noget andet end et kald"),
        ("x = page.text('a')", "noget andet end et kald"),
        ("open('/etc/passwd')", "noget andet end siden"),
        ("print(page.text('a'))", "noget andet end siden"),
        ("page.text('a').close()", "noget andet end siden"),
        ("page.text.__globals__['x']('a')", "noget andet end siden"),
        ("page.__class__()", "page.__class__ findes ikke"),
        ("page._secret()", "page._secret findes ikke"),
        ("page.txet('a')", "page.txet findes ikke. Mente du 'text'?"),
        ("page.text('a'); import os", "flere linjer kode"),
        ("page.text('a')\npage.text('b')", "linje 2, kolonne 1: Cellen har flere linjer kode"),
        ("[page.text('a') for _ in range(9)]", "noget andet end et kald"),
        ("(lambda: 0)()", "noget andet end siden"),
        ("page.text(f'{1}')", "ikke noget, der skal regnes ud"),
        ("page.text('a' + 'b')", "ikke noget, der skal regnes ud"),
        ("page.text(open('x'))", "ikke noget, der skal regnes ud"),
        ("page.text(cohort)", "ikke noget, der skal regnes ud"),
        ("page.text('a', lines=-1)", "ikke noget, der skal regnes ud"),
        ("page.text(b'a')", "ikke noget, der skal regnes ud"),
        ("page.text(*['a'])", "ikke noget, der skal regnes ud"),
        ("page.text(**{'key': 'a'})", "** bruges ikke her"),
        ("page.text(('a',))", "ikke noget, der skal regnes ud"),
        ("page.text(1)", "værdi nr. 1"),
        ("page.text('a', limit=True)", "'limit' har en værdi af en forkert slags"),
        ("page.text('a', limit=1.5)", "ikke noget, der skal regnes ud"),
        ("page.text('a', limit=0)", "limit skal være mellem 1 og 20000"),
        ("page.text('a', linse=3)", "indstillingen 'linse' findes ikke. Mente du 'lines'?"),
        ("page.draft(x=1)", "indstillingen 'x' findes ikke. Slet den."),
        ("page.text('a', 3)", "for mange værdier"),
        ("page.cards('a')", "'parts' mangler"),
        ("page.cards('a', parts='abc')", "'parts' har en værdi af en forkert slags"),
        ("page.cards('a', parts=['x'], count=99)", "count skal være mellem 1 og 8"),
        ("page.run_sheet(3)", "'people' mangler"),
        ("page.run_sheet(people='3')", "'people' har en værdi af en forkert slags"),
        ("page.give('gossip')", "kind skal være harvest, promise, words"),
        ("page.give('words', rounds=0)", "rounds skal være mellem 1 og 4"),
        ("page.text('A b')", "nøglen 'A b' må kun have små bogstaver"),
        ("page.text('private.a')", "brug page.private"),
        (
            "page.text('a', readers='grop')",
            "readers må være en af 'self', 'group', 'cohort', 'published'. Mente du 'group'?",
        ),
        ("!rm -rf /", "'!rm -rf /' kan ikke læses som et kald"),
        ("%run x.py", "kan ikke læses som et kald"),
        ("%%bash\nls", "kan ikke læses som et kald"),
        ("page.text?", "kan ikke læses som et kald"),
        ("files = !ls", "kan ikke læses som et kald"),
        ("page.text('a'", "kan ikke læses som et kald"),
        ("page.text('a\x00')", "kan ikke læses som et kald"),
        ("(" * 3000, "kan ikke læses som et kald"),
        ("-" * 3900 + "1", "kald"),
        ("page.text('" + "x" * 4000 + "')", "over 4000 tegn kode"),
    ],
)
def test_anything_else_in_a_cell_is_refused_with_what_to_do(source: str, told: str) -> None:
    text, asked, findings = cells.call(source, "f")
    assert (text, asked.fields) == ("", ())
    assert told in str(findings[0])


@pytest.mark.parametrize(
    "source",
    [
        "",
        "cohort = open('x')",
        "cohort = 1",
        "x = 'a'",
        "cohort, x = 'a', 'b'",
        "cohort = x = 'a'",
        "cohort: str = 'a'",
        "import os",
        "!ls",
    ],
)
def test_the_first_cell_only_gives_the_parameters_a_text(source: str) -> None:
    assert cells.parameters(source, "f")[1]


@pytest.mark.parametrize(
    "source",
    [
        "",
        "page = open_page(cohort, step='a')",
        "from os import open_page\npage = open_page(cohort, step='a')",
        "from fællesledelse.workbook import open_page\npage = open_page(cohort, step='b')",
        "from fællesledelse.workbook import open_page\npage = open_page(cohort, step='a', x=1)",
        "from fællesledelse.workbook import open_page\npage = open_page(cohort, step=f'a')",
        "from fællesledelse.workbook import open_page\npage = open_page('other', step='a')",
        "from fællesledelse.workbook import open_page\nimport os\npage = open_page(cohort, step='a')",
        "from fællesledelse.workbook import open_page\npage = open_page(cohort)",
    ],
)
def test_the_second_cell_only_opens_its_own_page_and_says_how(source: str) -> None:
    _, findings = cells.opening(source, "f", "a")
    assert 'page = open_page(cohort, step="a")' in str(findings[0])


@given(st.text(max_size=80) | st.text(alphabet="page.txc('\"[]{}=,*!%\\\n ", max_size=80))
def test_what_a_cell_becomes_is_one_call_of_the_page_or_nothing(source: str) -> None:
    text, _, findings = cells.call(source, "f")
    assert text == "" or (text.startswith("page.") and "\n" not in text and not findings)


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "Se her <img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "a <b onclick=x>b</b>",
        "<!-- skjult -->",
        "<?php ?>",
        "</div>",
        "`<script>`",
        "    <script>",
        "<https://x.example>",
        "<style>*{}</style>",
        "<svg/onload=alert(1)>",
    ],
)
def test_html_is_refused_wherever_it_stands(source: str) -> None:
    assert "HTML kan ikke bruges her" in str(prose.check(source, "f")[0])


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript&#58;alert(1)",
        "&#106;avascript:alert(1)",
        "&#x6A;avascript&colon;alert(1)",
        "javascript&Tab;:alert(1)",
        "java&#10;script:alert(1)",
        "&#1;javascript:alert(1)",
        "javascript\\:alert(1)",
        "&amp;#106;avascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "attachment:x.png",
        "http://x.example",
        "//x.example",
        "\\\\\\\\x.example",
        "/\\\\x.example",
        "https:x",
        "https://a@x.example",
        "https://[x",
        "mailto:a@b.dk",
        "blob:https://x.example/1",
    ],
)
@pytest.mark.parametrize(
    "form", ["[x]({})", "[x](<{}>)", "[x]( {} 'titel')", "[x][r]\n\n[r]: {}", "[r]: {}\n\ntekst", "![x]({})"]
)
def test_links_may_only_lead_to_https_or_inside_the_workbook(address: str, form: str) -> None:
    assert prose.check(form.format(address), "f")


@pytest.mark.parametrize(
    "source",
    [
        "[x](https://x.example/a?b=1&c=2#d)",
        "[x](privat-tillaeg)",
        "[x](../demo/workshop-1#kort)",
        "[x](/hold/demo/datoer)",
        "[x](#afsnit)",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "Er 3 < 4, og 5 > 4? Ja: *altid*. **Fed**, `kode`, ~~væk~~.",
        "> citat\n\n1. et\n2. to\n\n---\n\n- a\n  - b",
        "[note]: skriv kort. [ ] og [x] (se nedenfor)",
        "Data: alt det, I ved &lt;i forvejen&gt;.",
    ],
)
def test_ordinary_prose_is_fine(source: str) -> None:
    assert prose.check(source, "f") == []


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("en $x$ formel", "starter en matematisk formel"),
        ("\\\\(x\\\\)", "starter en matematisk formel"),
        ("vend \u202eom", "linje 1, kolonne 6: Her står et usynligt tegn"),
        ("a\n\nb\x07", "linje 3, kolonne 2: Her står et usynligt tegn"),
        ("![x](y.png)", "Billeder kan ikke vises"),
        ("x" * 40_001, "over 40000 tegn"),
        (
            "a\n\nb {{ organisatoin }}",
            "linje 3, kolonne 3: {{ organisatoin }} er ikke et ord, vi kan sætte ind. Mente",
        ),
        ("{{ zzz }}", "De kendte er: hold, organisation"),
        ("{{ dato:workshop-11 }}", "Mente du 'dato:workshop-1'?"),
        ("{{ organisation", "Her mangler den anden halvdel"),
        ("organisation }}", "Her mangler den anden halvdel"),
        ("{{ organisation\n}}", "Her mangler den anden halvdel"),
    ],
)
def test_prose_that_cannot_be_shown_is_told_with_its_place(folder: Folder, source: str, told: str) -> None:
    folder.page("velkomst", markdown(source))
    found = folder.findings()
    assert found[0].startswith("notebooks/velkomst.ipynb, celle 3")
    assert told in found[0]


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("# Side\n\ntekst\n\n## Hvem har brug for dig? (10 min)\n\nSkriv.", "Hvem har brug for dig?"),
        ("## Med *kursiv* og [link](https://x.example) (5 minutter)", "Med kursiv og link"),
        ("Hvad er vigtigst? Skriv kort.", "Hvad er vigtigst?"),
        ("Bare en linje\nover to", "Bare en linje over to"),
        ("Under\n=====", "Under"),
        ("## Ord &amp; gerning", "Ord & gerning"),
    ],
)
def test_the_label_is_the_last_heading_or_the_first_sentence(source: str, label: str) -> None:
    assert prose.question(source).label == label


def test_the_labels_of_cards_are_the_last_bullet_list() -> None:
    text = "- a\n- b\n\nså\n\n- **Hvad gjorde jeg?** Så *konkret*\n- Virkningen på **andre**\n  - under\n- \n\ntil sidst"
    assert prose.question(text).bullets == ("Hvad gjorde jeg?", "Virkningen på andre", "")
    assert prose.question("1. et\n2. to").bullets == ()


def test_fields_are_read_with_their_labels_and_prose(folder: Folder) -> None:
    page = prepare(folder.path).manifest.steps[1]
    assert [(field.key, field.label, field.prose) for field in page.fields] == [
        ("episodes.1.did", "Hvad gjorde jeg?", "cell-03"),
        ("episodes.1.effect", "Virkningen", "cell-03"),
        ("episodes.2.did", "Hvad gjorde jeg?", "cell-03"),
        ("episodes.2.effect", "Virkningen", "cell-03"),
        ("needs", "Hvem har brug for noget fra dig?", "cell-05"),
    ]
    assert (page.fields[-1].readers, page.fields[-1].kind) == (Readers.GROUP, FieldKind.TEXT)


def test_the_prose_of_a_field_is_found_in_the_built_notebook(folder: Folder) -> None:
    built = build(folder.path)
    prose_of = {cell["id"]: cell["source"] for cell in json.loads(built.notebooks["forberedelse-1"])["cells"]}
    assert "".join(prose_of["cell-05"]).startswith("Hvem har brug for noget")
    assert list(prose_of)[:3] == ["cell-01", "injected-parameters", "cell-02"]


@pytest.mark.parametrize("parts", ['["did"]', '["a", "b", "c"]'])
def test_cards_must_have_a_bullet_for_each_part(folder: Folder, parts: str) -> None:
    folder.page("velkomst", markdown("- et\n- to"), code(f'page.cards("x", parts={parts})'))
    assert "celle 4: Kortene har" in folder.finding()
    assert "punktlisten i teksten ovenfor har 2 punkter" in folder.finding()


def test_a_field_without_a_question_is_told(folder: Folder) -> None:
    folder.page("velkomst", code('page.text("x")'))
    assert "Der står intet spørgsmål over feltet" in folder.finding()


def test_a_field_twice_on_a_page_is_told(folder: Folder) -> None:
    folder.page("velkomst", markdown("Hvad?"), code('page.text("x")'), markdown("Hvad så?"), code('page.text("x")'))
    assert "celle 6: Feltet 'x' står to gange på siden" in folder.finding()


@pytest.mark.parametrize("other", ["limit=9", 'readers="group"'])
def test_a_field_must_be_the_same_on_every_page(folder: Folder, other: str) -> None:
    folder.page("velkomst", markdown("Hvad?"), code('page.text("x")'))
    folder.page("workshop-1", markdown("Hvad?"), code(f'page.text("x", {other})'))
    assert "Feltet 'x' står også på 'velkomst', men med andre indstillinger" in folder.finding()


def test_a_field_may_stand_on_two_pages(folder: Folder) -> None:
    folder.page("velkomst", markdown("Hvad?"), code('page.text("x")'))
    folder.page("workshop-1", markdown("Og nu?"), code('page.text("x", lines=9)'))
    assert folder.findings() == []


def test_the_private_annex_is_shown_nowhere_else(folder: Folder) -> None:
    folder.page("velkomst", markdown("Hvad?"), code('page.text("x", sources=["private.a"])'))
    assert "Det private tillæg kan ikke vises på en anden side" in folder.finding()


def test_a_page_that_shows_what_nobody_asks_is_a_reminder(folder: Folder) -> None:
    folder.page("velkomst", code('page.earlier("gone")'))
    assert any("Siden viser svaret på 'gone'" in str(one) for one in prepare(folder.path).reminders)


def test_a_page_without_its_opening_is_told(folder: Folder) -> None:
    folder.write("notebooks/velkomst.ipynb", notebook_text(markdown("Kun prosa")))
    assert "Siden mangler de to første kodecellers åbning" in folder.finding()


def test_raw_cells_and_pictures_are_refused(folder: Folder) -> None:
    raw = {"cell_type": "raw", "id": "r", "metadata": {}, "source": "<script>"}
    picture = {**markdown("Se"), "attachments": {"x.png": {"image/png": "AAAA"}}}
    folder.page("velkomst", raw, picture)
    assert ["af slagsen Raw" in folder.findings()[0], "vedhæftet billede" in folder.findings()[1]] == [True, True]


def test_metadata_outputs_ids_and_empty_cells_do_not_ride_along(folder: Folder) -> None:
    before = build(folder.path).notebooks["velkomst"]
    spoken = [
        {
            **cell,
            "outputs": [{"output_type": "display_data", "data": {"text/html": "<script>"}, "metadata": {}}],
            "execution_count": 7,
        }
        for cell in opening("velkomst")
    ]
    spoken[0]["metadata"] = {
        "tags": ["parameters", "hide", "remove_cell"],
        "jupyter": {"source_hidden": True},
        "papermill": {"x": 1},
    }
    rest = [
        markdown("# Velkommen, {{ hold }}\n\nHer er {{ organisation }}."),
        code("page.path()  # stien"),
        code(""),
        markdown(" \n"),
    ]
    tricks = {
        "widgets": {"x": {}},
        "voila": {"template": "evil"},
        "kernelspec": {"name": "bash", "display_name": "x", "language": "bash"},
    }
    folder.write("notebooks/velkomst.ipynb", notebook_text(*spoken, *rest, **tricks))
    assert build(folder.path).notebooks["velkomst"] == before


def test_code_that_claims_to_be_injected_is_thrown_away(folder: Folder) -> None:
    folder.page(
        "velkomst", code("import os", "injected-parameters"), markdown("Hej"), code("import sys", "injected-parameters")
    )
    built = build(folder.path).notebooks["velkomst"]
    assert "import os" not in built
    assert "import sys" not in built


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"nbformat": 3, "worksheets": []}',
        b'{"nbformat": 4, "cells": {}}',
        b'{"nbformat": 4, "cells": [1]}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}',
        b'{"nbformat": 4, "cells": [{"cell_type": 1, "source": ""}]}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}',
    ],
)
def test_a_file_that_is_no_notebook_is_told(folder: Folder, content: bytes) -> None:
    folder.write("notebooks/velkomst.ipynb", content)
    assert folder.finding().startswith("notebooks/velkomst.ipynb: Filen er")


def test_an_enormous_notebook_is_refused(folder: Folder) -> None:
    folder.write("notebooks/velkomst.ipynb", " " * (notebook.LIMIT + 1))
    assert "Notebooken fylder over 2 MB" in folder.finding()


def test_a_page_of_endless_cells_is_refused(folder: Folder) -> None:
    folder.page("velkomst", *[markdown("x")] * 400)
    assert "Siden har over 400 celler" in folder.finding()


def test_an_older_notebook_without_ids_is_read(folder: Folder) -> None:
    path = folder.path / "notebooks/velkomst.ipynb"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    before = build(folder.path).notebooks["velkomst"]
    for cell in data["cells"]:
        del cell["id"]
        cell["metadata"] = None if cell["cell_type"] == "markdown" else cell["metadata"]
    path.write_text(json.dumps({**data, "nbformat_minor": 2}), encoding="utf-8")
    assert build(folder.path).notebooks["velkomst"] == before


def test_a_notebook_is_read_from_its_path_alone(folder: Folder) -> None:
    found = notebook.read(Path(folder.path / "notebooks/velkomst.ipynb"))
    assert notebook.examine(found, "velkomst", ["velkomst"]).findings == ()
