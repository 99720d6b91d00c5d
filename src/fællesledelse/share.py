"""The files that travel with the package: notebooks and templates."""

from pathlib import Path

from .errors import FællesledelseError

_PACKAGE = Path(__file__).resolve().parent


def share(name: str) -> Path:
    """The shared file or folder ``name`` ("notebooks", "templates/cohort").

    An installed wheel carries it in the package's ``share`` folder, a working copy at its root. Raises
    FællesledelseError where neither is there.
    """
    for root in (_PACKAGE / "share", _PACKAGE.parents[1]):
        path = root / name
        if path.exists():
            return path
    raise FællesledelseError(f"Installationen mangler {name!r}. Installér faellesledelse igen.")
