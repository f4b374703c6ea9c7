"""The sums of the fiction, year by year: what each place gets, loses, keeps and sends on, and what of it is
reported.

Counts in whole numbers of each good's smallest step, so that the books balance exactly. Draws nothing by
chance. Called by `data.fiction`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from installation.data import fiction_tables as world
from installation.data.fiction_chance import gini, hhi, top_share
from installation.data.fiction_tables import COMMODITIES, EVENTS, RETURNED, Commodity, Event
from installation.data.fiction_web import FEWEST_WARDS, WAKING_YEARS, Place, Thread, Web, reached

RETURNED_SHARE = (0.019, 0.031)
"""Of what went up, how much comes back as care, in the first and last year."""
LAW_YEARS = 7.0
"""Until a law has two thirds of its effect."""
YEARS = range(world.FIRST_YEAR, world.LAST_YEAR + 1)


@dataclass(frozen=True, slots=True)
class Flow:
    """A good on an edge in a year, in the good's smallest steps."""

    year: int
    origin: Place
    destination: Place
    good: Commodity
    direction: Literal["up", "returned"]
    true: int
    reported: int

    @property
    def hidden_share(self) -> float:
        return round(1 - self.reported / self.true, 3)

    @property
    def key(self) -> tuple[int, str, str, str]:
        return (self.year, self.origin.place_id, self.destination.place_id, self.good.commodity_id)

    def worth(self, count: int) -> int:
        """Lumens, whole."""
        return _worth(self.good, count)


@dataclass(frozen=True, slots=True)
class Balance:
    """A place's year over all goods, in lumens. For places above the wards, got = sent + lost + stock
    change."""

    place: Place
    year: int
    got: int
    sent: int
    lost: int
    stock_change: int
    care: int


@dataclass(frozen=True, slots=True)
class Books:
    flows: list[Flow]
    balances: list[Balance]


def keep_books(places: list[Place], web: Web) -> Books:
    """Every good, year by year, tier by tier upwards; then what comes back."""
    flows: list[Flow] = []
    # place and year to lumens: got, sent, stock change, care
    sums = {(index, year): [0, 0, 0, 0] for index in range(len(places)) for year in YEARS}
    for good in COMMODITIES:
        stock = [0] * len(places)
        for year in YEARS:
            got, sent, kept, care = ([0] * len(places) for _ in range(4))
            given = _given(places, web, good, year)
            # In order of tier: what came in is known before it goes out.
            for index, place in enumerate(places):
                if place.tier == 3:
                    continue
                ready = target = 0.0
                if place.tier == 0:
                    ready = given.get(index, 0.0)
                else:
                    spoilt = math.ceil(got[index] * web.losses[index])
                    ready, target = stock[index] + got[index] - spoilt, got[index] * web.stocks[index]
                threads = web.threads.get((good.commodity_id, index), [])
                for destination, flow in _sent(places, threads, max(ready - target, 0.0), year):
                    flows.append(flow)
                    sent[index] += flow.true
                    got[destination] += flow.true
                if place.tier > 0:
                    kept[index] = got[index] - spoilt - sent[index]
                    stock[index] += kept[index]
            if good.commodity_id == RETURNED:
                whole = sum(count for count, place in zip(sent, places, strict=True) if place.tier == 0)
                for crown, ward, flow in _returned(places, web, good, year, whole, got):
                    flows.append(flow)
                    sent[crown] += flow.true
                    care[crown] += flow.true
                    care[ward] += flow.true
            for index in range(len(places)):
                counts = (got[index], sent[index], kept[index], care[index])
                for column, count in enumerate(counts):
                    sums[index, year][column] += _worth(good, count)
    flows.sort(key=lambda flow: flow.key)
    return Books(flows, [_balance(places[index], year, *sums[index, year]) for index, year in sums])


def _balance(place: Place, year: int, got: int, sent: int, kept: int, care: int) -> Balance:
    """Lost is what remains, so that a rounded lumen is never unaccounted for. Wards are where goods begin."""
    return Balance(place, year, got, sent, got - sent - kept if place.tier else 0, kept, care)


def _worth(good: Commodity, count: int) -> int:
    return round(count * good.worth / good.steps)


def _given(places: list[Place], web: Web, good: Commodity, year: int) -> dict[int, float]:
    """What each ward gives in a year: its share among those awake, of a total that follows a logistic curve."""
    shares = {ward: share * _awake(places[ward], year) for ward, share in web.ward_shares[good.commodity_id].items()}
    whole = sum(shares.values())
    total = good.total * good.steps / (1 + math.exp(-good.pace * (year - good.midpoint)))
    return {ward: total * share / whole for ward, share in shares.items()}


def _awake(place: Place, year: int) -> float:
    """0 before a ward is woken, 1 when it gives its full share; the founding wards do from the start."""
    if place.awake == world.FIRST_YEAR:
        return 1.0
    t = min(max((year - place.awake + 1) / WAKING_YEARS, 0.0), 1.0)
    return t * t * (3 - 2 * t)


def _sent(places: list[Place], threads: list[Thread], offered: float, year: int) -> Iterator[tuple[int, Flow]]:
    """What an origin sends of a good: its offer, shared over its threads and bent by the year's events."""
    weights = [thread.weight(year) for thread in threads]
    for thread, weight in zip(threads, weights, strict=True):
        origin, destination = places[thread.origin], places[thread.destination]
        bent = _multiplier("true", thread.good, origin, destination, year)
        true = math.floor(offered * weight / sum(weights) * bent)
        if true > 0:
            hidden = thread.hidden * _multiplier("hidden", thread.good, origin, destination, year)
            reported = min(max(round(true * (1 - hidden)), 1), true)
            yield thread.destination, Flow(year, origin, destination, thread.good, "up", true, reported)


def _multiplier(measure: str, good: Commodity, origin: Place, destination: Place, year: int) -> float:
    """All events of a measure that touch a flow in a year. A law takes years to be kept."""
    product = 1.0
    for event in _happening(measure, year):
        if event.commodity_id not in ("", good.commodity_id):
            continue
        if _names(event.origin_id, origin) and _names(event.destination_id, destination):
            eased = 1 - math.exp(-(year - event.year + 1) / LAW_YEARS) if measure == "hidden" else 1.0
            product *= 1 + (event.multiplier - 1) * eased
    return product


@cache
def _happening(measure: str, year: int) -> tuple[Event, ...]:
    return tuple(e for e in EVENTS if e.measure == measure and e.year <= year <= e.until)


def _names(selector: str, place: Place) -> bool:
    return selector in ("", place.place_id, f"ls:tier-{place.tier}")


def _returned(
    places: list[Place], web: Web, good: Commodity, year: int, given: int, got: list[int]
) -> Iterator[tuple[int, int, Flow]]:
    """Care that comes back, crown district to ward: the thin line. It is reported in full, being good
    news."""
    awake = [ward for ward in web.receivers if places[ward].awake <= year]
    crowns = [index for index, place in enumerate(places) if place.tier == 3]
    progress = (year - world.FIRST_YEAR) / (world.LAST_YEAR - world.FIRST_YEAR)
    share = RETURNED_SHARE[0] + (RETURNED_SHARE[1] - RETURNED_SHARE[0]) * progress
    whole = sum(web.receivers[ward] for ward in awake)
    for place, ward in enumerate(awake):
        # The more a crown district has received, the more wards it returns to.
        mark = (place + 0.5) / len(awake) * sum(got[crown] for crown in crowns)
        crown = crowns[0]
        for crown in crowns:
            mark -= got[crown]
            if mark <= 0:
                break
        bent = _multiplier("returned", good, places[crown], places[ward], year)
        true = math.floor(given * share * bent * web.receivers[ward] / whole)
        if true > 0:
            yield crown, ward, Flow(year, places[crown], places[ward], good, "returned", true, true)


def check_books(places: list[Place], books: Books) -> str:
    """The first thing that is wrong with the books, or "". They are never written with anything wrong."""
    checks = (_check_shape, _check_balance, _check_direction, _check_returned, _check_totals)
    found = next((problem for check in checks if (problem := check(books))), "")
    return found or _check_reach(places, books)


def _check_balance(books: Books) -> str:
    """What the flows say against what the balances say, to half a lumen for each flow; and every place's own
    books."""
    came, went = Counter[tuple[str, int]](), Counter[tuple[str, int]]()
    roundings = Counter[tuple[str, int]]()
    for flow in books.flows:
        start, end = (flow.origin.place_id, flow.year), (flow.destination.place_id, flow.year)
        went[start] += flow.worth(flow.true)
        if flow.direction == "up":
            came[end] += flow.worth(flow.true)
        roundings.update((start, end))
    stock = Counter[str]()
    for line in books.balances:
        name, key = line.place.place_id, (line.place.place_id, line.year)
        most = roundings[key] + len(COMMODITIES)
        if abs(came[key] - line.got) > most or abs(went[key] - line.sent) > most:
            return f"flows and balance of {name} differ in {line.year}"
        if line.place.tier and (line.got != line.sent + line.lost + line.stock_change or line.lost < 0):
            return f"the books of {name} don't balance in {line.year}"
        stock[name] += line.stock_change
        if stock[name] < -len(COMMODITIES) * len(YEARS):
            return f"{name} has less than nothing in {line.year}"
    return ""


def _check_direction(books: Books) -> str:
    for flow in books.flows:
        rise = flow.destination.tier - flow.origin.tier
        if rise not in ((1, 2) if flow.direction == "up" else (-3,)) or not 0 < flow.reported <= flow.true:
            return f"a flow from {flow.origin.place_id} to {flow.destination.place_id} goes wrong in {flow.year}"
    return ""


def _check_returned(books: Books) -> str:
    """1.5 to 5 % of what went up, to fewer than half of the wards, never nothing."""
    up, back = Counter[int](), Counter[int]()
    wards: dict[int, set[str]] = {year: set() for year in YEARS}
    for flow in books.flows:
        if flow.direction == "returned":
            back[flow.year] += flow.true
            wards[flow.year].add(flow.destination.place_id)
        elif flow.origin.tier == 0 and flow.good.commodity_id == RETURNED:
            up[flow.year] += flow.true
    for year in YEARS:
        if not 0.015 * up[year] <= back[year] <= 0.05 * up[year] or not 0 < len(wards[year]) < 12:
            return f"{back[year]} of {up[year]} comes back in {year}"
    return ""


def _check_totals(books: Books) -> str:
    totals = ward_totals(books.flows)
    for good in COMMODITIES:
        dips = {
            year
            for event in EVENTS
            if event.dips and event.commodity_id in ("", good.commodity_id)
            for year in range(event.year, event.until + 1)
        }
        for year in YEARS[1:]:
            if totals[good.commodity_id, year] < totals[good.commodity_id, year - 1] and year not in dips:
                return f"{good.commodity_id} falls in {year} without an event"
    return ""


def ward_totals(flows: list[Flow]) -> dict[tuple[str, int], int]:
    """What all wards gave, by good and year, in the good's smallest steps."""
    totals = {(good.commodity_id, year): 0 for good in COMMODITIES for year in YEARS}
    for flow in flows:
        if flow.origin.tier == 0:
            totals[flow.good.commodity_id, flow.year] += flow.true
    return totals


def _check_shape(books: Books) -> str:
    """Concentration in the last year: HHI of wards within 0.04 of its target, Gini and top tenth near pack
    B's."""
    last = [flow for flow in books.flows if flow.year == world.LAST_YEAR and flow.direction == "up"]
    for good in COMMODITIES:
        mine = [flow for flow in last if flow.good is good]
        if good.hhi is None:
            sizes = [float(flow.true) for flow in mine]
            if not 0.82 <= gini(sizes) <= 0.9 or not 0.72 <= top_share(sizes) <= 0.88:
                return f"Gini of {good.commodity_id} is {gini(sizes):.2f}, its top tenth {top_share(sizes):.2f}"
            continue
        wards: dict[str, int] = {}
        for flow in mine:
            if flow.origin.tier == 0:
                wards[flow.origin.place_id] = wards.get(flow.origin.place_id, 0) + flow.true
        if abs(hhi([float(size) for size in wards.values()]) - good.hhi) > 0.04:
            return f"HHI of {good.commodity_id} is {hhi([float(size) for size in wards.values()]):.2f}"
    return ""


def _check_reach(places: list[Place], books: Books) -> str:
    index = {place.place_id: number for number, place in enumerate(places)}
    last = [flow for flow in books.flows if flow.year == world.LAST_YEAR and flow.direction == "up"]
    wards = reached(places, {(index[f.origin.place_id], index[f.destination.place_id]) for f in last})
    poor = [places[crown].place_id for crown, count in wards.items() if count < FEWEST_WARDS]
    return f"{poor[0]} is reached from too few wards" if poor else ""
