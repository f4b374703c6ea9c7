"""What a site file says of the cameras of its building. Only `schema` builds on this."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt
from pydantic_core import PydanticCustomError

from installation.scene.fields import FORMAT, Model, Name, Number, Text, on_canvas


def auto_or(unit: str, example: str) -> BeforeValidator:
    """Takes auto, or a number above 0; else says in which unit."""

    def taken(given: Any) -> Any:
        if given == "auto" or (isinstance(given, int | float) and not isinstance(given, bool) and given > 0):
            return given
        raise PydanticCustomError("wording", f"expected auto, or {unit} above 0", {"hint": f"a bare number: {example}"})

    return BeforeValidator(taken)


def source_of(given: Any) -> Any:
    """A number names a camera to OpenCV and to nobody else: it changes with each plug."""
    if isinstance(given, int) and not isinstance(given, bool):
        hint = f"device:NAME, as `installation list cameras` tells it; device:{given} is the number {given} there"
        raise PydanticCustomError("wording", "expected a camera's name, an address, a film or a folder", {"hint": hint})
    return given


def on_the_canvas(given: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    if min(given[2:]) < 0.05 or not on_canvas(given):
        raise PydanticCustomError(
            "wording",
            "expected a part of the canvas: left, bottom, width, height, within 0 to 1, at least 0.05 wide and high",
            {"hint": "[0, 0, 0.5, 1] is its left half, [0.5, 0, 0.5, 1] its right"},
        )
    return given


def of_a_camera(given: tuple[int, int]) -> tuple[int, int]:
    if not all(16 <= side <= 16384 for side in given):
        raise PydanticCustomError(
            "wording", "expected width and height in pixels, each 16 to 16384", {"hint": "such as [1280, 720]"}
        )
    return given


Milliseconds = Annotated[Number | Literal["auto"], auto_or("milliseconds", "8")]
Kelvin = Annotated[Number | Literal["auto"], auto_or("kelvin", "4600")]


class CameraSite(Model):
    """A camera of this building."""

    name: Name | None = Field(None, description="What the status calls it, where there are several.")
    source: Annotated[str, BeforeValidator(source_of)] = Field(
        "auto",
        description="auto, synthetic, none, device:NAME as `installation list cameras` tells it, rtsp:// or http:// and "
        "the rest of a network camera's address, a film, or a folder of pictures.",
    )
    fallback: Literal["synthetic", "none"] = Field(
        "synthetic", description="What stands in for a camera that is absent or silent."
    )
    mirror: StrictBool = Field(
        True, description="Whether visitors see themselves as in a mirror; a calibrated camera needs no telling."
    )
    infrared: StrictBool = Field(
        False, description="Whether it sees infrared only, so that the projector's light need not be taken out."
    )
    part: Annotated[tuple[Number, Number, Number, Number], AfterValidator(on_the_canvas)] = Field(
        (0.0, 0.0, 1.0, 1.0),
        description="The part of the canvas that it covers: left, bottom, width, height, each 0 to 1.",
    )
    format: str | None = Field(None, pattern=FORMAT, description="The format in which it sends: MJPG, YUYV.")
    size: Annotated[tuple[StrictInt, StrictInt], AfterValidator(of_a_camera)] | None = Field(
        None, description="Width and height in pixels; else 640 by 480."
    )
    fps: Number | None = Field(None, gt=0, le=240, description="Pictures a second; else 30.")
    exposure: Milliseconds | None = Field(
        None, description="Milliseconds, or auto. Locked, it doesn't answer to what the projector shows."
    )
    white_balance: Kelvin | None = Field(None, description="Kelvin, or auto.")
    controls: dict[Name, Number] = Field(
        default_factory=dict, description="Anything else that `installation list cameras` lists, by its name there."
    )
    faces: Text = Field(
        "",
        description="A YuNet model (.onnx) that finds faces, in place of OpenCV's own detectors; none is shipped.",
    )
    memory: Number = Field(
        700.0, ge=0, le=65536, description="Megabytes that its process may have before it is replaced; 0: no limit."
    )
    renew: Number = Field(
        6.0, ge=0, le=720, description="Hours after which its process is replaced, when nobody is there; 0: never."
    )
