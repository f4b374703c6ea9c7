"""Opening hours: when a building is open, over midnight and in the nights when clocks are put forward and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.scene.opening import DAYS, is_open, next_change, spans
from installation.scene.output_site import Opening

BERLIN = ZoneInfo("Europe/Berlin")
EVENINGS = [Opening(opens="18:00", closes="22:00")]
LATE = [Opening(days=["fri", "sat"], opens="20:00", closes="02:30")]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("hours", "when", "expected"),
    [
        (EVENINGS, "2026-11-23 17:59:59", False),
        (EVENINGS, "2026-11-23 18:00", True),
        (EVENINGS, "2026-11-23 21:59:59", True),
        (EVENINGS, "2026-11-23 22:00", False),
        (LATE, "2026-11-28 02:00", True),  # Saturday night after Friday's evening
        (LATE, "2026-11-29 02:29", True),
        (LATE, "2026-11-27 02:00", False),
        (LATE, "2026-11-30 02:00", False),
        ([Opening(opens="00:00", closes="12:00"), Opening(opens="12:00", closes="00:00")], "2026-11-23 12:00", True),
        ([], "2026-11-23 12:00", False),
    ],
)
def test_it_is_open_at_its_hours(hours: list[Opening], when: str, expected: bool) -> None:
    assert is_open(hours, at(when)) is expected


def test_early_is_counted_before_opening_only() -> None:
    five = timedelta(minutes=5)
    assert is_open(EVENINGS, at("2026-11-23 17:55"), five) and not is_open(EVENINGS, at("2026-11-23 17:54"), five)
    assert not is_open(EVENINGS, at("2026-11-23 22:00"), five)


@pytest.mark.parametrize(
    ("hours", "when", "expected"),
    [
        (EVENINGS, "2026-11-23 12:00", ("2026-11-23 18:00", True)),
        (EVENINGS, "2026-11-23 18:00", ("2026-11-23 22:00", False)),
        (EVENINGS, "2026-11-23 22:00", ("2026-11-24 18:00", True)),
        (LATE, "2026-11-29 02:30", ("2026-12-04 20:00", True)),
        (LATE, "2026-11-28 23:00", ("2026-11-29 02:30", False)),
        ([Opening(days=["mon"], opens="10:00", closes="11:00")], "2026-11-23 11:00", ("2026-11-30 10:00", True)),
        ([Opening(opens="10:00", closes="14:00"), Opening(opens="12:00", closes="16:00")], "2026-11-23 13:00",
         ("2026-11-23 16:00", False)),
    ],
)  # fmt: skip
def test_the_next_change_is_known(hours: list[Opening], when: str, expected: tuple[str, bool]) -> None:
    assert next_change(hours, at(when)) == (at(expected[0]), expected[1])


def test_what_never_closes_or_opens_has_no_change() -> None:
    always = [Opening(opens="00:00", closes="12:00"), Opening(opens="12:00", closes="00:00")]
    assert next_change(always, at("2026-11-23 13:00")) is None and next_change([], at("2026-11-23 13:00")) is None


def test_a_night_with_an_hour_twice_closes_once_and_is_an_hour_longer() -> None:
    opens, closes = spans(LATE, at("2026-10-24 21:00"))[1]
    assert (opens, closes) == (at("2026-10-24 20:00"), at("2026-10-25 02:30"))
    assert closes.timestamp() - opens.timestamp() == 6.5 * 3600
    first = datetime(2026, 10, 25, 0, 29, tzinfo=UTC).astimezone(BERLIN)
    assert first.fold == 0 and is_open(LATE, first) and not is_open(LATE, first + timedelta(minutes=1))
    again = datetime(2026, 10, 25, 1, 15, tzinfo=UTC).astimezone(BERLIN)  # 02:15 by the wall, a second time
    assert again.fold == 1 and not is_open(LATE, again)


def test_a_night_that_lacks_the_hour_it_closes_in_closes_as_much_later() -> None:
    closing = next_change(LATE, at("2027-03-27 23:00"))
    assert closing is not None and closing[0].timestamp() == at("2027-03-28 03:30").timestamp()


times = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda one: f"{one[0]:02d}:{one[1]:02d}")
rules = st.lists(
    st.builds(Opening, days=st.lists(st.sampled_from(DAYS), min_size=1, unique=True), opens=times, closes=times).filter(
        lambda one: one.opens != one.closes
    ),
    max_size=5,
)
moments = st.integers(0, 366 * 24 * 60).map(
    lambda minutes: (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)).astimezone(BERLIN)
)


@given(rules, moments)
@settings(deadline=None, max_examples=60)
def test_nothing_changes_before_the_next_change_and_then_it_does(hours: list[Opening], moment: datetime) -> None:
    before = is_open(hours, moment)
    change = next_change(hours, moment)
    if change is None:
        assert all(is_open(hours, moment + timedelta(hours=h)) is before for h in range(0, 24 * 7, 5))
        return
    when, opens = change
    assert opens is not before and is_open(hours, when) is opens
    left = when.timestamp() - moment.timestamp()
    assert 0 < left <= 8.1 * 86400
    for part in (0.1, 0.5, 0.9, 0.99):
        between = (moment.astimezone(UTC) + timedelta(seconds=left * part)).astimezone(BERLIN)
        assert is_open(hours, between) is before


@given(rules, moments)
@settings(deadline=None, max_examples=40)
def test_spans_are_in_order_and_touch_none(hours: list[Opening], moment: datetime) -> None:
    edges = [edge.timestamp() for span in spans(hours, moment) for edge in span]
    assert edges == sorted(edges) and len(set(edges)) == len(edges)
