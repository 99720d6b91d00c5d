"""Whether SQLite's files are as they were written: found out before SQLite opens them, which would believe most damage.

    <database>-sums    a digest of every page, as the database is when the log has been copied into it to that frame
    <database>-mark    how far the log was at the last acknowledged save; written after each, and before it is acknowledged

SQLite sees neither a changed bit in a value, nor that its log is missing, is another's or ends too soon. The digests are
renewed from the log, durably, before any of it is copied into the database: then each page stands in the log, or is as its
digest says. The mark waits for the disk only when the log begins anew, so that it always names the log that counts: a power
cut may set it back some seconds, which weakens the check of those seconds' saves and never the saves.
Formats: https://sqlite.org/fileformat2.html#the_write_ahead_log and https://sqlite.org/walformat.html
"""

import hashlib
import os
import sqlite3
import struct
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple

from ..errors import StoreError
from .keyfiles import write_durably

HAS_SUMS = 1
"""SQLite's user_version of a database that has been given sums: without them it is damaged."""

PAGE = 4096
_HEADER, _FRAME = 32, 24  # bytes before the log's first frame, and before the page in each
_LONG = 1000  # frames, after which the log is copied into the database
_COUNTED = 16  # where SQLite's index of the log says how many frames are committed, in the machine's byte order
_DIGEST = 16
_ENDING = "-sums"
_SUMS = struct.Struct(">8sI")  # the log's salts, and the frames of it that the digests count in
_MARK = struct.Struct(">8sI8s")  # the log's salts, the frames to the last acknowledged save, SQLite's checksum there
_WORDS = {b"\x37\x7f\x06\x82": "<", b"\x37\x7f\x06\x83": ">"}  # how the log's checksums read a page


class _Commit(NamedTuple):
    """A whole transaction's end: how many frames the log has there, SQLite's checksum, and the pages of the database."""

    frames: int
    checksum: bytes
    pages: int


_NOTHING = _Commit(0, bytes(8), 0)


@dataclass
class _Log:
    """The log to its last whole transaction: ``newest`` is the number of each page's last frame, from 0.

    ``seen``: SQLite's checksum after each transaction, by the number of frames to there.
    """

    salts: bytes = bytes(8)
    last: _Commit = _NOTHING
    newest: dict[int, int] = field(default_factory=dict)
    seen: dict[int, bytes] = field(default_factory=lambda: {0: bytes(8)})

    def read(self, frames: Iterable[bytes]) -> None:
        """Count in the whole transactions of the frames that come next."""
        pages: list[int] = []
        for count, frame in enumerate(frames, self.last.frames + 1):
            page, size = struct.unpack_from(">II", frame)
            pages.append(page)
            if size:
                self.newest.update(zip(pages, range(count - len(pages), count), strict=True))
                self.last, pages = _Commit(count, frame[16:24], size), []
                self.seen[count] = self.last.checksum


def has_sums(database: Path) -> bool:
    """Whether a database has been checked before: then its file must be there."""
    return Path(f"{database}{_ENDING}").exists()


class Integrity:
    """The sums and the mark of one SQLite database, for the process that has its lock. StoreErrors are Danish, for IT."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._wal, self._index_file, self._mark_file = (Path(f"{database}-{end}") for end in ("wal", "shm", "mark"))
        self._sums_file = Path(f"{database}{_ENDING}")
        self._log = _Log()
        self._digests = bytearray()
        self._mark = self._index = -1

    def check(self) -> None:
        """Raise StoreError unless the files are as this program left them. Call before SQLite opens them.

        A database without sums, of an older program or new, is examined as far as SQLite can, and gets them.
        """
        if not has_sums(self._database):
            self._adopt()
        if not self._database.exists() or not self._database.stat().st_size:  # SQLite would throw its log away
            raise self._damage("filen mangler eller er tom")
        salts, frames = self._read_sums()
        marked = self._read_mark()
        if Path(f"{self._database}-journal").exists():
            raise self._damage("ved siden af ligger en journal, der ikke er dens (-journal)")
        log = _whole(self._wal)
        stale = log.salts != marked[0]
        if stale and not (salts == marked[0] and frames >= marked[1]):
            raise self._damage("dens log (-wal) mangler eller er en anden databases")
        if not stale and log.seen.get(marked[1]) != marked[2]:
            raise self._damage("dens log (-wal) er afkortet eller ændret")
        self._compare(_Log() if stale else log)
        if stale:  # nothing in such a log was ever acknowledged
            for end in ("wal", "shm"):
                Path(f"{self._database}-{end}").unlink(missing_ok=True)
        self._log = _Log(marked[0]) if stale else log
        self._mark = os.open(self._mark_file, os.O_RDWR)

    def committed(self) -> bool:
        """Note how far the log is. Call after every transaction, before it is acknowledged. Whether the log is long."""
        with self._wal.open("rb") as wal:
            header = wal.read(_HEADER)
            renewed = len(header) == _HEADER and header[16:24] != self._log.salts
            if renewed:
                self._log = _Log(header[16:24])
            before = self._log.last.frames
            self._log.read(islice(_frames(wal, self._log), max(0, self._frames_committed() - before)))
        if self._log.last.frames > before:
            mark = _MARK.pack(self._log.salts, self._log.last.frames, self._log.last.checksum)
            os.pwrite(self._mark, mark + _digest(mark), 0)
            if renewed:
                os.fdatasync(self._mark)
        return self._log.last.frames >= _LONG

    def _frames_committed(self) -> int:
        """How many frames SQLite itself counts in, by its index of the log.

        After them may stand what a transaction left that was torn off, in the midst of a write even its last frame.
        The index stays open as long as SQLite has it: a process that closes a file lets go of all of SQLite's locks on it,
        and the next program that only looks into the database would empty the index under the server.
        Source: https://sqlite.org/howtocorrupt.html, 2.2.
        """
        if self._index < 0:
            self._index = os.open(self._index_file, os.O_RDONLY)
        (frames,) = struct.unpack("=I", os.pread(self._index, 4, _COUNTED))
        return int(frames)

    def seal(self) -> None:
        """Renew the digests from the log, durably. Call before the log is copied into the database."""
        if not self._log.newest:
            return
        with self._wal.open("rb") as wal:
            if wal.read(_HEADER)[16:24] != self._log.salts:
                return  # it has been copied and emptied, and nothing has been written since
            self._digests[:] = self._digests.ljust(self._log.last.pages * _DIGEST, b"\0")[: self._log.last.pages * _DIGEST]
            for page, frame in self._log.newest.items():
                if page > self._log.last.pages:
                    continue  # the database has become shorter since
                wal.seek(_HEADER + frame * (_FRAME + PAGE) + _FRAME)
                self._put(page, wal.read(PAGE))
        self._write_sums()

    def close(self) -> None:
        """Let go of the mark and the index. Call when SQLite has closed its files."""
        for descriptor in (self._mark, self._index):
            if descriptor >= 0:
                os.close(descriptor)
        self._mark = self._index = -1

    def _adopt(self) -> None:
        """Examine a database without sums as far as SQLite can, and give it some."""
        with self._database.open("rb") as file:
            if struct.unpack(">I", file.read(64)[60:].rjust(4, b"\0"))[0] == HAS_SUMS:
                raise self._damage("filen med dens kontroltal (-sums) mangler")
        try:
            with closing(sqlite3.connect(self._database, isolation_level=None)) as database:
                database.execute(f"PRAGMA page_size = {PAGE}")
                database.execute("PRAGMA journal_mode = WAL")
                found = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.DatabaseError as error:
            raise self._damage(f"SQLite siger: {error}") from error
        if found != "ok":
            raise self._damage(f"SQLite siger: {found}")
        with self._database.open("rb") as file:
            for number, page in enumerate(iter(lambda: file.read(PAGE), b""), 1):
                self._put(number, page)
        mark = _MARK.pack(bytes(8), 0, bytes(8))
        write_durably(self._mark_file, mark + _digest(mark))
        self._write_sums()

    def _compare(self, log: _Log) -> None:
        with self._database.open("rb") as file:
            for number in range(1, len(self._digests) // _DIGEST + 1):
                told, page = self._digests[(number - 1) * _DIGEST : number * _DIGEST], file.read(PAGE)
                if number not in log.newest and any(told) and told != _digest(page):
                    cut = len(page) < PAGE
                    raise self._damage("filen er afkortet" if cut else f"side {number} er ikke, som den blev skrevet")

    def _put(self, number: int, page: bytes) -> None:
        self._digests[(number - 1) * _DIGEST : number * _DIGEST] = _digest(page)

    def _write_sums(self) -> None:
        sums = _SUMS.pack(self._log.salts, self._log.last.frames) + bytes(self._digests)
        write_durably(self._sums_file, sums + _digest(sums))

    def _read_sums(self) -> tuple[bytes, int]:
        content = self._opened(self._sums_file)
        self._digests = bytearray(content[_SUMS.size :])
        salts, frames = _SUMS.unpack_from(content)
        return salts, frames

    def _read_mark(self) -> tuple[bytes, int, bytes]:
        salts, frames, checksum = _MARK.unpack(self._opened(self._mark_file))
        return salts, frames, checksum

    def _opened(self, path: Path) -> bytes:
        """What stands in the sums or the mark, without the digest of it at the end."""
        content = path.read_bytes() if path.exists() else b""
        if len(content) < _SUMS.size + _DIGEST or _digest(content[:-_DIGEST]) != content[-_DIGEST:]:
            raise self._damage(f"{path.name} mangler eller er ikke, som den blev skrevet")
        return content[:-_DIGEST]

    def _damage(self, what: str) -> StoreError:
        return StoreError(
            f"Databasen {self._database} er beskadiget: {what}. Serveren starter ikke på den, og intet er ændret.\n"
            "Er en fil flyttet eller slettet ved en fejl, så læg den tilbage, og start igen. Ellers læg den nyeste kopi "
            "tilbage: faellesledelse gendan KOPI --nøgler NØGLER. Det, der ligger her, bliver flyttet til side."
        )


def _frames(wal: IO[bytes], log: _Log) -> Iterator[bytes]:
    """The frames of the same log after those that are counted in."""
    wal.seek(_HEADER + log.last.frames * (_FRAME + PAGE))
    while len(frame := wal.read(_FRAME + PAGE)) == _FRAME + PAGE and frame[8:16] == log.salts:
        yield frame


def _whole(path: Path) -> _Log:
    """The log as far as SQLite would believe it."""
    if not path.exists():
        return _Log()
    with path.open("rb") as wal:
        header = wal.read(_HEADER)
        order = _WORDS.get(header[:4])
        if order is None or _checksum(order, bytes(8), header[:24]) != header[24:]:
            return _Log()
        log = _Log(header[16:24])
        log.read(_believed(_frames(wal, log), order, header[24:]))
    return log


def _believed(frames: Iterable[bytes], order: str, checksum: bytes) -> Iterator[bytes]:
    for frame in frames:
        checksum = _checksum(order, checksum, frame[:8] + frame[_FRAME:])
        if checksum != frame[16:_FRAME]:
            return
        yield frame


def _checksum(order: str, before: bytes, content: bytes) -> bytes:
    """SQLite's checksum of the log, which goes on from frame to frame."""
    first, second = struct.unpack(">II", before)
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for odd, even in zip(words[::2], words[1::2], strict=True):
        first = (first + odd + second) & 0xFFFFFFFF
        second = (second + even + first) & 0xFFFFFFFF
    return struct.pack(">II", first, second)


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST).digest()
