"""`./run bench [ROUNDS]`: every ratio beside its A/A control, and whether it reaches its goal.

`./run bench reloads [COUNT]`: thousands of saves of a shader, and what they leave behind.
`./run bench flows [ROUNDS]`: flows alone.
`./run bench log [ROUNDS]`: what the log of a night costs.
`./run bench record [ROUNDS]`: what a recording costs the live frame, and a render against drawing and encoding apart.
`./run bench own [ROWS]`: a curator's file of a million rows, from CSV to the wall.
`./run bench osc [SECONDS]`: 32,000 OSC messages a second, and what python-osc's servers take.
`./run bench fuzz [COUNT]`: 100,000 random and broken packets over UDP, TCP and WebSocket each, and hostile HTTP.
`./run bench camera-faults [TIMES] [SEED]`: everything that cameras do wrong, in random order, to a running show.
`./run bench own-light [SEEDS]`: the camera on its own projection, in simulated rooms.
`./run bench projection [ROUNDS]`: a site of three projectors, over the same meshes bare.
`./run bench drag [FRAMES]`: what a frame costs while somebody drags a surface of such a site.
`./run bench vision [SECONDS]`: how well the camera's vision sees synthetic visitors, SECONDS of each, and what it costs.
`./run bench projectors [SEEDS]`: projectors laid by a camera, on flat walls and cylinders whose truth is known; six minutes.
`./run bench shipped`: the same under the light of the shipped show, which plays with what is sensed; half an hour.
"""

from __future__ import annotations

import sys

from benchmarks import (
    camera_faults,
    data,
    drag,
    flows,
    frame,
    fuzz,
    guard,
    isf,
    log,
    osc,
    own,
    own_light,
    projection,
    projectors,
    record,
    reloads,
    vision,
)
from benchmarks.interleaved import Ratio, compare, here
from installation.gpu.device import Device


def told(name: str, ratio: Ratio, control: Ratio, goal: str) -> None:
    print(f"{name:52} {ratio}\n{'    the same against itself (A/A)':52} {control}\n    goal: {goal}\n", flush=True)


def main() -> int:
    if sys.argv[1:2] == ["reloads"]:
        reloads.main(*(int(count) for count in sys.argv[2:3]))
        return 0
    if sys.argv[1:2] == ["osc"]:
        osc.main(*(float(seconds) for seconds in sys.argv[2:3]))
        return 0
    if sys.argv[1:2] == ["fuzz"]:
        return fuzz.main(*(int(count) for count in sys.argv[2:3]))
    if sys.argv[1:2] == ["camera-faults"]:
        camera_faults.main(*(int(number) for number in sys.argv[2:4]))
        return 0
    if sys.argv[1:2] == ["projectors"]:
        return projectors.main(*(int(count) for count in sys.argv[2:3]))
    if sys.argv[1:2] == ["own"]:
        own.main(*(int(count) for count in sys.argv[2:3]))
        return 0
    if sys.argv[1:2] == ["flows"]:
        flows.tell(Device.headless(), int(sys.argv[2]) if len(sys.argv) > 2 else 15, told)
        return 0
    if sys.argv[1:2] == ["log"]:
        log.tell(Device.headless(), int(sys.argv[2]) if len(sys.argv) > 2 else 15, told)
        return 0
    if sys.argv[1:2] == ["record"]:
        record.tell(int(sys.argv[2]) if len(sys.argv) > 2 else 15, told)
        return 0
    if sys.argv[1:2] == ["projection"]:
        projection.tell(Device.headless(), int(sys.argv[2]) if len(sys.argv) > 2 else 15, told)
        return 0
    if sys.argv[1:2] == ["drag"]:
        drag.main(*(int(count) for count in sys.argv[2:3]))
        return 0
    if sys.argv[1:2] == ["own-light"]:
        own_light.main(*(int(count) for count in sys.argv[2:3]))
        return 0
    if sys.argv[1:2] == ["shipped"]:
        vision.tell_shipped()
        return 0
    if sys.argv[1:2] == ["vision"]:
        vision.tell_cost(15, told)
        vision.tell_quality(*(float(count) for count in sys.argv[2:3]))
        return 0
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    device = Device.headless()
    print(f"{device.renderer}, OpenGL {device.version}; {rounds} rounds; ratios of wall time, median [quartiles]\n")
    for layers, effect_on, size, repeats in ((10, 2, (1280, 720), 1), (10, 2, (64, 36), 20)):
        bare, whole, calls, engine = frame.contenders(device, layers, effect_on, size)
        ratio, control = compare(here(bare), here(whole), rounds, repeats)
        name = f"frame: {layers} layers, {layers // effect_on} effects, {size[0]}x{size[1]}, {calls} calls"
        goal = (
            f"at most {frame.GOAL}" if size[0] > 1000 else "none: shows the engine's own cost where pixels cost nothing"
        )
        told(name, ratio, control, goal)
        passes = 2 * layers + layers // effect_on + 1
        over = (ratio.wall - 1) * ratio.reference_ms / passes * 1000
        print(f"    engine's own time: about {over:.0f} µs a pass ({passes} passes)\n")
        engine.close()
    guard.tell(device, rounds, told)
    log.tell(device, rounds, told)
    projection.tell(device, rounds, told)
    isf.tell(device, rounds, told)
    vision.tell_cost(rounds, told)
    plays, held, work, view = data.contenders(device)
    for title, contender, goal in (("years play", plays, data.GOAL), ("nothing changes", held, data.STILL_GOAL)):
        ratio, control = compare(here(work), here(contender), rounds, 10)
        name = f"data: {data.MARKS:,} marks, {data.BOUND} bound parameters; {title}"
        told(name, ratio, control, f"at most {goal} of a frame at 60")
    view.close()
    flows.tell(device, rounds, told)
    device.free_doomed()
    return 0


if __name__ == "__main__":
    sys.exit(main())
