"""Of many problems those that are listed are of every kind."""

from __future__ import annotations

from installation.errors import Problem
from installation.status import most_of


def of(kind: str, count: int) -> list[Problem]:
    return [Problem(f"{kind} {n}") for n in range(count)]


def test_a_hundred_problems_of_one_kind_do_not_crowd_out_another() -> None:
    told = [problem.message for problem in most_of([of("file", 100), [], of("gear", 3), of("log", 1)])]
    assert told[:28] == [f"file {n}" for n in range(28)]
    assert told[28:] == ["gear 0", "gear 1", "gear 2", "log 0", "72 more problems like these"]


def test_few_problems_are_all_listed_in_their_order() -> None:
    kinds = [of("file", 2), of("wall", 30)]
    assert most_of(kinds) == kinds[0] + kinds[1]
    assert most_of([[], []]) == []


def test_where_there_are_more_kinds_than_room_the_first_have_one_each() -> None:
    assert [p.message for p in most_of([of(str(n), 2) for n in range(4)], 3)][:3] == ["0 0", "1 0", "2 0"]
