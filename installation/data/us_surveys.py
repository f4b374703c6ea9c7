"""Reads four American health tables as observations, with the quirks that they have.

Quirks met here: `prevalance` and `untreatedd`; `Mexican` for Mexican American; one figure under two and under three
levels of poverty; intervals with their ends exchanged; a zero where nothing was reported; `SampleSize`, which counts
the people who answered yes and not those who were asked; `CMS 416` and `CMS-416`; a row without a year; the same rows
in two tables. Pure functions of the publishers' files. Called by `build_gradient`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from installation.data.raw import number, read_raw
from installation.data.rows import Row
from installation.data.states import COUNTRY
from installation.errors import DataError, Location

NHANES = "us_nhanes_oral_health_trends_1988_2016.csv"
BRFSS = "us_brfss_adult_oral_health_2012_2014.csv"
STATES = "us_state_oral_health_indicators_2010_2020.csv"
SHORTAGE = "us_va_dental_hpsa_2026.csv"

Z95 = 1.96
"""Standard errors to each side of a 95 % interval of a normal distribution."""

_ALL = ("all", "all")

_NHANES_INDICATORS = {
    "prevalence of caries": "caries",
    "prevalence of untreated caries": "untreated",
    "prevalence of sealants": "sealants",
    "prevalence of edentulism": "toothless",
}
_NHANES_GROUPS = {
    "total": _ALL,
    "female": ("sex", "female"),
    "male": ("sex", "male"),
    "Black, non-Hispanic": ("race", "black_non_hispanic"),
    "White, non-Hispanic": ("race", "white_non_hispanic"),
    "Mexican American": ("race", "mexican_american"),
    "Mexican": ("race", "mexican_american"),
    "< 100% FPL": ("poverty", "under_100"),
    "100% -- 199% FPL": ("poverty", "100_199"),
    "< 200% FPL": ("poverty", "under_200"),
    "≥ 200% FPL": ("poverty", "200_over"),
    "< high school": ("education", "under_high_school"),
    "high school": ("education", "high_school"),
    "> high school": ("education", "over_high_school"),
    "current smoker": ("smoking", "current"),
    "former smoker": ("smoking", "former"),
    "never smoked": ("smoking", "never"),
}
_BRFSS_INDICATORS = {"ADT1_1": "visit", "ADT1_3": "all_lost_65", "ADT1_4": "six_lost_65"}
_BRFSS_GROUPS = {
    ("None", ""): _ALL,
    ("Gender", "Female"): ("sex", "female"),
    ("Gender", "Male"): ("sex", "male"),
    **{("Age", age): ("age", age) for age in ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")},
    **{("Race", race): ("race", race.lower()) for race in ("White", "Black", "Hispanic", "Other", "MultiRacial")},
    ("Income", "Less than $15,000"): ("income_band", "under_15000"),
    ("Income", "$15,000-$24,999"): ("income_band", "15000_24999"),
    ("Income", "$25,000-$34,999"): ("income_band", "25000_34999"),
    ("Income", "$35,000-$49,999"): ("income_band", "35000_49999"),
    ("Income", "$50,000+"): ("income_band", "50000_over"),
    ("Education", "Less than H.S."): ("education", "under_high_school"),
    ("Education", "H.S. or G.E.D."): ("education", "high_school"),
    ("Education", "Some post H.S."): ("education", "some_college"),
    ("Education", "College graduate"): ("education", "college"),
}
_STATE_INDICATORS = {
    "adult 18+ dental visit": ("visit", "nohss-brfss"),
    "adults age 65+ without natural teeth": ("all_lost_65", "nohss-brfss"),
    "adults age 65+ with severe tooth loss": ("six_lost_65", "nohss-brfss"),
    "adult diabetes dental visit": ("visit_diabetes", "nohss-brfss"),
    "Medicaid/CHIP any dental": ("medicaid_any", "cms-416"),
    "Medicaid/CHIP preventive dental": ("medicaid_preventive", "cms-416"),
    "sealants placed on 6-9 year olds": ("medicaid_sealants_6_9", "cms-416"),
    "sealants placed on 10-14 year olds": ("medicaid_sealants_10_14", "cms-416"),
    "people with adequately fluoridated water systems": ("fluoridated_water", "cdc-wfrs"),
    "FQHC patients with dental visits": ("health_centre_dental", "hrsa-uds"),
}
_ZERO_IS_NO_FIGURE = {"fluoridated_water"}
"""21 of 50 states have exactly 0 there, and no other has less than 40: a 0 stands for no report."""

_DESIGNATIONS = {
    "Geographic HPSA": "area",
    "High Needs Geographic HPSA": "area",
    "HPSA Population": "population",
    "Correctional Facility": "facility",
    "Federally Qualified Health Center": "facility",
    "Federally Qualified Health Center Look A Like": "facility",
    "Indian Health Service, Tribal Health, and Urban Indian Health Organizations": "facility",
    "Rural Health Clinic": "facility",
    "Other Facility": "facility",
}

Key = tuple[str, str, int, str, str]
"""Place, indicator, first year, kind of group, group."""


def nhanes(raw: Path) -> list[Row]:
    """The country's surveys of 1988-1994, 1999-2004 and 2011-2016, by age, sex, race, poverty, education, smoking.

    The publisher gives standard errors; `low` and `high` are computed here, value +- 1.96 of them, within 0..100. A
    figure that stands under two categories is one row; two figures for one group are refused.
    """
    columns = ("base_population", "ages", "indicator_short", "dentition_set", "category", "subcategory", "years")
    found: dict[Key, Row] = {}
    for row in read_raw(raw, NHANES, *columns, "statistic", "estimate_value", "estimate_SE"):
        where = Location(str(raw / NHANES))
        what = _NHANES_INDICATORS.get(row["indicator_short"].replace("prevalance", "prevalence"))
        years = re.fullmatch(r"([0-9]{4}) - ([0-9]{4})", row["years"])
        if row["category"] == "age (years)":
            group: tuple[str, str] | None = ("age", row["subcategory"].replace(" -- ", "-"))
        else:
            group = _NHANES_GROUPS.get(row["subcategory"])
        if what is None or years is None or group is None or row["statistic"] != "percent":
            told = f'"{row["indicator_short"]}", "{row["subcategory"]}", "{row["years"]}" is not known'
            raise DataError(told, where)
        ages = row["base_population"].removeprefix("ages ").replace("-", "_").replace("+", "")
        primary = "primary_" if row["dentition_set"] == "primary teeth" else ""
        value, error = number(row["estimate_value"]), number(row["estimate_SE"])
        made = _seen(
            COUNTRY,
            f"{what}_{primary}{ages}",
            (int(years[1]), int(years[2])),
            group,
            value,
            "not_reported" if value is None else "observed",
            "nhanes-trends",
        )
        if value is not None and error is not None:
            made["se"] = error
            made["low"] = round(max(value - Z95 * error, 0.0), 2)
            made["high"] = round(min(value + Z95 * error, 100.0), 2)
        if found.setdefault(_key(made), made) != made:
            raise DataError(f"{made['indicator_id']} of {group[1]} in {row['years']} has two figures", where)
    return list(found.values())


def brfss(raw: Path, place_of: Mapping[str, Row]) -> list[Row]:
    """Adults by state, and by sex, age, race, income and education inside it, in 2012 and 2014.

    An empty cell is suppressed. `SampleSize` counts those who answered yes (it falls with the share, for one and the
    same base), so it goes to `answered_yes` and `n` stays empty; an interval of no width, where nobody did, is none.
    """
    columns = ("Year", "LocationAbbr", "IndicatorID", "Data_Value", "SampleSize", "Break_Out_Category", "Break_Out")
    made: list[Row] = []
    for row in read_raw(raw, BRFSS, *columns, "Low_Confidence_Interval", "High_Confidence_Interval"):
        place = place_of.get(row["LocationAbbr"])
        group = _BRFSS_GROUPS.get((row["Break_Out_Category"], row["Break_Out"]))
        indicator = _BRFSS_INDICATORS.get(row["IndicatorID"])
        if place is None or group is None or indicator is None:
            told = f'"{row["LocationAbbr"]}", "{row["IndicatorID"]}", "{row["Break_Out"]}" is not known'
            raise DataError(told, Location(str(raw / BRFSS)))
        value, year = number(row["Data_Value"]), int(row["Year"])
        status = "suppressed" if value is None else "observed"
        seen = _seen(str(place["place_id"]), indicator, (year, year), group, value, status, "nohss-adults")
        seen["answered_yes"] = int(row["SampleSize"]) if row["SampleSize"] else None
        _interval(seen, number(row["Low_Confidence_Interval"]), number(row["High_Confidence_Interval"]))
        made.append(seen)
    return made


def states(raw: Path, place_of: Mapping[str, Row], known: list[Row]) -> list[Row]:
    """Yearly figures by state: Medicaid children, adults, water, health centres.

    Rows that `known` has are left out when they agree, and refused when they don't. A place that a yearly indicator
    lists in some years has a row without a value, `not_reported`, in the others. The one row without a year (the
    water of American Samoa, a 0) can be nothing.
    """
    columns = ("indicator_short", "geo_abr", "years", "value", "lower_CI", "upper_CI")
    known_of = {_key(row): row for row in known}
    made: dict[Key, Row] = {}
    for row in read_raw(raw, STATES, "dataset", *columns):
        where = Location(str(raw / STATES))
        place, named = place_of.get(row["geo_abr"]), _STATE_INDICATORS.get(row["indicator_short"])
        if place is None or named is None:
            raise DataError(f'"{row["geo_abr"]}", "{row["indicator_short"]}" is not known', where)
        if not row["years"]:
            continue
        indicator, source = named
        value, year = number(row["value"]), int(row["years"])
        if value == 0 and indicator in _ZERO_IS_NO_FIGURE:
            value = None
        status = "not_reported" if value is None else "observed"
        seen = _seen(str(place["place_id"]), indicator, (year, year), _ALL, value, status, source)
        _interval(seen, number(row["lower_CI"]), number(row["upper_CI"]))
        if (other := known_of.get(_key(seen))) is not None:
            if any(other[name] != seen[name] for name in ("value", "low", "high")):
                raise DataError(f"{indicator} of {place['name']} in {year} differs from {BRFSS}", where)
        elif made.setdefault(_key(seen), seen) != seen:
            raise DataError(f"{indicator} of {place['name']} in {year} has two figures", where)
    return [*made.values(), *_gaps([*made.values(), *known])]


def _gaps(seen: list[Row]) -> Iterator[Row]:
    """A row for each year that an indicator covers of a place that it lists in another."""
    rows = [row for row in seen if row["group_by"] == "all" and row["indicator_id"] not in _ZERO_IS_NO_FIGURE]
    present = {_key(row) for row in rows}
    years: dict[object, set[object]] = {}
    source_of: dict[tuple[object, object], object] = {}
    for row in rows:
        years.setdefault(row["indicator_id"], set()).add(row["period_start"])
        source_of[row["indicator_id"], row["period_start"]] = row["source_id"]
    for place_id, indicator in sorted({(str(row["place_id"]), str(row["indicator_id"])) for row in rows}):
        for year in sorted(int(str(year)) for year in years[indicator]):
            source = str(source_of[indicator, year])
            gap = _seen(place_id, indicator, (year, year), _ALL, None, "not_reported", source)
            if _key(gap) not in present:
                yield gap


def shortage(raw: Path) -> tuple[list[Row], list[Row], list[Row]]:
    """Virginia's dental shortage designations: places, observations (the highest score), and what each is for.

    Only designated counties and cities are listed; the others have no row, which is not a score of zero.
    """
    places: list[Row] = []
    scores: list[Row] = []
    designations: list[Row] = []
    for row in read_raw(
        raw, SHORTAGE, "fips", "county", "hpsa_designated", "hpsa_score", "designation_types", "source"
    ):
        kinds = row["designation_types"].split("|")
        day = re.search(r"as of \w+ [0-9]+ ([0-9]{4})$", row["source"])
        if row["hpsa_designated"] != "true" or day is None or not all(kind in _DESIGNATIONS for kind in kinds):
            told = f'"{row["designation_types"]}" of {row["county"]}, "{row["source"]}" is not known'
            raise DataError(told, Location(str(raw / SHORTAGE)))
        place_id, year = f"us:{row['fips']}", int(day[1])
        state = f"us:{row['fips'][:2]}"
        places.append({"place_id": place_id, "kind": "county", "name": row["county"], "parent_id": state})
        score = number(row["hpsa_score"])
        scores.append(_seen(place_id, "shortage_score", (year, year), _ALL, score, "observed", "hrsa-hpsa-va"))
        designations += [
            {"place_id": place_id, "designation": kind, "applies_to": _DESIGNATIONS[kind], "source_id": "hrsa-hpsa-va"}
            for kind in kinds
        ]
    return places, scores, designations


def _seen(
    place_id: str,
    indicator: str,
    years: tuple[int, int],
    group: tuple[str, str],
    value: float | None,
    status: str,
    source: str,
) -> Row:
    return {
        "place_id": place_id,
        "indicator_id": indicator,
        "period_start": years[0],
        "period_end": years[1],
        "group_by": group[0],
        "group": group[1],
        "value": value,
        "low": None,
        "high": None,
        "n": None,
        "se": None,
        "answered_yes": None,
        "status": status,
        "source_id": source,
    }


def _interval(seen: Row, one: float | None, other: float | None) -> None:
    """Sets both ends, the lower first whichever way they were published."""
    if seen["value"] is not None and one is not None and other is not None and one != other:
        seen["low"], seen["high"] = min(one, other), max(one, other)


def _key(row: Row) -> Key:
    place_id, indicator, group_by, group = (
        str(row[name]) for name in ("place_id", "indicator_id", "group_by", "group")
    )
    return place_id, indicator, int(str(row["period_start"])), group_by, group
