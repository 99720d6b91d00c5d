"""The organisation's own Word template in a cohort folder: checked with everything else, and built as it stands."""

from fællesledelse.cohort.build import build
from fællesledelse.cohort.skeleton import write
from fællesledelse.documents.template import FOLDER, TEMPLATE, check_file, packaged
from tests.documents.templates import replaced

from .conftest import Folder

NAME = f"{FOLDER}/{TEMPLATE}"


def test_a_folder_without_a_template_is_built_without_one(folder: Folder) -> None:
    build(folder.path)
    assert not (folder.path / "bygget" / TEMPLATE).exists()


def test_a_template_of_ones_own_is_built_as_it_stands_and_follows_a_change(folder: Folder) -> None:
    for template in (packaged(), replaced("{{ organisation }}", "Vores sted, {{ organisation }}")):
        folder.write(NAME, template)
        build(folder.path)
        assert (folder.path / "bygget" / TEMPLATE).read_bytes() == template


def test_a_misspelt_field_is_told_with_its_place_beside_everything_else_and_nothing_is_built(folder: Folder) -> None:
    folder.write(NAME, replaced("{{ navn }}", "{{ nanv }}"))
    folder.change("navn: Et lille hold", "nvan: Et lille hold")
    findings = folder.findings()
    assert any(found.startswith(NAME) and "Mente du 'navn'?" in found and "Afsnit 2" in found for found in findings)
    assert any(found.startswith("hold.yaml") for found in findings)
    assert not (folder.path / "bygget").exists()


def test_code_in_a_template_is_told_and_never_run(folder: Folder) -> None:
    folder.write(NAME, replaced("{{ navn }}", "{{ navn.__class__.__mro__ }}"))
    assert NAME in folder.finding()


def test_a_file_that_is_no_word_file_is_told(folder: Folder) -> None:
    folder.write(NAME, b"PK\x03\x04 ikke et dokument")
    assert NAME in folder.finding()


def test_a_new_folder_has_the_packaged_template_to_begin_with(folder: Folder) -> None:
    new = folder.path.parent / "nyt-hold"
    write(new)
    assert (new / NAME).read_bytes() == packaged()
    assert check_file(new / NAME) == []
