"""What leaders carry out of the workbook: Word, PDF, calendar files, and everything of their own in one archive."""

from .archive import archive
from .calendar import REVIEWS, months_after, reviews
from .foundation import Foundation, Heading, paragraphs
from .material import Archived, Left, Material, Part, Section
from .pdf import pdf
from .template import FOLDER, TEMPLATE, check, check_file, packaged
from .word import word

__all__ = [
    "FOLDER",
    "REVIEWS",
    "TEMPLATE",
    "Archived",
    "Foundation",
    "Heading",
    "Left",
    "Material",
    "Part",
    "Section",
    "archive",
    "check",
    "check_file",
    "months_after",
    "packaged",
    "paragraphs",
    "pdf",
    "reviews",
    "word",
]
