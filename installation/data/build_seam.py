"""The recipe of `materials-seam`: who mines what the things on a dentist's tray are made of.

The figures are of all mining, of which dentistry uses a small part. Withheld (W) and not available (NA) are
states of their own. Which material goes into which object is editorial, kept by hand in
`materials_to_objects.csv`. Called by `data.build`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from installation.data.raw import fingerprinted, number, places, read_raw
from installation.data.rows import Row, Value, figure, word
from installation.errors import DataError, Location

_FILE = "usgs_dental_materials_production_2022_2023.csv"
_SOURCE = "usgs-mcs2024"
_YEARS = {2022: ("production_2022", "observed"), 2023: ("production_2023_est", "estimated")}
_UNITS = {
    "metric tons": "t",
    "thousand metric tons": "kt",
    "kilograms": "kg",
    "million carats": "million carats",
}
_MARKS = {"W": "withheld", "NA": "not_reported", "": "not_reported"}
_STAGES = {"Refinery": "refinery", "Sponge": "sponge"}

WORLD, OTHERS = "usgs:WORLD", "usgs:OTHER"


def tidy(raw: Path, kept: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """production, places and sources from the folder of publishers' files."""
    known = places(raw)
    known[WORLD] = {"place_id": WORLD, "kind": "aggregate", "name": "World total (rounded)"}
    known[OTHERS] = {"place_id": OTHERS, "kind": "aggregate", "name": "Other countries"}
    columns = ("commodity", "country_as_published", "iso3", "type", "unit")
    production: list[Row] = []
    for row in read_raw(raw, _FILE, *columns, *(column for column, _ in _YEARS.values())):
        place_id = _place_id(row["country_as_published"], row["iso3"])
        if place_id not in known or row["unit"] not in _UNITS:
            message = f'"{row["country_as_published"]}" in "{row["unit"]}" of {row["commodity"]} is not known'
            raise DataError(message, Location(str(raw / _FILE)))
        for year, (column, status) in _YEARS.items():
            value, mark = _published(row[column], raw)
            production.append(
                {
                    "commodity_id": row["commodity"].replace(" ", "-"),
                    "place_id": place_id,
                    "stage": next((s for word, s in _STAGES.items() if row["type"].startswith(word)), "mine"),
                    "period_start": year,
                    "period_end": year,
                    "value": value,
                    "unit": _UNITS[row["unit"]],
                    "status": mark or status,
                    "as_published": row["country_as_published"],
                    "source_id": _SOURCE,
                }
            )
    used = {word(row, "place_id") for row in production}
    files = {_SOURCE: _FILE, "gapminder-countries": "gapminder_countries.csv"}
    return {
        "production": production,
        "places": [place for place_id, place in known.items() if place_id in used],
        "sources": fingerprinted(kept["sources"], raw, files),
    }


def derive(rows: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """`shares` of the newest year (a row for each country and material) and `facts`."""
    shares = share_out(rows["production"], rows["places"], rows["commodities"])
    return {"shares": shares, "facts": facts(shares)}


def share_out(production: list[Row], places: list[Row], commodities: list[Row]) -> list[Row]:
    """Each country's part of the published world total, in the newest year; aggregates are no places.

    The total is rounded by its publisher, so parts may add up to a little more or less than 1. Refined
    copper is left out: what counts is where it comes out of the ground.
    """
    newest = round(max(figure(row, "period_end") or 0 for row in production))
    place_of = {word(place, "place_id"): place for place in places}
    title_of = {row["commodity_id"]: row["title"] for row in commodities}
    rows = [row for row in production if row["period_end"] == newest and row["stage"] != "refinery"]
    world_of = {row["commodity_id"]: figure(row, "value") for row in rows if row["place_id"] == WORLD}
    shares: list[Row] = []
    for row in rows:
        place = place_of[word(row, "place_id")]
        if place["kind"] == "aggregate":
            continue
        value, world = figure(row, "value"), world_of.get(row["commodity_id"])
        shares.append(
            {
                "commodity_id": row["commodity_id"],
                "commodity": title_of[row["commodity_id"]],
                "place_id": row["place_id"],
                "name": place["name"],
                "lon": place["lon"],
                "lat": place["lat"],
                "income_group": place["income_group"],
                "share": round(value / world, 4) if value is not None and world else None,
                "value": value,
                "world": world,
                "unit": row["unit"],
                "stage": row["stage"],
                "year": newest,
                "status": row["status"],
            }
        )
    return shares


def facts(shares: list[Row]) -> list[Row]:
    """F16 to F19, and the largest producer of every other material, computed from `shares` and nothing
    else.
    """
    numbers = {"cobalt": "F16", "mercury": "F17", "tungsten": "F18", "fluorspar": "F19"}
    found: list[Row] = []
    for commodity in sorted({word(row, "commodity_id") for row in shares}):
        rows = [
            (share, word(row, "place_id"), row)
            for row in shares
            if row["commodity_id"] == commodity and (share := figure(row, "share")) is not None
        ]
        if not rows:
            continue
        share, _, top = max(rows, key=lambda found: found[:2])
        made = "produced" if top["stage"] == "sponge" else "mined"
        what = word(top, "commodity").lower()
        found.append(
            {
                "id": numbers.get(commodity, f"S-{commodity}"),
                "statement": f"Share of {made} {what} that comes from {top['name']}",
                "value": round(100 * share),
                "unit": "percent",
                "year": f"{top['year']} est.",
                "scope": "world, all uses",
                "source": "USGS",
                "source_address": "shares.csv",
                "how_read": "computed from shares.csv, the share of the published, rounded world total",
                "printable": True,
            }
        )
    return found


def _place_id(name: str, iso3: str) -> str:
    """Countries by their code: names come with footnote marks (`Russiae`, `New Caledonia9`) and remarks."""
    if iso3:
        return f"iso3:{iso3}"
    bare = re.sub(r"[0-9]+$", "", name).strip().lower()
    return WORLD if bare.startswith("world total") else OTHERS if bare == "other countries" else name


def _published(cell: str, raw: Path) -> tuple[Value, str]:
    """A figure, or the state that stands in its place."""
    if cell in _MARKS:
        return None, _MARKS[cell]
    try:
        return number(cell), ""
    except ValueError:
        raise DataError(f'"{cell}" is neither a number nor W nor NA', Location(str(raw / _FILE))) from None
