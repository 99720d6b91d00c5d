"""Addresses: of people, and of pages on the web."""

import re

_EMAIL = re.compile(r"[a-z0-9æøåé._%+'-]{1,64}@(?:[a-z0-9æøå](?:[a-z0-9æøå-]*[a-z0-9æøå])?\.)+[a-z]{2,24}", re.IGNORECASE)
_LINK = re.compile(r"https://[^\s<>\"'()\[\]{}|\\^`]+", re.IGNORECASE)


def is_email(text: str) -> bool:
    """Whether ``text`` looks like one e-mail address and nothing else."""
    return len(text) <= 254 and _EMAIL.fullmatch(text) is not None and ".." not in text


def is_link(text: str) -> bool:
    """Whether ``text`` is a whole https address without any sign that means something in Markdown."""
    return _LINK.fullmatch(text) is not None
