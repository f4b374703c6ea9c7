"""PASSES of an ISF header (and version 1's PERSISTENT_BUFFERS): which draws there are, and the buffers that they write.

Called by `isf` for the header, and by the player for each frame's sizes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from installation.errors import did_you_mean
from installation.params import Param
from installation.scene.isf_inputs import is_true
from installation.scene.isf_json import Node, Problems
from installation.scene.isf_size import SizeExpression
from installation.scene.isf_words import problem_of_name

MAX_PASSES = 32
SIZED_BY = ("float", "long", "bool", "event")
"""The kinds of inputs that a size may depend on."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One draw. `target` "" is the shader's output; sizes None mean the size of the output.

    All passes with the same target say the same of it.
    """

    target: str = ""
    persistent: bool = False
    floats: bool = False
    width: SizeExpression | None = None
    height: SizeExpression | None = None
    description: str = ""


def read_passes(header: Node, params: Sequence[Param], problems: Problems) -> tuple[list[Pass], list[Pass]]:
    """The passes in their order, at least one; and the buffers of version 1 that no pass writes: they stay black."""
    inputs = {param.name for param in params if param.kind in SIZED_BY}
    kept = _persistent_buffers(header, inputs, problems)
    given = header.get("PASSES")
    if given is not None and not isinstance(given.value, list):
        problems.add("PASSES must be a list: [ … ]", given)
    items = given.items if given else []
    if given and len(items) > MAX_PASSES:
        problems.add(f"{len(items)} passes are too many", given, f"at most {MAX_PASSES}")
        items = []
    passes = [_pass(item, f"pass {number}", inputs, problems) for number, item in enumerate(items, 1)]
    buffers = _buffers(passes, kept)
    alike = [replace(buffers[p.target], description=p.description) if p.target else p for p in passes]
    idle = [buffer for name, buffer in buffers.items() if not any(p.target == name for p in passes)]
    return alike or [Pass()], idle


def _pass(item: Node, what: str, inputs: set[str], problems: Problems) -> Pass:
    if not isinstance(item.value, dict):
        problems.add(f"{what} must be an object: {{ … }}", item)
        return Pass()
    target = item.get("TARGET")
    name = ""
    if target is not None and target.value != "":
        name = str(target.value)
        wrong = problem_of_name(name) if isinstance(target.value, str) else "TARGET must be a name"
        if wrong:
            problems.add(f"{what}: {wrong}", target)
            name = ""
    return Pass(
        target=name,
        persistent=is_true(item.get("PERSISTENT")),
        floats=is_true(item.get("FLOAT")),
        width=_size(item, "WIDTH", what, inputs, problems),
        height=_size(item, "HEIGHT", what, inputs, problems),
        description=item.text("DESCRIPTION"),
    )


def _size(item: Node, side: str, what: str, inputs: set[str], problems: Problems) -> SizeExpression | None:
    node = item.get(side)
    if node is None or node.value == "":
        return None
    if isinstance(node.value, bool) or not isinstance(node.value, str | int | float):
        problems.add(f"{what}: {side} must be a number or an expression", node)
        return None
    try:
        return SizeExpression(str(node.value), inputs)
    except ValueError as error:
        hint = ""
        if "neither" in str(error):
            hint = did_you_mean(str(error).split()[0].strip("$"), ("WIDTH", "HEIGHT", *inputs), label="names")
        problems.add(f"{what}: {side}: {error}", node, hint)
        return None


def _persistent_buffers(header: Node, inputs: set[str], problems: Problems) -> list[Pass]:
    """Version 1: a list of names, or an object of name and what a pass would say today."""
    given = header.get("PERSISTENT_BUFFERS")
    if given is None:
        return []
    if isinstance(given.value, list):
        named = [(str(node.value), node, node) for node in given.items]
    elif isinstance(given.value, dict):
        named = [(name, node, node) for name, node in given.members.items()]
    else:
        problems.add("PERSISTENT_BUFFERS must be a list of names or an object", given)
        return []
    if len(named) > MAX_PASSES:
        problems.add(f"{len(named)} persistent buffers are too many", given, f"at most {MAX_PASSES}")
        return []
    buffers: list[Pass] = []
    for name, node, settings in named:
        if wrong := problem_of_name(name):
            problems.add(f"PERSISTENT_BUFFERS: {wrong}", node)
            continue
        read = _pass(settings, name, inputs, problems) if isinstance(settings.value, dict) else Pass()
        buffers.append(replace(read, target=name, persistent=True))
    return buffers


def _buffers(passes: Sequence[Pass], kept: Sequence[Pass]) -> dict[str, Pass]:
    """What is said of each buffer, by name: flags that any pass sets; the first size that any gives."""
    buffers: dict[str, Pass] = {}
    for p in (*passes, *kept):
        if not p.target:
            continue
        before = buffers.get(p.target, p)
        buffers[p.target] = replace(
            before,
            persistent=before.persistent or p.persistent,
            floats=before.floats or p.floats,
            width=before.width or p.width,
            height=before.height or p.height,
            description="",
        )
    return buffers


def sizes(passes: Sequence[Pass], width: int, height: int, values: Mapping[str, Any]) -> list[tuple[int, int]]:
    """The size in pixels of every pass for an output of `width` x `height`. What has no target has the output's."""
    numbers = {name: float(value) for name, value in values.items() if isinstance(value, int | float)}
    return [
        (
            p.width(width, height, numbers) if p.width and p.target else width,
            p.height(width, height, numbers) if p.height and p.target else height,
        )
        for p in passes
    ]
