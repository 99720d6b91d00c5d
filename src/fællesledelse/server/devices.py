"""Where someone is signed in, in words they know, and signing out everywhere else."""

from datetime import datetime
from typing import Final

from ..danish import COPENHAGEN, clock, full_day
from ..store import Session
from .web import Page

BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
    ("faellesledelse", "kommandolinjen"),
)
"""What a User-Agent says and what people call it. The first that fits counts: most browsers claim to be others too."""

UNKNOWN: Final = "en ukendt enhed"


class DevicesPage(Page):
    """GET: where I am signed in. POST: sign out everywhere but here."""

    wordless = True

    async def get(self) -> None:
        """Whoever is signed in, in a gathering or not."""
        await self._show("")

    async def post(self) -> None:
        """Sessions and kernels end at once; what is open there hears of it by itself."""
        session = self.signed_in
        count = await self.house.ask(self.house.store.access.sign_out_others, session)
        await self.settings["kernel_manager"].end_person(session.person.id, but=session.id)
        self.house.live.look_again()
        self.note("signed-out-elsewhere")
        where = "ét andet sted" if count == 1 else f"{count} andre steder"
        await self._show(f"Du er logget ud {where}." if count else "Du var ikke logget ind andre steder.")

    async def _show(self, message: str) -> None:
        found = await self.house.ask(self.house.store.access.devices, self.signed_in)
        found.sort(key=lambda each: not each.here)
        rows = [{"name": called(each.label), "since": moment(each.since), "here": each.here} for each in found]
        self.show("devices.html", devices=rows, message=message, person=self.person)


def elsewhere(session: Session) -> str:
    """The new device that this one is to be told of; empty if there is none."""
    return called(session.elsewhere) if session.elsewhere else ""


def called(label: str) -> str:
    """What people call the device of a User-Agent."""
    browser = next((name for mark, name in BROWSERS if mark in label), "")
    system = next((name for mark, name in SYSTEMS if mark in label), "")
    return f"{browser} på {system}" if browser and system else browser or system or UNKNOWN


def moment(when: datetime) -> str:
    """A day and an hour in Denmark, as one says it."""
    here = when.astimezone(COPENHAGEN)
    return f"{full_day(here.date())} kl.\N{NO-BREAK SPACE}{clock(here.time())}"
