"""What a site file says of where the canvas goes: outputs, surfaces, projectors, walls. Only `sites` builds on this."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, StrictBool, StrictInt

from installation.scene.fields import Model, Number, Text, whole_or_text

Point: TypeAlias = tuple[Number, Number]
Place: TypeAlias = tuple[Number, Number, Number]
"""x, y, z of the room in metres: x to the right as one looks at the first wall, y up from the floor, z out of the wall."""
Share: TypeAlias = Annotated[Number, Field(ge=0, le=1)]
Pixels: TypeAlias = Annotated[StrictInt, Field(ge=2, le=16384)]

OUTPUT_NAME = r"^[a-z0-9][a-z0-9_-]{0,31}$"
OPENS = r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$"
HOST = r"^\S+$"
"""Names of outputs, surfaces and walls stand in OSC addresses."""
Called: TypeAlias = Annotated[Text, Field(pattern=OUTPUT_NAME)]


class CylinderSite(Model):
    """A wall that is a part of an upright cylinder, as its projector sees it."""

    arc: Number = Field(gt=0, le=340, description="How much of the circle it is, in degrees.")
    distance: Number = Field(gt=0, le=100, description="Of the projector from the wall's middle, in radii.")
    inside: StrictBool = Field(True, description="The projector stands within the circle; false: it looks at a column.")


class Surface(Model):
    """A part of the canvas, laid on a part of an output: by four corners, or by a grid of points."""

    name: Called | None = Field(None, description="What it is called; default: its number, from 1.")
    region: tuple[Number, Number, Number, Number] = Field(
        (0.0, 0.0, 1.0, 1.0), description="x, y, width, height of the canvas, 0 to 1, y up."
    )
    corners: tuple[Point, Point, Point, Point] = Field(
        ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),
        description="Where its corners land on the output, 0 to 1, y up: bottom left, bottom right, top right, top left.",
    )
    cylinder: CylinderSite | None = Field(None, description="The wall's shape, where it isn't flat.")
    warp: Literal["linear", "smooth", "bezier"] = Field(
        "linear", description="How a grid bends between its points: straight, evenly curved, or by handles."
    )
    splits: tuple[Annotated[StrictInt, Field(ge=1, le=32)], Annotated[StrictInt, Field(ge=1, le=32)]] = Field(
        (1, 1), description="Columns and rows of its grid of points; [1, 1] is the corners alone."
    )
    points: list[list[Point]] | None = Field(
        None,
        max_length=97,
        description="The grid's points: rows from the bottom, each from the left; usually moved by hand, and kept elsewhere.",
    )
    wall: Called | None = Field(
        None,
        description="The wall that its light falls on. Surfaces of several outputs on one wall blend where they overlap; "
        "default: it blends with none.",
    )


class Mask(Model):
    """What of an output stays dark: all outside a polygon (or inside), or what a picture has black."""

    polygon: list[Point] | None = Field(
        None, min_length=3, max_length=64, description="Its points, 0 to 1 of the output, y up."
    )
    feather: Annotated[Number, Field(ge=0, le=0.5)] = Field(
        0.0, description="How soft its edge is, in heights of the output."
    )
    inside: StrictBool = Field(False, description="Whether it is the inside that stays dark: a door, a window.")
    picture: Text | None = Field(
        None,
        description="A picture beside this file, in place of a polygon: white shows, black stays dark. Reloads when saved.",
    )


class Beamer(Model):
    """Where a projector stands and how it throws: for `installation previsualise`, and nothing else."""

    at: Place = Field(description="Its lens: x, y, z in metres.")
    towards: Place = Field(
        description="The place its picture's middle would fall on without lens shift: x, y, z in metres."
    )
    throw: Number = Field(gt=0.05, le=20, description="Distance over the width of its picture.")
    shift: Point = Field((0.0, 0.0), description="Lens shift, in widths and heights of its picture.")
    roll: Number = Field(0.0, ge=-180, le=180, description="How far it is turned about its lens, in degrees.")
    lumens: Number = Field(5000.0, gt=0, le=100000, description="How bright it is.")


class PowerSite(Model):
    """A projector's own network control (PJLink): power, shutter, lamp and temperature."""

    host: Text = Field(pattern=HOST, max_length=253, description="Its address on the network.")
    port: StrictInt = Field(4352, ge=1, le=65535, description="TCP.")
    password: Text | None = Field(None, max_length=32, description="As set in the projector's menu.")
    power: StrictBool = Field(
        True, description="Whether it is switched on before opening and off after closing (opening: ...)."
    )


class Output(Model):
    """A device and what lies on it: a window on a display, a film, a virtual camera, NDI. A display unless it says otherwise."""

    name: Called | None = Field(None, description="What it is called; default: its number, from 1.")
    display: Annotated[StrictInt | Text, BeforeValidator(whole_or_text)] | None = Field(
        None,
        description="A display's number (from 0), name, identity or words of that (installation list displays); default: the "
        "first output the first display, and so on; later the one that it had.",
    )
    fullscreen: StrictBool = Field(True, description="Whether it fills its display.")
    record: Text | None = Field(None, description="A film that is written while the show plays: tonight.mp4.")
    codec: Literal["h264", "h265", "prores", "ffv1"] | None = Field(
        None, description="Of a film; default: h264 in .mp4, prores in .mov, ffv1 (large, without loss) in .mkv."
    )
    quality: Literal["draft", "good", "best"] = Field("good", description="How fine a film is.")
    virtual_camera: Text | None = Field(
        None, description="A virtual camera that other programs can open: auto, or its device."
    )
    ndi: Text | None = Field(None, max_length=80, description="An NDI source of this name on the network.")
    size: tuple[Pixels, Pixels] | None = Field(
        None, description="Width and height in pixels; default: the display's own, else the canvas's."
    )
    fps: Number = Field(30.0, gt=0, le=240, description="Frames a second of a film, virtual camera or NDI.")
    surfaces: list[Surface] = Field(
        default_factory=lambda: [Surface()], min_length=1, max_length=32, description="What lies on it."
    )
    masks: list[Mask] = Field(default_factory=list, max_length=16, description="What of it stays dark.")
    gamma: Number = Field(
        2.2, ge=1.0, le=3.0, description="The projector's own, which blends are worked out for; most have 2.2."
    )
    gain: tuple[Share, Share, Share] = Field(
        (1.0, 1.0, 1.0),
        description="Red, green and blue light, 0 to 1: to make a brighter projector match its neighbour.",
    )
    white: Number | None = Field(
        None, ge=2500, le=12000, description="The white point in kelvin; default: the projector's own (taken as 6504)."
    )
    black: Number = Field(
        0.0,
        ge=0.0,
        le=0.2,
        description="The light it gives when it is asked for none, in parts of its white: where fewer projectors overlap, "
        "the picture is lifted to match. 0.001 where the contrast is 1000 to 1; 0 lifts nothing.",
    )
    lut: Text | None = Field(None, description="A colour table (.cube) beside this file, which comes last.")
    beamer: Beamer | None = Field(None, description="Where the projector stands, for installation previsualise.")
    pjlink: PowerSite | None = Field(None, description="The projector's own network control.")

    @property
    def device(self) -> Literal["display", "record", "virtual_camera", "ndi"]:
        """What it goes to; one, where the file is right."""
        if self.record is not None:
            return "record"
        if self.virtual_camera is not None:
            return "virtual_camera"
        return "ndi" if self.ndi is not None else "display"


class Wall(Model):
    """A wall of the building, for `installation previsualise`: a rectangle, a part of a cylinder, or a model."""

    name: Called = Field(description="What surfaces call it: wall: NAME.")
    at: Place = Field((0.0, 0.0, 0.0), description="The middle of its lower edge: x, y, z in metres.")
    size: tuple[Annotated[Number, Field(gt=0, le=1000)], Annotated[Number, Field(gt=0, le=1000)]] = Field(
        (4.0, 2.25), description="Width (along the curve, where it has one) and height in metres."
    )
    turn: Number = Field(
        0.0, ge=-360, le=360, description="Degrees about the upright: 90 is a wall to the left that faces right."
    )
    radius: Number = Field(
        0.0, ge=0, le=1000, description="Of a wall that bends around its viewers, in metres; 0 is flat."
    )
    model: Text | None = Field(None, description="An .obj file beside this file, in metres, in place of a rectangle.")


class Room(Model):
    """The building in three dimensions, for `installation previsualise`."""

    walls: list[Wall] = Field(default_factory=list, max_length=64, description="What light falls on.")
    people: list[tuple[Number, Number]] = Field(
        default_factory=list, max_length=200, description="Where people stand, for scale: x and z in metres."
    )
    light: Number = Field(
        10.0, ge=0, le=20000, description="The light of the room itself, lux: an office has 500, a cinema 5."
    )
    eye: Place | None = Field(None, description="From where it is seen, in metres; default: where all of it is.")
    look: Place | None = Field(None, description="What is looked at; default: the middle of the walls.")


class Opening(Model):
    """When the room is open to visitors, by the clock on the wall. Several for several days."""

    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(
        default_factory=lambda: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],  # type: ignore[arg-type]
        min_length=1,
        max_length=7,
        description="On which days.",
    )
    opens: Text = Field(pattern=OPENS, description="As 18:00.")
    closes: Text = Field(pattern=OPENS, description="As 02:00; before it opens means after midnight.")


class CheckSite(Model):
    """A look at the projectors by the camera at opening: a few patterns, before visitors come."""

    morning: StrictBool = Field(
        False, description="Whether it is done by itself, three minutes before each opening (opening: ...)."
    )
    corrects: Number = Field(
        8.0,
        ge=0,
        le=200,
        description="Pixels of drift that are corrected without asking; more is reported. 0 corrects nothing.",
    )
