"""A Word file from somebody else, looked into without trusting it: a zip of XML parts, of which nothing may run."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

MOST_BYTES = 5_000_000
"""The largest template."""

_MOST_UNPACKED = 40_000_000
_MOST_PARTS = 400
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RUNS_CODE = re.compile(r"vba|macro|activex|embeddings/|oleobject|afchunk|\.(?:bin|exe|dll|js|vbs|html?|mht|rtf)$")
_FIELDS = {"PAGE", "NUMPAGES", "SECTIONPAGES", "TITLE", "AUTHOR", "SUBJECT", "DATE", "TIME", "SEQ", "STYLEREF", "TOC"}
"""Word's own fields that only look at the document itself."""


class Refused(Exception):
    """The file is not a Word file that may be used. The message is Danish and says what to do."""


@dataclass(frozen=True)
class Package:
    """The XML parts of a Word file by name ("word/document.xml"), each parsed."""

    parts: dict[str, "etree._Element"]


def opened(data: bytes) -> Package:
    """The parts of a Word file. Raises Refused for anything that runs code, fetches something or is too big."""
    if len(data) > MOST_BYTES:
        raise Refused(f"Filen fylder {len(data) // 1_000_000} MB; højst 5 MB. Brug mindre billeder.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            _fit_to_unpack(file)
            parts = {name: _parsed(name, _read(file, name)) for name in file.namelist() if name.endswith((".xml", ".rels"))}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as problem:
        raise Refused("Filen er ikke et Word-dokument. Gem den i Word som »Word-dokument (*.docx)«.") from problem
    if "word/document.xml" not in parts or "[Content_Types].xml" not in parts:
        raise Refused("Filen er ikke et Word-dokument. Gem den i Word som »Word-dokument (*.docx)«.")
    found = Package(parts)
    _refuse_what_runs(found)
    return found


def _fit_to_unpack(file: zipfile.ZipFile) -> None:
    """The sizes are the zip's own word; ``_read`` holds it to them."""
    entries = file.infolist()
    if len(entries) > _MOST_PARTS or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise Refused("Filen bliver for stor, når den pakkes ud. Lav skabelonen forfra i et nyt dokument.")
    if len({entry.filename for entry in entries}) < len(entries):
        raise Refused("Filen har to dele med samme navn. Gem den igen i Word.")
    for entry in entries:
        if _RUNS_CODE.search(entry.filename.lower()):
            raise Refused(
                f"Filen har en makro, et indlejret objekt eller en fremmed fil i sig ({entry.filename}). "
                "Fjern det, og gem den som »Word-dokument (*.docx)«."
            )


def _read(file: zipfile.ZipFile, name: str) -> bytes:
    with file.open(name) as part:
        data = part.read(_MOST_UNPACKED + 1)
    if len(data) > _MOST_UNPACKED:
        raise Refused("Filen bliver for stor, når den pakkes ud. Lav skabelonen forfra i et nyt dokument.")
    return data


def _parsed(name: str, data: bytes) -> "etree._Element":
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as problem:
        raise Refused(f"Filen er beskadiget ({name}). Åbn den i Word, og gem den igen.") from problem
    if root.getroottree().docinfo.doctype:
        raise Refused(f"Filen er ikke skrevet af Word ({name}). Åbn den i Word, og gem den igen.")
    return root


def _refuse_what_runs(package: Package) -> None:
    _refuse_other_kinds(package.parts["[Content_Types].xml"])
    for name, root in package.parts.items():
        if name.endswith(".rels"):
            _refuse_what_is_elsewhere(root)
        for code in _field_codes(root):
            if code.split()[0].upper() not in _FIELDS:
                raise Refused(f"Skabelonen har Words feltkode »{code[:60]}« i sig. Slet den. Sidetal og titel er tilladt.")
        for tag in ("object", "altChunk", "control", "subDoc"):
            if root.find(f".//{W}{tag}") is not None:
                raise Refused("Skabelonen har et indlejret objekt i sig. Slet det, og gem igen.")


def _refuse_other_kinds(types: "etree._Element") -> None:
    kinds = {str(each.get("PartName")): str(each.get("ContentType")) for each in types if each.get("PartName")}
    if kinds.get("/word/document.xml") != f"{_WORD}.document.main+xml" or any("macro" in k.lower() for k in kinds.values()):
        raise Refused("Filen er en makro eller en .dotx. Gem den i Word som »Word-dokument (*.docx)«.")


def _refuse_what_is_elsewhere(relationships: "etree._Element") -> None:
    for each in relationships:
        target = str(each.get("Target"))
        if each.get("TargetMode", "").lower() == "external" or "://" in target:
            what = target if len(target) < 80 else f"{target[:77]}…"
            raise Refused(
                f"Skabelonen henviser til noget uden for filen: {what}. Fjern linket, sæt billeder ind i stedet for at "
                "linke til dem, og vælg skabelonen »Normal« under Udvikler, Dokumentskabelon."
            )


def _field_codes(root: "etree._Element") -> Iterator[str]:
    """Every field code, whole: Word parts a long one into several runs of a paragraph."""
    for simple in root.iter(f"{W}fldSimple"):
        yield str(simple.get(f"{W}instr", "")).strip() or "?"
    for paragraph in root.iter(f"{W}p"):
        code = ""
        for element in paragraph.iter(f"{W}fldChar", f"{W}instrText"):
            if element.tag == f"{W}instrText":
                code += element.text or ""
            elif code.strip():
                yield code.strip()
                code = ""
        if code.strip():
            yield code.strip()
