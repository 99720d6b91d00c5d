"""Constructed leaders and what they wrote."""

import dataclasses
from datetime import date

from fællesledelse.documents import Foundation, Heading, paragraphs

TITLES = (
    "Min opgave og dens effekt",
    "Hvorfor",
    "Værdier i handling",
    "I kan forvente af mig",
    "Jeg forventer af jer",
    "Det øver jeg mig i",
)
TEXTS = (
    "Min opgave er, at ingen i Enghaven skal vente på, at to afdelinger bliver enige. Jeg kan se, at det lykkes, når en "
    "pårørende kun har talt med én af os, og når en medarbejder kan give et svar uden først at spørge mig. Det mærkes på, "
    "at vi sjældnere siger »det er ikke hos os«.",
    "Vi har lovet hinanden at række ud. Hos os betyder det, at vi ringer, før vi skriver, og at vi spørger den, det handler "
    "om, før vi beslutter. Jeg tvivler på, at vi altid når det. Derfor siger jeg højt, hvornår vi ikke gjorde, og hvad det "
    "kostede den, der ventede.",
    "Jeg siger nej med det samme, når svaret er nej. Det koster, at nogen bliver skuffede tidligt, og jeg foretrækker det "
    "frem for, at de bliver det sent.\n\nJeg går en runde hver dag klokken ti, og jeg har ikke noget med i hånden. Bryder "
    "jeg det to dage i træk, så sig det til mig foran de andre. Så ved I, at man må det.",
    "- At jeg svarer samme dag, også når svaret er, at jeg ikke ved det endnu.\n- At jeg siger det til jer, før det står i "
    "avisen, også når det er mig, det handler om.\n- At jeg ikke ændrer en aftale uden at have talt med den, der indgik "
    "den.\n- At jeg holder fri, når jeg har fri, så I også kan.",
    "At I siger det til mig, hvis jeg står i vejen. At I prøver først og spørger bagefter, når det kan laves om. At I taler "
    "med den, det handler om, og ikke kun om vedkommende. Kan I ikke holde det, så sig det, før vi aftaler det.",
    "Jeg øver mig i at blive siddende i en uenighed. Det er sværest for mig, når der er gæster til stede, eller når klokken "
    "er mange. Når jeg rejser mig og henter kaffe, må I gerne sige: Kaffe. Så sætter jeg mig igen og siger, hvad jeg var "
    "ved at gå fra.",
)
"""About 330 words, as a foundation should be."""

BIRGITTE = Foundation(
    "Birgitte Ørsted-Åkjær",
    "Centerchef for ældre og sundhed",
    "Strandby Kommune",
    "Fælles om ledelse",
    2,
    date(2026, 9, 4),
    tuple(Heading(title, paragraphs(text)) for title, text in zip(TITLES, TEXTS, strict=True)),
    ("De lægger marts. Jeg kigger først på vagtplanen, når den hænger på tavlen.",),
)


def saying(*texts: str, title: str = "Hvorfor") -> Foundation:
    """A foundation with those paragraphs and nothing else."""
    return dataclasses.replace(BIRGITTE, headings=(Heading(title, texts),), agreed=())


def long() -> Foundation:
    """Thirty pages; each paragraph has a number of its own."""
    texts = tuple(f"Afsnit {number}. {TEXTS[number % 2]}" for number in range(1, 351))
    return dataclasses.replace(BIRGITTE, headings=(Heading(TITLES[0], texts),), agreed=())


def counted(words: int) -> Foundation:
    """A foundation of about so many words under its six headings."""
    plenty = [sentence for text in TEXTS for sentence in text.replace("\n", " ").split(". ")] * 3
    share = words // len(TITLES)
    texts = [" ".join(". ".join(plenty[at * 3 :]).split()[:share]) + "." for at in range(len(TITLES))]
    return dataclasses.replace(
        BIRGITTE, headings=tuple(Heading(*each) for each in zip(TITLES, ((t,) for t in texts), strict=True))
    )
