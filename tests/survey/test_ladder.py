"""What a distribution shows, tried on every table there is: also what can be concluded from how much is shown."""

from collections import defaultdict
from itertools import product

import pytest

from fællesledelse.survey.ladder import alike, safe, shown
from fællesledelse.survey.model import Distribution, Level

from .attack import certified


def counts(*answers: int) -> tuple[int, ...]:
    return tuple(answers.count(answer) for answer in range(6))


@pytest.mark.parametrize("people", [5, 6])
def test_no_table_shows_anybodys_answer_to_any_two_colluders(people: int) -> None:
    """All tables that look alike to two colluders, levels included, are held together: everyone else differs in some two."""
    possible = defaultdict(set)
    for answers in product(range(6), repeat=people):
        seen = shown(counts(*answers)), *answers[:2]
        for other in range(2, people):
            possible[seen, other].add(answers[other])
    assert possible
    assert all(len(values) > 1 for values in possible.values())


def every(answered: int) -> list[tuple[int, ...]]:
    heights = product(range(answered + 1), repeat=5)
    return [(*five, answered - sum(five)) for five in heights if sum(five) <= answered]


@pytest.mark.parametrize("answered", [5, 6, 7, 9])
def test_whatever_is_shown_passes_its_proof(answered: int) -> None:
    told = {shown(each) for each in every(answered)}
    assert all(one is not None and safe(one) for one in told)


@pytest.mark.parametrize("answered", [5, 7])
def test_the_proof_goes_through_all_that_looks_the_same(answered: int) -> None:
    alikes = defaultdict(set)
    for each in every(answered):
        alikes[shown(each)].add(each)
    assert all(told is not None and set(alike(told)) == same for told, same in alikes.items())


def test_the_proof_fails_where_all_but_two_are_known_to_agree() -> None:
    assert not safe(Distribution(5, Level.FULL, (0, 0, 1, 1, 3, 0)))


@pytest.mark.parametrize("answers", [(4, 4, 4, 4, 4), (4, 4, 4, 3, 1), (4, 4, 4, 5, 5), (3, 3, 3, 3, 2), (0, 0, 0, 0, 0)])
def test_a_table_of_another_look_is_found_for_everyone(answers: tuple[int, ...]) -> None:
    assert all(certified(counts(*answers), answer) for answer in set(answers))


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ((1, 2, 3, 4), None),
        ((1, 2, 3, 4, 4), Distribution(5, Level.FULL, (0, 1, 1, 1, 2, 0))),
        ((4, 4, 4, 4, 4), Distribution(5, Level.MERGED, (0, 0, 0, 5))),
        ((4, 4, 4, 0, 3), Distribution(5, Level.MERGED, (1, 0, 1, 3))),
        ((3, 3, 3, 3, 5), Distribution(5, Level.NONE)),
    ],
)
def test_as_much_is_shown_as_may_be(answers: tuple[int, ...], told: Distribution | None) -> None:
    assert shown(counts(*answers)) == told
