"""Small packages with live sources, and refreshing them from the loopback server."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from web_stand import Site, Waits, fetcher

from installation.refresh import Outcome, Ways, refresh

PLACES = "place_id,name\niso3:HND,Honduras\niso3:KEN,Kenya\niso3:SMR,San Marino\n"
HEADER = "place_id,year,value,status,source_id\n"
SOURCES = "source_id,publisher,licence_id,may_redistribute,retrieved_at,sha256,route\n"
SOURCES += "live,World Health Organization,WHO,limited,,,\n"
WHO: dict[str, Any] = {
    "from": "who",
    "path": "HWF_0010",
    "query": {"$filter": "SpatialDimType eq 'COUNTRY'"},
    "where": {"SpatialDimType": ["COUNTRY"]},
    "fields": {
        "place_id": "iso3:{SpatialDim}",
        "year": "{TimeDim}",
        "value": "{NumericValue}",
        "source_id": "live",
    },
}


def who(place: str, year: int, value: float | str | None, **more: Any) -> dict[str, Any]:
    """A row as the WHO's service gives it."""
    row = {
        "SpatialDimType": "COUNTRY",
        "SpatialDim": place,
        "TimeDim": year,
        "Value": str(value),
        "NumericValue": value,
    }
    return {**row, "Id": 1, "Dim1": None, "Low": None, "High": None, "Comments": None, "Date": "2026-01-01", **more}


def field(name: str, kind: str = "string", **constraints: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "constraints": constraints}


def write_package(
    folder: Path,
    live: Mapping[str, Any],
    numbers: str = HEADER,
    fields: list[dict[str, Any]] | None = None,
    sources: str = SOURCES,
    key: int = 2,
) -> Path:
    """A package "dentists" in ./datasets: places, sources, and numbers that are live, with its first columns as key."""
    states = ["observed", "not_reported"]
    columns = fields or [
        field("place_id", required=True),
        field("year", "integer", required=True, minimum=1990),
        field("value", "number", minimum=0),
        field("status", required=True, enum=states),
        field("source_id", required=True),
    ]
    tables: dict[str, tuple[str, list[dict[str, Any]], list[str], dict[str, Any]]] = {
        "places": (PLACES, [field("place_id"), field("name")], ["place_id"], {}),
        "sources": (sources, [field(name) for name in SOURCES.split("\n")[0].split(",")], ["source_id"], {}),
        "numbers": (numbers, columns, [c["name"] for c in columns[:key]], {"live": dict(live)}),
    }
    resources = []
    where = folder / "datasets" / "dentists"
    where.mkdir(parents=True, exist_ok=True)
    for name, (text, schema, key, more) in tables.items():
        (where / f"{name}.csv").write_bytes(text.encode())
        keys = [{"fields": ["place_id"], "reference": {"resource": "places", "fields": ["place_id"]}}]
        resources.append(
            {
                "$schema": "https://datapackage.org/profiles/2.0/dataresource.json",
                "name": name,
                "path": f"{name}.csv",
                "type": "table",
                "format": "csv",
                "hash": f"sha256:{hashlib.sha256(text.encode()).hexdigest()}",
                "bytes": len(text.encode()),
                "schema": {
                    "fields": schema,
                    "primaryKey": key,
                    "foreignKeys": keys if name == "numbers" and schema[0]["name"] == "place_id" else [],
                },
                **more,
            }
        )
    told = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "dentists",
        "title": "Dentists",
        "version": "1",
        "fiction": False,
        "years": "not fetched yet",
        "licenses": [{"name": "WHO"}],
        "sources": [{"title": "WHO"}],
        "contributors": [{"title": "World Health Organization", "roles": ["publisher"]}],
        "resources": resources,
    }
    (where / "datapackage.json").write_text(json.dumps(told, indent=2))
    return where


class Desk:
    """Refreshes "dentists" from the loopback server, at a time that the test turns."""

    def __init__(self, site: Site) -> None:
        self.now = 1_790_000_000.0
        self.environ: dict[str, str] = {}
        self.waits = Waits()
        self._site = site

    def refresh(self, **limits: Any) -> Outcome:
        with fetcher(self.waits, **limits) as web:
            addresses = {"dentists": f"{self._site.address}/api"}
            return refresh("dentists", Ways(web.get, lambda *_: [], self.environ, addresses, lambda: self.now))
