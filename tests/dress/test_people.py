"""People who stand in for the real ones: the same shape, and nothing of anyone."""

from collections import Counter

from fællesledelse.dress.people import DOMAIN, OUTSIDE, constructed
from fællesledelse.model import Participant, Role, Roster


def leader(number: int, superior: str = "", group: str = "1") -> Participant:
    name, email, department = f"Leder {number}", f"leder{number}@kommune.example", f"Center {number % 5}"
    return Participant(email, name, Role.LEADER, "Chef", department, "2", superior, group)


def test_the_shape_is_kept_and_the_people_are_not() -> None:
    boss, report = leader(1, "Borgmester Karen Holst"), leader(2, "leder1@kommune.example", "2")
    host = Participant("vibeke@kommune.example", "Vibeke", Role.FACILITATOR)
    one, two, three = constructed(Roster("demo", (boss, report, host)), seed=1).participants
    assert [each.role for each in (one, two, three)] == [Role.LEADER, Role.LEADER, Role.FACILITATOR]
    assert (one.group, two.group, one.level) == ("1", "2", "2")
    assert (one.superior, two.superior, three.superior) == (OUTSIDE, one.email, "")
    assert (one.department, two.department, three.department) == ("Afdeling 1", "Afdeling 2", "")
    assert (bool(one.title), three.title) == (True, "")
    assert all(each.email.endswith(f"@{DOMAIN}") for each in (one, two, three))


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    roster = Roster("demo", tuple(map(leader, range(38))))
    assert constructed(roster, 1) == constructed(roster, 1)
    assert constructed(roster, 1) != constructed(roster, 2)


def test_a_name_that_someone_real_has_is_given_to_nobody() -> None:
    roster = Roster("demo", (leader(1),))
    (drawn,) = constructed(roster, 1).participants
    real = Participant("x@kommune.example", drawn.name.upper(), Role.LEADER)
    assert constructed(Roster("demo", (real,)), 1).participants[0].name != drawn.name


def test_however_many_they_are_nobody_shares_a_name_or_an_address() -> None:
    people = constructed(Roster("demo", tuple(map(leader, range(1500)))), 1).participants
    assert max(Counter(each.name for each in people).values()) == 1
    assert max(Counter(each.email for each in people).values()) == 1
