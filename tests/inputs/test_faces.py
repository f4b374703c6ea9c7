"""Faces and smiles: where they are looked for, how a smile begins and ends, and a model that can't be loaded."""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
import pytest

from benchmarks.room import SimulatedRoom
from installation.inputs import visits
from installation.inputs.faces import Faces, Rest, even, head_of
from installation.inputs.smile import HOLD, SmileMeter
from installation.inputs.synthetic import SyntheticVisitor


def values(looks: list[float], every: float = 0.125) -> list[float]:
    meter, found = SmileMeter(), []
    for index, breadth in enumerate(looks):
        for part in range(4):
            t = (index + part / 4) * every
            if part == 0:
                meter.look(breadth, t)
            found.append(meter.advance(t, every / 4))
    return found


def test_one_mistake_of_the_detector_is_no_smile():
    assert max(values([0, 0, 1, 0, 0, 0, 1, 1, 0, 0])) < 0.5


def test_a_smile_begins_within_half_a_second_and_holds_through_a_gap():
    found = values([0, 1, 1, 1, 1, 0, 0, 1, 1, 1])
    begin = next(index for index, value in enumerate(found) if value > 0.5)
    assert begin / 32 < 0.5
    assert min(found[begin:]) > 0.5


def test_a_smile_ends_after_it_was_held():
    found = values([1] * 8 + [0] * 24)
    assert found[31] > 0.7
    assert found[31 + round((HOLD - 0.2) * 32)] > 0.5 and found[-1] < 0.05


def test_the_head_of_somebody_cut_off_by_the_edge_is_as_large_as_they_are_wide():
    whole = head_of((0.4, 0.2, 0.15, 0.6), (360, 640, 3))
    near = head_of((0.3, 0.1, 0.4, 0.9), (360, 640, 3))
    assert whole is not None and near is not None
    assert near[2] > 2 * whole[2]
    assert head_of((1.4, 0.2, 0.1, 0.5), (360, 640, 3)) is None


def test_the_real_detectors_tell_a_drawn_smile_from_a_face_at_rest():
    room, faces = SyntheticVisitor(7, timetable=visits.CLOSE), Faces()
    assert not faces.problem
    seen = {True: [], False: []}
    for t in np.arange(6.0, 16.0, 0.5):
        body = room.bodies(float(t))[0]
        box = (body.x - body.width / 2, body.y - body.height / 2, body.width, body.height)
        faces.offer(room.frame(float(t)), [box], float(t))
        (look,) = faces.take()
        assert len(look.faces) == 1
        assert look.faces[0].x == pytest.approx(body.x, abs=0.03)
        if body.smile in (0.0, 1.0):
            seen[body.smile == 1.0].append(look.faces[0].smile)
    assert min(seen[True]) >= 0.5 > max(seen[False])


def test_a_face_that_lies_in_two_visitors_squares_is_one_and_two_faces_stay_two():
    room, faces = SyntheticVisitor(7, timetable=visits.CLOSE), Faces()
    body, picture = room.bodies(8.0)[0], room.frame(8.0)
    left, top = body.x - body.width / 2, body.y - body.height / 2
    boxes = [(left + shift * body.width, top, body.width, body.height) for shift in (-0.2, 0.0, 0.15)]
    faces.offer(picture, boxes, 8.0)
    (look,) = faces.take()
    assert len(look.faces) == look.count == 1
    assert look.faces[0].x == pytest.approx(body.x, abs=0.03)
    beside = np.hstack([picture, picture])
    boxes = [(side + left / 2, top, body.width / 2, body.height) for side in (0.0, 0.5)]
    faces.offer(beside, boxes, 9.0)
    assert len(faces.take()[0].faces) == 2


def test_no_two_faces_of_a_crowd_lie_on_each_other_and_there_are_no_more_than_visitors():
    room, faces, together = SyntheticVisitor(21, timetable=visits.CROWD), Faces(), 0
    for t in np.arange(9.0, 17.0, 0.5):
        people = room.bodies(float(t))
        boxes = [(body.x - body.width / 2, body.y - body.height / 2, body.width, body.height) for body in people]
        faces.offer(room.frame(float(t)), boxes, float(t))
        (look,) = faces.take()
        found = look.faces
        for index, a in enumerate(found):  # the middle of none lies in another
            assert not any(abs(a.x - b.x) < b.width / 2 and abs(a.y - b.y) < b.height / 2 for b in found[:index])
        assert look.count <= len(people)
        together += len(found) > 1
    assert together > 3


def test_faces_that_wait_for_their_turn_are_counted():
    room, faces = SyntheticVisitor(7, timetable=visits.CLOSE), Faces()
    body, picture = room.bodies(8.0)[0], room.frame(8.0)
    six = np.hstack([picture] * 6)
    left, top = body.x - body.width / 2, body.y - body.height / 2
    boxes = [((place + left) / 6, top, body.width / 6, body.height) for place in range(6)]
    for index in range(4):
        faces.offer(six, boxes, 8.0 + 0.12 * index)
    looks = faces.take()
    assert [look.count for look in looks] == [4, 6, 6, 6]
    faces.offer(picture, [(left, top, body.width, body.height)], 9.0)
    assert faces.take()[0].count == 1


def test_looks_keep_their_distance():
    room, faces = SyntheticVisitor(7, timetable=visits.CLOSE), Faces()
    picture = room.frame(8.0)
    for index in range(30):
        faces.offer(picture, [(0.4, 0.1, 0.3, 0.9)], 8.0 + index / 30)
    assert 6 <= len(faces.take()) <= 9


@pytest.mark.parametrize("content", [None, b"no model at all"])
def test_a_model_that_cannot_be_loaded_is_told_and_opencvs_own_detectors_look(tmp_path, content):
    path = tmp_path / "faces.onnx"
    if content is not None:
        path.write_bytes(content)
    faces = Faces(str(path))
    assert "faces.onnx" in faces.problem and "YuNet" in faces.problem
    room = SyntheticVisitor(7, timetable=visits.CLOSE)
    faces.offer(room.frame(8.0), [(0.0, 0.0, 1.0, 1.0)], 8.0)
    assert len(faces.take()) == 1


def rest_of(looks: list[tuple[int, float]]) -> Rest:
    return Rest(0.5, 0.5, 0.0, deque(looks), (270.0, 150.0, 60.0, 60.0), deque([60.0]))


def test_the_mouth_stays_where_it_is_when_one_look_takes_the_face_for_larger_or_loses_it():
    room, faces, squares = SyntheticVisitor(7, timetable=visits.CLOSE), Faces(), []
    body = room.bodies(8.0)[0]
    box = (body.x - body.width / 2, body.y - body.height / 2, body.width, body.height)
    for index in range(6):
        faces.offer(room.frame(8.0 + 0.01 * index), [box], 8.0 + 0.12 * index)
        (face,) = faces.take()[-1].faces
        squares.append(face.width)
    assert max(squares) < 1.15 * min(squares)
    empty = np.full_like(room.frame(8.0), 90)
    faces.offer(empty, [box], 8.8)
    (held,) = faces.take()
    assert held.count == 0 and len(held.faces) == 1 and held.faces[0].smile == 0.0
    faces.offer(empty, [box], 9.4)
    assert not faces.take()[0].faces


def test_a_face_that_rests_broadly_is_judged_by_its_own_rest():
    new, broad, narrow = (rest_of([(hits, 60.0) for hits in looks]) for looks in ([], [60] * 9, [15] * 9))
    assert narrow.half(60.0) < new.half(60.0) < broad.half(60.0)
    # Above the most hits at rest that were seen, and below the fewest in a smile of a face that rests so narrowly.
    assert broad.half(60.0) > 75 and narrow.half(60.0) < 70
    assert broad.half(30.0) == new.half(30.0)  # of another size: nothing is known
    smiling = rest_of([(140, 60.0)] * 40)
    assert smiling.half(60.0) < 140  # who smiled from the beginning still does


def test_light_that_falls_across_a_face_is_taken_out_and_its_features_stay():
    rng = np.random.default_rng(1)
    face = cv2.resize(rng.integers(60, 200, (40, 40)).astype(np.uint8), (120, 120))
    slope = np.linspace(0.3, 1.0, 120)[None, :]
    lit = np.asarray(np.round(face * slope), np.uint8)
    plain, evened = even(face, 80).astype(float), even(lit, 80).astype(float)
    inside = slice(15, -15), slice(15, -15)
    assert np.abs(lit.astype(float) - face)[inside].mean() > 30
    assert np.abs(evened - plain)[inside].mean() < 6 and plain[inside].std() > 10


def test_a_smile_under_the_light_of_a_mural_is_one():
    """A small, far face in a dim room, on which a projector throws patches that wander."""
    x, y = np.meshgrid(np.arange(32), np.arange(18))

    def canvas(at: float) -> np.ndarray:
        return np.repeat((45 + 40 * np.sin(0.5 * x + 0.7 * y + at))[..., None], 3, axis=2).astype(np.uint8)

    room, faces, told = SimulatedRoom(3, canvas, height=480), Faces(), {True: [], False: []}
    for t in np.arange(6.25, 10.5, 0.25):
        body = max(room.bodies(float(t)), key=lambda body: body.height)
        box = (body.x - body.width / 2, body.y - body.height / 2, body.width, body.height)
        faces.offer(room.frame(float(t)), [box], float(t))
        (look,) = faces.take()
        if body.smile in (0.0, 1.0):
            told[body.smile == 1.0] += [face.smile for face in look.faces]
    assert len(told[True]) > 5 and min(told[True]) >= 0.5 > max(told[False])
