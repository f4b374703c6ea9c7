"""No lie on the wall: ten marks of each shipped binding, worked out again from the raw rows by another route, and looked for on
the rendered frame.

The other route is the csv module and a few lines of arithmetic: no SQL, no scale, no ramp and no layout of the engine. What it
gives is drawn as it is, and the frame must be the same as the one that the shipped scene file draws, within `TOLERANCE`; where a
mark stands on a map, and how long or what colour it is, is measured on the picture itself.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.data.tables import Columns, columns_of
from installation.gpu.device import Device
from installation.render.weakness import weakness
from installation.resources import resource
from installation.scene import schema
from installation.scene.load import Scene, Show, load_scene
from shows import Stage

pytestmark = pytest.mark.gl

SIZE = (640, 360)
TOLERANCE = 3
"""Of 255, for a pixel."""
SPECKS = 30
"""So many pixels of a frame, of 230,400, may differ more: at a hard edge rounding decides on which side they lie."""
YEAR = 2010.25
Row = dict[str, str]
Literal = dict[str, float | str | None]
"""What a mark's attributes should be, by name; a colour as "#RRGGBB"; None is missing."""


def table(package: str, name: str) -> list[Row]:
    """The raw rows of a table."""
    from installation.data.generated import prepare
    from installation.data.package import load_package

    loaded = load_package(package)
    prepare(loaded)
    with loaded.table(name).path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float | None:
    return float(text) if text else None


def between(value: float | None, low: float, high: float, bend: Callable[[float], float] = float) -> float | None:
    """How far a value lies from low to high, 0 to 1, held at the ends."""
    if value is None:
        return None
    held = min(max(value, low), high)
    return (bend(held) - bend(low)) / (bend(high) - bend(low))


def spread(share: float | None, low: float, high: float) -> float | None:
    return None if share is None else low + (high - low) * share


def mixed(share: float | None, *colours: str) -> str | None:
    """A colour between colours, in OKLab (Ottosson 2020), as the eye would mix them."""
    if share is None:
        return None
    part = share * (len(colours) - 1)
    first = min(int(part), len(colours) - 2)
    one, other = (lab(colours[first + i]) for i in (0, 1))
    return unlab([a + (b - a) * (part - first) for a, b in zip(one, other, strict=True)])


def lab(colour: str) -> list[float]:
    r, g, b = (linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    roots = [
        (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3),
        (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3),
        (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3),
    ]
    l, m, s = roots  # noqa: E741
    return [
        0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    ]


def unlab(given: Sequence[float]) -> str:
    bright, a, b = given
    l = (bright + 0.3963377774 * a + 0.2158037573 * b) ** 3  # noqa: E741
    m = (bright - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s = (bright - 0.0894841775 * a - 1.2914855480 * b) ** 3
    rgb = (
        4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
        -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
        -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
    )
    return "#" + "".join(f"{round(255 * display(min(max(c, 0.0), 1.0))):02x}" for c in rgb)


def linear(c: float) -> float:
    return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4


def display(c: float) -> float:
    return 12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055


# -- what the bindings of each shipped layer say, by hand -------------------------------------------------------------------


def teeth() -> dict[str, Literal]:
    found: dict[str, dict[int, Row]] = {}
    for row in table("dental-equity-world", "teeth"):
        found.setdefault(row["tooth"], {})[int(row["year"])] = row
    year = math.floor(YEAR)

    def at(years: Mapping[int, Row], column: str) -> float | None:
        one, other = number(years[year][column]), number(years[year + 1][column])
        if one is None or other is None:
            return one if other is None else other
        return one + (other - one) * (YEAR - year)

    made: dict[str, Literal] = {}
    for tooth, years in found.items():
        decayed = between(at(years, "dmft"), 0, 7)
        wealth = between(at(years, "gdp"), 300, 80000, math.log)
        made[tooth] = {
            "tooth": float(tooth),
            "glow": spread(decayed, 1.0, 0.25),
            "cavities": spread(decayed, 0, 7),
            "gum": between(at(years, "out_of_pocket"), 0, 90),
            "film": between(at(years, "sugar"), 0, 200),
            "size": spread(between(at(years, "population"), 0, 1.6e9, math.sqrt), 0.82, 1.12),
            "color": mixed(wealth, "#f3dcb8", "#efe6d2", "#e6ecf2"),
        }
    return made


def land() -> dict[str, Literal]:
    made: dict[str, Literal] = {}
    for row in table("world-land", "land"):
        if float(row["lat"]) <= -57:
            continue
        shore = number(row["shore_km"])
        made[row["point_id"]] = {
            "lon": number(row["lon"]),
            "lat": number(row["lat"]),
            "size": spread(between(shore, 0, 1200, math.sqrt), 0.0042, 0.0032),
            "color": mixed(between(shore, 0, 900, math.sqrt), "#a98c94", "#6f5565", "#604859"),
        }
    return made


MATERIALS = {
    "cobalt": "#4d86d9",
    "tungsten": "#9aa7b8",
    "mercury": "#d3d9df",
    "fluorspar": "#7fd6c0",
    "rare-earths": "#e0a84e",
    "palladium": "#e6dcc8",
}


def mines() -> dict[str, Literal]:
    """Grains round each country's point: one for each hundredth, the last one smaller, the largest share in the middle."""
    by_place: dict[str, list[Row]] = {}
    for row in table("materials-seam", "shares"):
        if row["commodity_id"] in MATERIALS and row["lon"] and row["share"]:
            by_place.setdefault(row["place_id"], []).append(row)
    made: dict[str, Literal] = {}
    for place, rows in by_place.items():
        grains = [
            (row, n)
            for row in sorted(rows, key=lambda row: (-float(row["share"]), row["commodity_id"]))
            for n in range(math.ceil(round(100 * float(row["share"]), 6)))
        ]
        for count, (row, n) in enumerate(grains):
            lon, lat = float(row["lon"]), float(row["lat"])
            bend = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(lat)))
            across = 0.004988 * math.cos(bend) * (1 + 0.18 * bend**2)
            far, turn = 0.0078 * math.sqrt(count + 0.5), 2.399963 * (count + 0.5)
            made[f"{row['commodity_id']} {place} {n}"] = {
                "lon": lon + far * math.cos(turn) / across,
                "lat": lat + far * math.sin(turn) * across / (0.0000335 * math.cos(math.radians(lat))),
                "size": spread(between(min(1.0, 100 * float(row["share"]) - n), 0, 1, math.sqrt), 0.0, 0.0098),
                "color": MATERIALS[row["commodity_id"]],
            }
    return made


def places() -> dict[str, Literal]:
    return {
        row["place_id"]: {
            "x": number(row["x"]),
            "y": number(row["y"]),
            "size": spread(between(number(row["people"]), 0, 200_000, math.sqrt), 0.006, 0.026),
            "color": mixed(between(number(row["tier"]), 0, 3), "#e0704a", "#d6a45e", "#cfd4da", "#bfe6ef"),
        }
        for row in table("living-smiles-2142", "ls_places")
    }


@dataclass(frozen=True)
class Case:
    """A layer of a shipped scene, and the same by hand."""

    scene: str
    layer: str
    by_hand: Callable[[], dict[str, Literal]]


CASES = [
    Case("contrast", "teeth", teeth),
    Case("drain", "land", land),
    Case("seam", "land", land),
    Case("seam", "mines", mines),
    Case("harvest", "places", places),
]


def ten(everything: Mapping[str, Literal]) -> dict[str, Literal]:
    """Ten of them, from one end of the table to the other; those whose values are missing among them."""
    keys = list(everything)
    missing = [key for key in keys if None in everything[key].values()]
    picked = [keys[round(i * (len(keys) - 1) / 9)] for i in range(10)]
    if missing and not set(missing) & set(picked):
        picked[5] = missing[len(missing) // 2]
    return {key: everything[key] for key in picked}


# -- drawing ----------------------------------------------------------------------------------------------------------------


def alone(show: Show, layer: schema.MarksLayer, rows: Columns, **set_: float) -> Show:
    """A show of one layer, at rest: nothing breathes, nobody stands before it, no effect is laid on it."""
    scene = next(iter(show.scenes.values()))
    still = layer.model_copy(update={"blend": "normal", "effects": [], "params": {}})
    file = scene.file.model_copy(
        update={
            "layers": [still],
            "effects": [],
            "values": {},
            "tables": {},
            "datasets": {},
            "under": None,
            "cracks": None,
        }
    )
    wanted = {"at": YEAR, "ease": 0.0, "breath": 0.0, "open": 0.0, "light": 1.0, **set_}
    prefix = f"/scene/{scene.name}/{layer.name}/"
    params: dict[str, Any] = {}
    for address, (spec, saved) in scene.params.items():
        if address.startswith(prefix):
            params[address] = (spec, wanted.get(spec.name, saved))
    made = replace(scene, file=file, tables={layer.table: rows}, params=params, values={}, packages={}, shaders={})
    return replace(show, scenes={scene.name: made})


def shipped(case: Case) -> tuple[Show, Scene, schema.MarksLayer]:
    show = load_scene(resource("shows") / "living_smiles" / "scenes" / f"{case.scene}.yaml")
    scene = next(iter(show.scenes.values()))
    layer = next(each for each in scene.file.layers if each.name == case.layer)
    assert isinstance(layer, schema.MarksLayer)
    return show, scene, layer


def only(rows: Columns, key: str, wanted: Sequence[str]) -> Columns:
    """The rows of some keys, in the order of these keys."""
    names = [f"{k:g}" if isinstance(k, float) else str(k) for k in rows.column(key).tolist()]
    index = [i for want in wanted for i, name in enumerate(names) if name == want]
    assert {names[i] for i in index} == set(wanted), "a mark of the raw rows is not in the scene's table"
    arrays, missing = ({n: a[index] for n, a in part.items()} for part in (rows.arrays, rows.missing))
    return Columns(rows.names, arrays, missing, len(index))


def literal(layer: schema.MarksLayer, marks: Mapping[str, Literal]) -> tuple[schema.MarksLayer, Columns]:
    """The layer with its attributes given as they are: no scale bends them any more."""
    columns: dict[str, list[Any]] = {
        "key": list(marks),
        "own": [k if m.get("color") else None for k, m in marks.items()],
    }
    for name in next(iter(marks.values())):
        if name != "color":
            columns[name] = [mark[name] for mark in marks.values()]
    bind: dict[str, Any] = {
        name: {"column": name, "domain": [-100, 100], "range": [-100, 100]} for name in layer.bind if name != "color"
    }
    shown = {key: mark["color"] for key, mark in marks.items() if mark.get("color")}
    bind["color"] = {"column": "own", "scale": "categorical", "order": list(shown), "ramp": list(shown.values())}
    spec = layer.model_dump(by_alias=True) | {"key": "key", "time": None, "bind": bind}
    kinds = [(name, "VARCHAR" if name in ("key", "own") else "DOUBLE") for name in columns]
    blank = {"VARCHAR": "", "DOUBLE": 0.0}
    fetched = {
        name: np.ma.masked_array(
            [blank[kind] if v is None else v for v in columns[name]], [v is None for v in columns[name]]
        )
        for name, kind in kinds
    }
    return schema.MarksLayer.model_validate(spec), columns_of(kinds, fetched)


Draw = Callable[..., NDArray[np.int32]]


@pytest.fixture
def draw(device: Device) -> Iterator[Draw]:
    """Draws a show's only layer: (h, w, 3), row 0 the bottom row."""

    def draw_it(show: Show, size: tuple[int, int] = SIZE) -> NDArray[np.int32]:
        stage = Stage(device, show, size)
        try:
            picture = stage.play(2)[..., :3].astype(np.int32)
            assert not stage.problems()
        finally:
            stage.close()
        return picture

    yield draw_it


def differing(one: NDArray[np.int32], other: NDArray[np.int32]) -> int:
    """How many pixels of two frames are not the same, within the tolerance."""
    return int((np.abs(one - other).max(axis=2) > TOLERANCE).sum())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.scene}-{case.layer}")
def test_ten_marks_are_drawn_as_their_raw_rows_say(case: Case, draw: Draw) -> None:
    marks = ten(case.by_hand())
    show, scene, layer = shipped(case)
    larger = 1.0 if case.layer == "teeth" else 6.0
    rows = only(scene.tables[layer.table], layer.key, list(marks))
    want = draw(alone(show, *literal(layer, marks), scale=larger))
    got = draw(alone(show, layer, rows, scale=larger))
    assert want.max() > 60
    assert differing(want, got) <= SPECKS

    # and the comparison can tell: an attribute that is off by a tenth of its range is seen
    for attribute, binding in layer.bind.items():
        known = [key for key, mark in marks.items() if mark[attribute] is not None and mark["size"] is not None]
        key = max(known, key=lambda each: float(marks[each]["size"] or 0))
        if attribute == "color":
            off: float | str = f"#{0xFFFFFF - int(str(marks[key][attribute])[1:], 16):06x}"
        else:
            size = abs(float(binding.range[1]) - float(binding.range[0]))
            middle = (float(binding.range[1]) + float(binding.range[0])) / 2
            now = float(marks[key][attribute] or 0.0)
            off = now + math.copysign(0.1 * size, middle - now)
        wrong = {**marks, key: {**marks[key], attribute: off}}
        lied = draw(alone(show, *literal(layer, wrong), scale=larger))
        assert differing(lied, got) > 2 * SPECKS, f"{attribute} could be wrong unnoticed"


def equal_earth(lon: float, lat: float) -> tuple[float, float]:
    """Where a place lies in the area of the shipped maps, 0 to 1 of the canvas: the polynomial of Šavrič, Patterson and Jenny
    (2019), with the tenth meridian in the middle."""
    a = (1.340264, -0.081106, 0.000893, 0.003796)

    def flat(east: float, north: float) -> tuple[float, float]:
        t = math.asin(math.sqrt(3) / 2 * math.sin(north))
        slope = a[0] + 3 * a[1] * t**2 + 7 * a[2] * t**6 + 9 * a[3] * t**8
        return 2 * math.sqrt(3) * east * math.cos(t) / (3 * slope), a[0] * t + a[1] * t**3 + a[2] * t**7 + a[3] * t**9

    x, y = flat(math.radians((lon - 10 + 180) % 360 - 180), math.radians(lat))
    wide, high = flat(math.pi, 0)[0], flat(0, math.pi / 2)[1]
    left, bottom, width, height = -0.015, 0.09, 1.01, 0.88
    unit = min(width * 16 / 9 / (2 * wide), height / (2 * high))
    return left + width / 2 + x * unit * 9 / 16, bottom + height / 2 + y * unit


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.layer != "teeth"], ids=lambda c: f"{c.scene}-{c.layer}"
)
def test_ten_marks_stand_where_their_rows_say_as_long_and_in_the_colour_that_they_say(case: Case, draw: Draw) -> None:
    show, scene, layer = shipped(case)
    known = {key: mark for key, mark in case.by_hand().items() if mark["size"] is not None}
    width, height = SIZE[0] * 2, SIZE[1] * 2
    for key, mark in ten(known).items():
        if "lon" in mark:
            x, y = equal_earth(float(mark["lon"] or 0), float(mark["lat"] or 0))
        else:
            x, y = float(mark["x"] or 0), 0.06 + 0.94 * float(mark["y"] or 0)
        size = float(mark["size"] or 0)
        room = 1.6 * min(
            x * 16 / 9, (1 - x) * 16 / 9, y, 1 - y
        )  # as large as the canvas has room for, up to a fifth of it
        larger = min(min(0.2, room) / size, 10.0)
        shown = alone(show, layer, only(scene.tables[layer.table], layer.key, [key]), scale=larger)
        picture = draw(shown, (width, height))
        light = picture.max(axis=2)
        lit = light > 0.45 * light.max()
        row, column = np.nonzero(lit)
        middle = (column.min() + column.max() + 1) / 2, (row.min() + row.max() + 1) / 2
        assert math.dist(middle, (x * width, y * height)) < 2.0, f"{key}: pixels off"
        # What is lit of these shapes is their rim, at 0.86 of the radius, and as much again as it is soft.
        length, pixels = column.max() + 1 - column.min(), size * larger * height
        assert abs(length - 0.92 * pixels) < 0.06 * pixels + 2.0, f"{key}: length"
        # Its hue is the row's own: red, green and blue stand as they should to each other.
        here = picture[lit].sum(axis=0) / picture[lit].sum()
        want = np.array([int(str(mark["color"])[i : i + 2], 16) for i in (1, 3, 5)], float)
        assert np.abs(here - want / want.sum()).max() < 0.05, f"{key}: colour"


def test_teeth_stand_as_a_dentist_numbers_them_and_years_move_them(draw: Draw) -> None:
    show, scene, layer = shipped(CASES[0])
    rows = scene.tables["teeth"]
    away: dict[int, list[float]] = {}
    for tooth in (11, 13, 16, 21, 24, 27, 31, 35, 41, 46):
        light = draw(alone(show, layer, only(rows, "tooth", [str(tooth)]))).max(axis=2).astype(float)
        y, x = (float((light.sum(axis=i) * np.arange(light.shape[1 - i])).sum() / light.sum()) for i in (1, 0))
        quadrant, place = divmod(tooth, 10)
        assert (y > SIZE[1] / 2) == (quadrant in (1, 2)), f"{tooth}: upper and lower"
        assert (x < SIZE[0] / 2) == (quadrant in (1, 4)), f"{tooth}: the patient's right is the viewer's left"
        away.setdefault(quadrant, []).append(abs(x - SIZE[0] / 2))
        assert place >= 1
    assert all(distances == sorted(distances) for distances in away.values()), "from the middle to the back"
    one, other = (draw(alone(show, layer, only(rows, "tooth", ["11"]), at=year)) for year in (2001.0, 2021.0))
    assert differing(one, other) > 20 * SPECKS


def trained() -> dict[tuple[float, float], float]:
    """Where the surface over the drain is weak, by hand: doctors by country of training, of 25,000."""
    made: dict[tuple[float, float], float] = {}
    for row in table("doctors-drain", "streams"):
        at = equal_earth(float(row["o_lon"]), float(row["o_lat"]))
        made[at] = made.get(at, 0.0) + float(row["value"])
    return {at: min(doctors / 25_000, 1.0) for at, doctors in made.items()}


def hiding() -> dict[tuple[float, float], float]:
    """The same over the harvest: of what goes up from each district in 2142, the share that is not reported, from 0.2 to 0.6."""
    told: dict[tuple[float, float], list[float]] = {}
    for row in table("living-smiles-2142", "ls_streams"):
        if row["year"] == "2142" and row["direction"] == "up":
            sums = told.setdefault((float(row["ox"]), 0.06 + 0.94 * float(row["oy"])), [0.0, 0.0])
            sums[0] += float(row["reported_worth"])
            sums[1] += float(row["true_worth"])
    return {at: min(max((1 - r / t - 0.2) / 0.4, 0.0), 1.0) for at, (r, t) in told.items()}


@pytest.mark.parametrize(("name", "by_hand", "reach"), [("drain", trained, 0.16), ("harvest", hiding, 0.13)])
def test_the_surface_is_weakest_where_the_raw_rows_say(
    name: str, by_hand: Callable[[], dict[tuple[float, float], float]], reach: float
) -> None:
    show = load_scene(resource("shows") / "living_smiles" / "scenes" / f"{name}.yaml")
    scene = show.scenes[name]
    assert scene.file.cracks is not None
    found = weakness(scene.file.cracks, scene.tables[scene.file.cracks.table], 16 / 9)
    high, wide = found.shape
    places = by_hand()
    for x, y in sorted(places, key=lambda at: -places[at])[:10]:
        bells = [
            share * math.exp(-0.5 * (math.hypot((x - px) * 16 / 9, y - py) / (0.6 * reach)) ** 2)
            for (px, py), share in places.items()
        ]
        assert found[int(y * high), int(x * wide)] / 255 == pytest.approx(max(bells), abs=0.04)
