"""Constructed people in the shape of a roster: as many, in the same groups and levels, under the same superiors.

Nothing of the real people comes along: neither name, address, title nor department.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count

from ..model import Roster
from ..names import slug

DOMAIN = "generalproeve.example"
OUTSIDE = "En leder uden for holdet"
"""Stands for a superior whom the roster gives by a name."""

FIRST = (
    "Anne-Marie", "Bjørn", "Cæcilie", "Dorthe", "Esben", "Frederikke", "Gorm", "Hjørdis", "Ingolf", "Jytte",
    "Kåre", "Liselotte", "Mads", "Nanna", "Oluf", "Pernille", "Rasmus", "Signe", "Thøger", "Ulla", "Valdemar", "Winnie",
    "Yrsa", "Åse", "Zenia", "René",
)  # fmt: skip
LAST = (
    "Abildtrup", "Brødsgaard", "Clausholm", "Dyrehave", "Egebæk", "Fuglsang-Nørregaard", "Gærup", "Hvidbjerg", "Iversholm",
    "Jordkær", "Klitmøller", "Lynghøj", "Mosegård", "Nørbæk", "Oksvang", "Pilegård", "Rævskær", "Skovhus", "Tranekjær",
    "Uldbjerg", "Vesterkær", "Ørsløv", "Ågerup",
)  # fmt: skip
TITLES = (
    "Chef", "Afdelingsleder", "Sekretariatschef", "Leder af et område med mange opgaver og et langt navn",
    "Konstitueret centerchef", "Souschef", "Områdeleder", "Vicedirektør",
)  # fmt: skip


def constructed(roster: Roster, seed: int) -> Roster:
    """The roster with other people in it. The same seed gives the same people."""
    chance = random.Random(seed)
    people = roster.participants
    names = dict(zip([person.email for person in people], _names(chance, roster), strict=False))
    addresses = {email: f"{slug(name)}@{DOMAIN}" for email, name in names.items()}
    departments = _numbered(person.department for person in people)
    return Roster(
        roster.gathering,
        tuple(
            replace(
                person,
                email=addresses[person.email],
                name=names[person.email],
                title=chance.choice(TITLES) if person.title else "",
                department=departments[person.department],
                superior=addresses.get(person.superior, OUTSIDE if person.superior else ""),
            )
            for person in people
        ),
    )


def _names(chance: random.Random, roster: Roster) -> Iterator[str]:
    """Names that nobody of the roster has; after some hundred they get a number."""
    taken = {person.name.casefold() for person in roster.participants}
    everyone = [f"{first} {last}" for first in FIRST for last in LAST if f"{first} {last}".casefold() not in taken]
    chance.shuffle(everyone)
    yield from everyone
    yield from (f"{name} {number}" for number in count(2) for name in everyone)


def _numbered(departments: Iterable[str]) -> dict[str, str]:
    """Afdeling 1, Afdeling 2 and so on in the order they appear; none stays none."""
    known = dict.fromkeys(department for department in departments if department)
    return {"": ""} | {department: f"Afdeling {number}" for number, department in enumerate(known, 1)}
