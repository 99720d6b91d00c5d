"""How small a change is seen, and how often an interval holds the truth: ``python -m tests.survey.power``.

Answers are normals cut into 1 to 5. Changes are in standard deviations of the answers, correlations those of the answers.
"""

from dataclasses import dataclass, replace
from random import Random

import numpy as np

from fællesledelse.survey import Estimate, Ledger, Table, change, release
from fællesledelse.survey.model import Answers

ITEM = "item"
MANY = 200_000


@dataclass(frozen=True)
class World:
    """What answers are like: their mean and standard deviation before they are cut, and how waves go together."""

    mean: float = 3.4
    deviation: float = 1.0
    together: float = 0.64  # of what is cut; the answers' own is 0.6 or a little less
    shift: float = 0.0

    def answers(self, people: int, rng: np.random.Generator) -> Answers:
        """People x two waves."""
        first = rng.standard_normal(people)
        second = self.together * first + np.sqrt(1 - self.together**2) * rng.standard_normal(people)
        latent = self.mean + self.deviation * np.stack([first, second], axis=1) + [0, self.shift]
        return np.clip(np.rint(latent), 1, 5).astype(np.int8)

    def truth(self) -> tuple[float, float, float]:
        """The change of the mean, the same in standard deviations of the first wave's answers, and the correlation."""
        answers = self.answers(MANY, np.random.default_rng(0)).astype(float)
        moved = float(answers[:, 1].mean() - answers[:, 0].mean())
        return moved, moved / float(answers[:, 0].std()), float(np.corrcoef(answers.T)[0, 1])


@dataclass(frozen=True)
class Seen:
    """Shares of programmes: where the change was shown, where its interval held the truth, and where it excluded none."""

    shown: float
    covered: float
    detected: float
    unlinked: float


def seen(world: World, people: int, programmes: int, absent: int = 0, seed: int = 1) -> Seen:
    """Over so many programmes; ``absent`` are missing in each wave, others each time."""
    truth, rng, random = world.truth()[0], np.random.default_rng(seed), Random(seed)
    told = [pair for pair in (changes(world.answers(people, rng), absent, random) for _ in range(programmes)) if pair]
    return Seen(
        len(told) / programmes,
        float(np.mean([linked.low <= truth <= linked.high for linked, _ in told])),
        float(np.mean([detects(linked) for linked, _ in told])),
        float(np.mean([detects(unlinked) for _, unlinked in told])),
    )


def detects(told: Estimate) -> bool:
    return told.low > 0 or told.high < 0


def changes(answers: Answers, absent: int, random: Random) -> tuple[Estimate, Estimate] | None:
    """The change with and without the link, as released."""
    answers[:absent, 1] = answers[absent : 2 * absent, 0] = -1
    tokens = tuple(map(str, range(len(answers))))
    ledger = release(Ledger(), {ITEM: Table(tokens, answers[:, :1])}, {}, random)
    before, after = (wave.figures[ITEM] for wave in release(ledger, {ITEM: Table(tokens, answers)}, {}, random).waves)
    linked, unlinked = change(before, after), change(before, replace(after, link=None))
    return (linked, unlinked) if linked and unlinked else None


def smallest(world: World, people: int, programmes: int, linked: bool) -> float:
    """The change, in standard deviations, that is detected in four of five programmes; between two shifts, in a line."""
    earlier, share = 0.0, 0.0
    for shift in np.arange(0.1, 2, 0.02 if linked else 0.04):
        shifted = replace(world, shift=float(shift))
        found, there = seen(shifted, people, programmes), shifted.truth()[1]
        now = found.detected if linked else found.unlinked
        if now >= 0.8:
            return earlier + (there - earlier) * (0.8 - share) / (now - share)
        earlier, share = there, now
    return float("inf")


def run(programmes: int = 3000) -> None:
    """Print the smallest changes at 38, and the coverage at several sizes."""
    print("correlation of answers | smallest change, linked | unlinked")
    for together in (0.60, 0.66):
        world = World(together=together)
        sizes = [smallest(world, 38, programmes, linked) for linked in (True, False)]
        print(f"{world.truth()[2]:.2f} | {sizes[0]:.3f} sd | {sizes[1]:.3f} sd", flush=True)
    print("people | absent each wave | mean | correlation | shown | interval holds the truth")
    for people, absent in ((8, 0), (12, 1), (20, 2), (38, 0), (38, 4), (60, 6)):
        for world in (World(together=0.0, shift=0.3), World(shift=0.3), World(mean=4.2, together=0.9, shift=0.3)):
            found = seen(world, people, programmes, absent)
            line = (people, absent, world.mean, f"{world.truth()[2]:.2f}", f"{found.shown:.2f}", f"{found.covered:.3f}")
            print(" | ".join(map(str, line)), flush=True)


if __name__ == "__main__":
    run()
