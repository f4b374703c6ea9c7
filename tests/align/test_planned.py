"""A site file's surfaces, in words that tell which one is meant."""

from __future__ import annotations

import pytest

from installation.align.planned import surfaces_of
from installation.errors import OutputError
from installation.scene.output_site import Output


def test_what_no_projector_can_throw_is_refused_with_its_place():
    crossed = Output(surfaces=[{"name": "door", "corners": [[0, 0], [1, 1], [1, 0], [0, 1]]}])
    with pytest.raises(OutputError, match=r"output 1, surface door: .*cross"):
        surfaces_of(crossed, 0)
    folded = Output(surfaces=[{"points": [[[0, 0], [0.6, 0], [0.5, 0]], [[0, 1], [0.4, 1], [1, 1]]]}])
    with pytest.raises(OutputError, match="folds over between rows 0 and 1, columns 1 and 2"):
        surfaces_of(folded, 0)
    uneven = Output(surfaces=[{"points": [[[0, 0], [1, 0]], [[0, 1]]]}])
    with pytest.raises(OutputError, match="not equally long"):
        surfaces_of(uneven, 0)
