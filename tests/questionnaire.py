"""A short questionnaire, as an organisation may have its own."""

from pathlib import Path

ITEMS = """\
nøgle;tema;udsagn;retning
tit-nok;tale;Vi taler sammen så tit, som opgaven kræver.;+
for-sent;tale;Det vigtige får jeg ofte at vide for sent.;-
borgerne;ud;Vi spørger borgerne, før vi beslutter.;+
feedback;mig;Jeg giver feedback, mens den kan bruges.;+
"""

THEMES = """\
nøgle;titel;slags;intro
tale;Når vi taler sammen;forum;Tænk på de sidste par måneder.
ud;Sammen med borgerne;ud;
mig;At give feedback;ledelse;Svar, som du gør nu.
"""


def lay(folder: Path, promise: bool = False) -> None:
    """Let a cohort folder ask this; with ``promise`` about relations between departments too."""
    (folder / "spoergeskema.csv").write_text(ITEMS, encoding="utf-8")
    (folder / "temaer.csv").write_text(THEMES, encoding="utf-8")
    if promise:
        told = (folder / "hold.yaml").read_text(encoding="utf-8")
        promised = told.replace("relationer_mellem_afdelinger: nej", "relationer_mellem_afdelinger: ja")
        assert promised != told
        (folder / "hold.yaml").write_text(promised, encoding="utf-8")
