"""How small a change is seen, and how often an interval holds the truth: ``python -m tests.survey.power``.

Answers are normals cut into 1 to 5. Changes are in standard deviations of the answers, correlations those of the answers.
What is true is integrated, not drawn: a truth that is drawn is off by the same for every programme.
"""

from dataclasses import dataclass, replace
from math import sqrt
from random import Random
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from fællesledelse.survey import Estimate, Ledger, Table, change, release
from fællesledelse.survey.model import Answers

ITEM = "item"
MANY = 200_000
FINE = 20_001

SIZES = ((8, 0), (12, 1), (20, 2), (38, 0), (38, 4), (60, 6))
"""People, and how many of them are missing in each wave."""


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
        second = self.together * first + self._apart * rng.standard_normal(people)
        return self._cut(np.stack([first, second], axis=1), [0, self.shift])

    def truth(self) -> tuple[float, float, float]:
        """The change of the mean, the same in standard deviations of the first wave's answers, and the correlation."""
        normal = NormalDist()
        quantiles = np.array([normal.inv_cdf((at + 0.5) / FINE) for at in range(FINE)])
        first = self._cut(quantiles, 0.0).astype(float)
        # each of the second wave is its least answer, and one more for each cut that it is above
        cuts = (np.arange(1.5, 5) - self.mean - self.shift) / self.deviation
        away = np.subtract.outer(self.together * quantiles, cuts) / self._apart
        above = np.array([normal.cdf(each) for each in away.flat]).reshape(away.shape)
        second, squares = 1 + above.sum(axis=1), 1 + above @ (2 * np.arange(1, 5) + 1)
        moved = float(second.mean() - first.mean())
        spread = sqrt(float(squares.mean() - second.mean() ** 2))
        both = float((first * second).mean() - first.mean() * second.mean())
        return moved, moved / float(first.std()), both / float(first.std()) / spread

    @property
    def _apart(self) -> float:
        return sqrt(1 - self.together**2)

    def _cut(self, normals: NDArray[np.float64], shift: float | list[float]) -> Answers:
        return np.clip(np.rint(self.mean + self.deviation * normals + shift), 1, 5).astype(np.int8)


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


def surely(share: float, times: int, sure: float = 0.99) -> tuple[float, float]:
    """The interval that holds what a share in so many draws is of (Wilson, 1927, doi:10.1080/01621459.1927.10502953)."""
    z = NormalDist().inv_cdf((1 + sure) / 2)
    middle, more = (share + z**2 / times / 2), z**2 / times
    wide = z * sqrt(share * (1 - share) / times + more / times / 4)
    return (middle - wide) / (1 + more), (middle + wide) / (1 + more)


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


def run(programmes: int = 3000, often: int = 40_000) -> None:
    """Print the smallest changes at 38, and the coverage at several sizes with the 99 % interval of the simulation."""
    print("correlation of answers | smallest change, linked | unlinked")
    for together in (0.60, 0.66):
        world = World(together=together)
        sizes = [smallest(world, 38, programmes, linked) for linked in (True, False)]
        print(f"{world.truth()[2]:.2f} | {sizes[0]:.3f} sd | {sizes[1]:.3f} sd", flush=True)
    print("people | absent each wave | mean | correlation | shown | interval holds the truth | surely between")
    for people, absent in SIZES:
        for mean, together in ((3.4, 0.0), (3.4, 0.64), (4.2, 0.9), (4.6, 0.0)):
            world = World(mean, together=together, shift=0.3)
            found = seen(world, people, often, absent)
            low, high = surely(found.covered, round(found.shown * often))
            line = (people, absent, mean, f"{world.truth()[2]:.2f}", f"{found.shown:.2f}", f"{found.covered:.4f}")
            print(" | ".join(map(str, (*line, f"{low:.4f} to {high:.4f}"))), flush=True)


if __name__ == "__main__":
    run()
