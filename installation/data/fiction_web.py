"""The places of the fiction, and the web between them: who sends what to whom, in which shares, and how much
is hidden.

All that chance decides is decided here; `fiction_books` only does the sums. Called by `data.fiction`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from installation.data import fiction_tables as world
from installation.data.fiction_chance import Chance, bisect, gini, zipf_shares
from installation.data.fiction_tables import COMMODITIES, RETURNED, Commodity

SIZE_MU, SIZE_SIGMA = 2.69, 2.15
"""Log-normal size of an edge, as fitted to the streams of doctors in pack B."""
SKIP = 0.1
"""The chance that an edge skips a tier: a private flight."""
SMALLEST = 0.01
"""Threads that carry less than this of a place's output, by worth, are left out."""
SMALLEST_STREAM = 0.005
"""The same for training years, of the place's output of these alone: their shape lives from small streams."""
GINI = 0.87
"""Of the streams of training years, as in pack B."""
FOUNDING_WARDS = 6
LAST_WAKING = 2122
WAKING_YEARS = 12.0
"""From a ward's first year until it gives its full share."""
HIDDEN = {(0, 1): 0.6, (0, 2): 0.6, (1, 2): 0.35, (1, 3): 0.35, (2, 3): 0.15}
"""Mean hidden share of an edge by its tiers: least is known where it begins."""
FIRMNESS = 9.0
FEWEST_WARDS = 15
"""From so many wards every crown district is reached."""
RECEIVING_WARDS = 9
"""Wards that care returns to: fewer than half."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the fiction. x, y: 0..1 on the mural, y up. care: hours a year for 1,000 people. wealth:
    lumens."""

    place_id: str
    tier: int
    name: str
    x: float
    y: float
    people: int
    care: float
    wealth: int
    awake: int


@dataclass(frozen=True, slots=True)
class Thread:
    """One good on one edge: its share of what its origin sends of that good, which swings slowly about its
    mean."""

    good: Commodity
    origin: int
    destination: int
    share: float
    swing: float
    period: float
    hidden: float

    def weight(self, year: int) -> float:
        """Its share in a year, before all of the origin's threads are made to add up to 1."""
        angle = 2 * math.pi * ((year - world.FIRST_YEAR) / self.period + self.swing)
        return self.share * math.exp(0.25 * math.sin(angle))


@dataclass(frozen=True, slots=True)
class Web:
    """Threads by good and origin; each good's shares of its wards; where care returns to, and how much more
    or less."""

    threads: dict[tuple[str, int], list[Thread]]
    ward_shares: dict[str, dict[int, float]]
    losses: dict[int, float]
    stocks: dict[int, float]
    receivers: dict[int, float]


def make_places(chance: Chance) -> list[Place]:
    """The 40 places in order of tier and stand."""
    waking = _waking_years(chance)
    places = []
    for tier in world.TIERS:
        for index, name in enumerate(tier.names):
            x, y = world.stand(tier.number, index)
            drift = 0.009 if tier.number == 0 else 0.004
            number = f"{index + 1:02d}" if tier.number == 0 else f"{index + 1}"
            places.append(
                Place(
                    place_id=f"ls:{world.PREFIXES[tier.number]}{number}",
                    tier=tier.number,
                    name=name,
                    x=round(x + chance.uniform(-drift, drift), 4),
                    y=round(y + chance.uniform(-drift, drift), 4),
                    people=round(tier.people * chance.log_normal(0.0, 0.45) / 100) * 100,
                    care=round(tier.care * chance.log_normal(0.0, 0.3), 1),
                    wealth=round(tier.wealth * chance.log_normal(0.0, 0.3)),
                    awake=waking[index] if tier.number == 0 else world.FIRST_YEAR,
                )
            )
    return places


def _waking_years(chance: Chance) -> list[int]:
    """Some wards are there from the first year; the others are woken one by one, faster and faster."""
    order = chance.order([1.0] * len(world.TIERS[0].names))
    years = [world.FIRST_YEAR] * len(order)
    later = order[FOUNDING_WARDS:]
    for step, ward in enumerate(later):
        progress = ((step + 1) / len(later)) ** 0.7
        years[ward] = round(world.FIRST_YEAR + (LAST_WAKING - world.FIRST_YEAR) * progress)
    return years


def weave(places: list[Place], chance: Chance) -> Web:
    """Draws a web. Whether it has the shapes asked for is judged afterwards."""
    edges = _edges(places, chance)
    while min(reached(places, edges).values()) < FEWEST_WARDS:
        edges = _edges(places, chance)
    threads: dict[tuple[str, int], list[Thread]] = {}
    ward_shares: dict[str, dict[int, float]] = {}
    for good in COMMODITIES:
        sizes = {edge: _size(places, edge, chance) for edge in edges}
        if good.hhi is None:
            power = _power_for_gini(places, sizes)
            sizes = {edge: size**power for edge, size in sizes.items()}
            shares = _by_origin(places, sizes)
            sizes = _large_enough(sizes)
        else:
            shares = _ranked(places, good, chance)
        ward_shares[good.commodity_id] = shares
        for origin, place in enumerate(places):
            if place.tier == 0 and origin not in shares:
                continue
            threads[good.commodity_id, origin] = [
                Thread(
                    good,
                    *edge,
                    share=sizes[edge],
                    swing=chance.uniform(),
                    period=chance.uniform(31.0, 83.0),
                    hidden=chance.beta(HIDDEN[place.tier, places[edge[1]].tier], FIRMNESS),
                )
                for edge in edges
                if edge[0] == origin and edge in sizes
            ]
    _thin(places, threads, ward_shares)
    middle = [index for index, place in enumerate(places) if place.tier in (1, 2)]
    losses = {index: chance.uniform(0.02, 0.07) for index in middle}
    stocks = {index: chance.uniform(0.03, 0.09) for index in middle}
    early = sorted((index for index, p in enumerate(places) if p.tier == 0), key=lambda i: places[i].awake)
    chosen = [early[index] for index in chance.order([2.0] * FOUNDING_WARDS + [1.0] * (len(early) - FOUNDING_WARDS))]
    receivers = {ward: chance.log_normal(0.0, 0.4) for ward in sorted(chosen[:RECEIVING_WARDS])}
    return Web(threads, ward_shares, losses, stocks, receivers)


def _thin(
    places: list[Place],
    threads: dict[tuple[str, int], list[Thread]],
    ward_shares: dict[str, dict[int, float]],
) -> None:
    """Leaves out (in place) threads that carry next to nothing of their origin's output, by worth, once goods
    flow in full. A good's largest thread stays, or the good would never leave."""
    worth: dict[str, list[float]] = {}
    for good in COMMODITIES:
        through = worth[good.commodity_id] = [0.0] * len(places)
        for ward, share in ward_shares[good.commodity_id].items():
            through[ward] = good.total * good.worth * share
        for origin in range(len(places)):  # in order of tier
            mine = threads.get((good.commodity_id, origin), [])
            for thread in mine:
                through[thread.destination] += through[origin] * thread.share / sum(t.share for t in mine)
    output = [sum(through[index] for through in worth.values()) for index in range(len(places))]
    for (good_id, origin), mine in threads.items():
        if good_id == RETURNED:
            continue
        whole = sum(thread.share for thread in mine)
        least = SMALLEST * output[origin] / max(worth[good_id][origin], 1e-9) * whole
        largest = max(thread.share for thread in mine) if mine else 0.0
        threads[good_id, origin] = [thread for thread in mine if thread.share >= min(least, largest)]


def _edges(places: list[Place], chance: Chance) -> list[tuple[int, int]]:
    """Origin and destination of every edge. 1 + binomial destinations, 8 of 20 as in pack B, nearer ones
    likelier."""
    by_tier = [[i for i, place in enumerate(places) if place.tier == tier] for tier in range(4)]
    edges: set[tuple[int, int]] = set()
    for origin, place in enumerate(places):
        if place.tier == 3:
            continue
        above = by_tier[place.tier + 1]
        trials = len(above) - 1
        wanted = 1 + chance.binomial(trials, max(0.4 * len(above) - 1, 0.1 * trials) / trials)
        for choice in chance.order([_nearness(place, places[i]) for i in above])[:wanted]:
            destination = above[choice]
            if place.tier < 2 and chance.uniform() < SKIP:
                higher = by_tier[place.tier + 2]
                destination = higher[chance.order([_nearness(place, places[i]) for i in higher])[0]]
            edges.add((origin, destination))
    return sorted(edges)


def _nearness(place: Place, other: Place) -> float:
    """Roots mostly rise to what is above them; further up, everything mixes."""
    apart = abs(place.x - other.x)
    return math.pow(0.06 + apart, -2.2) if place.tier == 0 else math.pow(0.15 + apart, -1.2)


def reached(places: list[Place], edges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """From how many wards each crown district is reached, by some way, by place."""
    sources: dict[int, set[int]] = {}
    for origin, destination in sorted(edges):  # in order of tier
        found = {origin} if places[origin].tier == 0 else sources.get(origin, set())
        sources.setdefault(destination, set()).update(found)
    return {index: len(sources.get(index, ())) for index, place in enumerate(places) if place.tier == 3}


def _size(places: list[Place], edge: tuple[int, int], chance: Chance) -> float:
    """Gravity: a drawn size, times what the origin can give, times what the destination can pay."""
    origin, destination = places[edge[0]], places[edge[1]]
    typical = world.TIERS[destination.tier].wealth
    capacity = origin.people / world.TIERS[origin.tier].people
    return chance.log_normal(SIZE_MU, SIZE_SIGMA) * capacity * math.sqrt(destination.wealth / typical)


def _by_origin(places: list[Place], sizes: dict[tuple[int, int], float]) -> dict[int, float]:
    """Each ward's share of a good, as its edges' sizes have it."""
    totals: dict[int, float] = {}
    for (origin, _), size in sizes.items():
        if places[origin].tier == 0:
            totals[origin] = totals.get(origin, 0.0) + size
    whole = sum(totals.values())
    return {origin: size / whole for origin, size in totals.items()}


def _ranked(places: list[Place], good: Commodity, chance: Chance) -> dict[int, float]:
    """Zipf's shares, dealt to wards: the largest to one that is awake from the first year, then roughly as
    they wake."""
    assert good.hhi is not None
    wards = [index for index, place in enumerate(places) if place.tier == 0]
    age = [(places[i].awake - world.FIRST_YEAR) / (LAST_WAKING - world.FIRST_YEAR) for i in wards]
    order = chance.order([math.exp(-2.0 * late) for late in age])
    first = next(rank for rank in order if age[rank] == 0)
    order.remove(first)
    producers = [first, *order][: good.producers]
    shares = zipf_shares(good.producers, good.hhi)
    return {wards[ward]: share for ward, share in zip(producers, shares, strict=True)}


def _large_enough(sizes: dict[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    """The edges of training years that are worth keeping."""
    output: dict[int, float] = {}
    for (origin, _), size in sizes.items():
        output[origin] = output.get(origin, 0.0) + size
    return {edge: size for edge, size in sizes.items() if size >= SMALLEST_STREAM * output[edge[0]]}


def _power_for_gini(places: list[Place], sizes: dict[tuple[int, int], float]) -> float:
    """The power that brings the Gini of all edges, wards' and those above them, to that of pack B."""

    def spread(power: float) -> float:
        powered = {edge: size**power for edge, size in sizes.items()}
        passing = _by_origin(places, powered)
        powered = _large_enough(powered)
        carried = []
        for origin in range(len(places)):  # tiers in order: what comes in is known before it goes out
            mine = {edge: size for edge, size in powered.items() if edge[0] == origin}
            whole = sum(mine.values())
            for edge, size in mine.items():
                flow = passing.get(origin, 0.0) * size / whole
                carried.append(flow)
                passing[edge[1]] = passing.get(edge[1], 0.0) + flow
        return gini(carried)

    return bisect(lambda power: spread(power) - GINI, 0.2, 2.5)
