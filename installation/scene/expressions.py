"""Compiles what stands after "=" in a scene file: a little arithmetic over named values, and nothing else.

The text is parsed as Python, and a new tree is built from the few kinds of node that are known here; nothing
of the parsed tree is ever run. Numbers become floats, so that no power or product can grow without bound.
Checking calls `compile_expression`; a frame calls the `Expression`, which takes under a microsecond and never
raises.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from collections.abc import Callable, Collection, Mapping
from types import CodeType
from typing import NoReturn, TypeAlias

from installation.errors import InstallationError, SceneError, did_you_mean
from installation.scene.functions import CONSTANTS, FUNCTIONS, SIGNALS

Value: TypeAlias = float | tuple[float, ...]
Aggregate: TypeAlias = Callable[[str, str, str], float]
"""Gives one number for (function, table, column). Raises InstallationError when there is no such column."""

MAX_LENGTH = 500
MAX_DEPTH = 32

AGGREGATES: dict[str, str] = {
    "mean": "the mean of a column's values",
    "min": "its lowest value",
    "max": "its highest value",
    "sum": "the sum of its values",
    "count": "how many rows have a value",
    "missing": "how many rows have none",
}
"""Functions of a table's column, such as mean(places.dmft), worked out once when the scene is loaded."""

_FAILURES = (ArithmeticError, LookupError, TypeError, ValueError)

_STRANGERS = {
    "'": ("text can't stand in an expression", "expressions hold numbers"),
    '"': ("text can't stand in an expression", "expressions hold numbers"),
    "&": ('"&" can\'t stand in an expression', 'write "and"'),
    "|": ('"|" can\'t stand in an expression', 'write "or"'),
    "?": ('"?" can\'t stand in an expression', 'write "a if condition else b"'),
    "^": ('"^" can\'t stand in an expression', "write x ** y, or pow(x, y)"),
    "#": ('"#" can\'t stand in an expression', 'a colour is written without "="'),
    "−": ('"−" is a typographic minus', 'write "-"'),
    "×": ('"×" can\'t stand in an expression', 'write "*"'),
    "÷": ('"÷" can\'t stand in an expression', 'write "/"'),
}
_STRANGER = re.compile(r"[^A-Za-z0-9_ .,+\-*/%()<>=!\[\]]|!(?!=)")
_UNFINISHED = re.compile(r"([-+*/%<>=,]|\b(and|or|not|if|else))$")
_LONE_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")

_OPERATORS: tuple[type[ast.operator], ...] = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)
_UNARY: tuple[type[ast.unaryop], ...] = (ast.UAdd, ast.USub, ast.Not)
_COMPARISONS: tuple[type[ast.cmpop], ...] = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


class ExpressionError(SceneError):
    """An expression can't be used. `offset` is the character of the text where it goes wrong, from 0."""

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        super().__init__(message, None, hint)
        self.offset = offset


class Expression:
    """A compiled expression. Remembers its last good value, for frames in which it can't be worked out.

    `names` are the values that it reads; `size` is 0 for a number, else how many numbers it gives. `failures`
    counts the frames in which it couldn't be worked out, and `trouble` says why in the last of them.
    """

    __slots__ = ("_run", "failures", "last", "names", "size", "text", "trouble")

    def __init__(
        self, text: str, run: Callable[[Mapping[str, float]], Value], names: frozenset[str], size: int
    ) -> None:
        self.text = text
        self.names = names
        self.size = size
        self.last: Value = (0.0,) * size if size else 0.0
        self.failures = 0
        self.trouble = ""
        self._run = run

    def __call__(self, values: Mapping[str, float]) -> Value:
        """This frame's value: a number, or a tuple of `size` numbers; always finite."""
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
        except _FAILURES as error:
            self.trouble = _reason(error)
        self.failures += 1
        return self.last

    def fresh(self, fallback: Value | None = None) -> Expression:
        """The same expression with its own memory, which begins with `fallback` (a parameter's default)."""
        copy = Expression(self.text, self._run, self.names, self.size)
        if fallback is not None:
            copy.last = fallback
        return copy

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def is_expression(given: object) -> bool:
    """Whether a value of a file is an expression: text that begins with "="."""
    return isinstance(given, str) and given.lstrip().startswith("=")


def compile_expression(text: str, names: Collection[str] = SIGNALS, aggregate: Aggregate | None = None) -> Expression:
    """Compiles a text, with or without its "=". `names` are all the values that it may read.

    Raises ExpressionError (a SceneError) with the offset of the character where it goes wrong.
    """
    body, base = _body(text)
    tree = _parse(body, base)
    builder = _Builder(names, aggregate, base, body)
    built, size = builder.top(tree)
    code = _code(built, base)
    run = eval(code, {"__builtins__": {}, **_GLOBALS})
    expression = Expression(text, run, frozenset(builder.used), size)
    if not builder.used:
        expression({})
        if expression.failures:
            raise ExpressionError(f"this can't be worked out: {expression.trouble}", base)
    return expression


def _body(text: str) -> tuple[str, int]:
    """What stands after "=", on one line, and where it begins."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression may have at most {MAX_LENGTH} characters, this has {len(text)}", 0)
    flat = re.sub(r"[\t\r\n]", " ", text)
    lead = len(flat) - len(flat.lstrip(" "))
    if flat[lead : lead + 1] == "=":
        lead += 1
    lead += len(flat[lead:]) - len(flat[lead:].lstrip(" "))
    body = flat[lead:].rstrip(" ")
    if not body:
        raise ExpressionError('there is nothing after "="', 0, "for example: = 0.5 + 0.3 * sin(time)")
    if found := _STRANGER.search(body):
        sign = found.group()
        message, hint = _STRANGERS.get(sign, (f'"{sign}" can\'t stand in an expression', ""))
        raise ExpressionError(message, lead + found.start(), 'write "not"' if sign == "!" else hint)
    if found := _LONE_EQUALS.search(body):
        raise ExpressionError('"=" can\'t stand here', lead + found.start(), 'compare with "=="')
    return body, lead


def _parse(body: str, base: int) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's remarks on its own syntax mean nothing to a curator
            return ast.parse(body, mode="eval").body
    except SyntaxError as error:
        offset = min(max((error.offset or 1) - 1, 0), len(body))
        raise ExpressionError(*_syntax(str(error.msg), body, offset, base)) from None
    except (ValueError, RecursionError, MemoryError, OverflowError):
        raise ExpressionError("this is nested too deeply", base) from None


def _syntax(message: str, body: str, offset: int, base: int) -> tuple[str, int, str]:
    """Python's complaint in our words, where it is, and what to try."""
    sign = body[offset : offset + 1]
    if "never closed" in message:
        return (
            f'"{sign}" is not closed',
            base + offset,
            "inside { } and [ ], an expression with commas needs quotes",
        )
    if "unmatched" in message or "does not match" in message:
        return f'"{sign}" closes nothing that is open', base + offset, ""
    if "too many nested" in message:
        return "this is nested too deeply", base + offset, ""
    if "literal" in message:
        return "this is not a number", base + offset, "a name begins with a letter"
    if offset >= len(body) or _UNFINISHED.search(body):
        return "something is missing at the end", base + len(body), ""
    word = re.compile(r"[A-Za-z0-9_.]+|.").match(body, offset)
    return f'"{word.group() if word else sign}" can\'t stand here', base + offset, ""


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

    def __init__(self, names: Collection[str], aggregate: Aggregate | None, base: int, body: str) -> None:
        self.used: set[str] = set()
        self._names = names
        self._aggregate = aggregate
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
        return self._refuse_kind(node)

    def _name(self, node: ast.Name) -> ast.expr:
        name = node.id
        if name in self._names:
            self.used.add(name)
            return ast.Subscript(ast.Name("_v", ast.Load()), ast.Constant(name), ast.Load())
        if name in CONSTANTS:
            return ast.Constant(CONSTANTS[name])
        if name in FUNCTIONS or name in AGGREGATES:
            self._refuse(f'"{name}" is a function', node, f"write {name}(…)")
        self._refuse(f'unknown name "{name}"', node, did_you_mean(name, {*self._names, *CONSTANTS}))

    def _call(self, node: ast.Call, depth: int) -> ast.expr:
        if not isinstance(node.func, ast.Name):
            self._refuse_kind(node.func)
        name = node.func.id
        if name in AGGREGATES and len(node.args) == 1 and isinstance(node.args[0], ast.Attribute):
            return self._column(name, node.args[0])
        if name not in FUNCTIONS:
            if name in AGGREGATES:
                self._refuse(f"{name} wants a table's column", node, f"write {name}(table.column)")
            if name in self._names or name in CONSTANTS:
                self._refuse(f'"{name}" is a value, not a function', node)
            self._refuse(f'unknown function "{name}"', node, did_you_mean(name, {*FUNCTIONS, *AGGREGATES}))
        function = FUNCTIONS[name]
        if node.keywords or any(isinstance(item, ast.Starred) for item in node.args):
            self._refuse(f"{name} takes plain numbers", node, f"write {function.usage}")
        if not function.least <= len(node.args) <= function.most:
            self._refuse(f"{name} can't take {len(node.args)} numbers", node, f"write {function.usage}")
        arguments = [self.build(item, depth) for item in node.args]
        if function.timed:
            arguments.insert(0, self._name(ast.Name("time", ast.Load(), lineno=1, col_offset=node.col_offset)))
        return ast.Call(ast.Name(name, ast.Load()), arguments, [])

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
            self._refuse('"." stands only between a table and its column', node, "write mean(table.column)")
        if isinstance(node, ast.List | ast.Tuple):
            self._refuse("a list can only be the whole expression", node, "write = [x, y]")
        written = ast.get_source_segment(self._body, node) or ""
        written = written if len(written) < 40 else written[:37] + "…"
        self._refuse(f'"{written}" can\'t stand in an expression', node, "numbers, names, + - * / and functions can")

    def _refuse(self, message: str, node: ast.expr, hint: str = "") -> NoReturn:
        raise ExpressionError(message, self._base + node.col_offset, hint)


_GLOBALS: dict[str, object] = {name: function.call for name, function in FUNCTIONS.items()}
