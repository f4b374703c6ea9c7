"""The recipe of `dental-equity-world`: tidy tables from the publishers' files, and the mouth derived from
them.

A tooth is an eighth of the countries of an income group, by GDP per person: 32 teeth, 25 years. Missing
stays missing; a mean says how many of its countries it stands on. Pure functions from rows to rows; called
by `data.build`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from installation.data.raw import INCOME_GROUPS, fingerprinted, number, place_ids, places, read_raw
from installation.data.rows import Row, Value, figure, word

YEARS = range(2000, 2025)
SURVEY_YEAR = 2004
"""The one year of the decay survey (DMFT at age 12)."""

NAMES_SHOWN = 6

_GAPMINDER = {
    # indicator: (file, column, years that the publisher covers, status)
    "dmft_12": (
        "gapminder_bad_teeth_per_child_12yr.csv",
        "bad_teeth_per_child_12_yr",
        (2004, 2004),
        "observed",
    ),
    "sugar": ("gapminder_sugar_per_person.csv", "sugar_per_person_g_per_day", (2010, 2022), "observed"),
    "out_of_pocket": (
        "gapminder_out_of_pocket_share.csv",
        "out_of_pocket_share_of_total_health_spending_percent",
        (2000, 2022),
        "estimated",
    ),
    "gdp": (
        "gapminder_gdp_per_capita_2000_2024.csv",
        "gdppercapita_us_inflation_adjusted",
        (2000, 2024),
        "observed",
    ),
}
_POPULATION = "worldbank_population_2000_2024.csv"
_SOURCE_OF = {
    "dmft_12": "gapminder-dmft",
    "sugar": "gapminder-sugar",
    "out_of_pocket": "gapminder-oop",
    "gdp": "gapminder-gdp",
    "population": "worldbank-population",
}
_FILES = {
    **{_SOURCE_OF[indicator]: given[0] for indicator, given in _GAPMINDER.items()},
    "worldbank-population": _POPULATION,
    "gapminder-countries": "gapminder_countries.csv",
    "facts-and-figures": "facts_and_figures.csv",
}
_FACTS = tuple(f"F{i:02d}" for i in range(1, 13))


def tidy(raw: Path, kept: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """places, observations, facts and sources from the folder of publishers' files.

    A gap of a place with an income group, in a year that the publisher covers, is a row of its own:
    `not_reported`.
    """
    ids, known = place_ids(raw), places(raw)
    observations = []
    for indicator, (file, column, years, status) in _GAPMINDER.items():
        found: dict[tuple[str, int], float] = {}
        for row in read_raw(raw, file, "geo", "time", column):
            place_id = ids.get(row["geo"])
            if place_id is None:  # a country of the past, such as Serbia and Montenegro in 2004
                place_id = f"gapminder:{row['geo']}"
                known[place_id] = _past_country(place_id, row["geo"], raw)
            if (value := number(row[column])) is not None:
                found[place_id, int(row["time"])] = value
        observations += _observations(indicator, found, years, status, known)
    counted: dict[tuple[str, int], float] = {}
    for row in read_raw(raw, _POPULATION, "Country Code", "Year", "Value"):
        code = row["Country Code"]
        place_id = f"wb:{code}" if f"wb:{code}" in known else f"iso3:{code}"
        if place_id in known and row["Value"]:  # aggregates such as WLD and HIC are no places
            counted[place_id, int(row["Year"])] = float(row["Value"])
    observations += _observations("population", counted, (2000, 2024), "observed", known)
    return {
        "places": list(known.values()),
        "observations": observations,
        "facts": [fact_row(row) for row in read_raw(raw, "facts_and_figures.csv", "id") if row["id"] in _FACTS],
        "sources": fingerprinted(kept["sources"], raw, _FILES),
    }


def fact_row(row: Mapping[str, str]) -> Row:
    """A row of `facts`. What was read second-hand may not be printed before its original has been opened."""
    printable = not ("secondary" in row["how_read"] or "third-party" in row["how_read"])
    return {**row, "value": number(row["value"]), "printable": printable}


def derive(rows: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """`teeth` and `tooth_places` from places and observations."""
    seated = seat(rows["places"], rows["observations"])
    return {"tooth_places": seated, "teeth": teeth(rows["places"], rows["observations"], seated)}


def seat(places: Sequence[Row], observations: Iterable[Row]) -> list[Row]:
    """Which country sits in which tooth: a row for each place with an income group.

    Quadrant 1 upper right is high income, 2 upper left upper-middle, 3 lower left lower-middle, 4 lower
    right low. Inside, countries stand by their latest GDP per person, poorest first; the one of rank r
    (from 0) of n is in octile floor(8 r / n) + 1. A country without any GDP has no tooth, and says so.
    """
    latest = _latest(observations, "gdp")
    people = _latest(observations, "population")
    seated: list[Row] = []
    for quadrant, group in enumerate(INCOME_GROUPS, start=1):
        members = [word(place, "place_id") for place in places if place["income_group"] == group]
        names = {word(place, "place_id"): place["name"] for place in places}
        ranked = sorted((m for m in members if m in latest), key=lambda m: (latest[m][1], m))
        for place_id in members:
            rank = ranked.index(place_id) if place_id in latest else None
            year, value = latest.get(place_id, (None, None))
            seated.append(
                {
                    "place_id": place_id,
                    "name": names[place_id],
                    "income_group": group,
                    "tooth": None if rank is None else quadrant * 10 + rank * 8 // len(ranked) + 1,
                    "rank": None if rank is None else rank + 1,
                    "gdp": value,
                    "gdp_year": year,
                    "population": round(people[place_id][1]) if place_id in people else None,
                    "status": "not_reported" if rank is None else "observed",
                }
            )
    return seated


def teeth(places: Sequence[Row], observations: Iterable[Row], seated: Sequence[Row]) -> list[Row]:
    """32 teeth x 25 years. Means are weighted by the population of the same year (of 2004 for the decay
    survey).
    """
    value_of: dict[tuple[str, str, int], float] = {}
    for seen in observations:
        at, value = figure(seen, "period_start"), figure(seen, "value")
        if seen["group_by"] == "all" and at is not None and value is not None:
            value_of[word(seen, "place_id"), word(seen, "indicator_id"), round(at)] = value
    mouth: list[Row] = []
    for quadrant, group in enumerate(INCOME_GROUPS, start=1):
        for octile in range(1, 9):
            tooth = quadrant * 10 + octile
            members = [row for row in seated if row["tooth"] == tooth]
            ids = sorted(word(row, "place_id") for row in members)
            decay, decay_status = _mean(ids, "dmft_12", SURVEY_YEAR, value_of, 2)
            for year in YEARS:
                counts = [value_of[i, "population", year] for i in ids if (i, "population", year) in value_of]
                paid = sum((i, "out_of_pocket", year) in value_of for i in ids)
                row: Row = {
                    "tooth": tooth,
                    "year": year,
                    "quadrant": quadrant,
                    "income_group": group,
                    "octile": octile,
                    "countries": len(ids),
                    "names": _names(members),
                    "population": round(math.fsum(counts)) if counts else None,
                    "population_status": _status(len(counts), len(ids)),
                    "dmft": decay,
                    "dmft_year": SURVEY_YEAR if decay is not None else None,
                    "dmft_status": decay_status,
                    "reported": round(paid / len(ids), 4) if ids else None,
                }
                for indicator, decimals in (("out_of_pocket", 2), ("sugar", 1), ("gdp", 0)):
                    row[indicator], row[f"{indicator}_status"] = _mean(ids, indicator, year, value_of, decimals)
                mouth.append(row)
    return mouth


def _mean(
    ids: Sequence[str],
    indicator: str,
    year: int,
    value_of: Mapping[tuple[str, str, int], float],
    decimals: int,
) -> tuple[Value, str]:
    """The population-weighted mean of those that report and can be weighted, and whether they were all."""
    pairs = [
        (value_of[i, indicator, year], value_of[i, "population", year])
        for i in ids
        if (i, indicator, year) in value_of and (i, "population", year) in value_of
    ]
    people = math.fsum(weight for _, weight in pairs)
    status = _status(len(pairs), len(ids))
    if not pairs or people <= 0:
        return None, "not_reported"
    return round(math.fsum(value * weight for value, weight in pairs) / people, decimals), status


def _status(reporting: int, members: int) -> str:
    if not reporting:
        return "not_reported"
    return "observed" if reporting == members else "partial"


def _names(members: Iterable[Row]) -> str:
    """The most populous first; the rest are counted, and listed in `tooth_places`."""
    ordered = sorted(members, key=lambda row: (-(figure(row, "population") or 0), word(row, "name")))
    names = [word(row, "name") for row in ordered]
    rest = len(names) - NAMES_SHOWN
    return "; ".join(names[:NAMES_SHOWN]) + (f"; and {rest} more" if rest > 0 else "")


def _latest(observations: Iterable[Row], indicator: str) -> dict[str, tuple[int, float]]:
    """By place, the newest year with a value, and the value."""
    found: dict[str, tuple[int, float]] = {}
    for row in observations:
        year, value = figure(row, "period_end"), figure(row, "value")
        if row["indicator_id"] != indicator or row["group_by"] != "all" or year is None or value is None:
            continue
        place_id = word(row, "place_id")
        if place_id not in found or year > found[place_id][0]:
            found[place_id] = (round(year), value)
    return found


def _observations(
    indicator: str,
    found: Mapping[tuple[str, int], float],
    years: tuple[int, int],
    status: str,
    known: Mapping[str, Row],
) -> list[Row]:
    gaps = {
        (place_id, year)
        for place_id, place in known.items()
        if place["income_group"]
        for year in range(years[0], years[1] + 1)
    } - set(found)
    return [
        {
            "place_id": place_id,
            "indicator_id": indicator,
            "period_start": year,
            "period_end": year,
            "group_by": "all",
            "group": "all",
            "value": found.get((place_id, year)),
            "low": None,
            "high": None,
            "n": None,
            "status": "not_reported" if (place_id, year) in gaps else status,
            "source_id": _SOURCE_OF[indicator],
        }
        for place_id, year in [*found, *gaps]
    ]


def _past_country(place_id: str, code: str, raw: Path) -> Row:
    names = {row["country"]: row["name"] for row in read_raw(raw, "gapminder_countries.csv", "country", "name")}
    return {"place_id": place_id, "kind": "past_country", "name": names.get(code, code), "income_group": None}
