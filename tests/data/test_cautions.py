"""What must be said with a figure is found from wherever the figure is shown."""

from __future__ import annotations

import pytest

from installation.data.cautions import caution_of
from installation.data.describe import describe
from installation.data.package import list_packages, load_package
from installation.data.rows import load_rows
from installation.errors import DataError


@pytest.mark.parametrize("name", list_packages())
def test_every_figure_of_a_shipped_package_reaches_a_caution(name: str) -> None:
    package = load_package(name)
    assert package.caution
    for listed in ("indicators", "commodities"):
        if listed in package.tables:
            for row in load_rows(package.tables[listed]):
                key = str(row["indicator_id" if listed == "indicators" else "commodity_id"])
                assert row["caution"], f"{name}: {key} says nothing"
                told = " ".join(caution_of(package, indicator=key)).casefold()
                assert str(row["caution"]).casefold() in told
    for table in package.tables.values():
        assert caution_of(package, table.name)[0] == package.caution
        for field in table.fields:
            assert caution_of(package, table.name, field.name)[0] == package.caution
            assert len(caution_of(package, table.name, field.name)) > 1 or not field.indicator


def test_a_column_brings_its_own_caution_and_no_other() -> None:
    world = load_package("dental-equity-world")
    told = caution_of(world, "teeth", "dmft")
    assert told[0] == world.caution and len(told) == 2 and "counts fillings too" in told[1]
    assert "not only dental" in caution_of(world, "teeth", "out_of_pocket")[1]
    assert caution_of(world, "teeth", "year") == (world.caution,)
    assert len(caution_of(world, "teeth")) == 5


def test_a_row_of_a_long_table_is_asked_for_by_what_it_measures() -> None:
    gradient = load_package("dental-equity-gradient")
    assert "of everyone in the county" in caution_of(gradient, "observations", indicator="shortage_score")[1]
    assert "such as a prison" in caution_of(gradient, "designations")[1]


def test_the_same_words_are_said_once() -> None:
    assert caution_of(load_package("doctors-drain"), indicator="doctors") == ("Doctors, not dentists.",)


def test_what_is_not_there_suggests_the_nearest() -> None:
    fives = load_package("five-year-olds")
    with pytest.raises(DataError, match='no indicator "decay_6"'):
        caution_of(fives, indicator="decay_6")
    with pytest.raises(DataError, match='did you mean "rods"'):
        caution_of(fives, "rod")
    with pytest.raises(DataError, match='did you mean "value"'):
        caution_of(fives, "rods", "valu")


def test_a_description_tells_the_cautions_of_each_table() -> None:
    [rods] = [table for table in describe(load_package("five-year-olds")).tables if table.name == "rods"]
    assert len(rods.cautions) == 1 and "not none" in rods.cautions[0]
