"""Every page the server renders itself, with constructed people in it."""

from dataclasses import replace
from typing import Any

import jinja2

from fællesledelse.documents import Left
from fællesledelse.documents.charter import NO_PURPOSE, OPEN, Change
from fællesledelse.model import PrivacyNotice
from fællesledelse.server.assets import asset
from fællesledelse.server.former import OwnWave, Released
from fællesledelse.server.overview import STATES
from fællesledelse.share import share

from ..documents.test_charter import CHARTER

ME = {
    "name": "Karen Møllegaard",
    "person": "p1",
    "role": "leader",
    "kind": "forløb",
    "gathering": "demo",
    "gathering_name": "Fælles om ledelse",
    "organisation": "Sønderlund Kommune",
    "elsewhere": "",
}
STEPS = ["Forberedelse 1", "Workshop 1", "Forberedelse 2"]


def entry(title: str, *, state: str = "", current: bool = False, extra: bool = False) -> dict[str, Any]:
    """One line of the path."""
    opens = "17. august" if state == "locked" else None
    return {
        "title": title,
        "url": "/hold/demo/x",
        "current": current,
        "state": state,
        "opens": opens,
        "extra": extra,
        "meeting": False,
    }


NAV = [
    entry("Velkommen", state="done"),
    entry(STEPS[0], state="open", current=True),
    entry(STEPS[1], state="locked"),
    entry("Privatliv", extra=True),
]
OUTSIDE: dict[str, Any] = {"me": None, "nav": [], "step": None, "gathering": "", "person": ""}
INSIDE: dict[str, Any] = {"me": ME, "nav": NAV, "step": None, "gathering": "demo", "person": "p1"}


def row(name: str, group: str) -> dict[str, Any]:
    """A leader as the overview shows one."""
    states = [{"title": title, "state": state} for title, state in zip(STEPS, ("done", "passed", "open"), strict=True)]
    return {"person": name, "name": name, "title": "Direktør", "department": "Teknik", "group": group, "states": states}


OTHERS = [{"person": name, "name": name, "chosen": name == "Åse Ø"} for name in ("Karen Møllegaard", "Åse Ø", "Ib Toft")]
DATES = [{"name": "workshop-1", "title": "Workshop 1", "date": "2026-08-20", "default": "2026-08-18", "meeting": True}]
TAKEN = {
    "gone": "",
    "ends": "14. juni 2028",
    "over": False,
    "contact": "hr@soenderlund.example",
    "measured": True,
    "ended": False,
}
LEFT = {
    "left": [Left("Dit private tillæg", "Du har ikke bedt om det."), Left("Feedback fra Åse", "Andres ord bliver her.")],
    "waves": [
        OwnWave("w", "Før den første periode", "closed", "", (("Vi taler åbent.", "Helt enig"),)),
        OwnWave("v", "Midtvejs", "open", "Åben til og med 3. maj.", (("Vi taler åbent.", "Ved ikke"),)),
    ],
    "released": [Released("r", "Prøvehandling på tavlen", "Delt 2. maj", "Hvis vi ringer først, svarer de.")],
}
DEVICES = [
    {"name": "Chrome på Windows", "since": "mandag den 2. november kl. 9.12", "here": True},
    {"name": "en ukendt enhed", "since": "fredag den 30. oktober kl. 21.40", "here": False},
]
HOME = {"title": "Hjem", "url": "/"}
ERROR = {"status": 404, "title": "Siden findes ikke", "message": "Adressen er skrevet forkert.", "link": HOME}
NEXT = replace(CHARTER, number=0, changes=(Change("Formålet", "At ses", ""), Change("Rammen", "", "Seks møder")))
PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "sign-in": ("sign_in.html", OUTSIDE),
    "enrol": ("enrol.html", OUTSIDE),
    "forgotten": ("forgotten.html", OUTSIDE),
    "renew": ("renew.html", OUTSIDE),
    "error": ("error.html", OUTSIDE | ERROR),
    "gatherings": (
        "gatherings.html",
        OUTSIDE
        | {
            "gatherings": [{"name": "Et hold", "url": "/hold/a/"}],
            "left": [{"name": "Et før", "url": "/hold/b/mit"}],
            "networks": "/hold/a/netvaerk",
        },
    ),
    "former": ("former.html", INSIDE | {"me": ME | {"home": "/"}, "nav": []} | TAKEN | LEFT),
    "notice": ("notice.html", INSIDE | {"privacy": PrivacyNotice(controller="Sønderlund Kommune"), "accepted": False}),
    "facilitators-notice": (
        "notice.html",
        INSIDE
        | {"me": ME | {"role": "facilitator"}, "privacy": PrivacyNotice(controller="Sønderlund Kommune"), "accepted": False},
    ),
    "devices": ("devices.html", OUTSIDE | {"devices": DEVICES, "message": ""}),
    "dates": (
        "dates.html",
        INSIDE | {"me": ME | {"elsewhere": "Safari på iPhone"}} | {"group": "3", "rows": DATES, "message": "Gemt."},
    ),
    "facilitator-view": ("facilitator_view.html", INSIDE | {"row": row("Karen Møllegaard", "3"), "words": STATES}),
    "charter": (
        "charter.html",
        INSIDE
        | {"charter": CHARTER, "versions": [CHARTER], "own": NEXT, "forms": [("Skriv kommissoriet", "/hold/demo/x")]}
        | {"message": "Gemt.", "open_word": OPEN, "no_purpose": NO_PURPOSE},
    ),
    "vetoes": ("vetoes.html", INSIDE | {"others": OTHERS, "most": 3}),
}


def environment() -> jinja2.Environment:
    """The pages' templates, where a name that nobody has given is an error."""
    loader = jinja2.FileSystemLoader(share("templates/pages"))
    found = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    found.globals["asset"] = asset
    return found


def render(page: str, **changed: Any) -> str:
    """The page, with some of its context changed."""
    template, context = PAGES[page]
    return environment().get_template(template).render(context | changed)
