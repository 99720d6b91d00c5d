"""Files that pages load, and how the borrowed ones get there."""

import gzip
import re
from pathlib import Path

import ipywidgets
import pytest

from fællesledelse.server.assets import VENDOR, asset, copy_stylesheet, licences, newest_fonts_only, together

ROOT = Path(__file__).parents[2]


def test_the_address_of_an_asset_changes_with_its_content() -> None:
    assert re.fullmatch(r"/assets/look\.css\?v=[0-9a-f]{12}", asset("look.css"))


def test_a_misspelt_asset_fails_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        asset("lok.css")


def test_only_the_newest_kind_of_font_is_named() -> None:
    css = '@font-face{src:url("a.eot"), url("a.woff") format("woff"), url("a.woff2") format("woff2");font-display:swap}'
    assert newest_fonts_only(css) == '@font-face{src:url("a.woff2") format("woff2");font-display:swap}'


def test_a_font_of_the_reader_s_own_machine_stays() -> None:
    css = '@font-face{src:local("Tahoma")}'
    assert newest_fonts_only(css) == css


def test_a_stylesheet_comes_with_its_files_and_its_licence(tmp_path: Path) -> None:
    package, target = tmp_path / "package", tmp_path / "vendor"
    (package / "css").mkdir(parents=True)
    (package / "img").mkdir()
    (package / "css/a.css").write_text("p{background:url(../img/a.svg)}b{background:url(data:x)}", encoding="utf-8")
    (package / "img/a.svg").write_text("<svg/>", encoding="utf-8")
    (package / "LICENSE").write_text("MIT", encoding="utf-8")
    copy_stylesheet(package, "css/a.css", "LICENSE", target)
    copied = sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())
    assert copied == ["LICENSE", "css/a.css", "img/a.svg"]


def test_stylesheets_put_together_name_their_files_where_they_stay() -> None:
    css = together(["look.css", "vendor/ibm-plex-serif/latin-400.css"])
    named = re.findall(r"""url\(["']?(?!data:)([^"')]+)""", css)
    assert {address.partition("?")[0] for address in named} == {
        "/assets/tick.svg",
        "/assets/vendor/ibm-plex-serif/files/ibm-plex-serif-latin-400-normal.woff2",
    }
    assert all(re.search(r"\?v=[0-9a-f]{12}$", address) for address in named)


def test_what_is_packed_is_what_was_packed() -> None:
    for path in VENDOR.glob("*.gz"):
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()


def test_every_borrowed_package_brings_its_licence(tmp_path: Path) -> None:
    for package in ("a", "@b/c"):
        (tmp_path / package).mkdir(parents=True)
        (tmp_path / package / "LICENSE.md").write_text(f"Licence of {package}", encoding="utf-8")
    assert licences(tmp_path) == "=== @b/c\nLicence of @b/c\n\n=== a\nLicence of a"


def test_the_widgets_two_ends_speak_the_same_version() -> None:
    told = (ROOT / "node_modules/@jupyter-widgets/controls/lib/version.js").read_text(encoding="utf-8")
    button = ipywidgets.Button()
    assert f"'{button._model_module_version}'" in told
    button.close()


def test_the_locks_name_no_place_to_download_from() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in (ROOT / "requirements.txt").read_text(encoding="utf-8")
