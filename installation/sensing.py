"""What the engine senses of the room in a frame: visitors, by a camera, and sound, by an ear.

Takes the newest samples, gives each signal its place in the parameter tree, smooths what the site file says, and brings to the
device what is new of the pictures; waits for nobody. Owned by the engine.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from installation.edges import Ears, Senses, Shows
from installation.gpu.device import Device
from installation.gpu.textures import Texture
from installation.inputs.audio import OfflineAudio
from installation.inputs.heard import Heard
from installation.inputs.sense import Sense
from installation.param_tree import ParamTree
from installation.render.hearing import Hearing
from installation.render.moment import Sensed
from installation.render.sight import Sight
from installation.signals import SENSED

log = logging.getLogger(__name__)

GONE = 2.0
"""Seconds without anybody after which the log says so."""

_SEEN: dict[str, Callable[[Sense], float]] = {
    "presence": lambda sense: sense.presence,
    "motion": lambda sense: sense.motion,
    "centre_x": lambda sense: sense.centre[0],
    "centre_y": lambda sense: sense.centre[1],
    "visitors": lambda sense: float(sense.count),
    "hands": lambda sense: float(sense.hands),
    "faces": lambda sense: float(sense.faces),
    "smile": lambda sense: sense.smile,
    "face_x": lambda sense: sense.face[0],
    "face_y": lambda sense: sense.face[1],
    "face_size": lambda sense: sense.face[2],
}
_HEARD: dict[str, Callable[[Heard], float]] = {
    "level": lambda heard: heard.level,
    "low": lambda heard: heard.low,
    "mid": lambda heard: heard.mid,
    "high": lambda heard: heard.high,
    "onset": lambda heard: heard.onset,
}

PLACES = 5
"""Decimals of what is sensed: no wall shows more, and the log of a night has the very same numbers."""

BLACK = np.array([[[0, 0, 0, 255]]], np.uint8)


class Sensing:
    """Remembers the newest samples, the smoothed signals, and the pictures on the device."""

    def __init__(
        self,
        device: Device,
        senses: Senses,
        ears: Ears | None,
        params: ParamTree,
        smoothing: Mapping[str, float],
    ) -> None:
        """Without `ears` there is silence. `params` has every sensed signal; `smoothing` says for some in how many seconds
        they come within a third (1/e) of what is sensed."""
        self.senses, self.ears = senses, ears or OfflineAudio()
        self.sense, self.heard = Sense.empty(), Heard.silence()
        self._device, self._params = device, params
        self._picture_is_there = False
        self._smoothing = {name: seconds for name, seconds in smoothing.items() if seconds > 0}
        self._empty = self._step = 0.0
        self._values = self._raw()
        self._seconds: float | None = None
        self._here = self._told_here = self._smiles = False
        self._last_here = math.inf
        for name, signal in SENSED.items():
            params.drive(signal.address, partial(self._values.__getitem__, name), "signal")
        self.sensed = self._sensed(Hearing(device), Sight(device))

    def _sensed(self, hearing: Hearing, sight: Sight) -> Sensed:
        mask = Texture.from_array(self._device, self.sense.mask, "r8")
        flow = Texture.from_array(self._device, self.sense.flow, "rg16f")
        picture = Texture.from_array(self._device, BLACK, "rgba8")
        return Sensed(self.sense.mask, mask, flow, hearing=hearing, sight=sight, picture_texture=picture)

    def take(self, seconds: float) -> None:
        """The newest samples, at `seconds` of the show."""
        before, sense = self.sense, self.senses.sample(seconds)
        self.sense = sense
        if sense.sequence != before.sequence or sense.source != before.source:
            if sense.mask.shape != before.mask.shape:
                self._close_textures()
                before_it, self.sensed = self.sensed, self._sensed(self.sensed.hearing, self.sensed.sight)
                self.sensed.calibrating, self.sensed.picture_wanted = before_it.calibrating, before_it.picture_wanted
            self.sensed.mask_texture.upload(sense.mask)
            self.sensed.flow_texture.upload(sense.flow)
        self.heard = self.ears.sample(seconds)
        self._smooth(seconds)
        sensed, values = self.sensed, self.signals()
        sensed.mask, sensed.presence, sensed.motion = sense.mask, values["presence"], values["motion"]
        sensed.centre = values["centre_x"], values["centre_y"]
        sensed.sight.take(sense)
        sensed.hearing.take(self.heard)
        self._show_picture(sensed)
        self._tell(values)
        self._empty = 0.0 if self._here else self._empty + self._step

    def _raw(self) -> dict[str, float]:
        seen = {name: round(read(self.sense), PLACES) for name, read in _SEEN.items()}
        heard = {name: round(read(self.heard), PLACES) for name, read in _HEARD.items()}
        return seen | heard | {"empty": self._empty}

    def _smooth(self, seconds: float) -> None:
        step = self._step = 0.0 if self._seconds is None else max(seconds - self._seconds, 0.0)
        first, self._seconds = self._seconds is None, seconds
        for name, value in self._raw().items():
            constant = self._smoothing.get(name)
            if constant and not first:
                value = self._values[name] + (value - self._values[name]) * (1.0 - math.exp(-step / constant))
            self._values[name] = value

    def _tell(self, values: Mapping[str, float]) -> None:
        """The log has when visitors come and go, and when one smiles: numbers, never who. That nobody is here is told once it has
        lasted, so that one whom the camera loses for a moment doesn't come and go."""
        here, smiles = (
            values["presence"] > (0.4 if self._here else 0.6),
            values["smile"] > (0.4 if self._smiles else 0.5),
        )
        seconds = self._seconds or 0.0
        if here and not self._told_here:
            self._told_here = True
            count = values["visitors"]
            log.info(
                "visitors: %s",
                "somebody is here" if count < 0.5 else "1 is here" if count < 1.5 else f"{count:.0f} are here",
            )
        if here or seconds < self._last_here:
            self._last_here = seconds
        elif self._told_here and seconds - self._last_here >= GONE:
            self._told_here = False
            log.info("visitors: nobody is here")
        if smiles and not self._smiles:
            log.info("smile: %.2f, faces: %g", values["smile"], values["faces"])
        self._here, self._smiles = here, smiles

    def calibrate(self, on: bool) -> None:
        """The switch of whoever sets up the camera: pictures come, and the wall tells visitors, until it is turned off."""
        self.sensed.calibrating = on

    def _show_picture(self, sensed: Sensed) -> None:
        """Brings the camera's own picture to the device while it may be seen; the wall says so. Black again afterwards."""
        wanted = sensed.picture_wanted or sensed.calibrating
        if not isinstance(self.senses, Shows):
            return
        self.senses.want_picture(wanted)
        picture = self.senses.picture() if wanted else None
        if picture is None:
            if wanted or not self._picture_is_there:
                return
            picture = BLACK  # what was seen stays nowhere
        self._picture_is_there = picture is not BLACK
        if picture.shape[:2] != (sensed.picture_texture.height, sensed.picture_texture.width):
            sensed.picture_texture.close()
            sensed.picture_texture = Texture.from_array(self._device, picture, "rgba8")
        else:
            sensed.picture_texture.upload(picture)

    def signals(self) -> dict[str, float]:
        """What expressions may read of it: what is sensed, or what a hand or a cue has put in its place."""
        found = {}
        for name, signal in SENSED.items():
            parameter = self._params[signal.address]
            found[name] = self._values[name] if parameter.driver else float(parameter.value)  # type: ignore[arg-type]
        return found

    def readings(self) -> dict[str, dict[str, float | str | None]]:
        """Every sensed signal as it is told: value, unit, age in seconds (None: nothing has been sensed), confidence 0..1."""
        camera, audio, sense = self.senses.status(), self.ears.status(), self.sense
        seen, heard = _number(camera.get("age_s")), _number(audio.get("age_s"))
        faces = None if seen is None else seen + sense.face_age
        told = {
            "camera": (seen, sense.confidence),
            "faces": (faces, sense.face_confidence),
            "sound": (heard, 1.0 if audio.get("live") else 0.0),
        }
        values = self.signals()
        return {
            name: {
                "value": round(values[name], 4),
                "unit": signal.unit,
                "age_s": None if told[signal.of][0] is None else round(told[signal.of][0] or 0.0, 3),
                "confidence": round(told[signal.of][1], 2),
            }
            for name, signal in SENSED.items()
        }

    @property
    def camera(self) -> dict[str, object]:
        """How the camera is, for the status."""
        return {**self.senses.status(), "presence": round(self.sense.presence, 2)}

    @property
    def audio(self) -> dict[str, object]:
        """How the ear is, for the status."""
        return {**self.ears.status(), "level": round(self.heard.level, 2)}

    def _close_textures(self) -> None:
        self.sensed.mask_texture.close()
        self.sensed.flow_texture.close()
        self.sensed.picture_texture.close()

    def close(self) -> None:
        """Frees its pictures. The camera and the ear are their makers' to close."""
        self._close_textures()
        self.sensed.hearing.close()
        self.sensed.sight.close()


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
