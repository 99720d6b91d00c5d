"""From what was tried, seen and said to the promise it belongs to: its place in the leader's living foundation."""

from dataclasses import dataclass

from ..mirror.promises import PROMISES, VALUES, Sentence, about, sentences
from ..model import Step
from ..store import Membership
from ..vocabulary import LIVING
from .path import first_day, moved_dates, url
from .shelf import Cohort
from .web import Api


@dataclass(frozen=True)
class Promises:
    """The sentences of one leader's foundation. ``page`` is the address where they are told; empty while it isn't open."""

    known: tuple[Sentence, ...]
    page: str

    def of(self, words: str) -> dict[str, str] | None:
        """The sentence that ``words`` are about, and where it stands; None where there is none to go to."""
        found = about(words, self.known) if self.page else []
        return {"text": found[0].text, "url": f"{self.page}#{found[0].place}"} if found else None


def tells_promises(step: Step) -> bool:
    """Whether a page is one that tells the living foundation."""
    return set(LIVING) <= set(step.reads)


async def promises(handler: Api, cohort: Cohort, mine: Membership) -> Promises:
    """Those of the leader who is asking, as they stand."""
    house, manifest = handler.house, cohort.manifest
    moved = await moved_dates(house, manifest.gathering, mine.group)
    told = (step for step in manifest.steps if tells_promises(step) and first_day(step, moved) <= house.today())
    page = next((url(manifest, step) for step in told), "")
    read, unlocked = house.store.answers.read, handler.signed_in.unlocked
    answers = await house.ask(read, unlocked, manifest.gathering, [*PROMISES, VALUES])
    return Promises(tuple(sentences({key: answer.text for key, answer in answers.items()})), page)
