"""What a notebook cell may use: a leader's page and the facilitator's, and what opens them. Nothing else is public."""

from .desk import Desk, open_desk
from .page import Page, open_page

__all__ = ["Desk", "Page", "open_desk", "open_page"]
