"""The files of keys: nobody else's to read, on the disk before anyone goes on, and overwritten before they go."""

import os
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fællesledelse.errors import StoreError
from fællesledelse.store.keyfiles import KeyFiles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where nothing is yet, not even what it lies in."""
    return tmp_path / "data/noegler"


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda files: files.create("demo"), "demo/content.key"),
        (lambda files: files.put("demo", bytes(32)), "demo/content.key"),
        (lambda files: files.make_secret("demo", "wave"), "demo/wave.secret"),
        (lambda files: files.backup_key(), "backup.key"),
        (lambda files: files.put_backup_key(bytes(32)), "backup.key"),
        (lambda files: files.make_signing_key(), "receipts.key"),
    ],
)
def test_a_key_is_its_owners_alone(folder: Path, make: Callable[[KeyFiles], object], name: str) -> None:
    before = os.umask(0)
    try:
        make(KeyFiles(folder))
        make(KeyFiles(folder))
    finally:
        os.umask(before)
    assert len((folder / name).read_bytes()) == 32
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    assert found == {path: 0o700 if path.is_dir() else 0o600 for path in found}


@pytest.mark.parametrize(
    "make",
    [
        lambda files: files.create("demo"),
        lambda files: files.make_secret("demo", "wave"),
        lambda files: files.backup_key(),
        lambda files: files.make_signing_key(),
    ],
)
def test_who_make_a_key_at_once_get_the_same(
    folder: Path, make: Callable[[KeyFiles], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_disk(monkeypatch)
    with ThreadPoolExecutor(4) as threads:
        keys = set(threads.map(make, [KeyFiles(folder) for _ in range(4)]))
    assert keys == {make(KeyFiles(folder))}


def test_leaders_who_go_at_once_are_all_noted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow_disk(monkeypatch)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda person: KeyFiles(folder).note_leader("demo", person, {"at": person}), "abcd"))
    assert KeyFiles(folder).leaders("demo") == {person: {"at": person} for person in "abcd"}


def slow_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk on which all who begin at once are under way at once."""
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (time.sleep(0.02), fsync(file)))


def test_a_key_is_on_the_disk_with_its_name_before_anyone_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced, fsync = list[str](), os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (synced.append(os.readlink(f"/proc/self/fd/{file}")), fsync(file)))
    files = KeyFiles(folder)
    files.make_secret("demo", "wave")
    assert synced == [f"{folder}/demo/wave.secret.new", f"{folder}/demo", str(folder)]
    del synced[:]
    files.destroy_secret("demo", "wave")
    files.destroy_secret("demo", "wave")
    assert synced == [f"{folder}/demo/wave.secret", f"{folder}/demo"]


def test_a_destroyed_key_is_overwritten_where_it_lay(folder: Path, tmp_path: Path) -> None:
    files = KeyFiles(folder)
    files.create("demo")
    files.make_secret("demo", "wave")
    for number, name in enumerate(("content.key", "wave.secret")):
        os.link(folder / "demo" / name, tmp_path / str(number))
    files.note_copy("demo", {"file": "kopi.zip"})
    files.note_leader("demo", "a", {})
    files.destroy("demo")
    files.destroy("demo")
    assert [(tmp_path / str(number)).read_bytes() for number in range(2)] == [bytes(32), bytes(32)]
    assert list((folder / "demo").iterdir()) == []


def test_notes_are_for_people_too(folder: Path) -> None:
    """Someone reads them, years later, who has nothing but the folder."""
    files = KeyFiles(folder)
    files.note_leader("demo", "a", {"ord": "æ"})
    files.note_leader("demo", "b", {"ord": "ø"})
    assert (folder / "demo/leaders.json").read_text(encoding="utf-8") == (
        '{\n "a": {\n  "ord": "æ"\n },\n "b": {\n  "ord": "ø"\n }\n}'
    )
    files.note_copy("demo", {"at": "nu", "file": "å.zip"})
    assert (folder / "demo/copies.jsonl").read_text(encoding="utf-8") == '{"at": "nu", "file": "å.zip"}\n'
    files.note_deletion("demo", {"hold": "Ærø"})
    assert (folder / "demo/deleted.json").read_text(encoding="utf-8") == '{\n "hold": "Ærø"\n}'


def test_a_gathering_is_called_what_a_folder_can_be_called(folder: Path) -> None:
    files = KeyFiles(folder)
    assert len(files.create("a" * 40)) == 32
    for name in ("", "a" * 41, "A", "../a", "a/b", "æ", "a.b"):
        with pytest.raises(StoreError, match="can't be the id"):
            files.create(name)


def test_half_a_key_is_told_and_never_used(folder: Path) -> None:
    files = KeyFiles(folder)
    for length in (31, 33):
        files.put("demo", bytes(length))
        with pytest.raises(StoreError, match=f"{length} bytes"):
            files.read("demo")
