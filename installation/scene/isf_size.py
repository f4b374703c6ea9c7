"""The small language of a pass's WIDTH and HEIGHT: numbers, + - * / % ( ), a few functions, $WIDTH, $HEIGHT, $inputs."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Collection, Mapping

LARGEST = 16384
"""Pixels a side: the most that a graphics device of today can hold. A canvas that is larger may have buffers as large."""

LONGEST = 300


def _round(x: float) -> float:
    return float(math.floor(x + 0.5))


def _clamp(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


FUNCTIONS: dict[str, tuple[Callable[..., float], int, int]] = {
    "floor": (math.floor, 1, 1),
    "ceil": (math.ceil, 1, 1),
    "round": (_round, 1, 1),
    "abs": (abs, 1, 1),
    "sqrt": (math.sqrt, 1, 1),
    "pow": (math.pow, 2, 2),
    "min": (min, 2, 8),
    "max": (max, 2, 8),
    "clamp": (_clamp, 3, 3),
}
"""Each function, and the fewest and the most numbers that it takes."""

_SCOPE: dict[str, object] = {f"f_{name}": call for name, (call, _, _) in FUNCTIONS.items()} | {"__builtins__": {}}

_KNOWN = (
    ast.Expression, ast.Load, ast.BinOp, ast.UnaryOp,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.USub, ast.UAdd,
)  # fmt: skip
_TEXT = re.compile(
    r"(?:[ \t]++|\$?[A-Za-z_]\w*+|(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][-+]?[0-9]++)?(?![\w.])|[-+*/%(),])*+", re.ASCII
)
_ALLOWED = "it may hold only numbers, + - * / % ( ), $names and " + ", ".join(FUNCTIONS)


class SizeExpression:
    """Compiled once, evaluated once a frame. Always a whole number from 1 to 16384, or to the canvas's longer side."""

    def __init__(self, text: str, inputs: Collection[str]) -> None:
        """Raises ValueError, with what is wrong, for anything but the language above."""
        if len(text) > LONGEST:
            raise ValueError(f"this expression is too long (at most {LONGEST} characters)")
        self.text = text = " ".join(text.split())
        if not _TEXT.fullmatch(text):
            raise ValueError(f'"{text}" is not a size: {_ALLOWED}')
        self.names: tuple[str, ...] = tuple(dict.fromkeys(re.findall(r"\$([A-Za-z_]\w*)", text)))
        for name in self.names:
            if name not in ("WIDTH", "HEIGHT") and name not in inputs:
                raise ValueError(f"${name} is neither $WIDTH, $HEIGHT nor an input that is one number")
        try:
            tree = ast.parse(text.replace("$", "v_"), mode="eval")
            for node in ast.walk(tree):
                self._check(node)
            self._code = compile(tree, "<size>", "eval")
        except (SyntaxError, RecursionError, MemoryError):
            raise ValueError(f'"{text}" is not an expression') from None
        if not self.names and (number := self._number({})) > LARGEST:
            raise ValueError(f"{number:.0f} pixels are too many (at most {LARGEST})")

    def _check(self, node: ast.AST) -> None:
        if isinstance(node, _KNOWN):
            return
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            node.value = float(node.value)  # a whole number of Python's has no largest
            return
        if isinstance(node, ast.Name) and (node.id.removeprefix("v_") in self.names or node.id in _SCOPE):
            return
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            name = node.func.id.lower()
            if name in FUNCTIONS:
                _, least, most = FUNCTIONS[name]
                if not least <= len(node.args) <= most:
                    raise ValueError(f"{name}() does not take {len(node.args)} numbers")
                node.func.id = f"f_{name}"
                return
        raise ValueError(f'"{self.text}" is not a size: {_ALLOWED}')

    def _number(self, values: Mapping[str, float]) -> float:
        scope = dict(_SCOPE)
        for name in self.names:
            scope[f"v_{name}"] = values.get(name, 0.0)
        try:
            number = float(eval(self._code, scope))
        except (ArithmeticError, TypeError, ValueError, RecursionError):
            return math.nan
        return number

    def __call__(self, width: int, height: int, values: Mapping[str, float]) -> int:
        """The size for an output of `width` x `height` pixels; 1 where the result is not a number."""
        number = self._number({**values, "WIDTH": width, "HEIGHT": height})
        if not math.isfinite(number):
            return 1
        return min(max(int(number), 1), max(LARGEST, width, height))
