"""Where marks may stand, as a scene file says it: one model for each layout. The others are in `schema`."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StrictBool, StrictInt

from installation.scene.fields import Model, Number

Area: TypeAlias = tuple[Number, Number, Number, Number]
AREA = "x, y, width, height; of the canvas, y up."


class ArchLayout(Model):
    """32 positions in the dentist's order (FDI), from a column that holds 11..18, 21..28, 31..38, 41..48."""

    kind: Literal["arch"] = Field(description="Two jaws of teeth.")
    tooth: str = Field(description="The column with the FDI number.")
    centre: tuple[Number, Number] = Field((0.5, 0.5), description="x, y of the canvas, y up.")
    width: Number = Field(0.62, gt=0, le=2, description="Of the canvas's height.")
    height: Number = Field(0.8, gt=0, le=2, description="Of the canvas's height, both jaws.")
    gap: Number = Field(0.06, ge=0, le=0.5, description="Between the jaws, of the canvas's height.")


class GridLayout(Model):
    """Rows of the table, left to right and top to bottom."""

    kind: Literal["grid"] = Field(description="Rows and columns.")
    columns: StrictInt = Field(8, ge=1, le=1000, description="Marks in a row.")
    area: Area = Field((0.05, 0.05, 0.9, 0.9), description=AREA)


class MapLayout(Model):
    """Longitude and latitude in degrees, projected: the whole world, unless `region` or `fit` says less."""

    kind: Literal["map"] = Field(description="A map of the world, or of a part of it.")
    lon: str = Field("lon", description="The column with the longitude.")
    lat: str = Field("lat", description="The column with the latitude.")
    region: tuple[Number, Number, Number, Number] | None = Field(
        None,
        description="West, south, east, north in degrees: the part of the world that fills the area, as large as it fits, in "
        "its own proportions. A west greater than the east crosses the date line. Layers with one region lie on one map.",
    )
    fit: StrictBool = Field(
        False,
        description="Whether the region is what the layer's data cover in all years, with a margin. Where layers share a map, "
        "state its region instead.",
    )
    projection: Literal["equirectangular", "robinson", "equal-earth"] | None = Field(
        None,
        description="How the globe is laid flat: else equal-earth, which keeps areas true; for a region equirectangular, true "
        "to shapes at its middle latitude.",
    )
    centre_lon: Number = Field(
        10.0, ge=-180, le=180, description="The longitude in the middle of the world; a region's middle is its own."
    )
    area: Area = Field((0.03, 0.06, 0.94, 0.88), description=AREA)


class ColumnsLayout(Model):
    """Positions straight from two columns, 0 to 1 over the area, y up."""

    kind: Literal["columns"] = Field(description="Positions from the table.")
    x: str = Field("x", description="The column with x, 0 (left) to 1.")
    y: str = Field("y", description="The column with y, 0 (bottom) to 1.")
    area: Area = Field((0.0, 0.0, 1.0, 1.0), description=AREA)


class JawsLayout(Model):
    """A small mouth for each group, in a grid; groups by their names."""

    kind: Literal["jaws"] = Field(description="A small mouth for each group.")
    group: str = Field(description="The column that says whose tooth it is.")
    tooth: str = Field(description="The column with the FDI number.")
    columns: StrictInt | None = Field(None, ge=1, le=1000, description="Mouths in a row; else as makes them largest.")
    area: Area = Field((0.05, 0.05, 0.9, 0.9), description=AREA)


class RingLayout(Model):
    """Evenly round a circle, clockwise, from the least to the greatest."""

    kind: Literal["ring"] = Field(description="A circle.")
    order: str | None = Field(None, description="The column that orders them; else their keys do.")
    centre: tuple[Number, Number] = Field((0.5, 0.5), description="x, y of the canvas, y up.")
    radius: Number = Field(0.36, gt=0, le=2, description="Of the canvas's height.")
    start: Number = Field(0.25, description="Where the first stands, in turns: 0 right, 0.25 top.")


class BeeswarmLayout(Model):
    """One axis by value; across it as near to the middle as others allow. None overlaps, and missing ones stand apart."""

    kind: Literal["beeswarm"] = Field(description="One axis by value, none on another.")
    value: str = Field(description="The column that places a mark along the axis.")
    scale: Literal["linear", "log", "sqrt", "rank"] = Field(
        "linear", description="How values are spread over the axis."
    )
    domain: tuple[Number, Number] | None = Field(None, description="What the axis's ends mean. Else from the data.")
    along: Literal["x", "y"] = Field("x", description="Which way the axis runs.")
    diameter: Number = Field(0.02, gt=0, le=0.5, description="Of a mark, in canvas heights; less where they don't fit.")
    area: Area = Field((0.1, 0.2, 0.8, 0.6), description=AREA)


class TreemapLayout(Model):
    """Rectangles that share the area by value; best with the shape tile. A row without a value has no area, and isn't seen."""

    kind: Literal["treemap"] = Field(description="Areas by value.")
    value: str = Field(description="The column that an area stands for; above 0.")
    group: str | None = Field(None, description="A column whose groups keep together.")
    area: Area = Field((0.05, 0.05, 0.9, 0.9), description=AREA)


class ForceLayout(Model):
    """A network at rest: what is linked stands close, and none overlaps."""

    kind: Literal["force"] = Field(description="A network at rest.")
    links: str = Field(description="A table of this scene, one row a link between two keys.")
    source: str = Field(description="Its column with the key at one end.")
    target: str = Field(description="Its column with the key at the other.")
    weight: str | None = Field(None, description="Its column with how strongly a link pulls.")
    diameter: Number = Field(0.03, gt=0, le=0.5, description="Of a mark, in canvas heights; less where they don't fit.")
    seed: StrictInt = Field(0, ge=0, le=2**31 - 1, description="Of the start: another seed, another arrangement.")
    area: Area = Field((0.05, 0.05, 0.9, 0.9), description=AREA)


Layout: TypeAlias = Annotated[
    ArchLayout
    | JawsLayout
    | GridLayout
    | RingLayout
    | BeeswarmLayout
    | TreemapLayout
    | ForceLayout
    | MapLayout
    | ColumnsLayout,
    Field(discriminator="kind"),
]
