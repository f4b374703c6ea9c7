"""Descriptions: every shipped package can be told to a curator, and the counts are those of the files."""

from __future__ import annotations

import pytest

from installation.data.describe import describe
from installation.data.package import list_packages, load_package


@pytest.mark.parametrize("name", list_packages())
def test_every_shipped_package_can_be_described(name: str) -> None:
    package = load_package(name)
    told = describe(package)
    assert told.name == name and told.licence and told.credit and told.caution
    assert [table.name for table in told.tables] == list(package.tables)
    for table in told.tables:
        lines = package.tables[table.name].path.read_bytes().count(b"\n")
        assert table.rows == lines - 1 and len(table.fields) == len(package.tables[table.name].fields)
        for field in table.fields:
            assert 0 <= field.missing <= 1
            if field.least is not None and field.median is not None and field.most is not None:
                assert field.least <= field.median <= field.most


def test_coverage_says_what_is_missing_and_over_which_years() -> None:
    tables = {table.name: table for table in describe(load_package("dental-equity-world")).tables}
    observations = tables["observations"]
    assert observations.years == (2000, 2024)
    assert observations.places == 225
    value = next(field for field in observations.fields if field.name == "value")
    assert round(value.missing * observations.rows) == observations.states["not_reported"] == 1547
    dmft = next(field for field in tables["teeth"].fields if field.name == "dmft")
    assert (dmft.unit, dmft.missing, dmft.type) == ("teeth per child", 0.0, "number")


def test_fiction_is_told_as_fiction_with_what_made_it() -> None:
    told = describe(load_package("living-smiles-2142"))
    assert told.fiction and told.credit.startswith("FICTION") and "seed 2142" in told.generator
    assert not describe(load_package("doctors-drain")).fiction
