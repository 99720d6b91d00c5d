"""What no log of any test may hold: whoever ends a server looks through what it has written."""

import re
from collections.abc import Iterable, Iterator

_SIGNS = (
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.example\b"),  # the tests' people have such addresses, and nobody else
    re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])"),  # a token of 256 bits
    re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3,}\b"),  # a recovery code
    re.compile(r"KANARIEFUGL|HEMMELIGHED"),  # what several tests write to look for it
)


def telltale(log: str, names: Iterable[str]) -> Iterator[str]:
    """The addresses, tokens, codes and secrets of the tests in a log, and the people's names, each with its line."""
    signs = (*_SIGNS, re.compile("|".join(map(re.escape, names)) or "(?!)"))
    for line in log.splitlines():
        for sign in signs:
            if found := sign.search(line):
                yield f"{found[0]!r} in {line[:300]!r}"
