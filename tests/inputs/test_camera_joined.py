"""Several cameras as one: what they sense lies where they look."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from installation.inputs.joined import Joined, join, joined_size, size_of
from installation.inputs.offline import OfflineCamera
from installation.inputs.sense import BODY, Sense
from installation.inputs.together import Together

LEFT, RIGHT = (0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 0.5, 1.0)


def sense(width: int, height: int, level: int, centre=(0.5, 0.5), count: int = 1) -> Sense:
    mask, flow = np.full((height, width), level, np.uint8), np.full((height, width, 2), 0.4, np.float32)
    return Sense(mask, flow, level / 255, 0.5, centre, count, 1, 3.0 + level, "test", True)


def test_two_halves_lie_side_by_side_with_their_flow_and_middle_on_the_canvas():
    whole = joined_size([LEFT, RIGHT])
    assert whole == (320, 90) and size_of(LEFT, whole) == (160, 90)
    made = join([sense(160, 90, 255, (0.5, 0.2), 2), sense(160, 90, 100)], [LEFT, RIGHT], whole, Together())
    assert made.mask.shape == (90, 320) and (made.mask[:, :160] == 255).all() and (made.mask[:, 160:] == 100).all()
    assert np.allclose(made.flow, 0.2)  # widths of the canvas a second, not of the half
    assert made.count == 3 and made.presence == 1.0 and made.live and made.motion == 0.25
    assert 0.25 < made.centre[0] < 0.5 and made.when == 103.0


def test_where_cameras_overlap_the_stronger_silhouette_stays():
    made = join(
        [sense(160, 90, 255), sense(160, 90, 50)], [(0.0, 0.0, 0.6, 1.0), (0.4, 0.0, 0.6, 1.0)], (267, 90), Together()
    )
    assert made.mask[45, 130] == 255 and made.mask[45, 260] == 50 and made.mask.shape == (90, 267)


def test_nobody_in_front_of_any_is_nobody():
    made = join([Sense.empty(160, 90), Sense.empty(160, 90)], [LEFT, RIGHT], (320, 90), Together())
    assert made.presence == 0 and not made.mask.any() and made.centre == (0.5, 0.5) and not made.live


def test_bodies_keep_numbers_of_their_own():
    bodies = np.zeros_like(Sense.empty().bodies)
    bodies[0, :8] = (1, 0.5, 0.5, 0.2, 0.8, 0.1, 0.0, 9.0)
    one = replace(sense(160, 90, 255), bodies=bodies)
    made = join([one, one], [LEFT, RIGHT], (320, 90), Together()).bodies
    assert sorted(made[:2, 0]) == [1, 2] and sorted(made[:2, 1]) == [0.25, 0.75] and not made[2:].any()


def somebody(number: float, x: float, width: float, age: float, hands: float = 0.0, y: float = 0.4) -> np.ndarray:
    return np.array([number, x, y, width, 0.8, 0.1, 0.0, age, hands, 1.0], np.float32)


def test_a_visitor_whom_two_cameras_see_counts_once_and_keeps_the_number_on_the_way_from_one_to_the_other():
    together, numbers = Together(), []
    for x in np.linspace(0.2, 0.8, 25):  # the first camera sees up to 0.6, the second from 0.4 on
        first = [somebody(11, (x - 0.05 + min(x + 0.05, 0.6)) / 2, min(x + 0.05, 0.6) - x + 0.05, 5.0 + x, 1.0)]
        second = [somebody(22, (max(x - 0.05, 0.4) + x + 0.05) / 2, x + 0.05 - max(x - 0.05, 0.4), x, 1.0)]
        seen = [np.array(first if x < 0.62 else []), np.array(second if x > 0.38 else [])]
        counted = together.count([one.reshape(-1, len(BODY)) for one in seen])
        assert len(counted.bodies) == 1
        assert counted.hands_twice == counted.twice == len(seen[0]) + len(seen[1]) - 1
        numbers.append(float(counted.bodies[0, 0]))
    assert set(numbers) == {11.0}


def test_a_visitor_whom_the_edge_between_two_cameras_cuts_counts_once_and_two_side_by_side_count_twice():
    halves = [np.array([somebody(1, 0.45, 0.1, 9.0)]), np.array([somebody(2, 0.53, 0.06, 3.0)])]
    whole = Together().count(halves).bodies
    assert len(whole) == 1 and abs(whole[0, 3] - 0.16) < 1e-5
    apart = [np.array([somebody(1, 0.4, 0.1, 9.0)]), np.array([somebody(2, 0.56, 0.1, 3.0)])]
    assert len(Together().count(apart).bodies) == 2
    low = [np.array([somebody(1, 0.45, 0.1, 9.0)]), np.array([somebody(2, 0.53, 0.06, 3.0, y=0.9)])]
    assert len(Together().count(low).bodies) == 2


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
