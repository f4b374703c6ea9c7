"""What must be said wherever a package's numbers are shown, the most general first.

A figure on the wall, in a caption, on the console or on the evidence page comes from a table, a column or an indicator;
each may bring a caution besides its package's. Reads the small tables `indicators` and `commodities`, in plain Python,
so not for the frame. Called by `data.describe` and by whatever captions a figure; draws nothing.
"""

from __future__ import annotations

from installation.data.generated import prepare
from installation.data.package import Package
from installation.data.rows import load_rows, word
from installation.errors import DataError, did_you_mean

_LISTED = (("indicators", "indicator_id"), ("commodities", "commodity_id"), ("ls_commodities", "commodity_id"))
"""The tables that say what is measured, with their keys."""


def caution_of(package: Package, table: str = "", column: str = "", indicator: str = "") -> tuple[str, ...]:
    """The cautions of a package; of one of its tables, or of one column of it; of an indicator or commodity.

    A table without `column` brings those of every indicator that its columns hold. A row of a long table is asked for
    by its `indicator_id` or `commodity_id`, as `indicator`. Each is said once. Raises DataError for what is not there.
    """
    told = [package.caution]
    asked = [indicator] if indicator else []
    if table:
        info = package.table(table)
        told.append(info.caution)
        asked += [field.indicator for field in ([info.field(column)] if column else info.fields) if field.indicator]
    if asked:
        known = _by_name(package)
        for name in asked:
            if name not in known:
                message = f'dataset "{package.name}" has no indicator "{name}"'
                raise DataError(message, hint=did_you_mean(name, known, label="indicators"))
            told.append(known[name])
    said: dict[str, str] = {}
    for text in filter(None, told):
        said.setdefault(text.strip(" .").casefold(), text)
    return tuple(said.values())


def text_of_indicator(package: Package, indicator: str, column: str) -> str:
    """What a package says of an indicator or commodity in one column of its list (`title`, `display_decimals`); "" where it
    says nothing. Reads a file: ask once, and not in the frame."""
    for name, key in _LISTED:
        if indicator and name in package.tables:
            for row in load_rows(package.tables[name]):
                if row.get(key) == indicator and row.get(column) is not None:
                    return str(row[column])
    return ""


def _by_name(package: Package) -> dict[str, str]:
    """The caution of each indicator and commodity, "" for none."""
    prepare(package)
    return {
        word(row, key): word(row, "caution") if "caution" in row else ""
        for name, key in _LISTED
        if name in package.tables
        for row in load_rows(package.tables[name])
    }
