"""Draws a night again from its log, with the same `Engine.step`: to the byte on the same renderer, where the log has all shapes.

Files are laid out in a folder of the replay's own as they were; nothing is sent to other gear, no camera, microphone or port is
opened, and nothing that is asked of the engine meanwhile counts. Called by the command line; tests call `Replay` frame by frame.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from installation import __version__
from installation.calibration import NOTICES
from installation.clock import FrameTime
from installation.engine import Engine
from installation.errors import CommandError, DataError, InstallationError, Location, Problem
from installation.gpu.device import Device
from installation.gpu.textures import Target
from installation.inputs import markers
from installation.inputs.osc import match
from installation.logbook import keeping, records
from installation.logbook.nights import Night
from installation.logbook.records import Note, Overlay, Taken
from installation.logbook.stand_ins import LoggedEars, LoggedSenses, figures, heard_of
from installation.render.calibration_view import MODES, CalibrationView
from installation.render.moment import Kit, Moment
from installation.resources import live_folder, looked_for_first, search_path
from installation.scene.isf import Isf
from installation.scene.load import Show, load_playable
from installation.scene.revisions import Revisions
from installation.scene.schema import FlashGuardSite
from installation.show.beats import Beats
from installation.show.triggers import Timecode
from installation.signals import SENSED

log = logging.getLogger(__name__)

LARGEST_SIDE = 16384
LIGHTS = "/lights/"
ELSEWHERE = ("/calibrate/", "/align/", "/midi/", "/record/", "/output/", LIGHTS)
"""What is asked of cameras, instruments, projectors and the building's lights: a replay has none."""
MOST_TOLD = 6
REFUSED = Problem("this shader was refused on the night")


@dataclass(frozen=True)
class Opened:
    """What the head of a log says, checked."""

    name: str
    folder: Path
    size: tuple[int, int]
    seed: int
    fps: float
    cue: str | None
    began: datetime
    part: int
    version: str
    renderer: str
    shapes: bool
    scenes: frozenset[str]
    refused: frozenset[str]
    guard: FlashGuardSite
    smoothing: Mapping[str, float]


def opened_of(head: Mapping[str, Any], where: Path) -> Opened:
    """Raises DataError for a head that says nothing to begin with."""
    try:
        show, site = head["show"], head["site"]
        width, height = (int(side) for side in head["size"])
        if not (16 <= width <= LARGEST_SIDE and 16 <= height <= LARGEST_SIDE):
            raise ValueError(f"a canvas of {width} x {height}")
        name = str(show["name"])
        if Path(name).name != name or name in ("", ".", ".."):
            raise ValueError(f"a show called {name[:40]!r}")
        return Opened(
            name,
            Path(str(show["folder"])),
            (width, height),
            int(head["seed"]),
            min(max(float(head["fps"]), 0.1), 1000.0),
            None if head.get("cue") is None else str(head["cue"]),
            datetime.fromisoformat(str(head["began"])),
            int(head["part"]),
            str(head.get("version", "")),
            str(head.get("renderer", "")),
            bool(head.get("shapes")),
            frozenset(map(str, head["scenes"])),
            frozenset(Path(str(path)).name for path in head.get("refused", ())),
            FlashGuardSite.model_validate(site["flash_guard"]),
            {str(signal): float(seconds) for signal, seconds in site["smoothing"].items() if signal in SENSED},
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, ValidationError) as error:
        what = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise DataError(f"the head of this log can't be used: {what}", Location(str(where))) from None


class LoggedCalibration:
    """What a calibration put on the wall, as the log says: the wall's overlay in a replay."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._view: CalibrationView | None = None
        self.now: Overlay | None = None

    def prepare(self, moment: Moment) -> bool:
        if self.now is None or self.now[0] not in MODES:
            return False
        if self._view is None:
            self._view = CalibrationView(self._kit, markers.picture(*self._kit.size), NOTICES)
        self._view.prepare(moment, *self.now)
        return True

    def draw(self, canvas: Target) -> None:
        if self._view is not None:
            self._view.draw(canvas)

    def close(self) -> None:
        if self._view is not None:
            self._view.close()


class Replay:
    """One night, opened on a device. Remembers the engine, and what the newest frame of the log had."""

    def __init__(self, night: Night, device: Device, size: tuple[int, int] | None = None, anyway: bool = False) -> None:
        """`size`: of the canvas, instead of the night's. `anyway`: goes on although files of the show are not what they were, and
        no copy of them is kept. Raises InstallationError."""
        self.night, self._device = night, device
        self.head = opened_of(night.head(), night.segments[0].path)
        self.size = size or self.head.size
        self.lost = self.passed = 0
        """Frames that are missing from the log; that were drawn then, and let pass now."""
        self.problems: list[Problem] = []
        """What the replay had to do without."""
        self.seen = self.heard_live = False
        """Whether anybody was there, and any sound was live."""
        self._stack = ExitStack()
        try:
            self._open(anyway)
        except BaseException:
            self._stack.close()
            raise

    def _open(self, anyway: bool) -> None:
        place = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="installation-replay-")))
        self._roots = {
            "show": place / "shows" / self.head.name,
            "shaders": place / "shaders",
            "datasets": place / "datasets",
        }
        self._store = keeping.Store(self.night.folder / keeping.FOLDER)
        files = next((record["files"] for record in self._first_records() if "files" in record), None)
        folder = self.head.folder
        if isinstance(files, dict):
            checked = {str(name): None if sum_ is None else str(sum_) for name, sum_ in files.items()}
            self._lay_out(checked, anyway)
            folder = self._roots["show"]
        else:
            self.problems.append(Problem("the log doesn't say what the show was made of: it is drawn as it is now"))
        self._stack.enter_context(looked_for_first(place))
        show, found = load_playable(folder)
        for problem in found:
            log.info("as on the night, or since: %s", problem)
        show = replace(show, scenes={name: scene for name, scene in show.scenes.items() if name in self.head.scenes})
        if not show.scenes:
            raise DataError("none of the scenes of that night can be drawn any more", Location(str(folder)))
        show = marked(show, self.head.refused)
        head, self._senses, self._ears = self.head, LoggedSenses(), LoggedEars()
        self.engine = engine = Engine(
            self._device,
            show,
            self.size,
            self._senses,
            match,
            ears=self._ears,
            seed=head.seed,
            fps=head.fps,
            flash_guard=head.guard,
            smoothing=head.smoothing,
        )
        self._stack.callback(engine.close)
        engine.carrier.senders = {"osc": lambda action: None, "midi": lambda action: None}
        engine.carrier.absent = (LIGHTS,)
        kit = Kit(self._device, engine.wall.screen, self.size, show.folder, 0, False, {}, {})
        self._calibration = engine.wall.overlay = LoggedCalibration(kit)
        self._stack.callback(self._calibration.close)
        self._revisions = Revisions(show, lambda shader: ())
        self._stack.callback(self._revisions.close)
        self._sense: Any = None
        self._heard: Any = None
        if head.part > 1:
            self.problems.append(Problem("the beginning of that night is gone: it goes on from how things stood"))
        else:
            with suppress(CommandError):
                engine.open(0.0, head.cue)

    def _first_records(self) -> Iterator[dict[str, Any]]:
        for number, record in enumerate(self.night.records()):
            yield record
            if number > 20000:
                return

    def _lay_out(self, files: Mapping[str, str | None], anyway: bool) -> list[Path]:
        try:
            paths, differ = keeping.lay_out(files, self._store, self._roots, self._now())
        except (OSError, UnicodeError) as error:  # a name that no file can have
            what = error.strerror if isinstance(error, OSError) else "the log names one that none can be called"
            raise DataError(f"the files of that night can't be laid out: {what or error}") from None
        if differ:
            named = ", ".join(differ[:MOST_TOLD]) + (
                f" and {len(differ) - MOST_TOLD} more" if differ[MOST_TOLD:] else ""
            )
            problem = Problem(f"no longer as on that night, and too large to be kept: {named}")
            if not anyway:
                raise DataError(problem.message, hint="--anyway draws with what is there now")
            self.problems.append(problem)
        return paths

    def _now(self) -> Callable[[str], Path | None]:
        """Where a file of a name lies today."""

        def find(name: str) -> Path | None:
            root, _, rest = name.partition("/")
            folders = [self.head.folder] if root == "show" else search_path(root)
            return next((folder / rest for folder in folders if (folder / rest).is_file()), None)

        return find

    # -- frame by frame --------------------------------------------------------------------------------------------------

    def frames(self) -> Iterator[Taken]:
        """The frames of the log, in order. Raises DataError for a line that is none."""
        for record in self.night.records():
            if "f" not in record:
                continue
            try:
                sense = records.sense_of(record["see"], figures) if "see" in record else None
                heard = heard_of(record["hear"], self._heard) if "hear" in record else None
                yield records.taken_of(record, sense, heard)
            except (ValueError, KeyError, TypeError, IndexError, OverflowError) as error:
                number = str(record.get("f"))[:20]
                self.problems.append(Problem(f"frame {number} of the log can't be read: {error}"))
                return

    def play(self, taken: Taken, draw: bool = True) -> Target | None:
        """Does what one frame has done; None where nothing was drawn, then or now."""
        engine = self.engine
        self.lost += taken.lost
        if taken.standing is not None and self.head.part > 1 and self._sense is None:
            self._stand(taken.standing, taken.seconds)
        for note in taken.notes:
            if note.how == "between":
                self._between(note)
            elif note.how == "" and not note.address.startswith(ELSEWHERE):
                engine.commands.put((note.address, note.args, note.owner))
        if taken.files:
            self._edit(taken.files)
        if taken.sense is not None:
            self._sense = self._senses.sense = taken.sense
            self.seen = self.seen or bool(taken.sense.mask.any())
        if taken.heard is not None:
            self._heard = self._ears.heard = taken.heard
            self.heard_live = self.heard_live or taken.heard.live
        if taken.scale is not None and self.size == self.head.size:
            engine.pace.given = taken.scale
        engine.timecode = None if taken.timecode is None else Timecode(*taken.timecode)
        if taken.beats is not None:
            engine.beats = Beats(*taken.beats)
        engine.wall.told_calming = taken.calming
        engine.sensing.calibrate(taken.setup)
        self._calibration.now = taken.overlay
        engine.wall.late.give(taken.late)
        frame = FrameTime(taken.index, taken.seconds, taken.delta, taken.date)
        if taken.drawn and draw:
            return engine.step(frame)
        self.passed += taken.drawn
        engine.skip(frame)
        return None

    def _between(self, note: Note) -> None:
        """What the engine's own process did before the frame."""
        engine = self.engine
        with suppress(InstallationError):
            match note.address, note.args:
                case "/made", (str(name),):
                    engine.wall.repertoire.finish(name)
                case "/evidence", (float(x) | int(x), float(y) | int(y)):
                    engine.evidence(x, y)
                case "/set", (str(name), value):
                    engine.set_by_name(name, value)

    def _edit(self, files: Mapping[str, str | None]) -> None:
        paths = set(self._lay_out(files, anyway=True))
        packages = {name.split("/")[1] for name in files if name.startswith("datasets/")}
        paths |= {live_folder() / "in-use" / f"{name}.json" for name in packages}
        revision = self._revisions.look(paths)
        if revision is not None:
            for problem in revision.problems:
                log.info("as on the night: %s", problem)
            self.engine.revisions.put(revision)

    def _stand(self, standing: Mapping[str, Any], seconds: float) -> None:
        """Begins in the middle of a night: as the log says that things stood."""
        engine = self.engine
        engine.skip(FrameTime(0, seconds, 0.0))

        def ask(address: str, *args: object) -> None:
            engine.commands.put((address, args, "log"))

        if standing.get("cue") is not None:
            with suppress(CommandError):
                engine.open(seconds, str(standing["cue"]))
                engine.skip(FrameTime(0, seconds, 0.0))
        if standing.get("scene") is not None:
            ask(f"/scene/{standing['scene']}/go", 0.0)
        ask(f"/under/{standing.get('under') or 'none'}")
        ask(f"/faults/{standing.get('faults') or 'none'}")
        if isinstance(level := standing.get("reveal"), int | float):
            ask("/reveal", float(level))
        params = standing.get("params")
        for address, value in (params if isinstance(params, dict) else {}).items():
            if not str(address).startswith(ELSEWHERE):
                ask(str(address), tuple(value) if isinstance(value, list) else value)

    def unlike(self) -> list[str]:
        """Why what was drawn is like the night, and not equal to it; nothing where it is to the byte."""
        found = [problem.message for problem in self.problems]
        if self.seen and not self.head.shapes:
            found.append(
                "visitors are plain figures: the log has where they were, not their shapes (log: {silhouettes: true})"
            )
        if self.heard_live and any(map(hears_sound, self._scenes())):
            found.append("what draws sound itself has a tone of the same loudness: sound is never kept")
        if any(scene.file.shows_camera for scene in self.engine.show.scenes.values()):
            found.append("a camera's picture is black: it is never kept")
        if self.passed:
            found.append("what came long before was let pass, not drawn (--exact draws it)")
        if self.lost:
            found.append(f"{self.lost} frames are missing from the log")
        if self.size != self.head.size:
            found.append("it is drawn at another size")
        if __version__ != self.head.version:
            found.append(f"version {self.head.version[:20] or 'unknown'} drew it then, {__version__} does now")
        if self._device.renderer != self.head.renderer:
            found.append(f"then {self.head.renderer[:60] or 'another device'} drew it, now {self._device.renderer}")
        return found

    def _scenes(self) -> Sequence[Isf]:
        show = self.engine.show
        return [*show.shaders.values(), *(s for scene in show.scenes.values() for s in scene.shaders.values())]

    def close(self) -> None:
        self._stack.close()

    def __enter__(self) -> Replay:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def hears_sound(shader: Isf) -> bool:
    """Whether a shader has an input for sound itself, rather than for a number."""
    return any(image.kind in ("audio", "audioFFT") for image in shader.inputs)


def marked(show: Show, refused: frozenset[str]) -> Show:
    """A show in which the shaders of these names are refused, as they were on the night."""
    if not refused:
        return show

    def mark(shaders: Mapping[str, Isf]) -> dict[str, Isf]:
        return {n: replace(s, refused=(REFUSED,)) if n in refused else s for n, s in shaders.items()}

    scenes = {name: replace(scene, shaders=mark(scene.shaders)) for name, scene in show.scenes.items()}
    return replace(show, scenes=scenes, shaders=mark(show.shaders))
