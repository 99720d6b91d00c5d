"""Every route there is, as addresses: what is not named here can't be filled in, and the test that asks fails."""

import inspect
import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx

from fællesledelse.server.app import routes


def every_route(fillings: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str, bool]]:
    """Each handler's name, an address for each way to fill it in, and whether it is filled with the first of all."""
    for pattern, handler, *_ in routes(None, None):  # type: ignore[arg-type] # nobody is served
        names = re.findall(r"\(\?P<(\w+)>", pattern)
        for values in itertools.product(*(fillings[name] for name in names)):
            address = pattern.replace("(.*)", "findes/ikke.css")
            for name, value in zip(names, values, strict=True):
                address = re.sub(rf"\(\?P<{name}>(?:[^()]|\\.|\([^()]*\))*\)", value, address)
            assert "(" not in address, address
            address = address.replace("\\.", ".")
            yield handler.__name__, address, values == tuple(fillings[name][0] for name in names)


def inquiring() -> set[str]:
    """The names of the handlers that read what stands behind the question mark, or stand in one file with who does."""
    handlers = {handler for _, handler, *_ in routes(None, None)}  # type: ignore[arg-type] # nobody is served
    read = "query_argument"
    return {each.__name__ for each in handlers if read in Path(inspect.getfile(each)).read_text(encoding="utf-8")}


def unread(answer: httpx.Response) -> bool:
    """Whether a request was refused before its body was read, which no other body can change.

    There is no such method, nobody is signed in, or it came from another site.
    """
    to_sign_in = answer.headers.get("Location", "").startswith("/log-ind")
    return answer.status_code in (401, 405) or to_sign_in or "fra en anden side end vores" in answer.text
