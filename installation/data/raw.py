"""Reads the publishers' own files, with the quirks that they have, and turns Gapminder's countries into
places.

Quirks met here: byte-order marks, empty trailing columns, headers with stray or doubled spaces, no-break
spaces, country codes in lower case, numeric codes without their zeros. Called by the recipes (`build_world`
and its siblings).
"""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

from installation.data.descriptor import TABLE_LIMIT
from installation.data.files import read_regular
from installation.data.rows import Row
from installation.errors import DataError, Location

COUNTRIES = "gapminder_countries.csv"

BEYOND_ISO = {"kos": "wb:XKX", "chanisl": "wb:CHI"}
"""Economies that the World Bank counts and ISO has no alpha-3 code for: Gapminder's code to ours."""

INCOME_GROUPS = ("high", "upper_middle", "lower_middle", "low")
"""Richest first: the order of the mouth's quadrants, 1 to 4."""


def read_raw(folder: Path, name: str, *columns: str) -> list[dict[str, str]]:
    """The rows of a publisher's CSV as text, trimmed. Raises DataError when a column of `columns` is not
    there.
    """
    path = folder / name
    try:
        text = read_regular(path, TABLE_LIMIT).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"byte {error.start} is not UTF-8", Location(str(path))) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [_clean(cell) for cell in next(reader, [])]
    if absent := [column for column in columns if column not in header]:
        found = ", ".join(cell for cell in header if cell)
        raise DataError(f"there is no column {', '.join(absent)}", Location(str(path), 1, 1), f"columns: {found}")
    rows = []
    for cells in reader:
        row = {key: _clean(cell) for key, cell in zip(header, cells, strict=False) if key}
        if any(row.values()):
            rows.append({key: row.get(key, "") for key in header if key})
    return rows


def raw_sha256(folder: Path, name: str) -> str:
    """The checksum of a publisher's file, as it came."""
    return hashlib.sha256(read_regular(folder / name, TABLE_LIMIT)).hexdigest()


def fingerprinted(sources: list[Row], folder: Path, files: dict[str, str]) -> list[Row]:
    """The hand-kept `sources` rows with the checksum of the publisher's file that each was read from."""
    known = {str(row["source_id"]) for row in sources}
    if absent := sorted(set(files) - known):
        raise DataError(f"sources.csv has no row for {', '.join(absent)}")
    return [
        {**row, "sha256": raw_sha256(folder, files[str(row["source_id"])])} if row["source_id"] in files else row
        for row in sources
    ]


def number(cell: str) -> float | None:
    """A published figure; None for an empty cell. Raises ValueError for anything else (W, NA, ...)."""
    return float(cell.replace(",", "")) if cell else None


def place_ids(folder: Path) -> dict[str, str]:
    """Gapminder's country code to our place id, for every place that has one."""
    found = {}
    for row in _countries(folder):
        code = row["country"]
        if row["iso3166_1_alpha3"]:
            found[code] = f"iso3:{row['iso3166_1_alpha3']}"
        elif code in BEYOND_ISO:
            found[code] = BEYOND_ISO[code]
    return found


def places(folder: Path) -> dict[str, Row]:
    """Every country and territory with an id, as a row of the tidy `places`, by id."""
    ids = place_ids(folder)
    found: dict[str, Row] = {}
    for row in _countries(folder):
        if place_id := ids.get(row["country"]):
            numeric = row["iso3166_1_numeric"]
            found[place_id] = {
                "place_id": place_id,
                "kind": "country",
                "name": row["name"],
                "parent_id": None,
                "iso_numeric": numeric.zfill(3) if numeric else None,
                "lon": number(row["longitude"]),
                "lat": number(row["latitude"]),
                "income_group": row["income_groups"].removesuffix("_income") or None,
                "region": row["world_6region"] or None,
            }
    return found


def _countries(folder: Path) -> list[dict[str, str]]:
    columns = ("country", "iso3166_1_alpha3", "iso3166_1_numeric", "name", "latitude", "longitude")
    return read_raw(folder, COUNTRIES, *columns, "income_groups", "world_6region")


def _clean(cell: str) -> str:
    """Without no-break spaces, and with single ones."""
    return " ".join(cell.replace("\u00a0", " ").split())
