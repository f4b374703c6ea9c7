"""Reads the package's imports and calls, and holds them to the house rules of DESIGN sections 2 and 4.

Nothing here runs the engine. When a test fails, its message says which line breaks which rule.
"""

from __future__ import annotations

import ast
import graphlib
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "installation"

# Which part may import which. Layer 0 is open to all; the parts at the top
# may import everything below them.
GROUND = {
    "children", "clock", "complaints", "costs", "curves", "errors", "line", "mailbox", "networks", "osc_wire",
    "param_tree", "params", "resources", "signals", "stripes", "wall_places",
}  # fmt: skip
MIDDLE = {
    "data": set[str](),
    "scene": {"data"},
    "inputs": set[str](),
    "gpu": set[str](),
    "show": {"scene"},
    "render": {"show", "scene", "data", "gpu"},
    "outputs": {"gpu"},
    "gear": set[str](),
}
BELOW = GROUND | set(MIDDLE) | {
    "ages", "align", "beside", "calibration", "carrying", "devices", "edges", "engine", "feeding", "geometry", "pages", "previs",
    "remembered", "rigs", "sensing", "status", "switchboard", "wall_calibration", "wall_drift", "wall_fit", "wall_memory",
    "wall_morning", "wall_pairs", "wall_run", "wall_shapes",
}  # fmt: skip
VERBS = {
    "answers",
    "building",
    "console",
    "desk",
    "doctor",
    "doctor_gear",
    "filming",
    "finding",
    "gallery",
    "label",
    "listing",
    "live",
    "locks",
    "logbook",
    "options",
    "outside",
    "patchbay",
    "switching",
    "placard",
    "play",
    "previsualise",
    "privacy",
    "proof",
    "refresh",
    "refresh_process",
    "rehearse",
    "remote",
    "report",
    "schedule",
    "sensed",
    "sheet",
    "showing",
    "starter",
    "terminal",
    "tried",
    "walk",
    "watching",
    "what",
    "walkabout",
    "wires",
}  # what the command line calls
PARTS = {
    **{part: GROUND for part in GROUND},
    **{part: GROUND | allowed for part, allowed in MIDDLE.items()},
    "engine": BELOW,
    "align": BELOW,
    "beside": BELOW,
    "devices": BELOW,
    "calibration": BELOW,
    "carrying": BELOW,
    "edges": BELOW,
    "feeding": BELOW,
    "pages": BELOW,
    "previs": BELOW,
    "geometry": BELOW,
    "remembered": BELOW,
    "rigs": BELOW,
    "sensing": BELOW,
    "status": BELOW,
    **{
        part: BELOW
        for part in (
            "wall_calibration",
            "wall_drift",
            "wall_fit",
            "wall_memory",
            "wall_morning",
            "wall_pairs",
            "wall_run",
            "wall_shapes",
        )
    },
    "switchboard": BELOW | {"__init__"},
    "ages": BELOW,
    **{part: BELOW | VERBS for part in VERBS},
    "logbook": BELOW | VERBS | {"__init__"},
    "filming": BELOW | VERBS | {"__init__"},
    "cli": BELOW
    | VERBS
    | {"__init__", "cli_data", "cli_log", "cli_previsualise", "cli_privacy", "cli_rehearse", "cli_render"},
    "cli_data": BELOW | VERBS,
    "cli_log": BELOW | VERBS,
    "cli_previsualise": BELOW | VERBS,
    "cli_privacy": BELOW | VERBS,
    "cli_rehearse": BELOW | VERBS,
    "cli_render": BELOW | VERBS,
    "__init__": BELOW,
    "__main__": {"cli"},
}

MAY_IMPORT_PYGLET = ("gpu/", "outputs/window.py", "outputs/x_window.py", "outputs/system_displays.py")
MAY_READ_TIME = ("clock.py", "mailbox.py")
PURE = ("data/", "scene/", "show/")
DEVICES = {"pyglet", "cv2", "av", "socket", "socketserver", "http", "urllib", "asyncio", "multiprocessing"}
DEVICES |= {
    "starlette",
    "uvicorn",
    "websockets",
    "pythonosc",
    "httpx",
    "paho",
    "zeroconf",
    "mido",
    "rtmidi",
    "link",
    "aiopjlink",
}
CLOCKS = {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "sleep"}
DATES = {"now", "utcnow", "today"}
LONGEST = 420


def named(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, wherever in the file, as a dotted name and its line."""
    package = ["installation", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*start, node.module] if node.module else start)
            for alias in node.names:
                full = f"{origin}.{alias.name}"
                yield (full if is_ours(full) else origin), node.lineno


def is_ours(module: str) -> bool:
    parts = module.split(".")
    place = PACKAGE.parent.joinpath(*parts)
    return parts[0] == "installation" and (place.is_dir() or place.with_suffix(".py").is_file())


def part_of(module: str) -> str:
    """installation.render.layers.text is of the part "render", installation itself of "__init__"."""
    return [*module.split("."), "__init__"][1]


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call whose function is a plain dotted name, such as np.random.rand."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def complain(rule: str, breaches: list[str]) -> None:
    if breaches:
        pytest.fail("\n  ".join([rule, *breaches]), pytrace=False)


def test_imports_point_down_only() -> None:
    breaches = []
    for path in sources():
        part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if part not in PARTS:
            breaches.append(f"installation/{named(path)}: add the new part {part!r} to PARTS in this test")
            continue
        for module, line in imports(path):
            if module.split(".")[0] == "installation":
                target = part_of(module)
                if target != part and target not in PARTS[part]:
                    breaches.append(f"installation/{named(path)}:{line}: {part} must not import {target}")
    complain("Imports point down only (DESIGN section 4):", breaches)


def test_no_two_modules_need_each_other() -> None:
    needs: dict[str, set[str]] = {}
    for path in sources():
        name = ".".join(["installation", *path.relative_to(PACKAGE).with_suffix("").parts])
        name = name.removesuffix(".__init__")
        needs[name] = {module for module, _ in imports(path) if is_ours(module)} - {name}
    circle: list[str] = []
    try:
        graphlib.TopologicalSorter(needs).prepare()
    except graphlib.CycleError as error:
        circle = [" <- ".join(error.args[1])]
    complain("These modules import each other in a circle:", circle)


def test_only_the_gpu_package_and_the_window_know_pyglet() -> None:
    breaches = [
        f"installation/{named(path)}:{line}: imports {module}"
        for path in sources()
        if not named(path).startswith(MAY_IMPORT_PYGLET)
        for module, line in imports(path)
        if module.split(".")[0] == "pyglet"
    ]
    complain(f"Only {' and '.join(MAY_IMPORT_PYGLET)} may import pyglet; ask gpu.Device instead:", breaches)


def test_what_a_show_is_needs_no_device() -> None:
    breaches = [
        f"installation/{named(path)}:{line}: imports {module}"
        for path in sources()
        if named(path).startswith(PURE)
        for module, line in imports(path)
        if module.split(".")[0] in DEVICES
    ]
    complain("data, scene and show are pure: no GL, cameras, films, sockets or processes:", breaches)


def test_time_is_read_in_one_place() -> None:
    breaches = []
    for path in sources():
        if named(path) in MAY_READ_TIME:
            continue
        for module, line in imports(path):
            if module == "time" and isinstance(at_line(path, line), ast.ImportFrom):
                breaches.append(f"installation/{named(path)}:{line}: imports from time")
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute):
                owner = ast.unparse(node.value)
                reads_clock = owner == "time" and node.attr in CLOCKS
                reads_date = owner.split(".")[-1] in ("datetime", "date") and node.attr in DATES
                if reads_clock or reads_date:
                    breaches.append(f"installation/{named(path)}:{node.lineno}: uses {owner}.{node.attr}")
    rule = "Time is an argument (installation.clock.now() for ages; wait on an event, not with sleep):"
    complain(rule, breaches)


def at_line(path: Path, line: int) -> ast.AST | None:
    kinds = (ast.Import, ast.ImportFrom)
    return next((n for n in ast.walk(tree(path)) if isinstance(n, kinds) and n.lineno == line), None)


def test_chance_has_a_seed() -> None:
    breaches = []
    for path in sources():
        for module, line in imports(path):
            if module == "secrets" or (module == "random" and isinstance(at_line(path, line), ast.ImportFrom)):
                breaches.append(f"installation/{named(path)}:{line}: imports from {module}")
        for function, node in calls(path):
            owner, _, name = function.rpartition(".")
            if owner in ("random", "np.random", "numpy.random"):
                makes_source = name[0].isupper() or name == "default_rng"
                if not makes_source or not (node.args or node.keywords):
                    breaches.append(f"installation/{named(path)}:{node.lineno}: calls {function}() without a seed")
    complain(
        "Chance is np.random.default_rng(seed) or random.Random(seed), so that a night can be replayed:",
        breaches,
    )


def test_files_stay_short_enough_to_read() -> None:
    pages = [*sources(), *PACKAGE.rglob("*.js"), *PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.css")]
    lengths = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in pages}
    long = [f"installation/{name}: {lines} lines" for name, lines in lengths.items() if lines > LONGEST]
    complain(f"No file over {LONGEST} lines; split it where it does two things:", long)


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        f"installation/{named(path)}" for path in sources() if tree(path).body and not ast.get_docstring(tree(path))
    ]
    complain("A module begins with a paragraph: what it is for, what it must never do:", silent)


def asked_apart(program: str) -> object:
    """What a fresh Python prints as JSON after running a program."""
    command = [sys.executable, "-P", "-c", f"import json, sys\n{program}"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def test_importing_every_module_starts_nothing() -> None:
    modules = [".".join(p.relative_to(PACKAGE.parent).with_suffix("").parts) for p in sources()]
    wanted = [m.removesuffix(".__init__") for m in modules if not m.endswith("__main__")]
    started = asked_apart(
        "import importlib, threading, multiprocessing\n"
        "numpy = importlib.import_module('numpy')\n"
        f"for name in {wanted!r}: importlib.import_module(name)\n"
        "windows = list(getattr(sys.modules.get('pyglet.app'), 'windows', []))\n"
        "print(json.dumps([threading.active_count(), len(multiprocessing.active_children()), len(windows)]))"
    )
    assert started == [1, 0, 0], "threads, processes and windows after importing everything"


def test_the_command_line_starts_light() -> None:
    heavy = ["pyglet", "cv2", "av", "duckdb", "PIL", "starlette", "uvicorn", "multiprocessing", "httpx"]
    loaded = asked_apart(
        f"import installation.cli\nprint(json.dumps([name for name in {heavy!r} if name in sys.modules]))"
    )
    assert loaded == [], "imported at the top of a module that every command needs; import inside functions"


def test_the_public_names_are_few() -> None:
    count = asked_apart("import installation\nprint(json.dumps(len(getattr(installation, '__all__', []))))")
    assert isinstance(count, int) and count <= 8


def test_no_two_test_modules_have_one_name() -> None:
    """pytest imports them side by side, and could collect none of them."""
    names = [path.name for path in (Path(__file__).parent).rglob("test_*.py")]
    assert sorted({name for name in names if names.count(name) > 1}) == []
