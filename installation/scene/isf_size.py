"""The small language of a pass's WIDTH and HEIGHT: numbers, + - * / ( ), floor ceil min max, $WIDTH, $HEIGHT, $inputs."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Collection, Mapping

FUNCTIONS = {"floor": math.floor, "ceil": math.ceil, "min": min, "max": max, "round": round, "abs": abs}
KNOWN = (
    ast.Expression, ast.Load, ast.BinOp, ast.UnaryOp,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub, ast.UAdd,
)  # fmt: skip
LARGEST = 16384


class SizeExpression:
    """Compiled once, evaluated once a frame. Always a whole number from 1 to 16384."""

    def __init__(self, text: str, inputs: Collection[str]) -> None:
        """Raises ValueError, with what is wrong, for anything but the language above."""
        if len(text) > 300:
            raise ValueError("this expression is too long")
        self.text = text
        self.names: tuple[str, ...] = tuple(dict.fromkeys(re.findall(r"\$([A-Za-z_]\w*)", text)))
        for name in self.names:
            if name not in ("WIDTH", "HEIGHT") and name not in inputs:
                raise ValueError(f"${name} is neither $WIDTH, $HEIGHT nor an input")
        try:
            tree = ast.parse(text.replace("$", "v_").strip(), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise ValueError(f'"{text}" is not an expression') from None
        for node in ast.walk(tree):
            self._check(node)
        self._code = compile(tree, "<size>", "eval")

    def _check(self, node: ast.AST) -> None:
        if isinstance(node, KNOWN):
            return
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return
        if isinstance(node, ast.Name) and (node.id.startswith("v_") or node.id in FUNCTIONS):
            return
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
            if not node.keywords:
                return
        raise ValueError(f'"{self.text}" may hold only numbers, + - * / ( ), floor, ceil, min, max and $names')

    def __call__(self, width: int, height: int, values: Mapping[str, float]) -> int:
        """The size for an output of `width` x `height` pixels; 1 where the result is not a number."""
        scope: dict[str, object] = {"__builtins__": {}, **FUNCTIONS}
        for name in self.names:
            scope[f"v_{name}"] = {"WIDTH": width, "HEIGHT": height}.get(name, values.get(name, 0.0))
        try:
            number = float(eval(self._code, scope))
        except (ArithmeticError, TypeError, ValueError):
            return 1
        if not math.isfinite(number):
            return 1
        return min(max(int(number), 1), LARGEST)
