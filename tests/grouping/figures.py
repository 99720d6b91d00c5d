"""How long it takes to compose groups, and what is proven: ``python -m tests.grouping.figures``."""

from fællesledelse.grouping import GroupingError, Leader, Round, Rules, compose

from .people import demo, ids, town


def measure(
    what: str,
    leaders: list[Leader],
    smallest: int,
    largest: int,
    rounds: int,
    groups: int | None = None,
    level: bool = False,
) -> None:
    """Print a line per round, each with those before it as its history."""
    earlier: tuple[Round, ...] = ()
    for number in range(1, rounds + 1):
        try:
            found = compose(leaders, Rules(smallest, largest, groups, (), earlier, level), seconds=10)
        except GroupingError as error:
            print(f"| {what} | {smallest}-{largest} | {number} | | | {error} |")
            return
        table = ", ".join(f"{row.rule.name.lower()} {row.possible}/{row.reached}" for row in found.table)
        proven = "yes" if found.optimal else f"no, gap {found.gap}"
        print(f"| {what} | {smallest}-{largest} | {number} | {proven} | {found.seconds:.2f} | {table} |", flush=True)
        earlier = (*earlier, ids(found))


if __name__ == "__main__":
    print("| leaders | sizes | round | proven optimal | seconds | possible/reached |")
    print("| --- | --- | --- | --- | --- | --- |")
    for sizes in ((3, 4), (2, 4), (4, 5), (5, 7)):
        measure("38, the demo cohort", demo(), *sizes, rounds=3)
    for sizes in ((3, 4), (5, 7)):
        measure("60, constructed", town(60), *sizes, rounds=3)
    for people in (town(12), town(24), demo()):
        number = -(-len(people) // 7)
        sizes = len(people) // number, -(-len(people) // number)
        measure(f"{len(people)} in salons", people, *sizes, 3, number, True)
    peers = [leader for leader in demo() if leader.level == 3]
    measure("24 in a network's groups", peers[:24], 8, 8, 3, 3)
