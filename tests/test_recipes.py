"""The recipes on the page of signals play as they stand there, and the page has every function."""

from __future__ import annotations

import re
from pathlib import Path

from installation.scene.expressions import AGGREGATES
from installation.scene.functions import FUNCTIONS
from installation.scene.load import load_show

PAGE = (Path(__file__).resolve().parent.parent / "shows" / "SIGNALS.md").read_text("utf-8").partition("## Recipes")[2]
ROWS = dict(re.findall(r"^\| ([^|]+) \| (.+) \|$", PAGE, re.MULTILINE))


def written(wanted: str) -> list[str]:
    """What stands in backticks in a recipe."""
    return re.findall(r"`([^`]+)`", ROWS[wanted])


def test_every_recipe_that_is_a_layer_loads(tmp_path: Path) -> None:
    (tmp_path / "scenes").mkdir()
    (tmp_path / "show.yaml").write_text("title: R\ncues: [{number: '1', scene: one}]\n")
    layers = [
        written("when somebody smiles, the film grows"),
        written("the silhouette in gold"),
        ["kind: camera", *written("something when a hand is raised")],
        written("how many are here, in words"),
        ["kind: camera", *written("dim a minute after all have left")],
        written("the camera's own picture")[1:],
    ]
    lines = [f"  - {{name: layer{number}, {', '.join(parts)}}}" for number, parts in enumerate(layers)]
    text = "\n".join(["title: One", written("the camera's own picture")[0], "layers:", *lines])
    (tmp_path / "scenes/one.yaml").write_text(text)
    assert len(load_show(tmp_path).scenes["one"].file.layers) == len(layers)


def test_every_function_is_named() -> None:
    named = set(re.findall(r"\b[a-z]+\b", PAGE.rpartition("Functions:")[2]))
    assert named >= FUNCTIONS.keys() | AGGREGATES.keys()
