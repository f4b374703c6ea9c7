"""Calibrates the cameras to the wall while the show plays: where each sees the canvas, and how late.

What an operator asks for (`/calibrate/...`, `installation cue calibrate`, the console) becomes a state of the wall with a
notice; the camera process looks, and sends points and milliseconds; the result is checked, used at once, and kept beside the
site file. Nothing waits: each frame looks whether something has come, and whatever fails leaves the mapping that was. Called by
the engine through `start`, `prepare` and `draw`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from installation import geometry
from installation.clock import now
from installation.errors import CommandError, DeviceError, Problem, did_you_mean
from installation.geometry import Keeper, Kept
from installation.gpu.textures import Target
from installation.inputs import latency, markers
from installation.inputs.joined import joined_size
from installation.inputs.mapping import fit
from installation.outputs.canvas_light import CanvasLight
from installation.render.calibration_view import CalibrationView, Patch
from installation.render.moment import Kit, Moment
from installation.rigs import Rig, Step, pairs_of, patch_of, told
from installation.wall_calibration import WallCalibration

log = logging.getLogger(__name__)

FADE = 0.8
"""Seconds in which the wall changes to a calibration and back."""
SETTLE = 1.0
"""Seconds after that before anything is measured: projectors and exposures need their time."""
PATIENCE = 25.0
"""Seconds for which the markers are looked for."""
OPEN = 900.0
"""Seconds after which a frame that nobody places corners by is taken from the wall."""
UNSURE = 0.02
"""Seconds: a delay whose breaths differ by more is told. At half a picture's time the wall's light begins to show."""
WORST = 0.006
"""Of the canvas's width: a mapping by markers that is off by more is told."""

NOTICES = {
    "markers": "CALIBRATION. The camera looks for these marks.",
    "latency": "CALIBRATION. The camera measures how fast the wall answers.",
    "corners": "CALIBRATION. An operator can see the camera's picture now.",
    "projectors": "CALIBRATION. Stripes of light will cross the wall; the camera looks at them.",
}
VERBS = ("all", "markers", "latency", "frame", "corners", "forget", "stop", "projectors", "check")


def install(engine: Any, cameras: Sequence[Rig], site: Path | None, problems: list[Problem]) -> None:
    """Gives an engine its calibration: an overlay of the wall, and an output that tells the cameras what is on it."""
    if not cameras:
        return
    wall = engine.wall
    kit = Kit(engine.device, wall.screen, engine.size, engine.show.folder, 0, True, {}, {})
    view = CalibrationView(kit, markers.picture(*engine.size), NOTICES)
    view.rehearse(Moment(0.0, 0.0, engine.size, engine.sensing.sensed), wall.screen.form)
    made = Calibration(view, cameras, geometry.path_of(site), engine.size)
    light = CanvasLight(engine.device, joined_size([rig.part for rig in cameras]), made.put, lambda: made.wants_light)
    engine.calibration = wall.overlay = made
    engine.outputs.append(light)
    problems += made.problems
    made.outputs = [light]


class Calibration:
    """Remembers what is known of each camera, what is on the wall, and what is still to be done."""

    def __init__(self, view: CalibrationView, rigs: Sequence[Rig], path: Path | None, size: tuple[int, int]) -> None:
        """`view` draws it, and is closed with it; `path` is the file in which results are kept (None: nowhere), `size` the canvas
        in pixels."""
        self.rigs = list(rigs)
        self._size = size
        self.keeper = Keeper(path)
        self._view: CalibrationView | None = view
        self._step: Step | None = None
        self._queue: list[tuple[str, Rig]] = []
        self._number = 0
        self.message, self.problem = "", ""
        self.drawn: tuple[str, float, float, Patch] | None = None
        """What this frame shows of it, for the log: mode, how much of it, the patch's level and place."""
        self.wall: WallCalibration | None = None
        """The projectors', where they can be calibrated."""
        found, self.problems = geometry.load(path)
        """What is wrong with the file of last time."""
        for rig in self.rigs:
            rig.kept = found.cameras.get(rig.name, Kept())
            self._use(rig)
        self.outputs: list[CanvasLight] = []
        """What it closes with itself."""
        self._others = {name: kept for name, kept in found.cameras.items() if name not in {r.name for r in self.rigs}}

    # -- what can be asked of it ---------------------------------------------------------------------------------------------

    @property
    def mode(self) -> str:
        """What is on the wall: "", "markers", "latency" or "corners"."""
        return self._step.mode if self._step else ""

    @property
    def shows_camera(self) -> bool:
        """Whether an operator may see the camera's picture: only while the wall says so in full."""
        step = self._step
        return step is not None and step.mode == "corners" and step.ends is None and self._fade() >= 1.0

    @property
    def placed(self) -> int:
        """Which of the cameras has its corners placed, in the site's order; the first while none has."""
        return next((number for number, rig in enumerate(self.rigs) if self._step and rig is self._step.rig), 0)

    def start(self, what: str, args: Sequence[object]) -> None:
        """Begins what an operator asks for. Raises CommandError, and then nothing changes.

        all, markers, latency, frame, forget [CAMERA]; stop; corners [CAMERA] X Y ... with the camera's places of the canvas's
        corners (bottom left, bottom right, top right, top left; 0 to 1, y up), or any four or more X Y U V; projectors, check
        [CAMERA] [OUTPUT ...].
        """
        if what not in VERBS:
            raise CommandError(f"there is nothing to calibrate by {what[:40]}", hint=did_you_mean(what, VERBS))
        if what in ("projectors", "check"):
            self._start_wall("projectors" if what == "projectors" else "check", list(args))
            return
        if self.wall is not None and self.wall.state:
            self.wall.stop()
            for rig in self.rigs:
                self._tell(rig)
        if what == "stop":
            self._queue.clear()
            self._end()
            return
        rigs, rest = self._named(args)
        if what == "corners":
            self._place(rigs[0], rest)
            return
        if rest:
            raise CommandError(f"/calibrate/{what}: a camera's name at most was expected")
        if what == "forget":
            for rig in rigs:
                rig.kept = Kept()
                self._use(rig)
            self._keep("forgotten")
            return
        steps = {"all": ("markers", "latency"), "frame": ("corners",)}.get(what, (what,))
        self._queue = [(step, rig) for step in steps for rig in rigs]
        self.message = self.problem = ""
        self._end()

    def _start_wall(self, what: Literal["projectors", "check"], names: list[object]) -> None:
        """The projectors' calibration, by a camera: it ends whatever else is being calibrated."""
        if self.wall is None:
            raise CommandError("there is no projector to calibrate", hint="play live: installation run")
        rigs = self._named(names[:1])[0] if names and names[0] in [rig.name for rig in self.rigs] else self.rigs
        if not rigs:
            self._named(())
        self.wall.start(what, rigs, names[1:] if rigs is not self.rigs else names, now())
        self._queue.clear()
        self._end()

    def _named(self, args: Sequence[object]) -> tuple[list[Rig], list[object]]:
        """The cameras that a command is for, and what follows."""
        if not self.rigs:
            raise CommandError("there is no camera to calibrate", hint="name one in the site file (camera: source)")
        if not args or not isinstance(args[0], str):
            return self.rigs, list(args)
        found = [rig for rig in self.rigs if rig.name == args[0]]
        if not found:
            names = [rig.name for rig in self.rigs]
            raise CommandError(
                f'no camera is called "{args[0][:60]}"', hint=did_you_mean(args[0], names, label="cameras")
            )
        return found, list(args[1:])

    def _place(self, rig: Rig, values: Sequence[object]) -> None:
        pairs = pairs_of(values)
        try:
            fit(pairs, "corners", self._aspect)
        except DeviceError as error:
            raise CommandError(problems=error.problems) from None
        rig.kept = rig.kept.model_copy(update={"kind": "corners", "pairs": tuple(pairs)})
        self._use(rig)
        self._keep(f"{rig.name}: {rig.mapping.words(self._size[0]) if rig.mapping else ''}")

    # -- one frame (the wall's overlay) ----------------------------------------------------------------------------------------

    def prepare(self, moment: Moment) -> bool:
        """Moves on; whether anything is to be drawn in this frame."""
        self.drawn, at = None, now()
        for problem in self.keeper.problems.drain():
            self.problem = str(problem).replace("\n    ", ". ")
            log.warning("calibration: %s", self.problem)
        if self.wall is not None and self._step is None and not self._queue:
            if not self.wall.state:
                self.wall.wake(self.rigs, at)
            if self.wall.state:
                return self._prepare_wall(self.wall, moment, at)
        step = self._step
        if step is not None and step.ends is None:
            self._listen(step, at)
        if step is not None and step.ends is not None and at >= step.ends:
            self._step = step = None
        if step is None and self._queue:
            step = self._begin(*self._queue.pop(0), at)
        if step is None or self._view is None:
            return False
        level = latency.level(at - self._measured_from(step)) if step.mode == "latency" else 0.0
        self.drawn = (step.mode, self._fade(), level, patch_of(step.rig.part))
        self._view.prepare(moment, *self.drawn)
        return True

    def _prepare_wall(self, wall: WallCalibration, moment: Moment, at: float) -> bool:
        """The projectors' calibration moves on; only its notice lies on the canvas."""
        if (rig := wall.step(at)) is not None:
            self._tell(rig)
        if wall.placed is not None:
            (rig, pairs), wall.placed = wall.placed, None
            by_hand = rig.kept.kind == "corners" and rig.kept.pairs  # then the canvas lies where somebody has placed it
            rig.kept = rig.kept.model_copy(update={"kind": "corners" if by_hand else "projectors", "pairs": pairs})
            self._use(rig)
            self._keep(wall.message)
        fade = wall.notice(at)
        if not fade or self._view is None:
            return False
        self.drawn = ("projectors", fade, 0.0, (0.5, 0.5, 0.0, 0.0))
        self._view.prepare(moment, *self.drawn)
        return True

    def draw(self, canvas: Target) -> None:
        if self._view is not None:
            self._view.draw(canvas)

    def _fade(self) -> float:
        step, at = self._step, now()
        if step is None:
            return 0.0
        fade = min((at - step.began) / FADE, 1.0 if step.ends is None else (step.ends - at) / FADE)
        return min(max(fade, 0.0), 1.0)

    def _measured_from(self, step: Step) -> float:
        return step.began + FADE + SETTLE

    def _begin(self, mode: str, rig: Rig, at: float) -> Step:
        self._number += 1
        self._step = step = Step(mode, rig, at, self._number)
        self._tell(rig)
        log.info("calibration of %s: %s", rig.name, mode)
        return step

    def _end(self) -> None:
        """Fades out what is on the wall; the camera's measurement ends at once."""
        step = self._step
        if step is not None and step.ends is None:
            step.ends = now() + FADE
            self._tell(step.rig)

    def _listen(self, step: Step, at: float) -> None:
        words = step.rig.slot.told()
        said: dict[str, Any] = words[1] if words and words[1].get("task") == step.number else {}
        rig = step.rig
        if step.mode == "corners":
            if at - step.began > OPEN:
                self._end()
        elif step.mode == "markers":
            if said.get("done"):
                self._mapped(rig, said)
                self._end()
            elif at - self._measured_from(step) > PATIENCE:
                seen = int(said.get("markers", 0))
                some = (
                    f"sees only {seen} of the {markers.ACROSS * markers.UP} markers"
                    if seen
                    else "sees none of the markers"
                )
                hint = "does it see the whole wall, in focus? Is the projector on, the room dark enough?"
                silent = "has not answered" if not said else some
                self._fail(rig, silent, hint if said else "is it well? look at the status")
        elif said.get("done"):
            if "problem" in said:
                self._fail(rig, str(said["problem"]), str(said.get("hint", "")))
            else:
                update = {"latency": float(said["latency"]), "spread": float(said["spread"])}
                rig.kept = rig.kept.model_copy(update=update)
                self._keep(f"{rig.name}: {1000 * update['latency']:.0f} ms ± {1000 * update['spread']:.0f}")
                if update["spread"] > UNSURE:
                    self.problem = (
                        f"{rig.name}: the delay wanders by {1000 * update['spread']:.0f} ms. Is this machine busy?"
                    )
                self._end()
        elif at - self._measured_from(step) > latency.LENGTH + latency.LONGEST + 3.0:
            self._fail(rig, "has not answered", "is it well? look at the status")

    def _mapped(self, rig: Rig, said: dict[str, Any]) -> None:
        try:
            mapping = fit(said["pairs"], "markers", self._aspect)
        except DeviceError as error:
            self._fail(rig, error.problems[0].message, error.problems[0].hint)
            return
        rig.kept = rig.kept.model_copy(update={"kind": "markers", "pairs": mapping.pairs})
        rig.mapping = mapping
        self._keep(f"{rig.name}: {mapping.words(self._size[0])}")
        if mapping.residual > WORST:
            self.problem = (
                f"{rig.name}: the mapping is off by {mapping.residual * self._size[0]:.0f} px: is the wall flat?"
            )

    def _fail(self, rig: Rig, what: str, hint: str) -> None:
        self.problem = f"{rig.name}: {what}. {hint[:1].upper()}{hint[1:]}".strip()
        log.warning("calibration: %s", self.problem)
        self._queue = [(mode, other) for mode, other in self._queue if other is not rig]
        self._end()

    # -- what is known -------------------------------------------------------------------------------------------------------

    @property
    def _aspect(self) -> float:
        return self._size[0] / self._size[1]

    def _use(self, rig: Rig) -> None:
        """Makes the mapping of what is kept, and tells the camera."""
        rig.mapping = None
        if rig.kept.pairs:
            try:
                rig.mapping = fit(rig.kept.pairs, rig.kept.kind, self._aspect)
            except DeviceError as error:
                self.problems.append(Problem(f"{rig.name}: {error.problems[0].message}", hint="calibrate it again"))
        self._tell(rig)

    def _tell(self, rig: Rig) -> None:
        step = self._step if self._step and self._step.rig is rig and self._step.ends is None else None
        words: dict[str, Any] = {
            "pairs": [list(pair) for pair in rig.mapping.pairs] if rig.mapping else None,
            "robust": rig.kept.kind == "markers",
            "aspect": self._aspect,
            "own_light": not rig.infrared,
            "part": list(rig.part),
            "latency": rig.kept.latency,
        }
        if step is not None and step.mode == "corners":
            words["aid"] = True
        elif step is not None:
            begin = self._measured_from(step)
            words["task"] = {"kind": step.mode, "number": step.number, "aspect": self._aspect, "begin": begin}
        elif self.wall is not None and (task := self.wall.task(rig)) is not None:
            words["task"] = task
        rig.slot.want(words)

    def _keep(self, message: str) -> None:
        self.message, self.problem = message, ""
        log.info("calibration: %s", message)
        cameras = {**self._others, **{rig.name: rig.kept for rig in self.rigs if rig.kept != Kept()}}
        self.keeper.keep(geometry.Geometry(cameras=cameras))
        for rig in self.rigs:
            self._tell(rig)

    def status(self) -> dict[str, object]:
        """For the status: what is on the wall, what came of it, and what is known of each camera."""
        return {
            "state": self.mode or (self.wall.state if self.wall else "") or "none",
            "wall": self.wall.status(now()) if self.wall else {},
            "camera": self._step.rig.name if self._step else "",
            "message": self.message,
            "problem": self.problem,
            "cameras": [told(rig, self._size[0]) for rig in self.rigs],
        }

    def put(self, canvas: Any, when: float) -> None:
        """Tells every camera that can see it what is on the wall."""
        height, width = canvas.shape[:2]
        for rig in self.rigs:
            left = min(round(rig.part[0] * width), width - rig.slot.width)
            bottom = min(round(rig.part[1] * height), height - rig.slot.height)
            rig.slot.put(canvas[bottom : bottom + rig.slot.height, left : left + rig.slot.width], when)

    @property
    def wants_light(self) -> bool:
        """Whether any camera has a use for the canvas."""
        return self._step is not None or any(rig.mapping is not None and not rig.infrared for rig in self.rigs)

    def close(self) -> None:
        """Frees its pictures, and the slots: the cameras have ended before."""
        self.keeper.close()
        if self.wall is not None:
            self.wall.close()
        for output in self.outputs:
            output.close()
        self.outputs = []
        if self._view is not None:
            self._view.close()
            self._view = None
        for rig in self.rigs:
            rig.slot.close()
