"""The typefaces of the PDF: IBM Plex, and Noto for the signs it lacks. All under the SIL Open Font License.

``python -m fællesledelse.documents.fonts node_modules`` runs once at set-up, after npm has fetched them: it copies the
weights that are used into ``fonts``, with their licences. Word files name fonts that every Word has and need none.
"""

import shutil
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "fonts"
_SOURCE = "@expo-google-fonts"
FACES = (
    ("ibm-plex-serif", "400Regular/IBMPlexSerif_400Regular.ttf"),
    ("ibm-plex-sans", "400Regular/IBMPlexSans_400Regular.ttf"),
    ("ibm-plex-sans", "600SemiBold/IBMPlexSans_600SemiBold.ttf"),
    ("noto-emoji", "400Regular/NotoEmoji_400Regular.ttf"),
    ("noto-sans-hebrew", "400Regular/NotoSansHebrew_400Regular.ttf"),
    ("noto-sans-arabic", "400Regular/NotoSansArabic_400Regular.ttf"),
)
"""(npm package, file), each file relative to the package."""


def copy_all(node_modules: Path) -> None:
    """Replace ``fonts`` by what the PDF needs from ``node_modules``."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for package, face in FACES:
        source = node_modules / _SOURCE / package
        shutil.copyfile(source / face, FOLDER / Path(face).name)
        shutil.copyfile(source / "LICENSE_FONT", FOLDER / f"LICENSE-{package}.txt")


if __name__ == "__main__":
    copy_all(Path(sys.argv[1]))
