"""The recipe of `five-year-olds`: visible tooth decay at age 5 in England, by local authority, in five surveys.

An authority that took no part has a row without a value; one that did not exist yet, or no longer, has no row.
Counties, and three unitary authorities before their reform, stand for districts that are listed too: whoever
draws both draws children twice, so `rods` holds each child once. Called by `data.build`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from installation.data.raw import fingerprinted, number, read_raw
from installation.data.rows import Row, figure, word
from installation.errors import DataError, Location

_FILE = "england_child_dental_decay_2014_2024.csv"
_SOURCE = "ohid-fingertips-93563"
INDICATOR = "decay_5"
ENGLAND = "gb:E92000001"

_COMPARED = {"Better": "better", "Similar": "similar", "Worse": "worse", "Not compared": "not_compared"}
_KINDS = {"Country": "country", "County": "aggregate", "UA": "authority", "District": "authority"}

PARTS: dict[str, tuple[str, ...]] = {
    "E10000003": tuple(f"E{7000008 + i:08d}" for i in range(5)),  # Cambridgeshire
    "E10000013": tuple(f"E{7000078 + i:08d}" for i in range(6)),  # Gloucestershire
    "E10000015": (  # Hertfordshire; four of its districts had their codes changed
        *("E07000095", "E07000096", "E07000098", "E07000099", "E07000102", "E07000103"),
        *("E07000240", "E07000241", "E07000242", "E07000243"),
    ),
    "E10000025": tuple(f"E{7000177 + i:08d}" for i in range(5)),  # Oxfordshire
    "E10000030": tuple(f"E{7000207 + i:08d}" for i in range(11)),  # Surrey
    "E06000060": tuple(f"E{7000004 + i:08d}" for i in range(4)),  # Buckinghamshire, one authority since 2020
    "E06000065": tuple(f"E{7000163 + i:08d}" for i in range(7)),  # North Yorkshire, since 2023
    "E06000066": (*(f"E{7000187 + i:08d}" for i in range(5)), "E07000246"),  # Somerset, since 2023
}
"""Areas of the table that other areas of it make up, by the codes of the Office for National Statistics. The table
does not say so; in each survey the whole lies between the least and the most of its parts, which a test proves.
"""

_WHOLE_OF = {part: whole for whole, parts in PARTS.items() for part in parts}


def tidy(raw: Path, kept: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """places, observations and sources from the folder of publishers' files.

    The publisher's copy has no intervals and no numbers of children: `low`, `high` and `n` stay empty. An empty
    value is `not_reported`: the table does not say whether too few were examined or the authority took no part.
    """
    columns = ("area_code", "area_name", "area_type", "period", "value", "compared_to_England")
    places: dict[str, Row] = {}
    observations: list[Row] = []
    for row in read_raw(raw, _FILE, *columns):
        code, where = row["area_code"], Location(str(raw / _FILE))
        if row["area_type"] not in _KINDS or row["compared_to_England"] not in _COMPARED:
            told = f'"{row["area_type"]}", "{row["compared_to_England"]}" of {row["area_name"]} is not known'
            raise DataError(told, where)
        places[code] = {
            "place_id": f"gb:{code}",
            "kind": _KINDS[row["area_type"]],
            "name": row["area_name"].removesuffix(" UA"),
            "parent_id": None if f"gb:{code}" == ENGLAND else f"gb:{_WHOLE_OF[code]}" if code in _WHOLE_OF else ENGLAND,
            "area_type": row["area_type"],
        }
        start, end = _period(row["period"], where)
        value = number(row["value"])
        observations.append(
            {
                "place_id": f"gb:{code}",
                "indicator_id": INDICATOR,
                "period_start": start,
                "period_end": end,
                "group_by": "all",
                "group": "all",
                "value": value,
                "low": None,
                "high": None,
                "n": None,
                "compared": _COMPARED[row["compared_to_England"]],
                "status": "not_reported" if value is None else "observed",
                "source_id": _SOURCE,
            }
        )
    return {
        "places": list(places.values()),
        "observations": observations,
        "sources": fingerprinted(kept["sources"], raw, {_SOURCE: _FILE}),
    }


def derive(rows: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """`rods` (a mark for each authority and survey) and `facts`, from places and observations."""
    made = rods(rows["places"], rows["observations"])
    return {"rods": made, "facts": facts(made, rows["observations"])}


def rods(places: Iterable[Row], observations: Iterable[Row]) -> list[Row]:
    """Each authority in each survey that lists it, each child once: no aggregate, no whole beside its parts."""
    place_of = {word(place, "place_id"): place for place in places}
    seen = list(observations)
    surveys = {start: i for i, start in enumerate(sorted({_year(row) for row in seen}), start=1)}
    wholes = {(place_of[word(row, "place_id")]["parent_id"], _year(row)) for row in seen}
    made: list[Row] = []
    for row in seen:
        place, start = place_of[word(row, "place_id")], _year(row)
        if place["kind"] != "authority" or (place["place_id"], start) in wholes:
            continue
        made.append(
            {
                "place_id": place["place_id"],
                "name": place["name"],
                "survey": surveys[start],
                "period": f"{start}/{(start + 1) % 100:02d}",
                "period_start": start,
                "period_end": row["period_end"],
                "value": row["value"],
                "compared": row["compared"],
                "status": row["status"],
            }
        )
    return made


def facts(rods: Iterable[Row], observations: Iterable[Row]) -> list[Row]:
    """F28 to F30, of the newest survey, computed from the rows of this package and from nothing else."""
    known = [(value, word(row, "place_id"), row) for row in rods if (value := figure(row, "value")) is not None]
    if not known:
        return []
    newest = max(word(row, "period") for _, _, row in known)
    known = [found for found in known if found[2]["period"] == newest]
    highest, lowest = max(known, key=lambda found: found[:2]), min(known, key=lambda found: found[:2])
    common: Row = {"unit": "percent", "year": newest, "source": "OHID", "printable": True}
    made: list[Row] = []
    for number_, (value, _, row), which in (("F28", highest, "highest"), ("F29", lowest, "lowest")):
        made.append(
            {
                **common,
                "id": number_,
                "statement": f"5-year-olds with visible decay, {which} local authority ({row['name']})",
                "value": value,
                "scope": f"the {len(known)} authorities with a figure; small samples give extremes",
                "source_address": "rods.csv",
                "how_read": "computed from rods.csv",
            }
        )
    country = [row for row in observations if row["place_id"] == ENGLAND and row["value"] is not None]
    if country and _year(last := max(country, key=_year)) == int(newest[:4]):
        made.append(
            {
                **common,
                "id": "F30",
                "statement": "5-year-olds with visible decay",
                "value": last["value"],
                "scope": "England",
                "source_address": "observations.csv",
                "how_read": "read from observations.csv",
            }
        )
    return made


def _year(row: Row) -> int:
    return round(figure(row, "period_start") or 0)


def _period(cell: str, where: Location) -> tuple[int, int]:
    """`2014/15`, a school year, as 2014 and 2015."""
    found = re.fullmatch(r"([0-9]{4})/([0-9]{2})", cell)
    if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
        raise DataError(f'"{cell}" is no school year', where, "such as 2014/15")
    return int(found[1]), int(found[1]) + 1
