"""What a site asks of a camera, and what was refused. Knows no camera; `v4l2` and `devices` carry it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Settings:
    """What is asked of a camera; what is left out is left as it is.

    fourcc: its format, such as MJPG or YUYV; "" leaves the choice to us.
    width, height: pixels; 0 asks for 640 x 480.
    fps: pictures a second; 0 asks for 30.
    exposure: milliseconds, or "auto".
    white_balance: kelvin, or "auto".
    controls: any other control by the name that `installation list cameras` shows.
    """

    fourcc: str = ""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    exposure: float | Literal["auto"] | None = None
    white_balance: float | Literal["auto"] | None = None
    controls: Mapping[str, float] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As JSON has it; `Settings(**plain)` is the same again."""
        return {**asdict(self), "controls": dict(self.controls)}

    def unmet(self, width: int, height: int, fps: float, fourcc: str) -> list[str]:
        """What a camera does otherwise than asked, as sentences; zeros and "" are what it doesn't tell."""
        said = []
        if self.width and width and (width, height) != (self.width, self.height):
            said.append(f"{width} x {height} pixels, not {self.width} x {self.height}")
        if self.fps and fps and abs(fps - self.fps) > 0.5:
            said.append(f"{fps:g} pictures a second, not {self.fps:g}")
        if self.fourcc and fourcc.strip("\0 ") and fourcc != self.fourcc:
            said.append(f"format {fourcc}, not {self.fourcc}")
        return said

    def not_here(self, why: str) -> list[str]:
        """What can't be set where nothing but format, size and rate can, as sentences."""
        asked = [name for name in ("exposure", "white_balance") if getattr(self, name) is not None]
        return [f"{name} can't be set: {why}" for name in (*asked, *self.controls)]

    def nowhere(self, why: str) -> list[str]:
        """What can't be set where nothing can, as sentences."""
        asked = {"format": self.fourcc, "size": self.width, "fps": self.fps}
        return [f"{name} can't be set: {why}" for name, given in asked.items() if given] + self.not_here(why)
