"""Colours that files don't take are answered with those that they do."""

from __future__ import annotations

import pytest

from installation.errors import SceneError
from installation.params import Param
from installation.scene.constants import constant
from installation.scene.meant import colour_meant


@pytest.mark.parametrize(
    ("given", "meant"),
    [("green", "#008000"), ("White", "#ffffff"), ("#fff", "#ffffff"), ("#1a2b", "#11aa22bb"), ("4de3d0", "#4de3d0")],
)
def test_a_colour_that_is_meant_is_offered(given: str, meant: str) -> None:
    assert colour_meant(given) == f'write "{meant}", in quotes'
    with pytest.raises(SceneError, match=meant):
        constant(Param("tint", "color", (1.0, 1.0, 1.0, 1.0)), given)


@pytest.mark.parametrize("given", ["", "#12345", "mauveish", "rgb(1, 2, 3)", 7, "abc"])
def test_nothing_is_offered_for_what_is_none(given: object) -> None:
    assert colour_meant(given) == ""
