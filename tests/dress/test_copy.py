"""The copy that is rehearsed: built like the real cohort, with nobody real in it."""

import html
from pathlib import Path

from fællesledelse.dress.copy import Copy
from fællesledelse.manifest import load, load_roster

from .conftest import REAL


def test_the_copy_is_a_built_cohort_with_other_people(copy: Copy) -> None:
    built = copy.folder / "bygget"
    assert load((built / "manifest.json").read_text(encoding="utf-8")) == copy.manifest
    assert load_roster((built / "roster.json").read_text(encoding="utf-8")) == copy.roster
    assert {name: len(people) for name, people in copy.groups.items()} == {"Nord": 3, "Syd": 3}
    assert (len(copy.leaders), len(copy.facilitators)) == (6, 2)


def test_no_file_of_it_names_anyone_of_the_roster_not_even_a_page_that_names_the_facilitators(copy: Copy) -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in (copy.folder / "bygget").glob("*.*n*")}
    assert f"{copy.facilitators[0].name} (" in html.unescape(texts["velkomst.ipynb"])
    for text in map(html.unescape, texts.values()):
        assert not [name for name in REAL if name in text]


def test_the_folder_it_was_made_from_is_only_read(copy: Copy, folder: Path) -> None:
    assert not (folder / "bygget").exists()


def test_it_knows_what_each_page_asks_for(copy: Copy) -> None:
    assert ("give", "harvest") in copy.calls["workshop-1"]
    assert ("share", "") in copy.calls["workshop-2"]
    assert ("give", "promise") in copy.calls["workshop-3"]
