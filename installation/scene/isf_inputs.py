"""INPUTS of an ISF header: values become parameters, pictures become image inputs. Knows ISF's rules for what is left out.

What is odd but harmless (an unknown key, a DEFAULT out of range, MIN above MAX) plays as it does in other hosts. What
can't be played is a problem at its place, one for each mistake. Called by `isf` only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from installation.errors import did_you_mean
from installation.params import LARGEST, Param
from installation.scene.isf_json import Node, Problems
from installation.scene.isf_words import problem_of_name

ImageKind: TypeAlias = Literal["image", "audio", "audioFFT", "cube"]

MAX_INPUTS = 128
VALUE_TYPES = ("event", "bool", "long", "float", "point2D", "color")
IMAGE_TYPES: tuple[ImageKind, ...] = ("image", "audio", "audioFFT", "cube")
WHOLE = 1 << 31
"""GLSL's int ends here."""


@dataclass(frozen=True, slots=True)
class ImageInput:
    """A sampler that something must feed. `most`: the samples (audio) or bins (audioFFT) a row may have; None: as many as
    there are."""

    name: str
    kind: ImageKind = "image"
    most: int | None = None
    label: str = ""


class Misfit(Exception):
    """A value that an input can't have: what is wrong, and where."""

    def __init__(self, message: str, node: Node) -> None:
        super().__init__(message)
        self.node = node


def read_inputs(header: Node, problems: Problems) -> tuple[list[Param], list[ImageInput], dict[str, Node]]:
    """The header's inputs in their order, and the place of each one's name."""
    params: list[Param] = []
    images: list[ImageInput] = []
    places: dict[str, Node] = {}
    given = header.get("INPUTS")
    if given is None:
        return params, images, places
    if not isinstance(given.value, list):
        problems.add("INPUTS must be a list: [ … ]", given)
    if len(given.items) > MAX_INPUTS:
        problems.add(f"{len(given.items)} inputs are too many", given, f"at most {MAX_INPUTS}")
        return params, images, places
    for number, item in enumerate(given.items, 1):
        if (named := _name(item, number, problems)) is None:
            continue
        name = str(named.value)
        if name in places:
            problems.add(f'two inputs are called "{name}"', named)
            continue
        places[name] = named
        try:
            read = _input(name, item)
        except Misfit as error:
            problems.add(f'input "{name}": {error}', error.node)
            continue
        if isinstance(read, Param):
            params.append(read)
        elif isinstance(read, ImageInput):
            images.append(read)
        else:
            kind = item.get("TYPE")
            shown = "no TYPE" if kind is None else f'the unknown TYPE "{str(kind.value)[:40]}"'
            hint = did_you_mean(item.text("TYPE"), (*VALUE_TYPES, *IMAGE_TYPES), label="types")
            problems.add(f'input "{name}" has {shown}', kind or named, hint)
    return params, images, places


def _name(item: Node, number: int, problems: Problems) -> Node | None:
    name = item.get("NAME")
    if name is None or not isinstance(name.value, str):
        problems.add(f'input {number} needs a "NAME"', name or item)
        return None
    if wrong := problem_of_name(name.value):
        problems.add(f"input {number}: {wrong}", name)
        return None
    return name


def _input(name: str, item: Node) -> Param | ImageInput | None:
    """One input; None when its TYPE is unknown."""
    kind, label = item.text("TYPE"), item.text("LABEL")
    for image in IMAGE_TYPES:
        if kind == image:
            return ImageInput(name, image, _most(item) if image.startswith("audio") else None, label)
    if kind == "float":
        return _float(name, item, label)
    if kind == "long":
        return _long(name, item, label)
    if kind in ("bool", "event"):
        return _truth(name, item, label, kind)
    if kind == "point2D":
        return _point(name, item, label)
    if kind == "color":
        return _color(name, item, label)
    return None


def _most(item: Node) -> int | None:
    number = _number(item, "MAX")
    return max(int(number), 1) if number is not None and number > 0 else None


def _float(name: str, item: Node, label: str) -> Param:
    low, high = _range(item)
    if low is None or high is None:  # one end alone says nothing
        low, high = 0.0, 1.0
    default = _number(item, "DEFAULT")
    first = low + (high - low) / 2 if default is None else min(max(default, low), high)
    return Param(name, "float", first, low, high, help=label, identity=_number(item, "IDENTITY"))


def _long(name: str, item: Node, label: str) -> Param:
    values = tuple(_whole(value, "VALUES") for value in _list(item, "VALUES"))
    labels = tuple(str(node.value) for node in _list(item, "LABELS"))
    if labels:  # too many or too few of them play in other hosts: a value without a label is its own
        labels = (*labels, *map(str, values[len(labels) :]))[: len(values)]
    low, high = (None, None) if values else _range(item)
    default, identity = item.get("DEFAULT"), item.get("IDENTITY")
    if default is not None:
        first = _whole(default, "DEFAULT")
    else:
        first = values[0] if values else int(low or 0)
    if low is not None and high is not None:
        first = min(max(first, int(low)), int(high))
    same = None if identity is None else _whole(identity, "IDENTITY")
    return Param(name, "long", first, low, high, help=label, values=values, labels=labels, identity=same)


def _truth(name: str, item: Node, label: str, kind: str) -> Param:
    if kind == "event":
        return Param(name, "event", False, help=label)
    default, identity = item.get("DEFAULT"), item.get("IDENTITY")
    first = True if default is None else is_true(default)
    return Param(name, "bool", first, help=label, identity=None if identity is None else is_true(identity))


def is_true(node: Node | None) -> bool:
    """Whether a flag is set: true, a number that is not 0, "true" or "1"."""
    if node is None:
        return False
    if isinstance(node.value, str):
        return node.value.strip().lower() in ("true", "1", "yes", "on")
    return bool(node.value) if node.is_number else False


def _point(name: str, item: Node, label: str) -> Param:
    first = _numbers(item, "DEFAULT", 2) or (0.0, 0.0)
    low, high = _numbers(item, "MIN", 2), _numbers(item, "MAX", 2)
    if low and high:  # one range for both sides, and wide enough for what the file itself starts with
        return Param(
            name, "point2D", first, min(*low, *high, *first), max(*low, *high, *first), help=label,
            identity=_numbers(item, "IDENTITY", 2),
        )  # fmt: skip
    return Param(name, "point2D", first, help=label, identity=_numbers(item, "IDENTITY", 2))


def _color(name: str, item: Node, label: str) -> Param:
    first = _numbers(item, "DEFAULT", 4) or (1.0, 1.0, 1.0, 1.0)
    shown = tuple(min(max(part, 0.0), 1.0) for part in first)
    return Param(name, "color", shown, 0.0, 1.0, help=label, identity=_numbers(item, "IDENTITY", 4))


# -- values ------------------------------------------------------------------------------------------------------------


def _number(item: Node, key: str) -> float | None:
    node = item.get(key)
    if node is None:
        return None
    if not isinstance(node.value, int | float):
        raise Misfit(f"{key} must be a number", node)
    return min(max(float(node.value), -LARGEST), LARGEST)


def _range(item: Node) -> tuple[float | None, float | None]:
    """MIN and MAX, the lower first: some files have them the other way round."""
    low, high = _number(item, "MIN"), _number(item, "MAX")
    return (high, low) if low is not None and high is not None and low > high else (low, high)


def _whole(node: Node, key: str) -> int:
    if not isinstance(node.value, int | float):
        raise Misfit(f"{key} must be whole numbers" if key == "VALUES" else f"{key} must be a whole number", node)
    return min(max(int(node.value), -WHOLE), WHOLE - 1)


def _list(item: Node, key: str) -> list[Node]:
    node = item.get(key)
    if node is not None and not isinstance(node.value, list):
        raise Misfit(f"{key} must be a list: [ … ]", node)
    return node.items if node else []


def _numbers(item: Node, key: str, size: int) -> tuple[float, ...] | None:
    """A list of numbers; a colour of three is opaque. None where there is none."""
    node = item.get(key)
    if node is None:
        return None
    found = [part.value for part in node.items if isinstance(part.value, int | float)]
    if size == 4 and len(found) == 3:
        found.append(1.0)
    if len(found) != size or len(node.items) > size:
        raise Misfit(f"{key} must be a list of {size} numbers", node)
    return tuple(min(max(float(part), -LARGEST), LARGEST) for part in found)
