"""``python -m fællesledelse`` is the command ``faellesledelse``."""

from .cli import main

main()
