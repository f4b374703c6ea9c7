"""The wall's eye for rendering: the same face as `camera.Camera`, in-process, deterministic, at fixed steps.

No device is ever opened here; a live camera is rendered as the synthetic visitor. Loads no OpenCV at import.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.errors import DeviceError
from installation.inputs.sense import HEIGHT, WIDTH, Sense
from installation.inputs.showing import upright
from installation.inputs.sources import is_live, open_recording

STEP = 1 / 30
"""Seconds between two looks of the offline camera."""


class OfflineCamera:
    """A camera for rendering: synthetic, a film or a folder, sensed at fixed steps of 1/30 s. Same calls,
    same frames.

    When more than `BEHIND` seconds are asked for at once it doesn't play everything in between: the empty
    room is learned from the source's beginning if it hasn't been, and then only the last `WARM_UP` seconds
    are looked at.
    """

    BEHIND = 10.0
    WARM_UP = 3.0

    def __init__(
        self,
        source: str = "synthetic",
        seed: int = 0,
        mirror: bool = True,
        *,
        width: int = WIDTH,
        height: int = HEIGHT,
        faces: str = "",
    ) -> None:
        """A device (and `auto`) is rendered as the synthetic visitor: nobody stands before a camera then.

        Raises DeviceError when a film or folder isn't there.
        """
        self.source = source
        self._step = -1  # the last look's number
        self._sense = Sense.empty(width, height)
        self._picture_wanted = False
        self._picture: NDArray[np.uint8] | None = None
        self._recording = None
        if source != "none":
            from installation.inputs.faces import Faces
            from installation.inputs.vision import Vision

            self._recording = open_recording("synthetic" if is_live(source) else source, seed)
            self._vision = Vision(width, height, mirror, self._recording.name, faces=Faces(faces))

    def start(self) -> OfflineCamera:
        """Nothing to start."""
        return self

    def sample(self, seconds: float) -> Sense:
        """What is sensed at `seconds` of the show. Going back in time begins anew."""
        recording = self._recording
        if recording is None:
            return self._sense
        wanted = int(max(seconds, 0.0) / STEP + 1e-6)
        if wanted < self._step:
            self._vision.reset()
            self._step = -1
        if (wanted - self._step) * STEP > self.BEHIND:
            self._look(min(int(1.0 / STEP), wanted))
            self._step = max(self._step, wanted - int(self.WARM_UP / STEP))
        self._look(wanted)
        return self._sense

    def want_picture(self, wanted: bool) -> None:
        """As `Camera.want_picture`."""
        self._picture_wanted = wanted

    def picture(self) -> NDArray[np.uint8] | None:
        """As `Camera.picture`."""
        return self._picture if self._picture_wanted else None

    def status(self) -> dict[str, Any]:
        """As `Camera.status`."""
        return {
            "source": self._recording.name if self._recording else "none",
            "wanted": self.source,
            "live": self._recording is not None,
            "state": "live" if self._recording else "none",
            "age_s": 0.0,
            "fps": 1 / STEP,
            "problem": "",
            "restarts": 0,
        }

    def close(self) -> None:
        """Lets go of the film; safe to call twice."""
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.close()

    def _look(self, until: int) -> None:
        assert self._recording is not None
        while self._step < until:
            self._step += 1
            moment = self._step * STEP
            try:
                picture = self._recording.frame(moment)
            except DeviceError:
                continue  # one picture of a folder can't be read: the sense before it stays
            self._sense = self._vision.process(picture, moment)
            if self._picture_wanted:
                vision = self._vision
                self._picture = upright(picture, 2 * vision.width, 2 * vision.height, vision.mirror)
