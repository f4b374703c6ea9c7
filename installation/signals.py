"""Every signal that the engine works out by itself, declared once: name, unit, range, what it means, and where it is from.

Expressions know these names, the parameter tree has those that are sensed at /sense/NAME (so a cue or a performer may take
one over, and a reset gives it back), the status and the log tell them, the site file smooths them (`smoothing:`), and what
sends them elsewhere reads this table. `PICTURES` are those that are pictures, for image inputs of shaders. Reads nothing by
itself; `sensing` fills it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Origin: TypeAlias = Literal["show", "camera", "faces", "sound", "tempo"]


@dataclass(frozen=True, slots=True)
class Signal:
    """`high` None: without limit. `of` is who works it out: their age and confidence are the signal's."""

    name: str
    help: str
    of: Origin
    low: float = 0.0
    high: float | None = 1.0
    unit: str = ""

    @property
    def address(self) -> str:
        """Where a sensed signal is in the parameter tree, and under which address it would be sent."""
        return f"/sense/{self.name}"


SIGNALS: dict[str, Signal] = {
    signal.name: signal
    for signal in (
        Signal("time", "seconds since the scene began", "show", high=None, unit="s"),
        Signal("progress", "how far the running cue has come, 0 to 1", "show"),
        Signal("presence", "how much somebody is there, 0 to 1: soon up, softly down", "camera"),
        Signal("empty", "seconds since anybody was there", "camera", high=None, unit="s"),
        Signal("motion", "how much they move, 0 to 1 (half the picture's width a second)", "camera"),
        Signal("centre_x", "where they are, 0 (left) to 1 (right)", "camera", unit="canvas widths"),
        Signal("centre_y", "where they are, 0 (bottom) to 1 (top)", "camera", unit="canvas heights"),
        Signal("visitors", "how many the camera can tell apart", "camera", high=16.0, unit="people"),
        Signal("hands", "how many hands are raised above a chin", "camera", high=32.0, unit="hands"),
        Signal("faces", "how many faces look at the wall", "faces", high=16.0, unit="faces"),
        Signal("smile", "how broadly the broadest smile is, 0 to 1; 0.5 is where a smile begins", "faces"),
        Signal("face_x", "where the face that smiles most is, 0 (left) to 1 (right)", "faces", unit="canvas widths"),
        Signal("face_y", "where it is, 0 (bottom) to 1 (top)", "faces", unit="canvas heights"),
        Signal("face_size", "how high it is", "faces", unit="canvas heights"),
        Signal("level", "how loud it is, 0 (60 dB below full scale) to 1 (full scale)", "sound"),
        Signal("low", "how loud its low tones are (20 to 250 Hz), 0 to 1 as for level", "sound"),
        Signal("mid", "how loud its middle tones are (250 to 4000 Hz), 0 to 1", "sound"),
        Signal("high", "how loud its high tones are (above 4000 Hz), 0 to 1", "sound"),
        Signal(
            "onset", "1 when a sound begins (a beat, a clap, a word), then falls to 0 within half a second", "sound"
        ),
        Signal("reveal", "how far the surface is opened, 0 to 1", "show"),
        Signal("opened", "how far the mark of this scene is open that is told of, 0 to 1", "show"),
        Signal("cracks", "how far it has cracked by itself, 0 to 1", "show"),
        Signal("beat", "beats since the tempo began; whole ones are beats", "tempo", high=None, unit="beats"),
        Signal("phase", "how far the bar has come, 0 to 1", "tempo"),
        Signal("tempo", "how fast the beat is", "tempo", low=20.0, high=999.0, unit="beats a minute"),
    )
}

SENSED = {name: signal for name, signal in SIGNALS.items() if signal.of not in ("show", "tempo")}
"""Those that come from the room."""

PICTURES: dict[str, str] = {
    "camera.mask": "silhouettes: 1 where a visitor is, soft at the edge",
    "camera.flow": "movement: red and green are picture widths a second, to the right and up",
    "camera.edges": "outlines of the silhouettes",
    "camera.bodies": "16 columns, one a visitor; lowest row: x, y, width, height; middle row: velocity x and y, seconds of age, "
    "raised hands; upper row: their number, which stays theirs, and confidence. Nobody where the width is 0",
    "camera.picture": "the camera's own picture: only in a scene that says shows_camera: true, and the wall bears a notice",
    "audio.wave": "the sound's waveform, centred on 0.5",
    "audio.spectrum": "how loud each frequency is, from 0 Hz up",
}
"""What an image input may be fed with."""
