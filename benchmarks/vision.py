"""Measures the vision: how well it sees, on seeds that chose its settings and on seeds that were held back, and what it costs.

`./run bench vision [SECONDS]` does all of it but what is seen under the shipped show's own light, which is `./run bench shipped`;
`./run bench` tells only the cost. Quality is told per condition of the light; the cost is the whole
`Vision.process` of a 640x480 picture over the bare OpenCV calls that it is made of, in one run.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import cv2 as opencv
import numpy as np

from benchmarks import shipped, sight
from benchmarks.interleaved import Ratio, compare, here
from installation.inputs import visits
from installation.inputs.faces import Faces
from installation.inputs.synthetic import SyntheticVisitor
from installation.inputs.vision import Vision

cv2: Any = opencv

GOAL = 1.3
"""Times the bare calls."""
GOAL_MS = 4.0
CENTRE_GOAL = 0.02
FLOW_GOAL = 0.5
ONSET_GOAL, FALSE_GOAL = 0.5, 1.0


def tell_quality(seconds: float = 40.0) -> None:
    """Prints how well it sees: silhouettes and centres, a visitor who stands still, flow, bodies, smiles."""
    for name, seeds in (("development", sight.DEVELOPMENT), ("held back", sight.HELD_BACK)):
        print(f"{name} seeds {seeds}")
        for title, (light, goal) in sight.CONDITIONS.items():
            seen = sight.Seen()
            for seed in seeds:
                seen.add(sight.look(seed, light, seconds=seconds, fps=10.0))
            _tell_seen(title, seen, goal)
        for title, timetable, goal in (
            ("a crowd of seven", visits.CROWD, 0.8),
            ("there at the start, from 12 s after they left", visits.PRESENT, 0.8),
        ):
            seen = sight.Seen()
            begin = 26.0 if timetable is visits.PRESENT else 0.0
            for seed in seeds:
                seen.add(sight.look(seed, timetable=timetable, seconds=max(seconds, 34.0), fps=10.0, begin=begin))
            _tell_seen(title, seen, goal)
        still = [sight.still(seed) for seed in seeds]
        print(f"    still for ten minutes: iou at the end {min(still):.3f} (worst)   goal 0.8")
        flows = [sight.flow_error(seed) for seed in seeds]
        walks = [sight.flow_error(seed, visits.EVENING, 12.0) for seed in seeds]
        print(
            f"    flow at 9.5 px a frame: {statistics.mean(flows):.2f} px of 640 (worst {max(flows):.2f})   goal {FLOW_GOAL}"
        )
        print(f"    flow of the evening's walkers, limbs swinging: {statistics.mean(walks):.2f} px   no goal")
        swaps = [sight.follow(seed) for seed in seeds]
        kept, crossings = sum(k for k, _ in swaps), sum(n for _, n in swaps)
        print(f"    numbers kept through crossings: {kept} of {crossings}   no goal")
        for title, timetable in (("the shipped evening", visits.EVENING), ("close to the wall", visits.CLOSE)):
            smiles = sight.Smiles()
            for seed in seeds:
                smiles.add(sight.smiles(seed, timetable, seconds + 8.0))
            print(f"    smiles, {title}: {smiles}   goal {ONSET_GOAL} s, {FALSE_GOAL:g} a minute")
        print(flush=True)


def tell_shipped() -> None:
    """Prints what is sensed under the shipped scenes' own light; minutes of work for each cue."""
    from installation.gpu.device import Device

    device = Device.headless()
    for cue in shipped.CUES:
        for name, seeds in (("development", sight.DEVELOPMENT[:1]), ("held back", sight.HELD_BACK[:2])):
            told = shipped.Night()
            for seed in seeds:
                told.add(shipped.night(device, seed, cue))
            iou = f"{np.mean(told.ious):.3f}" if told.ious else "nobody seen"
            print(
                f"Living Smiles from cue {cue}, {name}: smiles {told.smiles}; iou {iou}   "
                f"goal {ONSET_GOAL} s, {FALSE_GOAL:g} a minute, 0.8",
                flush=True,
            )
    device.close()


def _tell_seen(title: str, seen: sight.Seen, goal: float) -> None:
    iou, low = np.mean(seen.ious), np.quantile(seen.ious, 0.05)
    centre, far = np.mean(seen.centres), np.quantile(seen.centres, 0.95)
    right = np.mean([a == b for a, b in seen.counts])
    print(
        f"    {title}: iou {iou:.3f} (5 %: {low:.3f}, goal {goal}), centre {100 * centre:.2f} % (95 %: {100 * far:.2f} %, "
        f"goal {100 * CENTRE_GOAL:g} %), ghosts {100 * float(np.mean(seen.ghosts or [0.0])):.2f} %, count right {right:.0%}",
        flush=True,
    )


def contenders(faces: bool = False) -> tuple[Callable[[], None], Callable[[], None]]:
    """(the bare calls, the vision), each for one 640x480 picture a call, of somebody who walks."""
    cv2.setNumThreads(1)
    room = SyntheticVisitor(3, 640, 480)
    looked = [room.frame(index / 30) for index in range(30)]
    walk = [room.frame(5.0 + index / 30) for index in range(60)]
    pictures = walk + walk[::-1]
    vision = Vision(faces=Faces(threaded=True) if faces else None)
    for index, picture in enumerate(looked):
        vision.process(picture, index / 30)
    step = [30, 0]

    def whole() -> None:
        vision.process(pictures[step[0] % 120], step[0] / 30)
        step[0] += 1

    bare = Bare(looked)

    def calls() -> None:
        bare.process(pictures[step[1] % 120])
        step[1] += 1

    return calls, whole


class Bare:
    """The OpenCV calls that the vision is made of, one after the other, with nothing around them."""

    def __init__(self, looked: list[Any]) -> None:
        self.room = np.mean([self.shrunk(picture) for picture in looked], axis=0).astype(np.float32)
        self.flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self.flow.setFinestScale(0)
        self.flow.setPatchStride(4)
        self.flow.setGradientDescentIterations(8)
        self.flow.setVariationalRefinementIterations(2)
        self.cross = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
        self.square, self.wide = np.ones((3, 3), np.uint8), np.ones((7, 7), np.uint8)
        self.before, self.last = np.zeros((90, 160), np.uint8), np.zeros((90, 160), np.uint8)
        self.count = 0

    @staticmethod
    def shrunk(picture: Any) -> Any:
        return cv2.resize(picture[60:420], (320, 180), interpolation=cv2.INTER_AREA)

    def process(self, bgr: Any) -> None:
        picture = self.shrunk(bgr)
        small = cv2.resize(picture, (160, 90), interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        expected = cv2.multiply(self.room, (1.01, 1.01, 1.01, 0.0), dtype=cv2.CV_8U)
        room = cv2.resize(expected, (160, 90), interpolation=cv2.INTER_AREA)
        dim = cv2.cvtColor(room, cv2.COLOR_BGR2GRAY)
        ratio = cv2.divide(cv2.add(grey, 4), cv2.add(dim, 4), dtype=cv2.CV_32F)
        light = cv2.convertScaleAbs(ratio, alpha=128.0)
        guess = cv2.multiply(room, cv2.merge([light, light, light]), scale=1 / 128)
        blue, green, red = cv2.split(cv2.absdiff(small, guess))
        off = cv2.max(cv2.max(blue, green), red)
        able = cv2.bitwise_and(cv2.compare(off, 7.0, cv2.CMP_LT), cv2.inRange(light, 64.0, 192.0))
        total = cv2.boxFilter(cv2.multiply(ratio, able, dtype=cv2.CV_32F), cv2.CV_32F, (21, 21))
        share = cv2.boxFilter(able, cv2.CV_32F, (21, 21))
        field = cv2.divide(cv2.add(total, 7.0), cv2.add(share, 7.0))
        lit = cv2.convertScaleAbs(cv2.resize(field, (320, 180)), alpha=128.0)
        expected = cv2.multiply(expected, cv2.merge([lit, lit, lit]), scale=1 / 128)
        blue, green, red = cv2.split(cv2.absdiff(picture, expected))
        score = cv2.max(cv2.max(blue, green), red)
        strongest = cv2.dilate(score, self.square)
        rough = cv2.compare(score, cv2.max(cv2.convertScaleAbs(strongest, alpha=0.3), 20), cv2.CMP_GT)
        rough = cv2.morphologyEx(rough, cv2.MORPH_OPEN, self.cross)
        rough = cv2.morphologyEx(rough, cv2.MORPH_CLOSE, self.cross)
        if self.count % 12 == 0:  # as often as the vision does
            cv2.multiply(self.room, (1.0, 1.0, 1.0, 0.0), dst=self.room)
            free = cv2.bitwise_not(cv2.dilate(rough, self.wide))
            cv2.accumulateWeighted(picture, self.room, 0.02, mask=free)
        self.count += 1
        part = cv2.max(cv2.erode(rough, self.cross), cv2.min(rough, cv2.divide(score, strongest, scale=293)))
        mask = cv2.resize(part, (160, 90), interpolation=cv2.INTER_AREA)
        hard = cv2.compare(mask, 63, cv2.CMP_GT)
        cv2.connectedComponentsWithStats(hard, connectivity=8, ltype=cv2.CV_16U)
        x, y, wide, high = cv2.boundingRect(mask)
        for band in (slice(y + high // 5, y + high // 2), slice(y + high // 2, y + high * 17 // 20)):  # what they wear
            cv2.mean(small[band, x : x + wide], mask=hard[band, x : x + wide])
        both = cv2.max(mask, self.last)
        x, y, wide, high = cv2.boundingRect(both)  # of the size that the vision works it out in
        wide, high = max(wide + 20, 64), max(high + 20, 64)
        left, top = max(min(x - 10, 160 - wide), 0), max(min(y - 10, 90 - high), 0)
        area = slice(top, min(top + high, 90)), slice(left, min(left + wide, 160))
        flow = self.flow.calc(np.ascontiguousarray(self.before[area]), np.ascontiguousarray(grey[area]), None)
        near = cv2.blur(cv2.dilate(both[area], self.wide), (5, 5))
        weight = cv2.multiply(near, 1.0 / 255, dtype=cv2.CV_32F)
        moved = cv2.multiply(flow, cv2.merge([weight, weight]))
        some = np.ascontiguousarray(moved[::2, ::2])
        cv2.magnitude(some[..., 0], some[..., 1])
        cv2.moments(mask)
        self.before, self.last = grey, mask


def tell_cost(rounds: int, told: Callable[[str, Ratio, Ratio, str], None]) -> None:
    """Prints the ratio beside its A/A control, and the median milliseconds of one picture on one core."""
    calls, whole = contenders()
    ratio, control = compare(here(calls), here(whole), rounds, 30)
    told("vision: mask, flow and bodies of 640x480, over the bare calls", ratio, control, f"at most {GOAL}")
    times = []
    for _ in range(300):
        began = time.process_time()
        whole()
        times.append(time.process_time() - began)
    print(
        f"    {1000 * statistics.median(times):.2f} ms median of one core's time a picture   goal {GOAL_MS:g}\n",
        flush=True,
    )
