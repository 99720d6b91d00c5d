"""Reads Word files and PDF files as a reader's programs do."""

import io
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import pikepdf

from ..tools import pdftoppm, soffice

_CHARS = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_HEX = re.compile(rb"<([0-9A-Fa-f]+)>")


def paragraphs_of(word: bytes) -> list[tuple[str, str]]:
    """Style and text of every paragraph of a Word file; its line breaks as ``\\n``."""
    return [(str(each.style.name), each.text) for each in docx.Document(io.BytesIO(word)).paragraphs if each.style]


def in_libreoffice(word: bytes, folder: Path) -> bytes:
    """The Word file, opened in LibreOffice and printed to PDF."""
    source = folder / "ledelsesgrundlag.docx"
    source.write_bytes(word)
    profile = f"-env:UserInstallation={(folder / 'profil').as_uri()}"
    command = [soffice(), profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return source.with_suffix(".pdf").read_bytes()


def pictures(pdf: bytes, folder: Path) -> list[Path]:
    """Every page of a PDF as a picture: grey, one byte a point."""
    command = [pdftoppm(), "-gray", "-r", "40", "-", str(folder / "side")]
    subprocess.run(command, input=pdf, check=True, capture_output=True, timeout=120)
    return sorted(folder.glob("side*.pgm"))


def darkness(picture: Path) -> float:
    """How much of a picture is ink, from 0 to 1."""
    points = picture.read_bytes().split(b"\n", 3)[3]
    return sum(point < 128 for point in points) / len(points)


@dataclass(frozen=True)
class Tag:
    """A tag of a PDF with the text it marks, in reading order; ``below`` it are its own tags."""

    role: str
    text: str
    below: tuple["Tag", ...] = ()

    def all(self) -> Iterator["Tag"]:
        """This tag and those below it, in reading order."""
        yield self
        for tag in self.below:
            yield from tag.all()


def tags(pdf: bytes) -> list[Tag]:
    """The tags of a PDF in reading order, each with its own text."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        marked = {page.objgen: _marked(page) for page in file.pages}
        root = file.Root.StructTreeRoot
        return [tag for each in _listed(root.K) for tag in _tag(each, marked, None).all()]


def _tag(element: Any, marked: dict[Any, dict[int, str]], page: Any) -> Tag:
    page = element.get("/Pg", page)
    text, below = "", []
    for each in _listed(element.get("/K", [])):
        if isinstance(each, int) or "/MCID" in each:
            number = each if isinstance(each, int) else each.MCID
            where = page if isinstance(each, int) else each.get("/Pg", page)
            text += marked[where.objgen].get(int(number), "")
        elif "/S" in each:
            below.append(_tag(each, marked, page))
    own = [tag for tag in below if str(tag.role) not in _INLINE]
    return Tag(str(element.S).strip("/"), text + "".join(_whole(tag) for tag in below if tag.role in _INLINE), tuple(own))


_INLINE = {"Span", "Lbl"}


def _whole(tag: Tag) -> str:
    return tag.text + "".join(map(_whole, tag.below))


def _listed(kids: Any) -> list[Any]:
    return list(kids) if isinstance(kids, pikepdf.Array | list) else [kids]


def _marked(page: pikepdf.Page) -> dict[int, str]:
    """The text of each marked piece of a page."""
    fonts = {name: _letters(font) for name, font in page.Resources.get("/Font", pikepdf.Dictionary()).items()}
    found: dict[int, str] = {}
    stack: list[tuple[int | None, str | None]] = []
    font: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            stack.append(_begun(operands, page))
        elif name == "EMC":
            number, said = stack.pop()
            inside = next((each for each, _ in reversed(stack) if each is not None), number)
            if said is not None and inside is not None:
                found[inside] = found.get(inside, "") + said
        elif name == "Tf":
            font = fonts[str(operands[0])]
        elif name in ("Tj", "TJ") and not any(said is not None for _, said in stack):
            current = next((each for each, _ in reversed(stack) if each is not None), None)
            if current is not None:
                found[current] = found.get(current, "") + _shown(operands[0], font)
    return found


def _begun(operands: Any, page: pikepdf.Page) -> tuple[int | None, str | None]:
    told = operands[1] if len(operands) > 1 else pikepdf.Dictionary()
    if isinstance(told, pikepdf.Name):
        told = page.Resources.Properties[told]
    said = told.get("/ActualText")
    return (int(told.MCID) if "/MCID" in told else None), (None if said is None else str(said))


def _shown(operand: Any, letters: dict[int, str]) -> str:
    pieces = [operand] if isinstance(operand, pikepdf.String) else [p for p in operand if isinstance(p, pikepdf.String)]
    data = b"".join(bytes(piece) for piece in pieces)
    return "".join(letters.get(int.from_bytes(data[at : at + 2], "big"), "?") for at in range(0, len(data), 2))


def _letters(font: Any) -> dict[int, str]:
    """What each code of a font says."""
    table = font.ToUnicode.read_bytes()
    letters: dict[int, str] = {}
    for block in _CHARS.findall(table):
        codes = _HEX.findall(block)
        letters |= {int(code, 16): _decoded(sign) for code, sign in zip(codes[::2], codes[1::2], strict=True)}
    for block in _RANGES.findall(table):
        codes = _HEX.findall(block)
        for first, last, sign in zip(codes[::3], codes[1::3], codes[2::3], strict=True):
            for step in range(int(last, 16) - int(first, 16) + 1):
                letters[int(first, 16) + step] = chr(ord(_decoded(sign)) + step)
    return letters


def _decoded(sign: bytes) -> str:
    return bytes.fromhex(sign.decode()).decode("utf-16-be")
