"""What a site file says of its cameras: what is no camera's is refused at its place, with what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.errors import SceneError
from installation.inputs.joined import joined_size, size_of
from installation.inputs.vision import SMALLEST_MASK
from installation.scene.load import load_site


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("size: [-5, 480]", "each 16 to 16384"),
        ("size: [640, 0]", "each 16 to 16384"),
        ("size: [640, 90000]", "each 16 to 16384"),
        ("part: [0, 0, 0.01, 1]", "at least 0.05 wide and high"),
        ("part: [0.5, 0, 0.6, 1]", "within 0 to 1"),
        ("part: [0, 0, .nan, 1]", ""),
        ("fps: 0", "0"),
    ],
)
def test_what_no_camera_has_is_refused_once_and_at_its_place(tmp_path: Path, said: str, why: str) -> None:
    site = tmp_path / "hall.yaml"
    site.write_text(f"camera:\n  source: synthetic\n  {said}\n")
    with pytest.raises(SceneError) as refused:
        load_site(site)
    (problem,) = refused.value.problems
    assert problem.where is not None and problem.where.line == 3
    assert why in str(problem)


def test_every_part_of_the_canvas_that_a_site_may_name_has_a_mask_that_can_be_sensed_in() -> None:
    parts = [(0.0, 0.0, width, height) for width in (0.05, 0.3, 1.0) for height in (0.05, 0.4, 1.0)]
    for one in parts:
        for other in parts:
            whole = joined_size([one, other])
            assert min(size_of(one, whole)) >= SMALLEST_MASK
