"""The recipe of `doctors-drain`: doctors by country of training and of work, as flows, and as streams with
positions.

Doctors, not dentists: no open table of dentists by origin was found. Called by `data.build`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from installation.data.raw import fingerprinted, places, read_raw
from installation.data.rows import Row, figure, word

_FILE = "oecd_foreign_trained_doctors_2018.csv"
_SOURCE = "oecd-health-workforce-migration"


def tidy(raw: Path, kept: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """flows, places and sources from the folder of publishers' files; zero is a value, and stays."""
    known = places(raw)
    flows: list[Row] = []
    for row in read_raw(raw, _FILE, "COU", "CO2", "Year", "Value"):
        count = int(row["Value"]) if row["Value"] else None
        flows.append(
            {
                "flow_id": f"{row['CO2']}-{row['COU']}-{row['Year']}",
                "origin_id": f"iso3:{row['CO2']}",
                "destination_id": f"iso3:{row['COU']}",
                "commodity_id": "doctors",
                "period_start": int(row["Year"]),
                "period_end": int(row["Year"]),
                "value": count,
                "reported_value": count,
                "unit": "persons",
                "measure": "stock",
                "status": "not_reported" if count is None else "observed",
                "fiction": False,
                "source_id": _SOURCE,
            }
        )
    used = {word(flow, end) for flow in flows for end in ("origin_id", "destination_id")}
    files = {_SOURCE: _FILE, "gapminder-countries": "gapminder_countries.csv"}
    return {
        "flows": flows,
        "places": [place for place_id, place in known.items() if place_id in used],
        "sources": fingerprinted(kept["sources"], raw, files),
    }


def derive(rows: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """`streams` (non-zero pairs whose both ends have a position) and `facts`, from flows and places."""
    place_of = {word(place, "place_id"): place for place in rows["places"]}
    streams: list[Row] = []
    for flow in rows["flows"]:
        origin, destination = place_of[word(flow, "origin_id")], place_of[word(flow, "destination_id")]
        if not flow["value"] or origin["lon"] is None or destination["lon"] is None:
            continue
        streams.append(
            {
                "flow_id": flow["flow_id"],
                "origin_id": flow["origin_id"],
                "origin_name": origin["name"],
                "o_lon": origin["lon"],
                "o_lat": origin["lat"],
                "origin_income": origin["income_group"],
                "destination_id": flow["destination_id"],
                "destination_name": destination["name"],
                "d_lon": destination["lon"],
                "d_lat": destination["lat"],
                "value": flow["value"],
            }
        )
    return {"streams": streams, "facts": facts(rows["flows"], place_of)}


def facts(flows: list[Row], place_of: Mapping[str, Row]) -> list[Row]:
    """F13 to F15, computed from the rows of this package and from nothing else."""
    counted = [(round(figure(flow, "value") or 0), flow) for flow in flows]
    counted = [(count, flow) for count, flow in counted if count]
    if not counted:
        return []
    total = sum(count for count, _ in counted)
    destinations = len({word(flow, "destination_id") for _, flow in counted})
    groups = ("upper_middle", "lower_middle", "low")
    poorer = sum(n for n, flow in counted if place_of[word(flow, "origin_id")]["income_group"] in groups)
    most, stream = max(counted, key=lambda pair: (pair[0], word(pair[1], "flow_id")))
    origin, destination = (word(place_of[word(stream, end)], "name") for end in ("origin_id", "destination_id"))
    year = str(round(max(figure(flow, "period_end") or 0 for flow in flows)))
    common: Row = {"year": year, "source": "OECD", "source_address": "flows.csv", "printable": True}
    scope = f"{destinations} destinations with a non-zero count"
    return [
        {
            **common,
            "id": "F13",
            "statement": f"Foreign-trained doctors counted in {destinations} OECD countries",
            "value": total,
            "unit": "persons",
            "scope": scope,
            "how_read": "computed from flows.csv",
        },
        {
            **common,
            "id": "F14",
            "statement": "Share of those doctors who were trained in a low- or middle-income country",
            "value": round(100 * poorer / total, 1),
            "unit": "percent",
            "scope": scope,
            "source": "OECD; income groups Gapminder",
            "source_address": "flows.csv, places.csv",
            "how_read": (
                "computed from flows.csv with the income groups of places.csv, which are undated and older: "
                "Romania, Bulgaria and Russia are upper middle in them. With newer World Bank groups it was "
                "48.5 percent"
            ),
        },
        {
            **common,
            "id": "F15",
            "statement": f"Doctors trained in {origin} and working in {destination}, the largest stream",
            "value": most,
            "unit": "persons",
            "scope": f"{origin} to {destination}",
            "how_read": "computed from flows.csv",
        },
    ]
