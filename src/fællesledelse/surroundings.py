"""What a process that we start may know of our environment: nothing that is a secret."""

import os

INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT")


def surroundings() -> dict[str, str]:
    """The environment variables to begin with."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | {"PYTHONUTF8": "1"}
