"""No text on the wall says more than its table does: its numbers, units, years, sources and cautions are the packages'.

Only what is written in a scene can be read here: a number that a text takes from a value ({year}) is known by the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from installation.data.cautions import caution_of
from installation.data.package import Package, load_package
from installation.data.rows import Row, load_rows
from installation.resources import resource
from installation.scene import schema
from installation.scene.load import Scene, load_show

SAID = {
    # the words of each package's caution that must stand beside its numbers
    "dental-equity-gradient": "united states",
    "dental-equity-world": "touched by decay",
    "doctors-drain": "not dentists",
    "five-year-olds": "visible decay",
    "living-smiles-2142": "invented",
    "materials-seam": "all mining",
}
NUMBER = re.compile(r"(\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+(?:\.\d+)?)([ \u00a0\u202f]?%)?")
BACKDROPS = {"world-land", "us-land"}

SHOWS = sorted(path.parent for path in resource("shows").glob("*/show.yaml"))
SCENES = [(show, path.stem) for show in SHOWS for path in sorted((show / "scenes").glob("*.yaml"))]


@cache
def shown(folder: Path) -> dict[str, Scene]:
    return dict(load_show(folder).scenes)


def layers(found: Sequence[object]) -> Iterator[object]:
    for layer in found:
        yield layer
        if isinstance(layer, schema.GroupLayer):
            yield from layers(layer.layers)


def texts(scene: Scene) -> list[str]:
    return [layer.text for layer in layers(scene.file.layers) if isinstance(layer, schema.TextLayer)]


def figures(scene: Scene) -> list[Package]:
    return [package for package in scene.packages.values() if package.name not in BACKDROPS]


def rows(package: Package, table: str) -> list[Row]:
    return load_rows(package.tables[table]) if table in package.tables else []


def amount(number: str) -> float:
    """`249 417` as a number."""
    return float(re.sub(r"[ \u00a0\u202f]", "", number))


def years(package: Package) -> range:
    """The years that a package speaks of; `2014/15-2023/24` begins in 2014 and ends in 2024."""
    found = [int(year) for year in re.findall(r"\b(?:19|20|21)\d\d\b", package.years)]
    return range(min(found), max(found) + (2 if "/" in package.years else 1))


def accounted(scene: Scene) -> tuple[set[float], set[float]]:
    """The numbers that a text of a scene may say, and those that may stand before a percent sign."""
    plain: set[float] = set()
    percent: set[float] = set()
    for package in figures(scene):
        plain |= set(years(package))
        words = [package.licence]
        for fact in rows(package, "facts"):
            if fact["printable"]:
                (percent if fact["unit"] == "percent" else plain).add(float(str(fact["value"])))
                words.append(str(fact["statement"]))
        words += [str(row["title"]) for row in rows(package, "indicators")]
        plain |= {amount(number) for number, _ in NUMBER.findall(" ".join(words))}
    plain |= {float(layer.unit) for layer in layers(scene.file.layers) if isinstance(layer, schema.FlowsLayer)}
    return plain, percent


@pytest.mark.parametrize(("folder", "name"), SCENES, ids=lambda given: getattr(given, "name", given))
def test_every_number_on_the_wall_is_one_of_the_packages(folder: Path, name: str) -> None:
    scene = shown(folder)[name]
    plain, percent = accounted(scene)
    for text in texts(scene):
        for number, sign in NUMBER.findall(re.sub(r"\{[^}]*\}", "", text)):
            known = percent if sign else plain
            assert amount(number) in known, f'{name}: "{number}{sign}" in "{text}" is in no table'


@pytest.mark.parametrize(("folder", "name"), SCENES, ids=lambda given: getattr(given, "name", given))
def test_numbers_on_the_wall_have_their_source_their_year_and_their_caution(folder: Path, name: str) -> None:
    scene = shown(folder)[name]
    words = texts(scene)
    if not any(re.search(r"[\d{]", text) for text in words):
        return
    whole = " ".join(words)
    assert figures(scene), f"{name} says numbers, and has no package that they could be from"
    for package in figures(scene):
        names = [*package.publisher.split(" / "), package.title.removesuffix(" (fiction)")]
        assert any(publisher in whole for publisher in names), (
            f"{name} does not say that {package.name} is from {names}"
        )
        told = {int(year) for year in re.findall(r"\b(?:19|20|21)\d\d\b", whole)}
        assert told & set(years(package)) or "{year" in whole, f"{name} says no year of {package.name}"
        assert SAID[package.name] in whole.casefold(), f'{name} does not say "{SAID[package.name]}"'


@pytest.mark.parametrize(("folder", "name"), SCENES, ids=lambda given: getattr(given, "name", given))
def test_what_is_told_of_a_mark_has_its_year_and_what_its_column_warns_of(folder: Path, name: str) -> None:
    """A figure of a column that has a caution stands on the wall together with `{caution:column}`, or with all cautions."""
    scene = shown(folder)[name]
    telling: dict[str, list[str]] = {}
    for layer in layers(scene.file.layers):
        if isinstance(layer, schema.TextLayer) and layer.tells:
            telling.setdefault(layer.tells, []).append(layer.text)
    warned = {
        field.name
        for package in figures(scene)
        for info in package.tables.values()
        for field in info.fields
        if field.indicator and len(caution_of(package, indicator=field.indicator)) > 1
    }
    beside = {"low": "value", "high": "value"}  # the interval of a figure is warned of with it
    for said in telling.values():
        whole = " ".join(said)
        names = set(re.findall(r"\{([a-z_]+)\}", whole))
        for column in names & warned:
            column = beside.get(column, column)
            assert f"{{caution:{column}}}" in whole or "{caution}" in whole, f"{name} does not warn of {column}"
        if names & warned:
            assert names & {"year", "period"}, f"{name} says figures of a mark without their year"


@pytest.mark.parametrize(("folder", "name"), SCENES, ids=lambda given: getattr(given, "name", given))
def test_what_counts_on_the_wall_has_its_unit(folder: Path, name: str) -> None:
    """A particle that counts is told with what it counts."""
    scene = shown(folder)[name]
    whole = " ".join(texts(scene)).casefold()
    for layer in layers(scene.file.layers):
        if isinstance(layer, schema.FlowsLayer):
            counted = layer.unit_name.casefold().split()[0]
            telling = [
                t for t in layers(scene.file.layers) if isinstance(t, schema.TextLayer) and t.counts == layer.name
            ]
            if any("{one}" in text.text for text in telling):
                continue  # the layer itself says it
            assert counted in whole or counted.removesuffix("s") in whole, f"{name} does not say what a light is"


def test_the_words_of_a_caution_are_those_of_its_package() -> None:
    for name, words in SAID.items():
        package = load_package(name)
        told = f"{package.caution} {' '.join(row['caution'] or '' for row in rows(package, 'indicators'))}".casefold()
        assert words in told or package.fiction, f"{name} does not say {words}"


def test_what_may_be_said_is_what_the_tables_hold_and_nothing_near_it() -> None:
    folder = next(show for show in SHOWS if show.name == "living_smiles")
    plain, percent = accounted(shown(folder)["drain"])
    assert 249417 in plain and 15870 in plain and 20 in plain
    assert 60.6 in percent and 48.5 not in percent and 249418 not in plain
    _, mined = accounted(shown(folder)["seam"])
    assert {74, 81, 83, 65} <= mined
