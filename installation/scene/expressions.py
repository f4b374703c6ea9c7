"""Compiles what stands after "=" in a scene file: a little arithmetic over named values, and nothing else.

The text is parsed as Python, and a new tree is built from the few kinds of node that are known here; nothing
of the parsed tree is ever run. Numbers become floats, so that no power or product can grow without bound.
Checking calls `compile_expression`; a frame calls the `Expression`, which takes under a microsecond and never
raises.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Collection, Mapping
from types import CodeType
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from installation.errors import InstallationError, did_you_mean
from installation.scene.expression_text import STRANGERS, body_of, parse
from installation.scene.expression_text import ExpressionError as ExpressionError
from installation.scene.functions import CONSTANTS, FUNCTIONS, SIGNALS
from installation.scene.meant import word_meant

if TYPE_CHECKING:
    from installation.data.binding import Series

Value: TypeAlias = float | tuple[float, ...]
Aggregate: TypeAlias = Callable[[str, str, str], float]
"""Gives one number for (function, table, column). Raises InstallationError when there is no such column."""

Lookup: TypeAlias = "Callable[[str, str], Series]"
"""Gives a table's column by key and time. Raises InstallationError when there is none that can be read so."""

MAX_DEPTH = 32
MOST_READERS = 256
"""Keys of one table that an expression keeps at hand."""

AGGREGATES: dict[str, str] = {
    "mean": "the mean of a column's values",
    "min": "its lowest value",
    "max": "its highest value",
    "sum": "the sum of its values",
    "count": "how many rows have a value",
    "missing": "how many rows have none",
}
"""Functions of a table's column, such as mean(places.dmft), worked out once when the scene is loaded."""

LOOKUP = "value(table.column, key, time, otherwise)"
"""One value of a table: the row of a key (a number, or a text in quotes), at a time, blended between years as marks are. Where
it is missing `otherwise` stands; without that, a parameter takes its default and a text says that there is none."""

_FAILURES = (ArithmeticError, LookupError, TypeError, ValueError)

_OPERATORS: tuple[type[ast.operator], ...] = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)
_UNARY: tuple[type[ast.unaryop], ...] = (ast.UAdd, ast.USub, ast.Not)
_COMPARISONS: tuple[type[ast.cmpop], ...] = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


class Missing(LookupError):
    """The data have no value here: a state of its own, and no failure."""


class Words(dict[str, float]):
    """This frame's values by name. One that is not here has no value in the data."""

    def __missing__(self, name: str) -> float:
        raise Missing(name)


class Expression:
    """A compiled expression. Remembers its last good value, for frames in which it can't be worked out.

    `names` are the values that it reads; `size` is 0 for a number, else how many numbers it gives. `failures`
    counts the frames in which it couldn't be worked out, and `trouble` says why in the last of them. `absent` is
    its value where the data have none. `column` is the table and column of an expression that gives nothing else.
    """

    __slots__ = ("_run", "absent", "column", "failures", "last", "names", "size", "text", "trouble")

    def __init__(
        self, text: str, run: Callable[[Mapping[str, float]], Value], names: frozenset[str], size: int
    ) -> None:
        self.text = text
        self.names = names
        self.size = size
        self.last: Value = (0.0,) * size if size else 0.0
        self.absent: Value = (math.nan,) * size if size else math.nan
        self.column: tuple[str, str] | None = None
        self.failures = 0
        self.trouble = ""
        self._run = run

    def __call__(self, values: Mapping[str, float]) -> Value:
        """This frame's value: a number, or a tuple of `size` numbers; finite, but `absent` may be NaN."""
        try:
            value = self._run(values)
            # x - x is 0 for every number but infinity and NaN; cheaper than math.isfinite by a third.
            if isinstance(value, tuple):
                if all(x - x == 0 for x in value):
                    self.last = value
                    return value
            elif value - value == 0:
                self.last = value
                return value
            self.trouble = "the result is not a finite number"
        except Missing:
            return self.absent
        except _FAILURES as error:
            self.trouble = _reason(error)
        self.failures += 1
        return self.last

    def fresh(self, fallback: Value | None = None) -> Expression:
        """The same expression with its own memory, which begins with `fallback` (a parameter's default)."""
        copy = Expression(self.text, self._run, self.names, self.size)
        copy.column = self.column
        if fallback is not None:
            copy.last = copy.absent = fallback
        return copy

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def is_expression(given: object) -> bool:
    """Whether a value of a file is an expression: text that begins with "="."""
    return isinstance(given, str) and given.lstrip().startswith("=")


def compile_expression(
    text: str,
    names: Collection[str] = SIGNALS,
    aggregate: Aggregate | None = None,
    lookup: Lookup | None = None,
) -> Expression:
    """Compiles a text, with or without its "=". `names` are all the values that it may read.

    Raises ExpressionError (a SceneError) with the offset of the character where it goes wrong.
    """
    body, base = body_of(text)
    tree = parse(body, base)
    builder = _Builder(names, aggregate, lookup, base, body)
    built, size = builder.top(tree)
    code = _code(built, base)
    run = eval(code, {"__builtins__": {}, **_GLOBALS, **builder.readers})
    expression = Expression(text, run, frozenset(builder.used), size)
    expression.column = builder.column(tree)
    if not builder.used:
        expression({})
        if expression.failures:
            raise ExpressionError(f"this can't be worked out: {expression.trouble}", base)
    return expression


def _code(built: ast.expr, base: int) -> CodeType:
    one = ast.arguments(posonlyargs=[ast.arg("_v")], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    tree = ast.fix_missing_locations(ast.Expression(ast.Lambda(one, built)))
    try:
        return compile(tree, "<expression>", "eval")
    except (ValueError, RecursionError, MemoryError, OverflowError, SyntaxError):
        raise ExpressionError("this can't be compiled", base) from None


def _reason(error: Exception) -> str:
    if isinstance(error, ZeroDivisionError):
        return "division by zero"
    if isinstance(error, OverflowError):
        return "the result is too large"
    if isinstance(error, LookupError):
        return f"there is no value {error}"
    if isinstance(error, ValueError):
        return "a function has no value here"
    return str(error)


class _Builder:
    """Builds the tree that is run from the tree that was parsed. Remembers which values it reads."""

    def __init__(
        self, names: Collection[str], aggregate: Aggregate | None, lookup: Lookup | None, base: int, body: str
    ) -> None:
        self.used: set[str] = set()
        self.readers: dict[str, Callable[..., float]] = {}
        self._names = names
        self._aggregate = aggregate
        self._lookup = lookup
        self._base = base
        self._body = body

    def top(self, node: ast.expr) -> tuple[ast.expr, int]:
        """The whole expression, and how many numbers it gives (0: one, not in a list)."""
        if not isinstance(node, ast.List | ast.Tuple):
            return self.build(node, 1), 0
        if not 2 <= len(node.elts) <= 4:
            self._refuse("a list holds 2, 3 or 4 numbers", node)
        return ast.Tuple([self.build(item, 2) for item in node.elts], ast.Load()), len(node.elts)

    def build(self, node: ast.expr, depth: int) -> ast.expr:
        if depth > MAX_DEPTH:
            self._refuse("this is nested too deeply", node, f"at most {MAX_DEPTH} levels")
        deeper = depth + 1
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.Call):
            return self._call(node, deeper)
        if isinstance(node, ast.BinOp):
            left, right = self.build(node.left, deeper), self.build(node.right, deeper)
            if isinstance(node.op, ast.Pow):
                return ast.Call(ast.Name("pow", ast.Load()), [left, right], [])
            if isinstance(node.op, _OPERATORS):
                return ast.BinOp(left, type(node.op)(), right)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, _UNARY):
            return ast.UnaryOp(type(node.op)(), self.build(node.operand, deeper))
        if isinstance(node, ast.BoolOp):
            return ast.BoolOp(type(node.op)(), [self.build(item, deeper) for item in node.values])
        if isinstance(node, ast.Compare) and all(isinstance(op, _COMPARISONS) for op in node.ops):
            others = [self.build(item, deeper) for item in node.comparators]
            return ast.Compare(self.build(node.left, deeper), [type(op)() for op in node.ops], others)
        if isinstance(node, ast.IfExp):
            test, yes, no = (self.build(part, deeper) for part in (node.test, node.body, node.orelse))
            return ast.IfExp(test, yes, no)
        return self._refuse_kind(node)

    def _constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, bool):
            return ast.Constant(node.value)
        if isinstance(node.value, int | float):
            try:
                number = float(node.value)
            except OverflowError:
                number = math.inf
            if not math.isfinite(number):
                self._refuse("this number is too large", node)
            return ast.Constant(number)
        if isinstance(node.value, str):
            message, hint = STRANGERS["'"]
            self._refuse(message, node, hint)
        return self._refuse_kind(node)

    def column(self, node: ast.expr) -> tuple[str, str] | None:
        """The table and column of an expression that is one value of it, in its own unit."""
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
            return None
        first, name = node.args[0], node.func.id
        same_unit = name == "value" or (name in AGGREGATES and name not in ("count", "missing"))
        if same_unit and isinstance(first, ast.Attribute) and isinstance(first.value, ast.Name):
            return first.value.id, first.attr
        return None

    def _name(self, node: ast.Name) -> ast.expr:
        name = node.id
        if name in self._names:
            self.used.add(name)
            return ast.Subscript(ast.Name("_v", ast.Load()), ast.Constant(name), ast.Load())
        if name in CONSTANTS:
            return ast.Constant(CONSTANTS[name])
        if name in FUNCTIONS or name in AGGREGATES or name == "value":
            self._refuse(f'"{name}" is a function', node, f"write {name}(…)")
        known = {*self._names, *CONSTANTS}
        self._refuse(f'unknown name "{name}"', node, did_you_mean(word_meant(name, known), known))

    def _call(self, node: ast.Call, depth: int) -> ast.expr:
        if not isinstance(node.func, ast.Name):
            self._refuse_kind(node.func)
        name = node.func.id
        if name == "value":
            return self._read(node, depth)
        if name in AGGREGATES and len(node.args) == 1 and isinstance(node.args[0], ast.Attribute):
            return self._column(name, node.args[0])
        if name not in FUNCTIONS:
            if name in AGGREGATES:
                self._refuse(f"{name} wants a table's column", node, f"write {name}(table.column)")
            if name in self._names or name in CONSTANTS:
                self._refuse(f'"{name}" is a value, not a function', node)
            self._refuse(f'unknown function "{name}"', node, did_you_mean(name, {*FUNCTIONS, *AGGREGATES, "value"}))
        function = FUNCTIONS[name]
        if node.keywords or any(isinstance(item, ast.Starred) for item in node.args):
            self._refuse(f"{name} takes plain numbers", node, f"write {function.usage}")
        if not function.least <= len(node.args) <= function.most:
            self._refuse(f"{name} can't take {len(node.args)} numbers", node, f"write {function.usage}")
        arguments = [self.build(item, depth) for item in node.args]
        if function.timed:
            arguments.insert(0, self._name(ast.Name("time", ast.Load(), lineno=1, col_offset=node.col_offset)))
        return ast.Call(ast.Name(name, ast.Load()), arguments, [])

    def _read(self, node: ast.Call, depth: int) -> ast.expr:
        """A call that reads one value of a table in the frame."""
        from installation.data.scales import text_of

        first = node.args[0] if node.args else None
        if not (isinstance(first, ast.Attribute) and isinstance(first.value, ast.Name)) or node.keywords:
            self._refuse("value wants a table of this scene and its column", first or node, f"write {LOOKUP}")
        if not 2 <= len(node.args) <= 4:
            self._refuse(f"value can't take {len(node.args)} things", node, f"write {LOOKUP}")
        if self._lookup is None:
            self._refuse("tables can't be used here", first)
        try:
            series = self._lookup(first.value.id, first.attr)
        except InstallationError as error:
            self._refuse(error.problems[0].message, first, error.problems[0].hint)
        key = node.args[1]
        arguments = [self.build(item, depth) for item in node.args[2:]]
        if not arguments and len(series.times) > 1:
            hint = f"it has rows from {series.times[0]:g} to {series.times[-1]:g}: write {LOOKUP}"
            self._refuse(f'table "{first.value.id}" changes with time', node, hint)
        name = f"_read{len(self.readers)}"
        if isinstance(key, ast.Constant) and isinstance(key.value, str | int | float):
            fixed = text_of(float(key.value) if isinstance(key.value, int) else key.value)
            if fixed not in series.keys:
                hint = did_you_mean(fixed, series.keys[:2000], label="keys")
                self._refuse(f'table "{first.value.id}" has no key "{fixed}"', key, hint)
            self.readers[name] = _reader(series, fixed)
            return ast.Call(ast.Name(name, ast.Load()), arguments, [])
        self.readers[name] = _keyed_reader(series)
        return ast.Call(ast.Name(name, ast.Load()), [self.build(key, depth), *arguments], [])

    def _column(self, function: str, node: ast.Attribute) -> ast.expr:
        if not isinstance(node.value, ast.Name):
            self._refuse(
                f"{function} wants a table of this scene and its column",
                node,
                f"write {function}(table.column)",
            )
        if self._aggregate is None:
            self._refuse("tables can't be used here", node)
        try:
            number = float(self._aggregate(function, node.value.id, node.attr))
        except ExpressionError:
            raise
        except InstallationError as error:
            self._refuse(error.problems[0].message, node, error.problems[0].hint)
        if not math.isfinite(number):
            self._refuse(f"{function}({node.value.id}.{node.attr}) has no value: every row is missing", node)
        return ast.Constant(number)

    def _refuse_kind(self, node: ast.expr) -> NoReturn:
        if isinstance(node, ast.Attribute):
            alone = node.attr in self._names and isinstance(node.value, ast.Name)
            hint = f"write {node.attr}, by itself" if alone else "write mean(table.column)"
            self._refuse('"." stands only between a table and its column', node, hint)
        if isinstance(node, ast.List | ast.Tuple):
            self._refuse("a list can only be the whole expression", node, "write = [x, y]")
        written = ast.get_source_segment(self._body, node) or ""
        written = written if len(written) < 40 else written[:37] + "…"
        self._refuse(f'"{written}" can\'t stand in an expression', node, "numbers, names, + - * / and functions can")

    def _refuse(self, message: str, node: ast.expr, hint: str = "") -> NoReturn:
        raise ExpressionError(message, self._base + node.col_offset, hint)


_GLOBALS: dict[str, object] = {name: function.call for name, function in FUNCTIONS.items()}


def _reader(series: Series, key: str) -> Callable[..., float]:
    """Reads one key of a column at a time."""
    at = series.reader(key)

    def read(moment: float = 0.0, otherwise: float | None = None) -> float:
        found = at(moment)
        if found == found:
            return found
        if otherwise is None:
            raise Missing
        return otherwise

    return read


def _keyed_reader(series: Series) -> Callable[..., float]:
    """Reads a column at a key that is worked out, and a time."""
    from installation.data.scales import text_of

    readers: dict[float, Callable[..., float]] = {}

    def read(key: float, moment: float = 0.0, otherwise: float | None = None) -> float:
        if key not in readers:
            readers[key] = _reader(series, text_of(float(key)))
            if len(readers) > MOST_READERS:
                readers.pop(next(iter(readers)))
        return readers[key](moment, otherwise)

    return read
