"""A query's columns are followed to those that they are, or are made from."""

from __future__ import annotations

import pytest

from installation.data.lineage import Lineage, lineage_of

KNOWN = {"own": {"clinics": ("place", "wait", "n")}, "w": {"a": ("k", "x"), "b": ("k", "y")}}
WAIT = Lineage((("own", "clinics", "wait"),), True)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT wait FROM own",
        "SELECT * FROM own.clinics WHERE n > 3 ORDER BY wait",
        "SELECT c.* EXCLUDE (n) FROM own.clinics AS c",
        "WITH t AS (SELECT wait AS days FROM own) SELECT days AS wait FROM t GROUP BY ALL",
        "SELECT wait FROM (SELECT place, WAIT FROM own) AS inside JOIN w.a ON place = k",
        "SELECT wait FROM own WHERE n = 1 UNION ALL SELECT wait FROM own WHERE n = 2",
        "SELECT b AS wait FROM (SELECT place, wait FROM own) AS t(a, b)",
    ],
)
def test_a_column_that_nothing_is_done_to_is_the_one_that_it_was(sql: str) -> None:
    assert lineage_of(sql, KNOWN)["wait"] == WAIT


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT wait / 7 AS wait FROM own",
        "SELECT max(wait) AS wait FROM own",
        "SELECT coalesce(wait, 0) AS wait FROM own",
        "SELECT * REPLACE (wait * 2 AS wait) FROM own",
        "WITH t AS (SELECT -wait AS d FROM own) SELECT d AS wait FROM t",
        "SELECT wait FROM own UNION ALL SELECT 7 * wait FROM own",
        "SELECT CASE WHEN n > 1 THEN wait END AS wait FROM own",
    ],
)
def test_a_column_that_is_worked_out_says_from_what_and_claims_no_more(sql: str) -> None:
    made = lineage_of(sql, KNOWN)["wait"]
    assert not made.unchanged and ("own", "clinics", "wait") in made.reads


def test_each_side_of_a_join_is_known_by_its_own_name() -> None:
    made = lineage_of("SELECT a.k, x, b.y AS z FROM w.a JOIN w.b USING (k)", KNOWN)
    assert made["k"].reads == (("w", "a", "k"),) and made["z"].reads == (("w", "b", "y"),)


@pytest.mark.parametrize("sql", ["", "SELECT", "SELECT range AS wait FROM range(3)", "DROP TABLE own"])
def test_what_cannot_be_followed_is_no_table_column(sql: str) -> None:
    assert not any(made.unchanged for made in lineage_of(sql, KNOWN).values())
