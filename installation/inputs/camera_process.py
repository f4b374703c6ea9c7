"""The process that sees. `python -m installation.inputs.camera_process` captures pictures, senses visitors in
them (`vision`), and publishes only what was sensed through shared memory. Pixels never leave it: it writes no
file, opens no socket, logs nothing; on Linux the kernel holds it to that (`seal`) before the first picture.

Started by `feed.Feed`, which tells it on its standard input what to do. It ends when that is closed, or its parent dies
(the same thing happens; and Linux kills it). A source that is lost is tried again here; only one whose device node is
gone ends the process, after saying why through the shared memory.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from installation.children import die_with
from installation.clock import now
from installation.errors import DeviceError, InstallationError
from installation.inputs.seal import close_doors, prove
from installation.inputs.sense import Sense
from installation.inputs.settings import Settings
from installation.inputs.shared_frame import SharedFrame

LOST = 3
"""Exit code: the source is absent or lost, and the shared memory says why."""

BEAT = 0.2
TELL = 0.25
"""Seconds between two words on how it goes; trouble is told at once."""

RETRY = (0.1, 0.25, 0.5)
"""Seconds before a lost source is opened again."""

STEADY = 2.0
"""Seconds after which an opening counts as one that held, and the waits begin anew."""

REOPEN = {"frozen": 3.0, "garbage": 3.0, "black": 20.0}
"""Seconds of trouble after which a device is closed and opened again: that mends some."""

WORDS = {
    "frozen": ("repeats one picture", "check its cable, or plug it in again; it is opened anew"),
    "garbage": ("delivers broken pictures", "check its cable and its port; it is opened anew"),
    "black": ("sees only black", "is its lens covered? Is there light, or an infrared lamp?"),
    "slow": ("", "give it more light or lock its exposure, and let it have a USB port of its own"),
}
STREAMED = {
    "frozen": "look at the camera's own page, or switch it off and on; it is opened anew",
    "garbage": "look at the network, and at the camera's own page; it is opened anew",
    "slow": "look at the network, and at the rate on the camera's own page; a dark room slows many cameras down",
}
"""What to do about a camera that comes over the network: it has neither cable nor port here."""


def main(arguments: list[str] | None = None) -> int:
    asked = sys.argv[1:] if arguments is None else arguments
    if "--list" in asked:
        from installation.inputs.abilities import told_here

        print(json.dumps(told_here()))
        return 0
    if "--prove" in asked:
        held = close_doors([Path(os.devnull)] if "--device" in asked else ())  # as if that were a camera
        print(json.dumps({"held": held, "refused": prove()}), flush=True)
        return 0
    told = json.loads(_line())
    source, parent = str(told["source"]), int(told.get("parent", 0))
    die_with(parent)
    may = nodes(source)
    sealed = close_doors(may)
    die_with(parent)  # a change of credentials makes Linux forget it
    memory = SharedFrame.attach(str(told["memory"]), int(told["width"]), int(told["height"]))
    leash = Leash(memory)
    memory.beat()
    look = Looking(memory, leash, told, sealed, may)
    try:
        return look.work()
    except Exception as error:  # whatever a driver does becomes a sentence in the status, and a new process
        look.say("lost", f"{type(error).__name__}: {error}"[:300])
        return LOST
    finally:
        leash.done.set()


def _line() -> bytes:
    """The first line of the standard input, and not a byte more: the rest is for the leash."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(0, 1)):
        line += byte
    return line


def nodes(source: str) -> tuple[Path, ...]:
    """The device files that a source may need to open for writing, as Linux' cameras must be."""
    if sys.platform != "linux" or not source.startswith(("device", "/dev/video")):
        return ()
    from installation.inputs.devices import of_linux, video_nodes

    if source == "device":
        return tuple(path for _, path in video_nodes())
    try:
        return (Path(of_linux(source.removeprefix("device:")).node),)
    except DeviceError:
        return ()


class Looking:
    """Opens, reads, judges and senses, until it is asked to stop. Remembers the room (in `vision`) from one opening to the
    next, so that a visitor is seen at once when the camera is back."""

    def __init__(
        self,
        memory: SharedFrame,
        leash: Leash,
        told: dict[str, Any],
        sealed: tuple[str, ...],
        may: tuple[Path, ...] = (),
    ) -> None:
        """`sealed`: what the kernel holds this process to; `may`: the device files that it may still open."""
        self._memory, self._leash, self._told, self._sealed, self._may = memory, leash, told, sealed, may
        self._settings = Settings(**told.get("settings", {}))
        self._source: Any = None
        self._stream: Any = None
        self._vision: Any = None
        self._eye: Any = None
        self._handover: Any = None
        self._faces: Any = None
        self._size: tuple[int, int] | None = None
        self._usual: tuple[int, int] | None = None
        self._spoke = ("", -1.0)
        self._opened_s = 0.0
        from installation.inputs.stream import shown

        self._name = shown(str(told["source"]))
        self._notes: list[str] = []

    def say(self, state: str, problem: str = "", hint: str = "", **more: object) -> None:
        """Tells the engine how it goes: at once when something changed, else now and then."""
        moment = now()
        if self._spoke[0] == state + problem and moment - self._spoke[1] < TELL:
            return
        self._spoke = (state + problem, moment)
        words = {"state": state, "name": self._name, "problem": problem, "hint": hint, "since": moment}
        notes = [*filter(None, [self._faces and self._faces.problem]), *self._notes]
        extra = {"opened_s": self._opened_s, "notes": notes[:8], "sealed": self._sealed}
        if (receiver := getattr(self._source, "sealed", None)) is not None:
            extra["receiver"] = receiver
        self._memory.say(**words, **extra, **more)

    def work(self) -> int:
        from installation.inputs.eye import Eye
        from installation.inputs.faces import Faces
        from installation.inputs.handover import Handover
        from installation.inputs.light_slot import LightSlot
        from installation.inputs.room_memory import RoomPages
        from installation.inputs.vision import Vision

        told = self._told
        width, height = self._memory.width, self._memory.height
        self._faces = Faces(str(told.get("faces", "")), threaded=True)
        self._vision = Vision(width, height, bool(told.get("mirror")), faces=self._faces)
        slot = LightSlot.attach(str(told["light"]), width, height) if told.get("light") else None
        pages = RoomPages(int(told["room"]), width, height) if int(told.get("room", -1)) >= 0 else None
        self._eye = Eye(slot, width, height, bool(told.get("mirror")), hands_on=pages is None)
        self._handover = Handover(pages)
        if told.get("wait"):
            self.say("ready")
            self._leash.go.wait()
        failed = 0
        while not self._leash.stop.is_set():
            began = now()
            try:
                self._watch()
            except InstallationError as error:
                problem = error.problems[0]
                where = f"{problem.where}: " if problem.where else ""
                self.say("lost", where + problem.message, problem.hint)
                if self._gone():
                    return LOST  # it comes back as another node, which this process may not open
            failed = 0 if now() - began > STEADY else failed + 1
            self._leash.stop.wait(RETRY[min(failed, len(RETRY) - 1)])
        return 0

    def _gone(self) -> bool:
        """Whether nothing is left that this process may open: the camera is away, or has come back as another node; or whoever
        holds a stream's connection hangs."""
        source = str(self._told["source"])
        if self._stream is not None:
            return bool(self._stream.hangs)
        if sys.platform != "linux" or not source.startswith(("device", "/dev/video")):
            return False
        return not set(nodes(source)) & set(self._may)

    def _watch(self) -> None:
        """Looks until it is asked to stop, or the source is lost (DeviceError)."""
        from installation.inputs.health import Health, Rate

        began = now()
        self.say("opening")
        source = self._open()
        self._source, self._name, self._notes = source, source.name, source.notes
        health = Health() if source.live else None
        rate = Rate(self._settings.fps or source.fps)
        try:
            while not self._leash.stop.is_set():
                picture = source.read(now() + 0.5)
                when = now()
                self._memory.looked()
                if picture is not None:
                    rate.count(when)
                if picture is not None and (health is None or health.look(picture, when)):
                    self._opened_s = self._opened_s or round(when - began, 2)
                    problem, hint = self._sized(picture)
                    if health is not None and (slow := rate.slow(when)):
                        problem = f"{self._name}: delivers {slow[0]:.0f} pictures a second, not {slow[1]:.0f}"
                        hint = _remedy("slow", self._name)
                    self._sense(picture, when, problem, hint, rate.fps)
                elif health is not None and (trouble := health.trouble(when)):
                    said, hint = WORDS[trouble][0], _remedy(trouble, self._name)
                    self.say(trouble, f"{self._name}: {said}", hint, fps=rate.fps)
                    if health.lasting(when) > REOPEN[trouble]:
                        raise DeviceError(f"{self._name}: {said}", hint=hint)
        finally:
            source.close()

    def _open(self) -> Any:
        """A stream is opened once: of those who read from its pipe each would get a part of what comes."""
        from installation.inputs.sources import open_source
        from installation.inputs.stream import is_stream

        told = self._told
        if self._stream is not None:
            return self._stream
        source = open_source(str(told["source"]), int(told.get("seed", 0)), self._settings, int(told.get("stream", -1)))
        if is_stream(str(told["source"])):
            self._stream = source
        return source

    def _sized(self, picture: Any) -> tuple[str, str]:
        """Notices another size than at first; what to tell and to try. It is lived with, but the room is learned anew."""
        size = (int(picture.shape[1]), int(picture.shape[0]))
        usual = self._usual = self._usual or size
        if self._size not in (None, size):
            self._vision.reset()
            self._memory.new_room()
        self._size = size
        if size == usual:
            return "", ""
        said = f"{self._name}: delivers {size[0]} x {size[1]} pixels, not {usual[0]} x {usual[1]}"
        return said, "the mapping to the canvas may no longer fit; restart the show if this is meant"

    def _sense(self, picture: Any, when: float, problem: str, hint: str, fps: float) -> None:
        eye, vision = self._eye, self._vision
        eye.listen()
        if eye.moved():
            vision.reset()
        self._handover.take(eye, vision, picture, when)
        seen = eye.look(picture, when)
        if eye.moved():
            vision.reset()
        vision.mirror = eye.mirrors
        if eye.measuring:  # what is on the wall now is no visitor
            self._memory.put(replace(Sense.empty(self._memory.width, self._memory.height), when=when))
        else:
            sense = vision.process(seen, when, eye.detail(picture))
            eye.see(sense.mask)
            self._memory.put(sense)
            self._handover.leave(eye, vision, picture, when)
        if self._memory.wanted:
            self._memory.put_picture(eye.shown(picture))
        size = [int(picture.shape[1]), int(picture.shape[0])]
        self.say("live", problem, hint, fps=fps, vision_ms=round((now() - when) * 1000, 2), size=size, **eye.status)


def _remedy(trouble: str, name: str) -> str:
    from installation.inputs.stream import is_stream

    return STREAMED.get(trouble, WORDS[trouble][1]) if is_stream(name) else WORDS[trouble][1]


class Leash:
    """Ties this process to its parent: standard input ends when the parent closes it, or dies in whatever
    way. A byte on it sets `go`."""

    def __init__(self, memory: SharedFrame) -> None:
        self.stop = threading.Event()
        self.done = threading.Event()
        self.go = threading.Event()
        self._memory = memory
        self._parent = os.getppid()
        threading.Thread(target=self._listen, name="leash", daemon=True).start()
        threading.Thread(target=self._pulse, name="pulse", daemon=True).start()

    def _listen(self) -> None:
        try:
            while os.read(0, 1):
                self.go.set()
        except OSError:
            pass
        self._end()

    def _pulse(self) -> None:
        while not self.stop.wait(BEAT):
            self._memory.beat()
            if os.getppid() != self._parent:
                self._end()

    def _end(self) -> None:
        self.stop.set()
        self.go.set()
        if not self.done.wait(1.0):
            os._exit(0)  # the driver hangs: there is nothing to save


if __name__ == "__main__":
    sys.exit(main())
