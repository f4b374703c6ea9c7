"""Checks what a scene takes from data: its datasets, tables and SQL, and every column that a layer binds.

A table of a dataset is known from its descriptor; only SQL, and what is worked out from values, opens duckdb.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from installation.errors import DataError, InstallationError, SceneError, did_you_mean
from installation.scene import schema
from installation.scene.check_sight import check_area, check_domain, check_map
from installation.scene.findings import Findings
from installation.scene.library import Library
from installation.scene.source import Steps

_IN_SQL = re.compile(r" \(line (\d+)(?:, column (\d+))? of the SQL\)")

MOST_DECIMALS = 3
"""Digits after the point that a text shows of a column that has more."""

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from installation.data.binding import Rows, Series
    from installation.data.package import Package
    from installation.data.tables import Columns


class Tables:
    """The tables of one scene: `packages` by alias, `columns` by table name; what is wrong is in neither."""

    def __init__(self, file: schema.SceneFile, findings: Findings, library: Library) -> None:
        self.packages: dict[str, Package] = {}
        self.columns: dict[str, Columns] = {}
        self._keyed: dict[str, Rows] = {}
        self._file = file
        self._findings = findings
        self._lost = {str(s[1]) for s in findings.dropped if s[0] in ("datasets", "tables") and len(s) > 1}
        for alias, name in file.datasets.items():
            try:
                package = library.package(name)
            except InstallationError as error:
                self._told(alias, name, error)
                package = None
            if package:
                self.packages[alias] = package
        self._read(library)

    def _told(self, alias: str, name: str, error: InstallationError) -> None:
        """What is wrong with a dataset; with one of the show's own files also where the scene names it."""
        steps: Steps = ("datasets", alias)
        here = self._findings.document.value(steps)
        named = [
            replace(problem, hint="; ".join(filter(None, (problem.hint, f'"{name}" is named at {here}'))))
            if problem.where and "/" in name
            else problem
            for problem in error.problems
        ]
        self._findings.error(steps, DataError(problems=named))

    def _read(self, library: Library) -> None:
        wanted = {name: table for name, table in self._file.tables.items() if self._is_sound(name, table)}
        if not wanted:
            return
        texts = [table.sql or table.source or "" for table in wanted.values()]
        try:
            database = library.database(self.packages, texts)
        except DataError as error:
            self._findings.error(("datasets",), error)
            return
        for name, table in wanted.items():
            try:
                if table.sql:
                    self.columns[name] = database.query(table.sql)
                else:
                    self.columns[name] = database.table(table.source or "")
            except DataError as error:
                self._refused(error, ("tables", name, "sql" if table.sql else "from"))
                continue
            if table.key:
                self.check(name, table.key, ("tables", name, "key"))
            if table.time:
                self.check(name, table.time, ("tables", name, "time"), numbers=True)

    def _refused(self, error: DataError, steps: Steps) -> None:
        """Tells what duckdb refused, at the place inside the SQL where the file shows it as it is run."""
        for problem in error.problems:
            found = _IN_SQL.search(problem.message)
            sql = str(self._file.tables[str(steps[1])].sql)
            if problem.where or not found:
                self._findings.error(steps, DataError(problems=(problem,)))
                continue
            lines = sql.split("\n")[: int(found[1]) - 1]
            offset = sum(len(line) + 1 for line in lines) + int(found[2] or 1) - 1
            exact = self._findings.document.is_exact(steps)
            message = problem.message.replace(found[0], "") if exact else problem.message
            self._findings.inside(steps, offset, message, problem.hint)

    def _is_sound(self, name: str, table: schema.Table) -> bool:
        """Whether a table can be read; says why not."""
        steps: Steps = ("tables", name)
        if (table.sql is None) == (table.source is None):
            if not any(s[:2] == steps for s in self._findings.dropped):
                self._findings.key(steps, 'give either "from" or "sql"', "from: ALIAS.TABLE, or sql: one SELECT")
            return False
        if table.sql is not None:
            lost = {*self._lost, *self._file.datasets} - set(self.packages)
            named = r'(\b{0}"?\.|(\bfrom|\bjoin|,)\s+"?{0}\b)'  # ALIAS.TABLE, or a file by its alias alone
            return not any(
                re.search(named.format(re.escape(a)), table.sql, re.IGNORECASE) for a in lost
            )  # told already
        alias, dot, rest = (table.source or "").partition(".")
        steps = (*steps, "from")
        if not dot and alias not in self._file.datasets:
            known = did_you_mean(alias, self._file.datasets, label="datasets of this scene")
            hint = "; ".join(filter(None, ("write ALIAS.TABLE", known)))
            self._findings.value(steps, f'"{table.source}" is not a table of a dataset', hint)
        elif alias not in self._file.datasets:
            if alias not in self._lost:
                known = did_you_mean(alias, self._file.datasets, label="datasets of this scene")
                self._findings.value(steps, f'unknown dataset "{alias}"', known or "name it under datasets")
        elif alias in self.packages:
            tables = self.packages[alias].tables
            if not dot and len(tables) > 1:
                hint = ", ".join(f"{alias}.{table}" for table in list(tables)[:24])
                self._findings.value(steps, f'"{alias}" has {len(tables)} tables: which?', hint)
                return False
            try:
                self.packages[alias].table(rest)
            except DataError as error:
                self._findings.error(steps, error)
                return False
            return True
        return False

    # -- what layers ask ---------------------------------------------------------------------------------

    def has(self, name: str, steps: Steps) -> bool:
        """Whether a layer's table can be used; says so when there is none of that name."""
        if name not in self._file.tables and name not in self._lost:
            hint = did_you_mean(name, self._file.tables, label="tables of this scene")
            self._findings.value(steps, f'there is no table "{name}"', hint or "name it under tables")
        return name in self.columns

    def check(self, table: str, column: str, steps: Steps, numbers: bool = False) -> bool:
        """Whether a table has a column, and numbers in it where they are needed; says so when not."""
        columns = self.columns[table]
        if column not in columns.names:
            hint = did_you_mean(column, columns.names, label="columns")
            who = "there is" if steps[0] == "tables" else f'table "{table}" has'
            self._findings.value(steps, f'{who} no column "{column}"', hint)
            return False
        if numbers and not columns.is_number(column):
            self._findings.value(steps, f'column "{column}" holds text, numbers are needed', self._numeric(columns))
            return False
        return True

    def _numeric(self, columns: Columns) -> str:
        names = [name for name in columns.names if columns.is_number(name)]
        return f"columns with numbers: {', '.join(names[:24])}" if names else ""

    def aggregate(self, function: str, table: str, column: str) -> float:
        """One number of a column, for expressions. Raises SceneError."""
        import numpy as np

        if table not in self._file.tables:
            hint = did_you_mean(table, self._file.tables, label="tables of this scene")
            raise SceneError(f'there is no table "{table}"', hint=hint or "name it under tables")
        if table not in self.columns:
            return 1.0  # told already where the table stands
        columns = self.columns[table]
        if column not in columns.names:
            hint = did_you_mean(column, columns.names, label="columns")
            raise SceneError(f'table "{table}" has no column "{column}"', hint=hint)
        missing = columns.missing[column]
        if function in ("count", "missing"):
            absent = int(missing.sum())
            return float(absent if function == "missing" else columns.count - absent)
        array = columns.arrays[column]
        if not columns.is_number(column):
            raise SceneError(f'column "{column}" holds text', hint=f"{function} needs numbers")
        present = array[~missing].astype(np.float64)
        if not present.size:
            raise SceneError(f'column "{column}" has no value in any row', hint="count and missing work without")
        work: dict[str, Callable[[NDArray[np.float64]], float]]
        work = {"mean": np.mean, "min": np.min, "max": np.max, "sum": np.sum}
        return float(work[function](present))

    def series(self, table: str, column: str) -> Series:
        """A column by key and time, for expressions. Raises SceneError, or DataError for keys that name two rows."""
        from installation.data.binding import Rows, Series

        if table not in self._file.tables:
            hint = did_you_mean(table, self._file.tables, label="tables of this scene")
            raise SceneError(f'there is no table "{table}"', hint=hint or "name it under tables")
        stated = self._file.tables[table]
        if stated.key is None:
            raise SceneError(f'table "{table}" doesn\'t say its key', hint=f"tables: {table}: key: COLUMN")
        if table not in self.columns:
            raise SceneError(f'table "{table}" can\'t be read', hint="what is wrong with it is told at its place")
        columns = self.columns[table]
        for name in (column, stated.key, *([stated.time] if stated.time else [])):
            if name not in columns.names:
                hint = did_you_mean(name, columns.names, label="columns")
                raise SceneError(f'table "{table}" has no column "{name}"', hint=hint)
        for name in (column, *([stated.time] if stated.time else [])):
            if not columns.is_number(name):
                raise SceneError(f'column "{name}" holds text', hint=self._numeric(columns))
        if table not in self._keyed:
            times = columns.arrays[stated.time] if stated.time else None
            self._keyed[table] = Rows.of(columns.arrays[stated.key], times)
        return Series(self._keyed[table].frames(columns.arrays[column], columns.missing[column]))

    def format_of(self, table: str, column: str) -> schema.Format | None:
        """How the table means a number of a column to be written; None where it doesn't say: in SQL."""
        stated = self._file.tables.get(table)
        if stated is None or stated.source is None or table not in self.columns:
            return None
        alias, _, name = stated.source.partition(".")
        columns = self.columns[table]
        if alias not in self.packages or column not in columns.names or not columns.is_number(column):
            return None
        unit = self.packages[alias].table(name).field(column).unit
        numbers = columns.arrays[column][~columns.missing[column]]
        digits = next(
            (d for d in range(MOST_DECIMALS) if (abs(numbers - numbers.round(d)) < 1e-9).all()), MOST_DECIMALS
        )
        return schema.Format(unit={"percent": "%"}.get(unit, unit), decimals=digits)

    # -- layers ------------------------------------------------------------------------------------------

    def marks(self, layer: schema.MarksLayer, steps: Steps) -> None:
        """The columns of a marks layer: key, time, layout, bindings."""
        if not self.has(layer.table, (*steps, "table")):
            return
        self.check(layer.table, layer.key, (*steps, "key"))
        if layer.time is not None:
            self.check(layer.table, layer.time, (*steps, "time"), numbers=True)
        self.rows(layer, steps)
        self.layout(layer.table, layer.layout, (*steps, "layout"))
        for attribute, binding in layer.bind.items():
            self.binding(layer.table, attribute, binding, (*steps, "bind", attribute))

    def within(self, table: str, axis: str, column: str, steps: Steps, hint: str = "") -> None:
        """Whether any row stands on the canvas, where a column says where: degrees or days would put all beside it."""
        columns = self.columns[table]
        present = columns.arrays[column][~columns.missing[column]]
        if present.size and not ((present >= 0) & (present <= 1)).any():
            low, high = float(present.min()), float(present.max())
            ends = "left, right" if axis == "x" else "bottom, top"
            message = (
                f'"{column}" runs from {low:g} to {high:g}, and {axis} from 0 to 1 ({ends}): nothing would be seen'
            )
            alone = f'in SQL: ("{column}" - {low:g}) / {high - low or 1:g} AS {axis}'
            self._findings.value(steps, message, hint or alone)

    def rows(self, layer: schema.MarksLayer | schema.FlowsLayer, steps: Steps) -> None:
        """One row for each key and time: two marks, or two flows, can't be one."""
        from installation.data.binding import Rows

        columns = self.columns[layer.table]
        if layer.key in columns.names and (layer.time is None or layer.time in columns.names):
            times = None if layer.time is None else columns.arrays[layer.time]
            try:
                Rows.of(columns.arrays[layer.key], times)
            except DataError as error:
                self._findings.error((*steps, "key"), error)

    def cracks(self, cracks: schema.Cracks) -> None:
        """The columns that say where the surface cracks first."""
        steps: Steps = ("cracks",)
        if cracks.domain is not None and not cracks.domain[0] < cracks.domain[1]:
            low, high = cracks.domain
            self._findings.value((*steps, "domain"), f"cracks.domain goes from {low:g} to {high:g}", "from low to high")
        if not self.has(cracks.table, (*steps, "table")):
            return
        if self.check(cracks.table, cracks.value, (*steps, "value"), numbers=True):
            domain, columns = cracks.domain, self.columns[cracks.table]
            check_domain(domain, columns, cracks.value, (*steps, "domain"), self._findings)
        self.layout(cracks.table, cracks.layout, (*steps, "layout"))

    def layout(self, table: str, layout: schema.Layout, steps: Steps) -> None:
        if not isinstance(layout, schema.ArchLayout | schema.RingLayout):
            check_area(layout.area, (*steps, "area"), self._findings)
        if isinstance(layout, schema.ArchLayout):
            if self.check(table, layout.tooth, (*steps, "tooth"), numbers=True):
                self._teeth(table, layout, steps)
        elif isinstance(layout, schema.MapLayout):
            lon = self.check(table, layout.lon, (*steps, "lon"), numbers=True)
            if self.check(table, layout.lat, (*steps, "lat"), numbers=True) and lon:
                check_map(layout, self.columns[table], ((layout.lon, layout.lat),), steps, self._findings)
        elif isinstance(layout, schema.ColumnsLayout):
            for axis, column in (("x", layout.x), ("y", layout.y)):
                if self.check(table, column, (*steps, axis), numbers=True):
                    self.within(table, axis, column, (*steps, axis))
        elif isinstance(layout, schema.JawsLayout):
            self.check(table, layout.group, (*steps, "group"))
            if self.check(table, layout.tooth, (*steps, "tooth"), numbers=True):
                self._teeth(table, layout, steps)
        elif isinstance(layout, schema.RingLayout):
            if layout.order is not None:
                self.check(table, layout.order, (*steps, "order"))
        elif isinstance(layout, schema.BeeswarmLayout):
            if self.check(table, layout.value, (*steps, "value"), numbers=True):
                self._axis(table, layout, steps)
        elif isinstance(layout, schema.TreemapLayout):
            self.check(table, layout.value, (*steps, "value"), numbers=True)
            if layout.group is not None:
                self.check(table, layout.group, (*steps, "group"))
        elif isinstance(layout, schema.ForceLayout) and self.has(layout.links, (*steps, "links")):
            self.check(layout.links, layout.source, (*steps, "source"))
            self.check(layout.links, layout.target, (*steps, "target"))
            if layout.weight is not None:
                self.check(layout.links, layout.weight, (*steps, "weight"), numbers=True)

    def _axis(self, table: str, layout: schema.BeeswarmLayout, steps: Steps) -> None:
        from installation.scene.scales import scale_of

        try:
            scale_of(layout, self.columns[table])
        except DataError as error:
            self._findings.error(steps, error)
        else:
            check_domain(layout.domain, self.columns[table], layout.value, (*steps, "domain"), self._findings)

    def _teeth(self, table: str, layout: schema.ArchLayout | schema.JawsLayout, steps: Steps) -> None:
        from installation.data.layouts import arch

        numbers = self.columns[table].arrays[layout.tooth]
        try:
            arch(sorted({float(number) for number in numbers}))
        except DataError as error:
            self._findings.error((*steps, "tooth"), error)

    def binding(self, table: str, attribute: str, binding: schema.Binding, steps: Steps) -> None:
        from installation.scene.scales import scale_of

        if attribute == "color" and binding.ramp is None and not self._findings.lost((*steps, "ramp")):
            self._findings.key(steps, f"bind.{attribute}: ramp is missing", "colours from low to high")
        if attribute != "color" and binding.ramp is not None:
            self._findings.key((*steps, "ramp"), f"bind.{attribute}: a ramp gives colours", "only color takes one")
            return
        numbers = binding.scale != "categorical"
        if not self.check(table, binding.column, (*steps, "column"), numbers):
            return
        try:
            scale_of(binding, self.columns[table])
        except DataError as error:
            self._findings.error(steps, error)
        else:
            check_domain(binding.domain, self.columns[table], binding.column, (*steps, "domain"), self._findings)
