"""Reads a model of a wall: vertices and faces of an .obj file, in metres. What else is in it (colours, textures) is passed over.

Strict where it matters: a face that names a vertex that isn't there, or a number that is none, is refused with its line.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.errors import Location, OutputError

MOST_BYTES = 16 << 20
MOST_TRIANGLES = 20_000
"""More than any wall needs; a scan has to be made simpler before."""
FARTHEST = 10_000.0
"""Metres: a model beyond that is one in millimetres."""
PASSED = {
    "#", "o", "g", "s", "vn", "vt", "vp", "mtllib", "usemtl", "usemap", "maplib", "l", "p", "lod", "shadow_obj", "trace_obj",
    "c_interp", "d_interp", "bevel", "mg",
}  # fmt: skip


def read_obj(path: Path) -> NDArray[np.float64]:
    """A model's triangles, (n, 3, 3): corners, anticlockwise as seen from outside. Raises OutputError with the line."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise OutputError("this model is too large", Location(str(path)), f"at most {MOST_BYTES >> 20} MB")
        text = path.read_text("utf-8", "replace")
    except OSError as error:
        raise OutputError(f"this model can't be read: {error.strerror}", Location(str(path))) from None
    return triangles_of(text, str(path))


def triangles_of(text: str, name: str) -> NDArray[np.float64]:
    """As `read_obj`, of a text. Faces of more than three corners become fans around their first."""
    corners: list[tuple[float, float, float]] = []
    faces: list[tuple[int, int, int]] = []
    logical = text.replace("\\\r\n", " ").replace("\\\n", " ") if "\\" in text else text
    for line, written in enumerate(logical.split("\n"), 1):
        words = written.split("#", 1)[0].split()
        if not words or words[0] in PASSED:
            continue
        where = Location(name, line, 1)
        if words[0] == "v":
            corners.append(_corner(words[1:], where))
        elif words[0] == "f":
            found = [_index(word, len(corners), where) for word in words[1:]]
            if len(found) < 3:
                raise OutputError("a face has at least three corners", where, "f 1 2 3")
            faces += [(found[0], found[i], found[i + 1]) for i in range(1, len(found) - 1)]
            if len(faces) > MOST_TRIANGLES:
                raise OutputError(
                    f"this model has more than {MOST_TRIANGLES} triangles", where, "make it simpler (decimate)"
                )
        else:
            raise OutputError(
                f'"{words[0][:20]}" is nothing of an .obj file', where, "expected v, f, or what is passed over"
            )
    if not faces:
        raise OutputError("this model has no faces", Location(name), "export it as a mesh of triangles")
    places = np.array(corners, np.float64)
    return np.asarray(places[np.array(faces)])


def _corner(words: list[str], where: Location) -> tuple[float, float, float]:
    try:
        x, y, z = (float(word) for word in words[:3])
    except ValueError:
        raise OutputError("a corner is three numbers", where, "v 0 1.5 -2") from None
    if not all(math.isfinite(one) and abs(one) <= FARTHEST for one in (x, y, z)):
        raise OutputError("a corner is nowhere near", where, "models are in metres")
    return x, y, z


def _index(word: str, count: int, where: Location) -> int:
    """The place of a face's corner: from 1, or from the end below 0; what follows a / is passed over."""
    try:
        number = int(word.split("/", 1)[0])
    except ValueError:
        raise OutputError(f'"{word[:20]}" is no corner of a face', where, "numbers of corners: f 1 2 3") from None
    place = number - 1 if number > 0 else count + number
    if number == 0 or not 0 <= place < count:
        raise OutputError(f"a face names corner {number}, and there are {count} before it", where)
    return place
