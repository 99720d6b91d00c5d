"""The end of a gathering: leaders are told 60 and 14 days before, writing closes, and all of it is deleted by itself.

What was answered in the survey goes after the last day in any case, as leaders were promised when they answered, also where
the rest has to wait for its warnings. So do drafts and the feedback on them, on the day that a group has agreed on.
"""

import asyncio
from collections.abc import Awaitable, Callable

from ..store import MailingKind, MailingState, Receipt
from .copies import IT, try_copy
from .deletion import delete
from .house import House
from .log import LOG
from .mailing_plan import causes
from .notices import read
from .shelf import Cohort

EVERY = 3600.0
"""Seconds from one look to the next."""


async def watch(house: House, end_gathering: Callable[[str], Awaitable[None]]) -> None:
    """Look after every cohort, again and again. Called when the server starts; it ends with the server."""
    gone = set[str]()
    while True:
        try:
            await fade(house)
        except Exception:
            LOG.exception("The drafts whose day has come could not be deleted, and will be tried again")
        here = {cohort.manifest.gathering for cohort in house.shelf}
        for gathering in here | gone:
            try:
                cohort = await house.cohort(gathering)  # as it has been built since, even if nobody has come by
                if cohort is not None:
                    await look_after(house, cohort, end_gathering)
                elif gathering in gone:
                    await _delete(house, gathering, end_gathering)
            except Exception:  # whatever is wrong with one, the others end in their time
                LOG.exception("The end of %s could not be looked after", gathering)
                gone |= {gathering} if house.shelf.find(gathering) is None else set()
            else:
                gone.discard(gathering)
        await asyncio.sleep(EVERY)


async def fade(house: House) -> None:
    """Delete the drafts, and the feedback on them, whose day has come; also those of a cohort that is not served now."""
    for gathering, group in await house.ask(house.store.parcels.forget, house.today()):
        house.audit.note("drafts-deleted", route="retention", status=200, gathering=gathering)
        house.live.shared(gathering, group)


async def look_after(house: House, cohort: Cohort, end_gathering: Callable[[str], Awaitable[None]]) -> None:
    """Tell the leaders of a cohort what is due, close it to writing, or delete it."""
    gathering, today = cohort.manifest.gathering, house.today()
    here = await house.ask(read, house.store, cohort, today)
    house.ending.pop(gathering, None)
    if here is None:
        return
    if here.first is not None and here.closed and today >= here.gone(today):
        await _delete(house, gathering, end_gathering)
        return
    house.ending[gathering] = here
    if today > here.ends and await house.ask(house.store.surveys.finish, gathering, today):
        house.audit.note("survey-ended", route="retention", status=200, gathering=gathering)
    if here.next is not None:
        await _tell(house, cohort)


async def _delete(house: House, gathering: str, end_gathering: Callable[[str], Awaitable[None]]) -> None:
    """Delete a cohort whose time is over, and leave word for IT."""
    await clear(house, gathering, end_gathering)
    house.audit.note("gathering-deleted", route="retention", status=200, gathering=gathering)
    words = "%s er slettet, som lederne har fået at vide. Hent kvitteringen: faellesledelse hold slet %s"
    LOG.warning(words, gathering, gathering)


async def _tell(house: House, cohort: Cohort) -> None:
    """Begin the mailing that is due, or let one go on that stands still."""
    store, gathering = house.store.mailings, cohort.manifest.gathering
    mine = [each for each in await house.ask(store.all, gathering) if each.kind is MailingKind.RETENTION]
    going = next((each for each in mine if each.state is not MailingState.DONE), None)
    if going is not None:
        if going.state is MailingState.PAUSED or house.sending.trouble(going.id):
            await house.sending.resume(house, going)
        return
    lines = [each.planned for each in await house.ask(causes, house, cohort, MailingKind.RETENTION)]
    if lines:
        house.sending.go(house, await house.ask(store.begin, gathering, MailingKind.RETENTION, lines))


async def clear(house: House, gathering: str, end_gathering: Callable[[str], Awaitable[None]]) -> Receipt:
    """Close the pages of a gathering, and delete it. StoreError or OSError where that breaks off."""
    house.shelf.forget(gathering)
    house.live.look_again()
    await end_gathering(gathering)
    receipt = await house.ask_for_file(IT, delete, house.store, house.settings, gathering)
    await try_copy(house, alone=True)
    return receipt
