"""Several cameras as one: what they sense lies where they look."""

from __future__ import annotations

import numpy as np
import pytest

from installation.inputs.joined import Joined, join, joined_size, size_of
from installation.inputs.offline import OfflineCamera
from installation.inputs.sense import Sense

LEFT, RIGHT = (0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 0.5, 1.0)


def sense(width: int, height: int, level: int, centre=(0.5, 0.5), count: int = 1) -> Sense:
    mask, flow = np.full((height, width), level, np.uint8), np.full((height, width, 2), 0.4, np.float32)
    return Sense(mask, flow, level / 255, 0.5, centre, count, 1, 3.0 + level, "test", True)


def test_two_halves_lie_side_by_side_with_their_flow_and_middle_on_the_canvas():
    whole = joined_size([LEFT, RIGHT])
    assert whole == (320, 90) and size_of(LEFT, whole) == (160, 90)
    made = join([sense(160, 90, 255, (0.5, 0.2), 2), sense(160, 90, 100)], [LEFT, RIGHT], whole)
    assert made.mask.shape == (90, 320) and (made.mask[:, :160] == 255).all() and (made.mask[:, 160:] == 100).all()
    assert np.allclose(made.flow, 0.2)  # widths of the canvas a second, not of the half
    assert made.count == 3 and made.presence == 1.0 and made.live and made.motion == 0.25
    assert 0.25 < made.centre[0] < 0.5 and made.when == 103.0


def test_where_cameras_overlap_the_stronger_silhouette_stays():
    made = join([sense(160, 90, 255), sense(160, 90, 50)], [(0.0, 0.0, 0.6, 1.0), (0.4, 0.0, 0.6, 1.0)], (267, 90))
    assert made.mask[45, 130] == 255 and made.mask[45, 260] == 50 and made.mask.shape == (90, 267)


def test_nobody_in_front_of_any_is_nobody():
    made = join([Sense.empty(160, 90), Sense.empty(160, 90)], [LEFT, RIGHT], (320, 90))
    assert made.presence == 0 and not made.mask.any() and made.centre == (0.5, 0.5) and not made.live


def test_bodies_keep_numbers_of_their_own():
    if not hasattr(Sense.empty(), "bodies"):
        pytest.skip("nobody is followed")
    from dataclasses import replace

    bodies = np.zeros_like(Sense.empty().bodies)
    bodies[0, :8] = (1, 0.5, 0.5, 0.2, 0.8, 0.1, 0.0, 9.0)
    one = replace(sense(160, 90, 255), bodies=bodies)
    made = join([one, one], [LEFT, RIGHT], (320, 90)).bodies
    assert sorted(made[:2, 0]) == [1, 2] and sorted(made[:2, 1]) == [0.25, 0.75] and not made[2:].any()


def test_joined_cameras_are_sampled_and_told_together():
    whole = joined_size([LEFT, RIGHT])
    eyes = [
        (
            name,
            part,
            OfflineCamera("synthetic", seed=seed, width=size_of(part, whole)[0], height=size_of(part, whole)[1]),
        )
        for name, part, seed in (("left", LEFT, 5), ("right", RIGHT, 6))
    ]
    camera = Joined(eyes, whole)
    first = camera.sample(6.0)
    assert first.mask.shape == (90, 320) and camera.sample(6.0) is first
    later = camera.sample(6.5)
    assert later is not first and later.sequence > first.sequence
    status = camera.status()
    assert status["cameras"].keys() == {"left", "right"} and status["state"] == "live" and status["problem"] == ""
    camera.close()
    camera.close()
