"""What a notebook cell may use: ``open_page`` and the ``Page`` it returns. Nothing else is public."""

from .page import Page, open_page

__all__ = ["Page", "open_page"]
