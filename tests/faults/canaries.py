"""Words planted in what leaders write, and looked for in every form in which a disk or a memory might keep them."""

import base64
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

DEEPEST = 3
"""How many wrappings are undone: a page, compressed, as base64 in a compressed file."""

MOST = 64 << 20
"""The most bytes that one compressed stream is let grow to."""

_STREAM = re.compile(rb"\x1f\x8b\x08|[\x68\x78][\x01\x5e\x9c\xda]|PK\x03\x04")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
_PACKED = re.compile(rb"(?:H4sI|eA[E-H]|eF[4-7]|eJ[w-z]|eN[o-r]|UEsD)[A-Za-z0-9+/_-]{16,}")
"""Base64 of something compressed: as the three kinds of ``_STREAM`` begin."""

_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}){8,}")


class Canaries:
    """``mark`` is drawn anew for each trial; a canary is the mark and its number in six digits, 20 ASCII letters in all."""

    def __init__(self, seed: int) -> None:
        self.mark = "".join(Random(seed).choices("bcdfghjklmnpqrstvwxz", k=14))
        self.planted: Counter[str] = Counter()
        raw = self.mark.encode()
        whole = (base64.b64encode(bytes(skipped) + raw)[2 * skipped : -4] for skipped in range(3))
        self._hidden = (*(each[:16] for each in whole), raw.hex().encode(), raw.hex().upper().encode())
        self._named = re.compile(rb"%b(\d{6})" % raw)

    def draw(self, kind: str) -> str:
        """A canary for a text of that kind."""
        self.planted[kind] += 1
        return f"{self.mark}{self.planted.total():06d}"

    def found(self, content: bytes, deep: int = DEEPEST) -> set[int]:
        """The numbers of those that stand in ``content``: raw or escaped, UTF-16 or -32, base64, hexadecimal, deflated."""
        found = set(map(int, self._named.findall(content)))
        if b"\0" in content:
            found |= set(map(int, self._named.findall(content.replace(b"\0", b""))))
        if deep:
            for inner in self._unwrapped(content):
                found |= self.found(inner, deep - 1)
        return found

    def _unwrapped(self, content: bytes) -> Iterator[bytes]:
        if any(form in content for form in self._hidden):
            for run in _BASE64.finditer(content):
                yield from (base64.b64decode(_whole(run[0][skip:])) for skip in range(4))
            yield from (bytes.fromhex(run[0].decode()) for run in _HEX.finditer(content))
        yield from (base64.b64decode(_whole(run[0])) for run in _PACKED.finditer(content))
        yield from filter(None, (_inflated(content, begin) for begin in _STREAM.finditer(content)))


def _whole(run: bytes) -> bytes:
    """The part of some base64, of either alphabet, that can be decoded without the rest."""
    return run.replace(b"-", b"+").replace(b"_", b"/")[: len(run) // 4 * 4]


def _inflated(content: bytes, begin: re.Match[bytes]) -> bytes:
    """What a stream that begins there holds; nothing where none does."""
    at, window = begin.start(), 47  # zlib's or gzip's, whichever the head says
    if begin[0][:2] == b"PK":
        head = content[at : at + 30]
        if head[8:10] != b"\x08\x00":
            return b""  # not compressed, so seen already
        at, window = at + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), -15
    stream, found = zlib.decompressobj(window), bytearray()
    try:
        for place in range(at, len(content), 1 << 14):
            found += stream.decompress(content[place : place + (1 << 14)], MOST)
            if stream.eof or len(found) > MOST:
                break
    except zlib.error:
        pass  # what came before the error counts
    return bytes(found) if len(found) > 20 else b""


def contents(*places: Path) -> Iterator[bytes]:
    """Every file there and below."""
    for place in places:
        for path in [place] if place.is_file() else place.rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield path.read_bytes()


def memory(pid: int) -> Iterator[bytes]:
    """What a process may write to, as a core dump holds it. Raises PermissionError where the system lets nobody read it."""
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps, open(f"/proc/{pid}/mem", "rb", 0) as bytes_:
        for line in maps:
            place, rights, *_ = line.split()
            begin, end = (int(each, 16) for each in place.split("-"))
            if rights[:2] == "rw" and "[v" not in line:
                bytes_.seek(begin)
                yield bytes_.read(end - begin)
