"""What the engine senses of the room in a frame: visitors, by a camera, and sound, by an ear.

Takes the newest samples and brings to the device what is new of them; waits for nobody. Owned by the engine.
"""

from __future__ import annotations

import numpy as np

from installation.edges import Ears, Senses, Shows
from installation.gpu.device import Device
from installation.gpu.textures import Texture
from installation.inputs.audio import OfflineAudio
from installation.inputs.heard import Heard
from installation.inputs.sense import Sense
from installation.render.hearing import Hearing
from installation.render.moment import Sensed

BLACK = np.array([[[0, 0, 0, 255]]], np.uint8)


class Sensing:
    """Remembers the newest samples, and their pictures on the device."""

    def __init__(self, device: Device, senses: Senses, ears: Ears | None) -> None:
        """Without `ears` there is silence."""
        self.senses, self.ears = senses, ears or OfflineAudio()
        self.sense, self.heard = Sense.empty(), Heard.silence()
        self._device = device
        self._picture_is_there = False
        self.sensed = self._sensed(Hearing(device))

    def _sensed(self, hearing: Hearing) -> Sensed:
        mask = Texture.from_array(self._device, self.sense.mask, "r8")
        flow = Texture.from_array(self._device, self.sense.flow, "rg16f")
        picture = Texture.from_array(self._device, BLACK, "rgba8")
        return Sensed(self.sense.mask, mask, flow, hearing=hearing, picture_texture=picture)

    def take(self, seconds: float) -> None:
        """The newest samples, at `seconds` of the show."""
        before, sense = self.sense, self.senses.sample(seconds)
        self.sense = sense
        if sense.sequence != before.sequence or sense.source != before.source:
            if sense.mask.shape != before.mask.shape:
                self._close_textures()
                before_it, self.sensed = self.sensed, self._sensed(self.sensed.hearing)
                self.sensed.calibrating, self.sensed.picture_wanted = before_it.calibrating, before_it.picture_wanted
            self.sensed.mask_texture.upload(sense.mask)
            self.sensed.flow_texture.upload(sense.flow)
        sensed = self.sensed
        sensed.mask, sensed.presence, sensed.motion, sensed.centre = (
            sense.mask,
            sense.presence,
            sense.motion,
            sense.centre,
        )
        self._show_picture(sensed)
        self.heard = self.ears.sample(seconds)
        sensed.hearing.take(self.heard)

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
        """What expressions may read of it."""
        sense, heard = self.sense, self.heard
        return {
            "presence": sense.presence,
            "motion": sense.motion,
            "centre_x": sense.centre[0],
            "centre_y": sense.centre[1],
            "visitors": float(sense.count),
            "level": heard.level,
            "low": heard.low,
            "mid": heard.mid,
            "high": heard.high,
            "onset": heard.onset,
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
