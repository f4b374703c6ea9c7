"""What one line of the log means: a frame's inputs as plain values, and back. Pure.

A line is one JSON object, told apart by its first key: `log` (the head of a segment), `files` (what the show is made of), `f` (a
frame), `end` (the show was closed). What has not changed since the frame before is left out. A line that means nothing is a
ValueError, whatever is in it.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from installation.clock import NIGHT
from installation.inputs.heard import Heard
from installation.inputs.sense import BODY, MOST_BODIES, Sense

VERSION = 1
NIGHTS_SKIPPED = NIGHT
"""The date of a frame that passed while the show was opened: no clock had begun."""
PLACES = 5
"""Decimals of what is sensed, in the engine as in the log."""
MOST_NOTES = 4096
"""Commands that one frame may tell of."""
LARGEST_MASK = 1024
"""Pixels of a side of a mask: a line that asks for more is none of ours."""

How: TypeAlias = Literal["", "between", "talk", "refused", "denied"]
"""How it went with a command: carried out in the frame; before it, by the engine's own process; what a client said of itself;
what could not be carried out; what its sender had no right to. Only the first two change anything."""
Overlay: TypeAlias = tuple[str, float, float, tuple[float, float, float, float]]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was asked of the engine. `host` is the machine that a message came from, "" for this process."""

    address: str
    args: tuple[object, ...] = ()
    owner: str = ""
    how: How = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one frame has taken in. None: as in the frame before, but for `drawn` and what is a list."""

    index: int
    seconds: float
    delta: float
    date: tuple[float, float, float, float]
    drawn: bool = True
    notes: tuple[Note, ...] = ()
    sense: Sense | None = None
    heard: Heard | None = None
    scale: float | None = None
    timecode: tuple[float, float] | None = None
    beats: tuple[float, int, float, float, float] | None = None
    """Beats a minute, beats in a bar, the beat at a second, that second, and the longest that a cue waits for one."""
    calming: bool = False
    """Whether the flash guard's last answer was that it calms something: it comes when the device has time."""
    setup: bool = False
    overlay: Overlay | None = None
    late: Mapping[str, float | None] = field(default_factory=dict)
    """Films that were not read as far as they should be: the second of the picture that was taken instead, None for none."""
    files: Mapping[str, str | None] | None = None
    """What an edit has changed: checksums by name, None for what is gone."""
    standing: Mapping[str, Any] | None = None
    """How things stand, where a segment begins in the middle of a night."""
    lost: int = 0
    """Frames before this one that are missing from the log."""
    cue: tuple[str, str] | None = None
    """Number and name of the cue that acted last, where that is another one: for whoever reads the log."""
    problems: tuple[str, ...] | None = None
    """All problems that there are, where they are others than before."""
    reports: tuple[str, ...] = ()
    """What calibrations and checks have reported since."""


def after(missing: Taken, taken: Taken) -> Taken:
    """A frame with what was asked, edited and acted in those missing before it."""
    files = {**(missing.files or {}), **(taken.files or {})}
    return replace(
        taken,
        notes=(*missing.notes, *taken.notes)[:MOST_NOTES],
        files=files or None,
        lost=taken.lost + missing.lost + 1,
        cue=taken.cue or missing.cue,
        problems=missing.problems if taken.problems is None else taken.problems,
        reports=(*missing.reports, *taken.reports)[:MOST_NOTES],
    )


def line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def frame(taken: Taken, shapes: bool) -> dict[str, Any]:
    """A frame as plain values; with `shapes` the outlines and movement of visitors too."""
    found: dict[str, Any] = {"f": taken.index, "t": taken.seconds, "d": taken.delta, "at": list(taken.date)}
    if not taken.drawn:
        found["passed"] = True
    if taken.notes:
        found["do"] = [_note(note) for note in taken.notes]
    if taken.sense is not None:
        found["see"] = seen(taken.sense, shapes)
    if taken.heard is not None:
        heard = taken.heard
        numbers = (heard.level, heard.low, heard.mid, heard.high, heard.onset)
        found["hear"] = [heard.sequence, *(round(n, PLACES) for n in numbers), heard.live, heard.source]
    if taken.scale is not None:
        found["scale"] = taken.scale
    if taken.timecode is not None:
        found["timecode"] = list(taken.timecode)
    if taken.beats is not None:
        found["tempo"] = list(taken.beats)
    for name in ("calming", "setup"):
        if getattr(taken, name):
            found[name] = True
    if taken.overlay is not None:
        found["overlay"] = list(taken.overlay)
    if taken.late:
        found["late"] = dict(taken.late)
    if taken.files is not None:
        found["edit"] = dict(taken.files)
    if taken.standing is not None:
        found["standing"] = dict(taken.standing)
    if taken.lost:
        found["lost"] = taken.lost
    if taken.cue is not None:
        found["cue"] = list(taken.cue)
    if taken.problems is not None:
        found["problems"] = list(taken.problems)
    if taken.reports:
        found["reports"] = list(taken.reports)
    return found


def standing(engine: Any) -> dict[str, Any]:
    """How things stand: enough to go on from, not to be the same to the byte."""
    wall, cues = engine.wall, engine.cues
    changed = {p.address: p.base for p in engine.params if p.owner != p.at_home and p.spec.kind != "event"}
    return {
        "cue": cues.current.id if cues.current else None,
        "scene": wall.playing.name if wall.playing else None,
        "under": wall.under.name if wall.under else None,
        "reveal": engine.reveal_state.level,
        "faults": engine.staging.name,
        "params": changed,
    }


def _note(note: Note) -> list[Any]:
    told = [note.address, [_plain(arg) for arg in note.args], note.owner, note.how, note.host]
    while len(told) > 2 and not told[-1]:
        told.pop()
    return told


def _plain(value: object) -> Any:
    """An argument of a command for JSON: bytes, and what JSON doesn't know, in an object of one key."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes | bytearray):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return {"other": str(value)[:200]}


def _given(value: Any, depth: int = 0) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list) and depth < 16:
        return tuple(_given(one, depth + 1) for one in value)
    if isinstance(value, dict) and isinstance(value.get("bytes"), str):
        return base64.b64decode(value["bytes"], validate=True)
    if isinstance(value, dict) and isinstance(value.get("other"), str):
        return value["other"]
    raise ValueError("an argument that is none")


# -- what is seen ------------------------------------------------------------------------------------------------------


def seen(sense: Sense, shapes: bool) -> dict[str, Any]:
    """What was sensed, as numbers; with `shapes`, mask and flow too (the flow in half precision, as it is drawn)."""
    height, width = sense.mask.shape
    numbers = (sense.presence, sense.motion, *sense.centre, sense.smile, *sense.face)
    found: dict[str, Any] = {
        "n": sense.sequence,
        "from": sense.source,
        "size": [width, height],
        "is": [round(float(n), PLACES) for n in numbers],
        "count": [sense.count, sense.hands, sense.faces, bool(sense.live)],
        "sure": [round(float(sense.confidence), 2), round(float(sense.face_confidence), 2)],
    }
    who = [[float(f"{value:.9g}") for value in row] for row in sense.bodies.tolist() if row[0]]
    if who:
        # The rows that somebody stands in: visitors keep theirs.
        found["who"] = [[number, *row] for number, row in zip(_rows(sense), who, strict=True)]
    if shapes:
        found["mask"] = _packed(sense.mask)
        found["flow"] = _packed(sense.flow.astype(np.float16))
    return found


def _rows(sense: Sense) -> list[int]:
    return [int(number) for number in np.flatnonzero(sense.bodies[:, 0])]


def _packed(array: np.ndarray[Any, Any]) -> str:
    return base64.b64encode(zlib.compress(np.ascontiguousarray(array).tobytes(), 1)).decode()


def _unpacked(text: Any, count: int, kind: type) -> np.ndarray[Any, Any]:
    size = count * np.dtype(kind).itemsize
    packed = zlib.decompressobj()
    try:
        found = packed.decompress(base64.b64decode(text, validate=True), size + 1)
    except zlib.error as error:
        raise ValueError(f"a picture that can't be unpacked: {error}") from None
    if len(found) != size:
        raise ValueError("a picture of another size")
    return np.frombuffer(found, kind).copy()


def sense_of(told: Mapping[str, Any], stand_in: Any) -> Sense:
    """The sense that a line tells of. `stand_in(bodies, width, height)` gives a mask and a flow where it has none."""
    width, height = (int(side) for side in told["size"])
    if not (0 < width <= LARGEST_MASK and 0 < height <= LARGEST_MASK):
        raise ValueError("a mask of no size")
    presence, motion, x, y, smile, *face = (float(number) for number in told["is"])
    count, hands, faces, live = told["count"]
    bodies = np.zeros((MOST_BODIES, len(BODY)), np.float32)
    for row, *values in told.get("who", ()):
        if not 0 <= row < MOST_BODIES or len(values) != len(BODY):
            raise ValueError("a visitor who is none")
        bodies[int(row)] = values
    if "mask" in told:
        mask = _unpacked(told["mask"], width * height, np.uint8).reshape(height, width)
        flow = _unpacked(told["flow"], width * height * 2, np.float16).astype(np.float32).reshape(height, width, 2)
    else:
        mask, flow = stand_in(bodies, width, height)
    return Sense(
        mask,
        flow,
        presence,
        motion,
        (x, y),
        int(count),
        int(told["n"]),
        0.0,
        str(told["from"]),
        bool(live),
        bodies,
        int(hands),
        smile,
        int(faces),
        (face[0], face[1], face[2]),
        0.0,
        float(told["sure"][0]),
        float(told["sure"][1]),
    )


# -- back ----------------------------------------------------------------------------------------------------------------


def decoded(text: bytes) -> dict[str, Any]:
    """A line as a record. Raises ValueError."""
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(found, dict) or not found.keys() & {"log", "files", "f", "end"}:
        raise ValueError("not a line of a log")
    return found


def taken_of(record: Mapping[str, Any], sense: Sense | None, heard: Heard | None) -> Taken:
    """A frame's record as it was taken, with what `sense` and `heard` it has. Raises ValueError."""
    try:
        return _taken_of(record, sense, heard)
    except (TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise ValueError(f"a frame that is none: {error}") from None


def _taken_of(record: Mapping[str, Any], sense: Sense | None, heard: Heard | None) -> Taken:
    year, month, day, second = (_finite(number) for number in record["at"])
    code, overlay = record.get("timecode"), record.get("overlay")
    files = record.get("edit")
    return Taken(
        int(record["f"]),
        _finite(record["t"]),
        _finite(record["d"]),
        (year, month, day, second),
        not record.get("passed", False),
        tuple(_note_of(told) for told in record.get("do", ())),
        sense,
        heard,
        None if record.get("scale") is None else min(max(_finite(record["scale"]), 0.05), 1.0),
        None if code is None else (_finite(code[0]), _finite(code[1])),
        None if (beats := record.get("tempo")) is None else _beats_of(beats),
        bool(record.get("calming")),
        bool(record.get("setup")),
        None if overlay is None else _overlay_of(overlay),
        {str(name): None if at is None else _finite(at) for name, at in record.get("late", {}).items()},
        None if files is None else {str(name): None if sum_ is None else str(sum_) for name, sum_ in files.items()},
        _standing_of(record.get("standing")),
        int(record.get("lost", 0)),
        None if (cue := record.get("cue")) is None else (str(cue[0]), str(cue[1])),
        None if (problems := record.get("problems")) is None else tuple(str(one) for one in problems),
        tuple(str(one) for one in record.get("reports", ())),
    )


def _standing_of(told: Any) -> Mapping[str, Any] | None:
    if told is not None and not isinstance(told, dict):
        raise ValueError("how things stood is told in words of its own")
    return told


def _beats_of(told: Any) -> tuple[float, int, float, float, float]:
    tempo, bar, beat, second, longest = (_finite(number) for number in told)
    if not 1.0 <= tempo <= 1000.0 or not 1 <= bar <= 64:
        raise ValueError("a tempo that is none")
    return tempo, int(bar), beat, second, longest


def _finite(value: Any) -> float:
    number = float(value)
    if not abs(number) < 1e15:
        raise ValueError("not a number that can be")
    return number


def _note_of(told: Sequence[Any]) -> Note:
    address, args, *rest = told
    owner, how, host = [*map(str, rest), "", "", ""][:3]
    if how not in ("", "between", "talk", "refused", "denied") or not isinstance(args, list):
        raise ValueError("a command that is none")
    return Note(str(address), tuple(_given(arg) for arg in args), owner, how, host)  # type: ignore[arg-type]


def _overlay_of(told: Sequence[Any]) -> Overlay:
    mode, fade, level, patch = told
    left, bottom, width, height = (_finite(number) for number in patch)
    return str(mode), _finite(fade), _finite(level), (left, bottom, width, height)
