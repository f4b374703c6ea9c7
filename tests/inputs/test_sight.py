"""How well the vision sees synthetic visitors, held to floors on short scenes. The benchmark measures it in full."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import sight
from installation.inputs import visits
from installation.inputs.crowd import assign
from installation.inputs.room import Light
from installation.inputs.synthetic import SyntheticVisitor
from installation.inputs.vision import Vision


@pytest.mark.parametrize("title", ["normal light", "local shadow", "white balance", "exposure jumps"])
def test_silhouettes_are_the_visitors_in_every_light(title):
    light, goal = sight.CONDITIONS[title]
    seen = sight.look(3, light, seconds=14.0, fps=8.0)
    assert np.mean(seen.ious) >= goal
    assert np.mean(seen.centres) < 0.02
    assert np.mean(seen.ghosts) < 0.002


def test_who_was_there_at_the_start_leaves_no_ghost_and_the_next_visitor_is_seen():
    seen = sight.look(3, timetable=visits.PRESENT, seconds=34.0, fps=6.0, begin=20.0)
    assert np.mean(seen.ious) > 0.9 and max(seen.ghosts) < 0.005


def test_flow_follows_who_crosses_quickly():
    assert sight.flow_error(3, seconds=5.6) <= 0.5


def test_a_visitor_keeps_their_number_while_they_walk_and_stand():
    room, vision = SyntheticVisitor(0, timetable=visits.STILL), Vision()
    numbers, ages = set(), []
    for index in range(160):
        t = 3.0 + index / 10 if index > 9 else index / 10
        for body in vision.process(room.frame(t), t).people:
            numbers.add(body.number)
            ages.append(body.age)
    assert len(numbers) == 1
    assert ages == sorted(ages) and ages[-1] > 5


def figure(x: int, colour: tuple[int, int, int]) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int, int]]:
    return (x - 14, 60), (x + 14, 170), colour


def test_two_who_pass_before_each_other_keep_their_numbers():
    vision, wall = Vision(), np.full((180, 320, 3), 110, np.uint8)
    for index in range(31):
        vision.process(wall, index / 30)
    seen = []
    for index in range(150):
        picture = wall.copy()
        for corner, other, colour in (
            figure(40 + index * 8 // 5, (30, 30, 200)),
            figure(280 - index * 8 // 5, (200, 60, 30)),
        ):
            cv2.rectangle(picture, corner, other, colour, -1)
        seen.append(sorted(vision.process(picture, (31 + index) / 30).people, key=lambda body: body.x))
    first, last = seen[20], seen[-1]
    assert len(first) == len(last) == 2
    assert [body.number for body in last] == [body.number for body in reversed(first)]
    assert first[0].vx == pytest.approx(1.6 * 30 / 320, rel=0.15) and first[1].vx < 0


def test_a_hand_that_waves_is_raised_and_one_that_hangs_is_not():
    room, vision, right = SyntheticVisitor(3), Vision(), []
    for index in range(110):
        t = index / 8
        hands = vision.process(room.frame(t), t).hands
        people = room.people(t)
        if len(people) == 1 and people[0].swing == 0 and people[0].wave in (0.0, 1.0):
            right.append(hands == people[0].wave)
    assert len(right) > 10 and np.mean(right) > 0.85


def test_no_more_than_sixteen_are_followed():
    vision, wall = Vision(), np.full((180, 320, 3), 110, np.uint8)
    for index in range(45):
        picture = wall.copy()
        if index > 30:
            for x in range(20):
                cv2.rectangle(picture, (x * 16, 60), (x * 16 + 9, 120), (30, 30, 200), -1)
        sense = vision.process(picture, index / 30)
    assert sense.count == len(sense.people) == 16


def test_a_smile_is_seen_within_half_a_second_and_a_face_at_rest_is_none():
    found = sight.smiles(7, visits.CLOSE, 15.0)
    assert found.onsets and max(found.onsets) <= 0.5
    assert found.missed == found.false == 0


def test_the_truth_of_the_flow_is_where_the_cloth_goes():
    room = SyntheticVisitor(3, timetable=visits.GLIDE)
    flow = room.flow(5.0, 5.0 + 1 / 30)
    there = np.isfinite(flow[..., 0])
    assert there.any() and np.allclose(np.abs(np.median(flow[there], axis=0)), (9.5, 0), atol=0.3)
    now, then = (cv2.cvtColor(room.frame(t), cv2.COLOR_BGR2GRAY) for t in (5.0, 5.0 + 1 / 30))
    y, x = np.mgrid[0 : room.height, 0 : room.width].astype(np.float32)
    moved = cv2.remap(then, x + np.nan_to_num(flow[..., 0]), y + np.nan_to_num(flow[..., 1]), cv2.INTER_LINEAR)
    inside = cv2.erode(there.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert np.abs(moved.astype(float) - now)[inside].mean() < 0.5 * np.abs(then.astype(float) - now)[inside].mean()


def test_the_light_does_what_is_asked_of_it_and_nothing_before_two_seconds():
    light = Light(drift=0.15, shadow=0.35, balance=0.12)
    assert light.gains(1.0) == (1.0, 1.0, 1.0) and light.shade(1.0, 64, 36) is None
    assert max(light.gains(t)[1] for t in range(60)) == pytest.approx(1.15, abs=0.01)
    shade = light.shade(8.0, 64, 36)
    assert shade is not None and shade.min() == pytest.approx(0.65, abs=0.02) and shade.max() > 0.99


def test_two_who_meet_stop_and_turn_back_keep_their_numbers():
    vision, wall = Vision(), np.full((180, 320, 3), 110, np.uint8)
    for index in range(31):
        vision.process(wall, index / 30)
    seen = []
    for index in range(180):
        picture = wall.copy()
        way = min(index, 75) - max(index - 105, 0)  # together for a second
        for x, trunk, legs in ((60 + way, (30, 30, 200), (40, 40, 40)), (240 - way, (200, 60, 30), (170, 170, 170))):
            cv2.rectangle(picture, (x - 17, 60), (x + 17, 115), trunk, -1)
            cv2.rectangle(picture, (x - 17, 116), (x + 17, 170), legs, -1)
        seen.append(sorted(vision.process(picture, (31 + index) / 30).people, key=lambda body: body.x))
    assert [len(people) for people in (seen[40], seen[90], seen[-1])] == [2, 2, 2]
    assert [body.number for body in seen[-1]] == [body.number for body in seen[40]]


@given(st.integers(1, 4), st.integers(1, 4), st.data())
@settings(max_examples=60, deadline=None)
def test_blobs_are_assigned_to_visitors_at_the_least_cost_of_all(rows, columns, data):
    cost = st.sampled_from([0.0, 0.1, 0.25, 0.7, 3.0, 1e6])
    costs = [[data.draw(cost) for _ in range(columns)] for _ in range(rows)]
    taken = [(row, column) for row, column in enumerate(assign(costs)) if column is not None]
    assert len(taken) == len({column for _, column in taken}) == min(rows, columns)
    ways = (
        sum(costs[row][column] for row, column in zip(some, order, strict=True))
        for some in itertools.combinations(range(rows), len(taken))
        for order in itertools.permutations(range(columns), len(taken))
    )
    assert sum(costs[row][column] for row, column in taken) == pytest.approx(min(ways))
