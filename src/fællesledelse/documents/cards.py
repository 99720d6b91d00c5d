"""Personal invitations on paper: a sheet for each leader, printed on both sides, folded in three and sealed."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import segno

from ..errors import DocumentError
from ..model import GatheringKind
from .foundation import line
from .pdf import compiled

FOLDS: Final = (100, 200)
"""Where the sheet is folded, millimetres from its top. The lowest part is the shortest, for it is folded in first."""

_TEMPLATE = "invitationskort.typ"
_ROW = 46  # signs of a link on one line

_WELCOME: Final = {
    GatheringKind.PROGRAMME: "Her skriver du dit personlige ledelsesgrundlag: hvad du står for som leder, og hvad andre kan "
    "forvente af dig. Du skriver i dit eget tempo, og ingen læser med, før du selv deler.",
    GatheringKind.SALON: "En time, et tema og en håndfuld ledere. Her ser du, hvornår I mødes, hvem du møder, og hvad I "
    "skal tale om. Der bliver ikke skrevet noget ned af det, I siger.",
    GatheringKind.NETWORK: "Her ser du, hvornår I mødes, hvem der har hvad, og hvad I skal tale om. Har du en sag med, "
    "skriver du den her, og ingen læser med, før du selv deler.",
}
"""What comes after "Velkommen til", by what people gather for."""


@dataclass(frozen=True)
class Card:
    """Whom an invitation is for, and the personal link. The title and the department may be empty."""

    name: str
    title: str
    department: str
    link: str


def cards(invited: Sequence[Card], cohort: str, facilitator: str, kind: GatheringKind = GatheringKind.PROGRAMME) -> bytes:
    """The invitations as one PDF for printing on both sides, turned on the long edge: two pages for each leader.

    The link stands, as text and as a QR code, on the part of the sheet that is folded in first. Raises DocumentError.
    """
    if not invited:
        raise DocumentError("Der er ingen at lave invitationer til: Alle er begyndt, eller deltagerlisten er tom.")
    return compiled(
        _TEMPLATE,
        {
            "document": f"Invitationer – {line(cohort)}",
            "cohort": line(cohort),
            "welcome": _WELCOME[kind],
            "facilitator": line(facilitator),
            "cards": [_card(each) for each in invited],
        },
    )


def _card(card: Card) -> dict[str, Any]:
    link = card.link
    address, sign, secret = link.partition("#")
    return {
        "name": line(card.name),
        "title": line(card.title),
        "department": line(card.department),
        "link": [text[at : at + _ROW] for text in (address + sign, secret) for at in range(0, len(text), _ROW)],
        "qr": _qr(link),
    }


def _qr(link: str) -> str:
    """The QR code of a link as SVG. A fold across it or a spot of coffee is forgiven."""
    try:
        code = segno.make(link, error="m", micro=False, boost_error=False)
    except segno.DataOverflowError as problem:
        raise DocumentError(
            f"Linket er for langt til en QR-kode: Det har {len(link)} tegn. Sæt en kortere adresse på serveren."
        ) from problem
    written = io.BytesIO()
    code.save(written, kind="svg", border=0, xmldecl=False, svgns=True)
    return written.getvalue().decode()
