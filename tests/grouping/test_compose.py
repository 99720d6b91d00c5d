"""Groups of leaders."""

import pickle
import random
import traceback
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fællesledelse.grouping import NO_VETOES, Grouping, GroupingError, Leader, Round, Rule, Rules, Vetoes, compose
from fællesledelse.grouping.columns import line
from fællesledelse.grouping.conflict import conflict

from .people import demo, ids, reached, town

Pairs = tuple[tuple[str, str], ...]


def plain(many: int) -> list[Leader]:
    return [Leader(f"p{at}", f"Person {at}", f"afdeling {at}", at) for at in range(many)]


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Leader], Rules, Pairs]:
    """Four to eight leaders in a small line, with kept pairs, vetoes and a round behind them."""
    many = draw(st.integers(4, 8))
    names = [f"p{at}" for at in range(many)]
    pair = st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(lambda pair: pair[0] != pair[1])
    leaders = [
        Leader(
            one,
            one.upper(),
            draw(st.sampled_from("AB")),
            draw(st.integers(1, 3)),
            draw(st.sampled_from(["", *names[:at]])),
            draw(st.frozensets(st.sampled_from("xy"))),
        )
        for at, one in enumerate(names)
    ]
    smallest = draw(st.integers(2, 3))
    mixed = draw(st.permutations(names))
    earlier: tuple[Round, ...] = ((tuple(mixed[:3]), tuple(mixed[3:])),) if draw(st.booleans()) else ()
    together = tuple(draw(st.lists(pair, max_size=2)))
    return (
        leaders,
        Rules(smallest, draw(st.integers(smallest, 4)), None, together, earlier),
        tuple(draw(st.lists(pair, max_size=2))),
    )


def partitions(people: list[str], smallest: int, largest: int) -> Iterator[tuple[tuple[str, ...], ...]]:
    if not people:
        yield ()
    for size in range(smallest, largest + 1):
        for mates in combinations(people[1:], size - 1):
            left = [one for one in people[1:] if one not in mates]
            for rest in partitions(left, smallest, largest) if len(people) >= size else ():
                yield ((people[0], *mates), *rest)


def costs(groups: tuple[tuple[str, ...], ...], leaders: list[Leader], rules: Rules) -> tuple[int, ...]:
    """What groups cost, reckoned pair by pair from the rules' words and apart from the code under test."""
    by_id = {leader.id: leader for leader in leaders}
    above = line(leaders)
    aim = max(-(-len(leaders) // rules.largest), len(leaders) // max(rules.smallest, min(3, rules.largest)))
    met = Counter(frozenset(pair) for groups in rules.earlier for group in groups for pair in combinations(group, 2))
    pairs = [(by_id[one], by_id[other]) for group in groups for one, other in combinations(group, 2)]
    return (
        abs(len(groups) - aim),
        sum(one.id in above[other.id] or other.id in above[one.id] for one, other in pairs),
        sum(met[frozenset((one.id, other.id))] for one, other in pairs),
        sum(one.department == other.department for one, other in pairs),
        sum(len(one.known & other.known) for one, other in pairs),
        sum(one.level == other.level for one, other in pairs),
    )


def allowed(groups: tuple[tuple[str, ...], ...], rules: Rules, vetoes: Pairs) -> bool:
    def share(pair: tuple[str, str]) -> bool:
        return any(set(pair) <= set(group) for group in groups)

    return all(map(share, rules.together)) and not any(map(share, vetoes))


def test_the_demo_cohort_with_wishes_vetoes_and_history_is_proven_too() -> None:
    everyone = [leader.id for leader in demo()]
    together = ((everyone[3], everyone[10]), (everyone[2], everyone[3]))
    vetoes = ((everyone[5], everyone[20]), (everyone[7], everyone[30]), (everyone[0], everyone[37]))
    first = compose(demo(), Rules())
    rules = Rules(together=together, earlier=(ids(first),))
    found = compose(demo(), rules, Vetoes(vetoes))
    assert found.optimal
    assert allowed(ids(found), rules, vetoes)
    assert tuple(reached(found).values()) == costs(ids(found), demo(), rules) == (0, 2, 0, 1, 0, 26)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(cases())
def test_small_cases_are_as_good_as_the_best_of_all_groups(case: tuple[list[Leader], Rules, Pairs]) -> None:
    """Everyone once, right sizes, kept pairs, no veto, and no other groups better; where nothing is possible it is said."""
    leaders, rules, vetoes = case
    everyone = sorted(leader.id for leader in leaders)
    possible = [
        (costs(groups, leaders, rules), len(groups))
        for groups in partitions(everyone, rules.smallest, rules.largest)
        if allowed(groups, rules, vetoes)
    ]
    try:
        found = compose(leaders, rules, Vetoes(vetoes))
    except GroupingError:
        assert not possible
        return
    assert sorted(one for group in ids(found) for one in group) == everyone
    assert all(rules.smallest <= len(group) <= rules.largest for group in ids(found))
    assert allowed(ids(found), rules, vetoes)
    assert tuple(reached(found).values()) == costs(ids(found), leaders, rules)
    assert costs(ids(found), leaders, rules) == min(cost for cost, number in possible if number == len(found.groups))
    assert found.table[0].reached == min(cost for cost, _ in possible)[0]
    assert found.optimal


@settings(max_examples=15, deadline=None, derandomize=True)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_what_comes_in_does_not_matter(case: tuple[list[Leader], Rules, Pairs], mixer: random.Random) -> None:
    leaders, rules, vetoes = case
    turned = [(other, one) for one, other in reversed(rules.together)]
    again = Rules(rules.smallest, rules.largest, None, tuple(turned), tuple(tuple(reversed(one)) for one in rules.earlier))
    mixed = mixer.sample(leaders, len(leaders))

    def outcome(people: list[Leader], asked: Rules, apart: Pairs) -> Grouping | str:
        try:
            return compose(people, asked, Vetoes(apart))
        except GroupingError as error:
            return str(error)

    assert outcome(leaders, rules, vetoes) == outcome(mixed, again, tuple((other, one) for one, other in reversed(vetoes)))


def test_the_demo_cohort_gets_twelve_groups_proven_best() -> None:
    """Only the top leader can't avoid his own line, and each of those pairs is a proposal to the two."""
    found = compose(demo(), Rules())
    assert Counter(len(group) for group in ids(found)) == {3: 10, 4: 2}
    assert found.optimal
    assert found.gap == 0
    assert tuple(reached(found).values()) == costs(ids(found), demo(), Rules()) == (0, 2, 0, 0, 0, 26)
    assert [name for name, _ in found.groups] == [str(number) for number in range(1, 13)]
    assert {proposal.superior for proposal in found.proposals} == {"henrik.damsgaard@strandby.example"}
    assert len(found.proposals) == 2
    assert "Der er for få uden for linjen til en gruppe på mindst 3 med Henrik Damsgaard" in found.proposals[0].why


def test_over_three_rounds_nobody_meets_twice() -> None:
    earlier: tuple[Round, ...] = ()
    for _ in range(3):
        found = compose(demo(), Rules(earlier=earlier))
        assert found.optimal
        earlier = (*earlier, ids(found))
    met = Counter(pair for groups in earlier for group in groups for pair in combinations(group, 2))
    assert max(met.values()) == 1


def test_where_all_have_met_those_who_met_least_come_together() -> None:
    """Four people can be paired in three ways: two of them are spent twice, so the third comes again."""
    rounds: tuple[Round, ...] = (
        (("p0", "p1"), ("p2", "p3")), (("p0", "p1"), ("p2", "p3")), (("p0", "p2"), ("p1", "p3")),
        (("p0", "p3"), ("p1", "p2")), (("p0", "p3"), ("p1", "p2")),
    )  # fmt: skip
    assert ids(compose(plain(4), Rules(2, 2, earlier=rounds))) == (("p0", "p2"), ("p1", "p3"))


@pytest.mark.parametrize("sizes", [(2, 4), (4, 5), (5, 7)])
def test_other_sizes_are_proven_for_a_first_round(sizes: tuple[int, int]) -> None:
    found = compose(demo(), Rules(*sizes))
    assert all(sizes[0] <= len(group) <= sizes[1] for group in ids(found))
    assert found.optimal


def test_what_is_not_proven_says_so() -> None:
    """Sixty leaders with a history in large groups are too many possible groups: good ones come, with an honest bound."""
    people = town(60)
    first = compose(people, Rules(5, 7), seconds=1)
    found = compose(people, Rules(5, 7, earlier=(ids(first),)), seconds=1)
    assert sorted(one for group in ids(found) for one in group) == sorted(leader.id for leader in people)
    assert all(row.possible <= row.reached for row in found.table)
    assert found.optimal == (found.gap == 0)


@pytest.mark.parametrize(
    ("many", "rules", "said"),
    [
        (2, Rules(), "Med 2 deltagere kan dette krav ikke holdes: mindst 3 i hver gruppe."),
        (
            7,
            Rules(4, 5),
            "Med 7 deltagere kan disse krav ikke holdes på én gang: mindst 4 i hver gruppe og højst 5 i hver gruppe.",
        ),
        (30, Rules(groups=12), "mindst 3 i hver gruppe og antallet af grupper: 12."),
        (30, Rules(groups=5), "højst 4 i hver gruppe og antallet af grupper: 5."),
        (
            6,
            Rules(2, 2, together=(("p1", "p0"), ("p2", "p1"), ("p4", "p5"))),
            "højst 2 i hver gruppe, Person 0 sammen med Person 1 og Person 1 sammen med Person 2.",
        ),
        (4, Rules(together=(("p0", "p9"),)), "p9 skal sammen med en anden, men er ikke blandt deltagerne."),
        (4, Rules(together=(("p0", "p0"),)), "p0 er sat sammen med sig selv."),
        (4, Rules(4, 3), "Grupper på mindst 4 og højst 3 findes ikke."),
        (0, Rules(), "Der er ingen deltagere"),
    ],
)
def test_what_contradicts_is_named(many: int, rules: Rules, said: str) -> None:
    with pytest.raises(GroupingError) as caught:
        compose(plain(many), rules)
    assert said in str(caught.value)


def test_a_person_listed_twice_is_named() -> None:
    with pytest.raises(GroupingError, match="p0 står på listen mere end én gang"):
        compose([*plain(4), *plain(1)], Rules())


def test_a_veto_shows_nowhere() -> None:
    """Not in the vetoes' own repr, nor in a result, nor as a different table where it cost something."""
    people = [Leader(f"p{at}", f"Person {at}", "A" if at < 3 else "B", 1) for at in range(6)]
    vetoes = Vetoes([("p0", "p3"), ("p0", "p4"), ("p0", "p5"), ("p77", "p78")])
    found = compose(people, Rules(2, 2, groups=3), vetoes)
    assert repr(vetoes) == repr(NO_VETOES) == "Vetoes"
    assert not hasattr(vetoes, "__dict__")
    with pytest.raises(TypeError):
        pickle.dumps(vetoes)
    assert "veto" not in repr(found).lower()
    assert found.optimal
    assert all(row.possible == row.reached for row in found.table)


def test_a_search_that_only_a_veto_ends_says_what_one_without_says(capfd: pytest.CaptureFixture[str]) -> None:
    """The words depend on the visible rules alone, and a traceback with all its variables names nobody's veto."""
    rules = Rules(2, 2, together=(("p0", "p1"),))
    said = []
    for pair in (("p2", "p3"), ("p0", "p1")):
        with pytest.raises(GroupingError) as caught:
            compose(plain(4), rules, Vetoes([pair]))
        said.append(str(caught.value))
        shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
        assert "forbidden" not in shown
        assert caught.value.__context__ is None
    assert said[0] == said[1]
    assert said[0].startswith("Søgningen fandt ingen grupper til 4 deltagere med mindst 2 i hver gruppe")
    assert "veto" not in said[0].lower()
    assert conflict(plain(4), rules) == ""
    assert capfd.readouterr() == ("", "")


def apart(found: Grouping) -> int:
    return reached(found)[Rule.APART]


def of_levels(*levels: int) -> list[Leader]:
    return [Leader(f"p{at:02}", f"Person {at}", f"afdeling {at % 4}", level) for at, level in enumerate(levels)]


def test_levels_are_kept_together_before_anything_but_the_line() -> None:
    """Four and four of a level could be mixed across departments and old acquaintances, and are not."""
    people = of_levels(2, 3, 2, 3, 2, 3, 2, 3)
    first = compose(people, Rules(4, 4, 2, levels_together=True))
    again = compose(people, Rules(4, 4, 2, earlier=(ids(first),), levels_together=True))
    for found in (first, again):
        assert found.optimal
        assert apart(found) == 0
        assert ids(found) == (("p00", "p02", "p04", "p06"), ("p01", "p03", "p05", "p07"))
    assert reached(again)[Rule.MET] == 12


def test_levels_that_do_not_go_up_are_as_near_as_they_can_be_and_the_bound_says_so() -> None:
    """Nobody shares a level: eight in two salons are the four upper and the four lower, 2 times 10 levels apart."""
    found = compose(of_levels(8, 1, 7, 2, 6, 3, 5, 4), Rules(4, 4, 2, levels_together=True))
    assert found.optimal
    assert apart(found) == found.table[2].possible == 20
    assert ids(found) == (("p00", "p02", "p04", "p06"), ("p01", "p03", "p05", "p07"))


def test_two_far_apart_sit_together_where_that_spares_the_others() -> None:
    """One at the top, five in the middle, one at the bottom, in two and five: the two ends cost less than any neighbours."""
    found = compose(of_levels(1, 5, 5, 5, 5, 5, 9), Rules(2, 5, 2, levels_together=True))
    assert found.optimal
    assert ids(found)[0] == ("p00", "p06")
    assert apart(found) == 8


def test_a_level_that_nobody_knows_costs_nothing() -> None:
    assert apart(compose(of_levels(0, 3, 0, 3), Rules(4, 4, levels_together=True))) == 0


@pytest.mark.parametrize("together", [True, False])
def test_groups_of_seven_from_twelve_and_twenty_four_are_proven_best_in_a_first_round(together: bool) -> None:
    for many, number in ((12, 2), (24, 4)):
        found = compose(town(many), Rules(many // number, -(-many // number), number, levels_together=together))
        assert found.optimal
        assert {len(group) for group in ids(found)} == {6}


def test_three_groups_of_eight_meet_as_few_as_counting_allows_again_and_again() -> None:
    """Eight who have met come to three groups as three, three and two: seven pairs of each old group meet anew."""
    people = [leader for leader in demo() if leader.level == 3][:24]
    earlier: tuple[Round, ...] = ()
    for turn in range(3):
        found = compose(people, Rules(8, 8, 3, earlier=earlier))
        assert found.optimal
        assert reached(found)[Rule.MET] == 21 * turn
        earlier = (*earlier, ids(found))
