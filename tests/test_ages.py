"""The status says how old each dataset is, and when its source is asked next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from installation.ages import Awaited, ages_of
from installation.data.editions import Asked
from installation.resources import resource
from installation.scene.load import Show, load_show

NOON = 1_790_000_000.0  # 2026-09-21 14:13:20 UTC


@pytest.fixture(scope="module")
def show() -> Show:
    return load_show(resource("shows") / "living_smiles")


def test_a_dataset_that_nobody_refreshes_is_told_as_it_shipped(show: Show) -> None:
    told = {one["name"]: one for one in ages_of(show, {}, NOON)}
    world = told["dental-equity-world"]
    assert world["edition"] and world["refreshed_s"] is None and world["due_s"] is None and world["problem"] == ""
    assert told["living-smiles-2142"]["fiction"] is True
    assert told["doctors-drain"]["live"] is True and world["live"] is False


def test_a_refreshed_dataset_is_as_old_as_its_oldest_table(show: Show) -> None:
    asked = {
        "a": Asked(kind="who", address="", at="2026-09-21T14:13:10Z"),
        "b": Asked(kind="who", address="", at="no time"),
    }
    asked["c"] = Asked(kind="who", address="", at="2026-09-20T14:13:20Z")
    scenes = {
        name: replace(scene, packages={a: replace(p, refreshed=asked) for a, p in scene.packages.items()})
        for name, scene in show.scenes.items()
    }
    awaited = {"doctors-drain": Awaited(NOON + 3600.4, "the answer is cut off")}
    told = {one["name"]: one for one in ages_of(replace(show, scenes=scenes), awaited, NOON)}
    assert {one["refreshed_s"] for one in told.values()} == {86400}
    assert told["doctors-drain"]["due_s"] == 3600 and told["doctors-drain"]["problem"] == "the answer is cut off"
