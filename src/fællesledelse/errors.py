"""Every error the project raises on purpose.

    FællesledelseError          what happened, why, and what to do, in one message
    ├── SettingsError           the environment asks for something impossible
    ├── CohortError             a cohort folder is not right; carries its findings
    ├── AccessError             someone is not who they say, or may not do this
    ├── AnswerError             a text can't be stored as asked
    ├── DocumentError           a Word file or a PDF can't be made
    ├── BackupError             a backup can't be made, believed or restored
    ├── ReceiptError            a receipt is not as it was signed
    ├── ConnectionLost          a page's kernel can't reach the server just now
    ├── PageError               a page can't be computed just now
    └── StoreError              the database or the keys can't be used; nothing was stored
        └── SealError           something sealed was moved or changed, or its key isn't here

Messages to leaders and facilitators are Danish; messages to IT and developers are English.
"""

from dataclasses import dataclass


class FællesledelseError(Exception):
    """Base of all errors raised on purpose."""


class SettingsError(FællesledelseError):
    """The environment or the command line asks for something impossible."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong in a cohort folder.

    ``row`` and ``column`` count from 1 as an editor or Excel shows them; None where the file as a whole is at fault.
    """

    file: str
    message: str
    row: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"linje {self.row}")
        if self.column is not None:
            place.append(f"kolonne {letters(self.column) if '.xlsx' in self.file else self.column}")
        return f"{', '.join(place)}: {self.message}"


def letters(column: int) -> str:
    """The letters Excel names a column by: A for 1, AA for 27."""
    rest, last = divmod(column - 1, 26)
    return (letters(rest) if rest else "") + chr(ord("A") + last)


class CohortError(FællesledelseError):
    """A cohort folder is not right. ``findings`` holds everything found, in the order of the files."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)


class AccessError(FællesledelseError):
    """Someone is not who they say, or may not do this. The message is Danish and safe to show."""


class AnswerError(FællesledelseError):
    """A text can't be stored as asked. The message is Danish and safe to show."""


class DocumentError(FællesledelseError):
    """A Word file or a PDF can't be made. The message is Danish and safe to show."""


class BackupError(FællesledelseError):
    """A backup can't be made, believed or restored, and nothing was changed. The message is Danish, for IT."""


class ReceiptError(FællesledelseError):
    """A receipt is not as it was signed. The message is Danish."""


class ConnectionLost(FællesledelseError):
    """A page's kernel can't reach the server just now. The page shows its own Danish line; this one is for the log."""


class PageError(FællesledelseError):
    """A page can't be computed just now. Nothing was saved or lost. For IT; English."""


class StoreError(FællesledelseError):
    """The database or the keys can't be used, and nothing was stored. For IT; English."""


class SealError(StoreError):
    """Something sealed was moved, changed, or belongs to a key that isn't here. For IT; English."""
