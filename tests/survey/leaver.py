"""What one leaver's answer is worth guessing, where nobody else left or joined: ``python -m tests.survey.leaver``.

No figure determines it; but the better answers last, the more two distributions tell of who was only in one of them. The
attacker knows from elsewhere how answers go from wave to wave, and takes the answer that is likeliest.
"""

import numpy as np
from numpy.typing import NDArray

from fællesledelse.survey.ladder import shown
from fællesledelse.survey.model import Level

from .power import MANY, World

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def going(world: World) -> tuple[Floats, Floats]:
    """How likely each answer from 1 to 5 is, and each after each."""
    answers = world.answers(MANY, np.random.default_rng(0)) - 1
    table = np.zeros((5, 5))
    np.add.at(table, (answers[:, 0], answers[:, 1]), 1)
    return table.sum(axis=1) / table.sum(), table / table.sum(axis=1, keepdims=True)


def likelihood(before: Whole, after: Whole, after_each: Floats) -> Floats:
    """How likely each answer of the leaver is, from the two distributions; normal approximation."""
    weights: Floats = np.full(5, -np.inf)
    for answer in np.flatnonzero(before):
        rest = before.copy()
        rest[answer] -= 1
        expected = rest @ after_each
        spread = (np.diag(expected) - (after_each.T * rest) @ after_each)[:4, :4] + np.eye(4) / 12
        away = (after - expected)[:4]
        size = np.linalg.slogdet(spread)[1]
        weights[answer] = np.log(before[answer]) - (away @ np.linalg.solve(spread, away) + size) / 2
    likely: Floats = np.exp(weights - weights.max())
    likely /= likely.sum()
    return likely


def guessed(world: World, people: int, times: int, seed: int = 1) -> tuple[float, float, float]:
    """Shares: guessed right; guessed right from the first wave alone; where the attacker is more than 95 % sure."""
    (likely, after_each), rng, found = going(world), np.random.default_rng(seed), []
    for _ in range(times):
        first = rng.choice(5, size=people, p=likely)
        second = [rng.choice(5, p=after_each[answer]) for answer in first[1:]]
        before, after = np.bincount(first, minlength=5), np.bincount(second, minlength=5)
        levels = [told.level for told in (shown((0, *before.tolist())), shown((0, *after.tolist()))) if told]
        if levels == [Level.FULL, Level.FULL]:
            chances = likelihood(before, after, after_each)
            found.append((chances.argmax() == first[0], before.argmax() == first[0], chances.max() > 0.95))
    right, alone, sure = np.mean(found, axis=0)
    return float(right), float(alone), float(sure)


def run(times: int = 3000) -> None:
    """Print a line for each size and each way answers may last."""
    print("people | give the same answer again | leaver guessed | from the first wave alone | more than 95 % sure")
    for people in (8, 12, 38):
        for together in (0.0, 0.64, 0.85, 0.95, 0.99):
            world = World(together=together)
            likely, after_each = going(world)
            right, alone, sure = guessed(world, people, times)
            line = f"{people} | {likely @ np.diag(after_each):.2f} | {right:.2f} | {alone:.2f} | {sure:.3f}"
            print(line, flush=True)


if __name__ == "__main__":
    run()
