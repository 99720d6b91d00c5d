"""Every route there is, as addresses: what is not named here can't be filled in, and the test that asks fails."""

import itertools
import re
from collections.abc import Iterator, Mapping

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
            yield handler.__name__, address, values == tuple(fillings[name][0] for name in names)
