"""Calibrates projectors by a camera while the show plays: stripes of light go over the wall, and the canvas lies right again.

Each output in turn shows its patterns, the others are dark; the camera's process looks, and sends places; a thread makes surfaces
of them, which are laid at the edge of a frame. The check of the morning does the same with fewer patterns, and mends what has
drifted. Nothing waits: each frame looks whether something has come, and whatever fails leaves the alignment that was. Called by
`calibration`, which owns the cameras.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from installation import wall_memory
from installation.beside import sweep
from installation.errors import CommandError, InstallationError, Problem, did_you_mean
from installation.inputs.mapping import CORNERS, Pair
from installation.mailbox import Commands, Latest, Worker
from installation.outputs.surfaces import Laid
from installation.rigs import CameraStatus, Rig, one_of
from installation.scene.sites import SiteFile
from installation.wall_drift import Drift, drifts, moved_warp, remembered
from installation.wall_fit import Wall, fit_wall
from installation.wall_memory import Memory, known
from installation.wall_morning import Morning
from installation.wall_places import of_words
from installation.wall_run import AGAIN, NOTICE, PATIENCE, SHORTEST, Kind, Outputs, Run, Throwing, sighted

log = logging.getLogger(__name__)


def install(
    engine: Any, projecting: Any, there: Callable[[], Collection[str]], site: SiteFile, path: Path | None
) -> None:
    """Lets the cameras of an engine calibrate its projectors. `projecting`: `align.projecting`; `there`: the outputs that throw
    light just now; `path`: the site file."""
    if engine.calibration is None:
        return
    width, height = engine.size
    cameras = partial(one_of, engine.sensing.senses.status)
    made = WallCalibration(Throwing(projecting, there), path, width / height, cameras, site.check.corrects)
    if site.check.morning:
        made.morning = Morning(site.opening)
    engine.calibration.wall = made


class WallCalibration:
    """Remembers what is on the wall, what the camera has said, and what it saw when the projectors were calibrated."""

    def __init__(
        self, outputs: Outputs, site: Path | None, aspect: float, camera: CameraStatus, corrects: float = 8.0
    ) -> None:
        """`aspect`: the canvas's width over its height; `camera`: how one is, by its name; `corrects`: pixels that are mended."""
        self._outputs, self._aspect, self._camera, self._corrects = outputs, aspect, camera, corrects
        self._path = wall_memory.path_of(site)
        sweep(self._path)
        self.memory, self._of_file = wall_memory.load(self._path)
        self._queue: list[Run] = []
        self._run: Run | None = None
        self._began: float | None = None
        self._number = 1_000_000  # the cameras' own calibration counts from 1
        self._worker: Worker | None = None
        self._writer: Worker | None = None
        self._fitted: Latest[Wall | dict[str, Drift] | InstallationError] = Latest()
        self._told: Commands[Problem] = Commands()
        self.message, self.problem = "", ""
        self.morning: Morning | None = None
        self.unseen = False
        """Whether the last check could not read a projector, or could not be: something may have been warming up."""
        self.report: list[str] = []
        """What came of the last one, a line for each thing."""
        self.placed: tuple[Rig, tuple[Pair, ...]] | None = None
        """Where the canvas was found in a camera's picture; `calibration` takes it over."""

    # -- what can be asked of it -------------------------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """ "", "projectors" or "check"."""
        return self._run.kind if self._run else ""

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with what was kept, and with the last calibration or check."""
        return [*self._of_file, *([Problem(f"projectors: {self.problem}")] if self.problem else [])]

    def start(self, kind: Kind, rigs: Sequence[Rig], names: Sequence[object], at: float) -> None:
        """Begins. `names`: of the outputs, none for all; `rigs`: the cameras, of which a calibration takes the first. Raises
        CommandError, and then nothing changes."""
        sizes = dict(self._outputs.sizes)
        chosen = [_name(name) for name in names] or (list(sizes) if kind == "projectors" else list(self.memory.outputs))
        if not sizes:
            raise CommandError("no output shows the canvas", hint="is a projector connected? look at the status")
        if strange := [name[:60] for name in map(_name, names) if name not in sizes]:
            hint = did_you_mean(strange[0], list(sizes), label="outputs")
            raise CommandError(f'no output is called "{strange[0]}", or it isn\'t there', hint=hint)
        runs: list[Run] = []
        if kind == "projectors":
            runs = [Run(kind, rigs[0], chosen, sizes)]
        else:
            for rig in rigs:
                own = [
                    n
                    for n in chosen
                    if n in sizes and n in self.memory.outputs and self.memory.outputs[n].camera == rig.name
                ]
                if own:
                    runs.append(Run(kind, rig, own, sizes))
            if not runs:
                raise CommandError(
                    "there is nothing to check by", hint="calibrate first: installation cue calibrate projectors"
                )
        runs = sighted(runs, self._camera)
        self.stop()
        self._queue = runs
        self.problem, self.report = "", []
        count = sum(len(run.outputs) for run in runs)
        seconds = sum(run.left for run in runs)
        self.message = (
            f"{count} projector{'s' if count > 1 else ''}, about {seconds:.0f} seconds: keep out of their light"
        )
        log.info("calibration of the projectors: %s", self.message)
        self._begin(at)

    def stop(self) -> None:
        """Ends it at once, and shows the canvas again; nothing has changed."""
        self._queue.clear()
        if self._run is not None:
            self._show_canvas()
            self._run = None
            self.message = "stopped: nothing has changed"

    def morning_check(self, rigs: Sequence[Rig], at: float) -> None:
        """Begins the check of the morning; where it can't be, that is the problem that is told."""
        try:
            if self._outputs.busy:
                raise CommandError("somebody is aligning", hint="check later: installation cue calibrate check")
            self.start("check", rigs, (), at)
        except CommandError as error:
            problem, self.unseen = error.problems[0], True  # once more: a camera may be opening
            self.problem = f"no check of the projectors this time: {problem.message}. {problem.hint}"
            log.warning("%s", self.problem)

    def wake(self, rigs: Sequence[Rig], at: float) -> None:
        """Between calibrations, each frame: whether the check of the morning is due."""
        if self.morning is not None and self.morning.due(at, again=self.unseen):
            self.morning_check(rigs, at)

    # -- one frame ---------------------------------------------------------------------------------------------------------------

    def notice(self, at: float) -> float:
        """How much of the notice is on the wall: 0..1."""
        run = self._run
        if run is None or run.number or self._began is None:
            return 0.0
        return float(min(max(at - self._began, 0.0) / 0.8, 1.0))

    def task(self, rig: Rig) -> dict[str, Any] | None:
        """What a camera is to look for now."""
        run = self._run
        if run is None or run.rig is not rig or run.index < 0 or run.turn >= len(run.outputs):
            return None
        return run.task

    def step(self, at: float) -> Rig | None:
        """Moves on; gives the camera that is to be told something new."""
        for problem in self._told.drain():
            self.problem = str(problem).replace("\n    ", ". ")
        run = self._run
        if run is None or self._began is None or at - self._began < NOTICE:
            return None
        if run.turn >= len(run.outputs):
            self._finish(run, at)
            return None
        if run.index < 0:
            return self._next(run, at)
        said = self._answer(run)
        if said.get("again") and run.again < AGAIN:
            if at - run.shown < SHORTEST:
                return None
            run.again, run.answered, run.index = run.again + 1, at, -1
            log.info(
                "calibration of the projectors: %s %s; from the first pattern again", run.rig.name, said["problem"]
            )
            return self._next(run, at)
        if "problem" in said:
            return self._failed(run, f"the camera {said['problem']}. {said.get('hint', '')!s}", at)
        if int(said.get("taken", -1)) >= run.index and at - run.shown >= SHORTEST:
            run.answered = at
            if said.get("done"):
                self._seen(run, said)
            return self._next(run, at)
        if at - max(run.shown, run.answered) > PATIENCE:
            return self._failed(run, "the camera has not answered. Is it well? Look at the status", at)
        return None

    def _begin(self, at: float) -> None:
        self._run, self._began = (self._queue.pop(0), at) if self._queue else (None, None)

    def _answer(self, run: Run) -> dict[str, Any]:
        told = run.rig.slot.told()
        return told[1] if told and told[1].get("task") == run.number else {}

    def _next(self, run: Run, at: float) -> Rig | None:
        """The next pattern, of this output or the next; the outputs are dark while it is worked out what was seen."""
        if run.index < 0 or run.index + 1 >= len(run.patterns(run.outputs[run.turn])):
            if run.index >= 0:
                run.turn, run.again = run.turn + 1, 0
            run.index = -1
            self._number += 1
            run.number = self._number
        if run.turn >= len(run.outputs):
            self._fit(run)
            return run.rig
        output = run.outputs[run.turn]
        if output not in self._outputs.sizes or self._outputs.sizes[output] != run.sizes[output]:
            run.failed[output] = "it was disconnected meanwhile"
            run.turn, run.again = run.turn + 1, 0
            return self._next(run, at)
        run.index += 1
        run.shown = at
        self._outputs.pattern(output, run.patterns(output)[run.index])
        return run.rig

    def _seen(self, run: Run, said: Mapping[str, Any]) -> None:
        output = run.outputs[run.turn]
        try:
            run.seen[output] = of_words(said["places"])
        except (ValueError, KeyError, TypeError):
            run.failed[output] = "what the camera said of it can't be read"

    def _failed(self, run: Run, why: str, at: float) -> Rig:
        """The camera can't: nothing changes, and the canvas is back."""
        self._show_canvas()
        self._run, self.message = None, ""
        self.problem = f"{run.rig.name}: {why}"
        log.warning("calibration of the projectors: %s", self.problem)
        self._begin(at)
        return run.rig

    def _show_canvas(self) -> None:
        for name in self._outputs.names:
            self._outputs.pattern(name, None)

    # -- what comes of it --------------------------------------------------------------------------------------------------------

    def _fit(self, run: Run) -> None:
        """Works it out in a thread of its own: a frame has no time for it."""
        self._show_canvas()
        if run.kind == "check":
            before = {output: self.memory.places(output) for output in run.outputs if output in self.memory.outputs}
            canvas = None
        else:
            before = {}
            by_hand = run.rig.kept.kind == "corners" and run.rig.kept.pairs
            canvas = run.rig.kept.pairs if by_hand else None
            if canvas is None and len(run.outputs) < len(self._outputs.sizes):
                canvas = self.memory.canvas.get(run.rig.name)
        fitted: Latest[Wall | dict[str, Drift] | InstallationError] = Latest()
        self._fitted = fitted

        def work(_: Worker) -> None:
            try:
                if run.kind == "check":
                    fitted.put(drifts(before, run.seen, self._corrects))
                else:
                    fitted.put(fit_wall(run.seen, self._aspect, canvas))
            except InstallationError as error:
                fitted.put(error)

        self._worker = Worker("projectors", work).start()

    def _finish(self, run: Run, at: float) -> None:
        """Lays what was worked out, once it has been."""
        found = self._fitted.get()
        if found is None:
            if self._worker is not None and self._worker.error is not None:
                self._failed(run, f"it could not be worked out: {self._worker.error!r}"[:300], at)
            return
        self._worker = None
        self._run = None
        if isinstance(found, InstallationError):
            problem = found.problems[0]
            self.message, self.problem = "", f"{problem.message}. {problem.hint[:1].upper()}{problem.hint[1:]}"
        elif isinstance(found, Wall):
            self._lay(run, found)
        else:
            self._mend(run, found)
        self.report += [f"{name}: {why}" for name, why in run.failed.items()]
        for line in (*self.report, self.problem):
            if line:
                log.info("calibration of the projectors: %s", line)
        self._begin(at)

    def _lay(self, run: Run, wall: Wall) -> None:
        surfaces = {name: dict(own) for name, own in self._outputs.surfaces.items()}
        for name, one in wall.laid.items():
            first, own = next(iter(surfaces[name].items()))
            surfaces[name] = {**surfaces[name], first: one.on(own)}
        self._outputs.adopt(surfaces)
        off = float(np.mean([one.mean for one in wall.laid.values()]))
        failed = {**wall.failed, **run.failed}
        self.report = wall.words()
        walls = {name: next(iter(own.values())).wall for name, own in surfaces.items() if own}
        self.report += [
            f"{both.first} and {both.second} don't blend: give both the same wall: in the site file"
            for both in wall.overlaps
            if walls[both.first] is None or walls[both.first] != walls[both.second]
        ]
        black = "".join(f"; {100 * share:.0f} % of {name} is unused" for name, share in wall.unused.items())
        self.message = f"{len(wall.laid)} of {len(run.outputs)} projectors laid, {off:.2f} px off{black}"
        said = [f"{name}: {what}" for name, one in wall.laid.items() for what in one.said]
        self.problem = "; ".join([f"{name}: {why}" for name, why in failed.items()] + said)
        pairs = tuple((x, y, u, v) for (x, y), (u, v) in zip(wall.corners, CORNERS, strict=True))
        self.placed = (run.rig, pairs)
        fresh = {name: known(run.rig.name, run.seen[name]) for name in wall.laid}
        self._remember({**self.memory.outputs, **fresh}, {**self.memory.canvas, run.rig.name: pairs})

    def _mend(self, run: Run, found: Mapping[str, Drift]) -> None:
        surfaces = {name: dict(own) for name, own in self._outputs.surfaces.items()}
        mended = {name: one.matrix for name, one in found.items() if one.state == "moved" and name in surfaces}
        outputs = dict(self.memory.outputs)
        for name, matrix in mended.items():
            try:
                surfaces[name] = {
                    key: Laid(own.name, own.region, moved_warp(own.warp, matrix), own.wall)
                    for key, own in surfaces[name].items()
                }
            except InstallationError as error:
                run.failed[name] = f"it can't be corrected: {error.problems[0].message}"
                continue
            outputs[name] = known(run.rig.name, remembered(self.memory.places(name), matrix))
        if mended:
            self._outputs.adopt(surfaces)
            self._remember(outputs, self.memory.canvas)
        worst = max((one.pixels for one in found.values() if math.isfinite(one.pixels)), default=0.0)
        self.report += [f"{name}: {one.said}" for name, one in found.items()]
        count = (
            f"{len(mended)} of {len(found)} projectors corrected" if mended else f"{len(found)} projectors looked at"
        )
        self.message = f"{count}; the largest drift is {worst:.1f} px"
        self.unseen = any(one.state == "unread" for one in found.values())
        bad = [f"{name}: {one.said}" for name, one in found.items() if one.state not in ("still", "moved")]
        self.problem = "; ".join([*bad, *(f"{name}: {why}" for name, why in run.failed.items())])

    def _remember(self, outputs: dict[str, wall_memory.Known], canvas: dict[str, tuple[Pair, ...]]) -> None:
        self.memory = memory = Memory(outputs=outputs, canvas=canvas)
        self._of_file = []  # what could not be read is set aside

        def write(_: Worker) -> None:
            for problem in wall_memory.save(self._path, memory):
                self._told.put(problem)

        self._writer = Worker("projectors' memory", write).start()

    def status(self, at: float) -> dict[str, object]:
        """What is on the wall, how far it is, and what came of the last one."""
        run = self._run
        there = run is not None and run.turn < len(run.outputs)
        return {
            "state": self.state,
            "output": run.outputs[run.turn] if run is not None and there else "",
            "done": run.done if run is not None and there else 0,
            "of": run.of if run is not None else 0,
            "left_s": round(run.left) if run is not None else 0,
            "message": self.message,
            "problem": self.problem,
            "report": list(self.report),
            "known": list(self.memory.outputs),
        }

    def close(self) -> None:
        """Waits at most a few seconds for what is being kept. Safe to call twice."""
        self.stop()
        for worker in (self._worker, self._writer):
            if worker is not None:
                worker.close(3.0)


def _name(given: object) -> str:
    """An output's name as somebody has sent it: 1 and 1.0 mean "1"."""
    return str(int(given)) if isinstance(given, float) and given.is_integer() else str(given)
