"""The facilitator's page: like a leader's it is a notebook with one call per cell, but what it shows is the cohort."""

from ipywidgets import HTML

from . import view
from .page import Page, connection_of

TOOLS = (
    *("cohort-file", "groups", "duties", "meetings", "build", "wording"),
    *("invitations", "reminders", "calendar", "workshops", "survey", "items", "evaluation", "themes", "life", "documents"),
)
"""What a facilitator can do, each a part of a page that the page's own script fills in."""

ALONE = "Her arbejder facilitatoren, når siden hører til et hold på serveren."


class Desk(Page):
    """One page of the facilitator's."""

    def overview(self) -> HTML:
        """How far everyone is, as far as a facilitator may know."""
        from .overview import overview_html  # Altair takes seconds to import: only this page does

        def seen() -> str:
            told = self._connection.overview()
            return "" if told is None else overview_html(told)

        return self._show((), seen)

    def tool(self, name: str) -> HTML:
        """One of ``TOOLS``. Raises ValueError for another name."""
        if name not in TOOLS:
            raise ValueError(f"{name!r} er ikke et af: {', '.join(TOOLS)}")
        return HTML(view.part(name) if self._connection.served else f'<p class="fl-empty">{ALONE}</p>')


def open_desk(cohort: str, *, step: str) -> Desk:
    """The facilitator's page of that name. ``cohort`` is text, as for ``open_page``."""
    return Desk(connection_of(cohort), step)
