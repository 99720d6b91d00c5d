"""A small share of the trial at rest, and that its search can find."""

import base64
import gzip
import io
import json
import zipfile
import zlib

import pytest

from .at_rest import tried
from .canaries import Canaries

pytestmark = pytest.mark.usefixtures("uncounted")


def test_nothing_a_leader_wrote_is_found_at_rest() -> None:
    figures = list(tried(seed=1, share=0.05))
    assert [figure.line for figure in figures if not figure.kept] == []


def test_the_search_finds_a_canary_in_every_form() -> None:
    canaries = Canaries(1)
    words = [f"Før {canaries.draw('x')} og æøå".encode() for _ in range(14)]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", words[7])
    text = words[8].decode()
    forms = [
        words[0],
        words[1].decode().encode("utf-16-le"),
        b"x" + words[2].decode().encode("utf-16-be"),
        json.dumps(words[3].decode()).encode(),
        base64.b64encode(words[4]),
        b"ab" + base64.urlsafe_b64encode(b"?" + words[5]),
        b"GET /?q=" + base64.b64encode(b"??" + words[6]),
        packed.getvalue(),
        text.encode("utf-32-le"),
        b"x" + zlib.compress(words[9] * 9) + b"after",
        gzip.compress(words[10] * 9),
        words[11].hex().encode(),
        gzip.compress(base64.b64encode(words[12] * 3)),
        b'{"a": "' + base64.b64encode(zlib.compress(words[13])) + b'"}',
    ]
    found = [canaries.found(each) for each in forms]
    assert found == [{number} for number in range(1, 15)]
