"""The recipe of `dental-equity-gradient`: who gets care, and who keeps their teeth, inside one rich country.

By poverty, race, sex, age and education for the country since 1988; by income inside each state; yearly by state;
and the shortage designations of one state's counties. A suppressed figure is not zero, and a state without a figure
is not dark. Called by `data.build`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from installation.data import us_surveys
from installation.data.raw import fingerprinted
from installation.data.rows import Row, figure, word
from installation.data.states import COUNTRY, by_letters

_FILES = {
    "nhanes-trends": us_surveys.NHANES,
    "nohss-adults": us_surveys.BRFSS,
    **dict.fromkeys(("nohss-brfss", "cms-416", "cdc-wfrs", "hrsa-uds"), us_surveys.STATES),
    "hrsa-hpsa-va": us_surveys.SHORTAGE,
}
_READ = "read from observations.csv"
_POOLED = f"{_READ}: the published row of the United States, all states together, not their median"
_READ_FROM = {
    "untreated_20_64": ("CDC NHANES report 2019", _READ),
    "toothless_65": ("CDC NHANES report 2019", _READ),
    "visit": ("CDC NOHSS (BRFSS)", _POOLED),
    "medicaid_any": ("CMS-416", _READ),
}
FIRST, LAST = 0, -1
_FACTS = {
    # number: statement, indicator, group, year
    "F20": ("Adults 20-64 below the poverty line with untreated caries", "untreated_20_64", "under_100", LAST),
    "F21": (
        "Adults 20-64 at twice the poverty line or more with untreated caries",
        "untreated_20_64",
        "200_over",
        LAST,
    ),
    "F22": ("People 65+ below the poverty line with no natural teeth", "toothless_65", "under_100", LAST),
    "F23": ("People 65+ at twice the poverty line or more with no natural teeth", "toothless_65", "200_over", LAST),
    "F24": ("Adults with income under 15 000 dollars who saw a dentist in the past year", "visit", "under_15000", LAST),
    "F25": (
        "Adults with income of 50 000 dollars or more who saw a dentist in the past year",
        "visit",
        "50000_over",
        LAST,
    ),
    "F26": ("Children in Medicaid or CHIP who got any dental service", "medicaid_any", "all", FIRST),
    "F27": ("Children in Medicaid or CHIP who got any dental service", "medicaid_any", "all", LAST),
}


def tidy(raw: Path, kept: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """places, observations, designations and sources from the folder of publishers' files."""
    place_of = by_letters()
    adults = us_surveys.brfss(raw, place_of)
    counties, scores, designations = us_surveys.shortage(raw)
    places = {word(place, "place_id"): place for place in [*place_of.values(), *counties]}
    return {
        "places": list(places.values()),
        "observations": [*us_surveys.nhanes(raw), *adults, *us_surveys.states(raw, place_of, adults), *scores],
        "designations": designations,
        "sources": fingerprinted(kept["sources"], raw, _FILES),
    }


def derive(rows: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """`lights` (a mark for each state, income band and year) and `facts`, from places, groups and observations."""
    return {
        "lights": lights(rows["places"], rows["groups"], rows["observations"]),
        "facts": facts(rows["observations"]),
    }


def lights(places: Iterable[Row], groups: Iterable[Row], observations: Iterable[Row]) -> list[Row]:
    """Who saw a dentist, by income band: five lights a state, poorest first; the country is no state."""
    place_of = {word(place, "place_id"): place for place in places if place["kind"] in ("state", "territory")}
    bands = {word(row, "group"): row for row in groups if row["group_by"] == "income_band"}
    return [
        {
            "place_id": row["place_id"],
            "letters": place_of[word(row, "place_id")]["letters"],
            "name": place_of[word(row, "place_id")]["name"],
            "year": row["period_start"],
            "band": bands[word(row, "group")]["position"],
            "income": bands[word(row, "group")]["title"],
            "value": row["value"],
            "low": row["low"],
            "high": row["high"],
            "status": row["status"],
        }
        for row in observations
        if row["indicator_id"] == "visit" and row["group_by"] == "income_band" and word(row, "place_id") in place_of
    ]


def facts(observations: Iterable[Row]) -> list[Row]:
    """F20 to F27, read from the rows of the country and from nothing else."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in observations:
        if row["place_id"] == COUNTRY and row["value"] is not None:
            found.setdefault((word(row, "indicator_id"), word(row, "group")), []).append(row)
    made: list[Row] = []
    for number, (statement, indicator, group, year) in _FACTS.items():
        rows = sorted(found.get((indicator, group), []), key=lambda row: figure(row, "period_start") or 0)
        if not rows:
            continue
        row, (source, how) = rows[year], _READ_FROM[indicator]
        first, last = row["period_start"], row["period_end"]
        made.append(
            {
                "id": number,
                "statement": statement,
                "value": round(figure(row, "value") or 0, 1),
                "unit": "percent",
                "year": str(first) if first == last else f"{first}-{last}",
                "scope": "United States",
                "source": source,
                "source_address": "observations.csv",
                "how_read": how,
                "printable": True,
            }
        )
    return made
