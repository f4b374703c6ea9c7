"""IMPORTED of an ISF header: pictures that lie beside the shader. Finds them; reads none of them.

No path may leave the shader's folder, or the folder of the show whose shader it is. Called by `isf` only.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from installation.errors import InstallationError, did_you_mean
from installation.scene.files import inside, shown
from installation.scene.isf_json import Node, Problems
from installation.scene.isf_words import problem_of_name

MAX_IMPORTS = 32
LARGEST_PICTURE = 64 << 20
"""Bytes of one picture's file."""

SUFFIXES = frozenset(".png .jpg .jpeg .gif .tif .tiff .bmp .webp .tga".split())


@dataclass(frozen=True, slots=True)
class Imported:
    """A picture, or the six of a cube (+x, -x, +y, -y, +z, -z), that the sampler `name` shows."""

    name: str
    paths: tuple[Path, ...]

    @property
    def is_cube(self) -> bool:
        return len(self.paths) == 6


def read_imports(header: Node, path: Path, problems: Problems) -> tuple[list[Imported], dict[str, Node]]:
    """The pictures, and the place of each one's name. A picture that isn't there is a problem at its place."""
    given = header.get("IMPORTED")
    found: list[Imported] = []
    places: dict[str, Node] = {}
    if given is None:
        return found, places
    entries: list[tuple[Node, Node]] = []
    if isinstance(given.value, dict):
        entries = [(Node(name, node.line, node.column), node) for name, node in given.members.items()]
    elif isinstance(given.value, list):
        entries = [(item.get("NAME") or item, item) for item in given.items]
    else:
        problems.add("IMPORTED must be an object or a list", given)
    if len(entries) > MAX_IMPORTS:
        problems.add(f"{len(entries)} imported pictures are too many", given, f"at most {MAX_IMPORTS}")
        return found, places
    for named, item in entries:
        wrong = problem_of_name(named.value) if isinstance(named.value, str) else "each picture needs a NAME"
        name = str(named.value)
        if not wrong and name in places:
            wrong = f'two pictures are called "{name}"'
        if wrong:
            problems.add(f"IMPORTED: {wrong}", named)
            continue
        places[name] = named
        paths = [_picture(node, path, problems) for node in _listed(name, item, problems)]
        if paths and None not in paths:
            found.append(Imported(name, tuple(p for p in paths if p)))
    return found, places


def _listed(name: str, item: Node, problems: Problems) -> list[Node]:
    """The nodes of one entry's paths: one, or six for a cube; none when there is a problem."""
    at = item if isinstance(item.value, str) else item.get("PATH")
    if at is None:
        problems.add(f'IMPORTED "{name}" needs a "PATH"', item)
        return []
    is_cube = item.text("TYPE") == "cube" or isinstance(at.value, list)
    if is_cube and len(at.items) != 6:
        problems.add(f'IMPORTED "{name}" is a cube: it needs six paths', at, "in the order +x, -x, +y, -y, +z, -z")
        return []
    wanted = at.items if is_cube else [at]
    for node in wanted:
        if not isinstance(node.value, str):
            problems.add(f'IMPORTED "{name}": a path must be text', node)
            return []
    return wanted


def _picture(node: Node, shader: Path, problems: Problems) -> Path | None:
    relative = str(node.value)
    folder = shader.parent
    show = folder.absolute().parent
    try:
        if folder.absolute().name == "shaders" and (show / "show.yaml").is_file():
            path = inside(show, f"shaders/{relative}")
        else:
            path = inside(folder, relative)
    except InstallationError as error:
        problem = error.problems[0]
        hint = "a shader's pictures lie in its own folder, or in its show's"
        problems.add(problem.message, node, hint if "leads out" in problem.message else problem.hint)
        return None
    try:
        if not path.is_file():  # made where a file's name is the same in any case
            same = [p for p in path.parent.glob("*") if p.name.casefold() == path.name.casefold() and p.is_file()]
            path = same[0] if len(same) == 1 else path
        if not path.is_file():
            near = [p.name for p in path.parent.glob("*") if p.suffix.lower() in SUFFIXES]
            problems.add(
                f'there is no picture "{relative}"', node, did_you_mean(path.name, near, label="pictures here")
            )
            return None
        if path.stat().st_size > LARGEST_PICTURE:
            problems.add(f'"{relative}" is too large', node, f"at most {LARGEST_PICTURE >> 20} MiB")
            return None
    except OSError as error:
        problems.add(f'"{relative}" can\'t be read: {str(error.strerror).lower()}', node)
        return None
    return Path(shown(path))
