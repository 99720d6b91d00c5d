"""The files that pages load: where they are, under which address, and how the borrowed ones get there.

``python -m fællesledelse.server.assets node_modules`` runs once at set-up, after npm has fetched the design system:
it copies each stylesheet below and every file it names into ``static/vendor``, with their licences, and puts these and
our own into one. ``browser/bundle.mjs`` does the same with the scripts, and packs both.
"""

import hashlib
import posixpath
import re
import shutil
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
VENDOR = STATIC / "vendor"
FOLDERS = (STATIC, Path(__file__).parents[1] / "workbook" / "static")
"""Where files under /assets/ are looked for, in this order: the pages' own, then those that widgets share with them."""
STYLESHEETS = (
    ("dkfds", "dist/css/dkfds.min.css", "LICENSE.md"),
    ("@fontsource/ibm-plex-serif", "latin-400.css", "LICENSE"),
    ("@fontsource/ibm-plex-serif", "latin-500.css", "LICENSE"),
)
"""(npm package, stylesheet, licence), each path relative to the package."""
OWN_STYLESHEETS = ("look.css", "writing.css", "fields.css", "room.css", "sharing.css", "publish.css")

_FONT_SOURCES = re.compile(r"src:[^;}]*")
_WOFF2 = re.compile(r"""url\([^)]*\.woff2["']?\)\s*format\(["']?woff2["']?\)""")
_NAMED_FILE = re.compile(r"""(?<=url\()(\s*["']?)(?!data:|#)([^"')?#]+)""")


def folder_of(name: str) -> Path:
    """The folder of ``FOLDERS`` that holds the file ``name``; the first of them if none does."""
    try:
        return next((folder for folder in FOLDERS if (folder / name).is_file()), STATIC)
    except OSError:  # no file can have such a name
        return STATIC


@cache
def asset(name: str) -> str:
    """The address of a file in one of ``FOLDERS``, with its fingerprint, so browsers may keep it for ever.

    Raises ``FileNotFoundError`` for a name that isn't there: a misspelt name in a template fails at once.
    """
    fingerprint = hashlib.sha256((folder_of(name) / name).read_bytes()).hexdigest()[:12]
    return f"/assets/{name}?v={fingerprint}"


def newest_fonts_only(css: str) -> str:
    """The stylesheet with only the WOFF2 source of each font.

    The design system names an EOT file first, which today's browsers fetch, can't read, and report as an error.
    """
    return _FONT_SOURCES.sub(lambda found: _woff2_of(found.group()), css)


def _woff2_of(sources: str) -> str:
    woff2 = _WOFF2.search(sources)
    return f"src:{woff2.group()}" if woff2 else sources


def named_files(css: str) -> list[str]:
    """The relative paths a stylesheet names, each once, in order."""
    return list(dict.fromkeys(name for _, name in _NAMED_FILE.findall(css)))


def copy_stylesheet(package: Path, stylesheet: str, licence: str, target: Path) -> None:
    """Copy a stylesheet, the files it names and its licence, so that relative addresses still hold."""
    css = newest_fonts_only((package / stylesheet).read_text(encoding="utf-8"))
    source, copied = (package / stylesheet).parent, (target / stylesheet).parent
    for name in named_files(css):
        destination = copied / name
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, destination)
    copied.mkdir(parents=True, exist_ok=True)
    (target / stylesheet).write_text(css, encoding="utf-8")
    shutil.copyfile(package / licence, target / licence)


def together(names: Iterable[str]) -> str:
    """The stylesheets ``names`` as one, in which every file has the address that browsers may keep for ever."""
    return "\n".join(_addressed(name) for name in names)


def _addressed(name: str) -> str:
    css = (folder_of(name) / name).read_text(encoding="utf-8")
    return _NAMED_FILE.sub(lambda found: found[1] + asset(posixpath.normpath(f"{name}/../{found[2]}")), css)


def licences(node_modules: Path) -> str:
    """The licence texts of every npm package, one after the other: the bundle in ``vendor/widgets.js`` holds many."""
    found = sorted(path for path in node_modules.rglob("LICEN[CS]E*") if path.is_file())
    return "\n\n".join(
        f"=== {path.parent.relative_to(node_modules).as_posix()}\n{path.read_text(encoding='utf-8', errors='replace')}"
        for path in found
    )


def copy_all(node_modules: Path) -> None:
    """Replace ``static/vendor`` by what the pages borrow from ``node_modules``."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for package, stylesheet, licence in STYLESHEETS:
        copy_stylesheet(node_modules / package, stylesheet, licence, VENDOR / Path(package).name)
    (VENDOR / "LICENSES.txt").write_text(licences(node_modules), encoding="utf-8")
    borrowed = (f"vendor/{Path(package).name}/{stylesheet}" for package, stylesheet, _ in STYLESHEETS)
    (VENDOR / "site.css").write_text(together([*borrowed, *OWN_STYLESHEETS]), encoding="utf-8")


if __name__ == "__main__":
    copy_all(Path(sys.argv[1]))
