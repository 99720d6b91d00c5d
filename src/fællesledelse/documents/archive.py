"""Everything that is a leader's own, in one zip that is readable without the system: HTML and Word side by side."""

import io
import zipfile
from collections.abc import Iterator

from ..danish import day
from ..names import slug
from .archive_html import index, page
from .archive_word import WordFiles
from .foundation import line
from .material import Material, Part

INDEX = "laes-mig-foerst.html"
ANNEX = "privat-tillaeg"


def archive(material: Material) -> bytes:
    """The zip. Every name in it is plain ASCII, so that every program unpacks it; takes about a second."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in _files(material):
            entry = zipfile.ZipInfo(name, material.made_at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            file.writestr(entry, data)
    return written.getvalue()


def _files(material: Material) -> Iterator[tuple[str, bytes]]:
    named = [*_named(material.parts, ""), *_named(material.annex, f"{ANNEX}/")]
    who = f"{line(material.name)} · {line(material.cohort)} · {day(material.made_at.date())}"
    yield INDEX, index(material, [(part, f"{folder}html/{name}.html") for part, folder, name in named], who).encode()
    word = WordFiles()
    for part, folder, name in named:
        yield f"{folder}html/{name}.html", page(part, who).encode()
        yield f"{folder}word/{name}.docx", word.made(part, who, material.name)


def _named(parts: tuple[Part, ...], folder: str) -> Iterator[tuple[Part, str, str]]:
    """Each part with its folder and file name: numbered, so that they stand in order and no two are alike."""
    return ((part, folder, f"{number:02}-{slug(part.title)}") for number, part in enumerate(parts, 1))
