"""The ASCII door to the package.

Entry points name this module: on a Windows machine with cp1252 one that names
``fællesledelse`` is skipped without a word.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fællesledelse.cohort.engine import CohortEngine
    from fællesledelse.kernels.provisioner import ForkProvisioner

__all__ = ["CohortEngine", "ForkProvisioner", "main"]


def main() -> None:
    """The command ``faellesledelse``."""
    from fællesledelse.cli import main as command

    command()


def __getattr__(name: str) -> Any:
    """Papermill asks for the engine when it scans its entry points, Jupyter for the provisioner; import them only then."""
    if name == "CohortEngine":
        from fællesledelse.cohort.engine import CohortEngine

        return CohortEngine
    if name == "ForkProvisioner":
        from fællesledelse.kernels.provisioner import ForkProvisioner

        return ForkProvisioner
    raise AttributeError(name)
