"""When a building is open, by the clock on its wall: whether at a moment, and when next it opens or closes.

Hours that pass midnight belong to the day that they begin on; hours that touch or overlap are one. Moments are datetimes, with a
time zone or without (then they are the machine's own), and are compared as instants: a night in which the clock is put forward
or back is an hour shorter or longer, and opens and closes once. An hour that comes twice means its first time; one that is
left out, as much later. Pure: the moment is given. Called by whatever is switched or checked with the opening.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from installation.scene.output_site import Opening

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EARLY, LATE = timedelta(minutes=5), timedelta(minutes=2)
"""Projectors are on so long before opening, to warm up, and after closing, while visitors leave."""
AHEAD = 8
"""Days that are looked ahead: hours repeat each week."""


def is_open(hours: Sequence[Opening], at: datetime, early: timedelta = timedelta(0)) -> bool:
    """Whether it is open at a moment, or opens within `early` of it."""
    instant = at.timestamp()
    return any(
        opens.timestamp() - early.total_seconds() <= instant < closes.timestamp() for opens, closes in spans(hours, at)
    )


def next_change(hours: Sequence[Opening], at: datetime) -> tuple[datetime, bool] | None:
    """When next it opens (True) or closes (False) after a moment; None where it never does."""
    instant = at.timestamp()
    for opens, closes in spans(hours, at):
        if opens.timestamp() > instant:
            return opens, True
        if closes.timestamp() > instant:
            return (closes, False) if (closes - opens) < timedelta(days=AHEAD) else None
    return None


def spans(hours: Sequence[Opening], at: datetime) -> list[tuple[datetime, datetime]]:
    """From when till when it is open, from the day before a moment to a week after it: in order, none touching another."""
    found: list[tuple[datetime, datetime]] = []
    for one in hours:
        opens, closes = clock(one.opens), clock(one.closes)
        for ahead in range(-1, AHEAD + 1):
            day = at.date() + timedelta(days=ahead)
            if DAYS[day.weekday()] in one.days:
                until = day + timedelta(days=closes <= opens)
                found.append((_moment(day, opens, at), _moment(until, closes, at)))
    found.sort(key=lambda span: span[0].timestamp())
    joined: list[tuple[datetime, datetime]] = []
    for begins, ends in found:
        if joined and begins.timestamp() <= joined[-1][1].timestamp():
            joined[-1] = joined[-1][0], max(joined[-1][1], ends, key=datetime.timestamp)
        elif begins.timestamp() < ends.timestamp():
            joined.append((begins, ends))
    return joined


def is_lit(hours: Sequence[Opening], at: datetime) -> bool:
    """Whether projectors are to be on at a moment."""
    return is_open(hours, at, EARLY) or is_open(hours, at - LATE)


def hours_told(hours: Sequence[Opening], at: datetime) -> dict[str, object]:
    """Whether it is open, and when it opens or closes next: plain values, for the status."""
    change = next_change(hours, at)
    told: dict[str, object] = {"open": is_open(hours, at)}
    if change is not None:
        told["opens" if change[1] else "closes"] = change[0].strftime("%a %H:%M")
    return told


def clock(written: str) -> time:
    """18:00 as a time of day."""
    hour, minute = written.split(":")
    return time(int(hour), int(minute))


def _moment(day: date, of_day: time, at: datetime) -> datetime:
    return datetime.combine(day, of_day, at.tzinfo)
