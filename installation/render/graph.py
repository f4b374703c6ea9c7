"""Plans in which order a stack of layers is drawn and which pictures must be kept. Knows nothing of GL.

Layers are laid first to last. A layer whose picture another one reads keeps a target of its own; all others share one. The
plan depends only on the scene's file, so it is made once for each revision of a scene.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """A layer as the plan sees it: its name and the names of the layers whose pictures it reads."""

    name: str
    reads: tuple[str, ...] = ()
    below: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Draw this layer; `keep` its picture for a later one; `develop` what lies below it first."""

    name: str
    keep: bool
    develop: bool


def plan(nodes: Sequence[Node]) -> tuple[Step, ...]:
    """The steps of one stack. Raises ValueError where a layer reads one that is not below it (checked when loading)."""
    seen: set[str] = set()
    for node in nodes:
        for name in node.reads:
            if name not in seen:
                raise ValueError(f'layer "{node.name}" reads "{name}", which is not below it')
        seen.add(node.name)
    wanted = {name for node in nodes for name in node.reads}
    return tuple(Step(node.name, node.name in wanted, node.below) for node in nodes)


CANVAS = "canvas"
"""The format of the canvas itself, and of every layer's picture: which one it is depends on the device."""
LAID_ON = ("inputImage", "startImage", "endImage", "surface")
"""Images that a filter, a transition or the reveal gets from what it is laid on."""


def formats(images: Iterable[str], sources: Mapping[str, str]) -> dict[str, str]:
    """The format of the picture that each image of a shader is fed with, where it is fed: drivers compile anew for each."""
    found = {image: CANVAS for image in images if image in LAID_ON}
    return found | {image: _format(source) for image, source in sources.items()}


def _format(source: str) -> str:
    kind, _, rest = source.partition(".")
    if kind == "camera":
        return "r8" if rest == "mask" else "rg16f"
    return {"text": "r8", "table": "rgba32f", "audio": "rgba16f", "media": "rgba8"}.get(kind, CANVAS)
