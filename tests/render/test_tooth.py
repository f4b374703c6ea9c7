"""Every attribute of a tooth, at 0, half, 1 and missing, looks different, on every kind of tooth, from ten metres."""

from __future__ import annotations

from itertools import combinations
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.data.tables import columns_of
from installation.gpu.device import Device
from installation.gpu.textures import Target
from installation.render.layers.marks import MarksView
from installation.scene import schema

pytestmark = pytest.mark.gl

KINDS = {"incisor": 11, "canine": 13, "premolar": 14, "molar": 16}
STATES = {"none": 0.0, "half": 0.5, "whole": 1.0, "missing": np.nan}
SIZE = (480, 270)
"""A tooth is 25 pixels wide here, 2.5 cm on a wall of 4 m: from ten metres about as fine as an eye can see of it."""


def drawn(device: Device, attribute: str, value: float) -> NDArray[np.float64]:
    """The four kinds of tooth in a mouth of their own, (h, w, 3), premultiplied."""
    teeth = np.array(list(KINDS.values()), float)
    given = {"tooth": teeth, "value": np.ma.masked_invalid(np.full(4, value))}
    table = columns_of([("tooth", "DOUBLE"), ("value", "DOUBLE")], given)
    top = {"cavities": 7, "glow": 1}.get(attribute, 1)
    bind: dict[str, Any] = {attribute: {"column": "value", "domain": [0, 1], "range": [0, top]}}
    if attribute == "color":
        bind = {"color": {"column": "value", "domain": [0, 1], "ramp": ["#e8b060", "#f0e8d8", "#a8c8ff"]}}
    arch = {"kind": "arch", "tooth": "tooth", "width": 1.42, "height": 0.88}
    layer = {"name": "m", "kind": "marks", "table": "t", "key": "tooth", "shape": "tooth", "layout": arch, "bind": bind}
    kit: Any = SimpleNamespace(device=device, size=SIZE, seed=5, tables={"t": table})
    view = MarksView(kit, schema.MarksLayer.model_validate(layer))
    sensed = SimpleNamespace(mask=np.zeros((9, 16), np.uint8), presence=0.0)
    moment: Any = SimpleNamespace(seconds=7.0, delta=0.1, size=SIZE, sensed=sensed)
    view.prepare(
        moment, {"at": 0.0, "ease": 0.0, "open": 0.0, "wander": 0.0, "scale": 1.0, "light": 1.0, "breath": 0.0}, {}
    )
    device.uniforms.upload()
    target = Target(device, *SIZE, "rgba8")
    view.draw({}, target)
    picture = target.read()[..., :3].astype(np.float64)
    places = view._mesh_rows[:, :2] * SIZE
    view.close()
    target.close()
    windows = [picture[int(y) - 34 : int(y) + 34, int(x) - 22 : int(x) + 22] for x, y in places]
    return np.stack(windows)


@pytest.mark.parametrize("attribute", ["glow", "crack", "cavities", "gum", "film", "wear", "color"])
def test_every_state_of_an_attribute_can_be_told_from_every_other(attribute: str, device: Device) -> None:
    pictures = {name: drawn(device, attribute, value) for name, value in STATES.items()}
    for one, other in combinations(STATES, 2):
        apart = np.abs(pictures[one] - pictures[other]).max(axis=3) > 24
        for kind, differs in zip(KINDS, apart, strict=True):
            assert differs.sum() >= 8, (
                f"{attribute} of a {kind}: {one} and {other} look the same ({differs.sum()} pixels)"
            )


def test_what_is_not_known_is_nearer_to_sound_than_to_the_worst(device: Device) -> None:
    for attribute in ("crack", "cavities", "gum", "film", "wear"):
        whole, missing = (drawn(device, attribute, value).mean(axis=(1, 2, 3)) for value in (1.0, np.nan))
        sound = drawn(device, attribute, 0.0).mean(axis=(1, 2, 3))
        assert np.all(np.abs(missing - sound) < np.maximum(np.abs(whole - sound), 0.12 * sound)), attribute
