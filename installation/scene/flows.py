"""How flows may be laid out, and what of them may be hidden, as a scene file says it. `schema` has the layer itself."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StrictBool

from installation.scene.fields import Colour, Model, Number
from installation.scene.layouts import AREA, ArchLayout, Area, ColumnsLayout, MapLayout


class Ends(Model):
    """The columns that name and place one end of a flow (longitude and latitude, or x and y)."""

    id: str = Field(description="The column that names the place.")
    x: str | None = Field(None, description="The column with its longitude, or x; sankey and roots place by names.")
    y: str | None = Field(None, description="The column with its latitude, or y.")


class BundledPaths(Model):
    """Streams that go the same way share a trunk, as tightly as `bundle` says."""

    kind: Literal["bundled"] = Field(description="Streams that go the same way share a trunk.")


class ArcPaths(Model):
    """The shortest way round the globe, lifted above the land; on a plane a plain arc."""

    kind: Literal["arcs"] = Field(description="Great arcs, lifted above the land.")
    lift: Number = Field(
        0.45,
        ge=0,
        le=2,
        description="How high one that goes half round the globe (half across a region) is lifted, of the canvas's height.",
    )


class SankeyPaths(Model):
    """Stages from left to right, every width true to its value. Of a circle, what runs back is a loop beneath."""

    kind: Literal["sankey"] = Field(description="Stages from left to right, widths true to the values.")
    through: list[str] = Field(
        default_factory=list,
        max_length=6,
        description="Columns with the stages between origin and destination, in order.",
    )
    apart: StrictBool = Field(
        False, description="Whether a name that is an origin and a destination is two places, one at either side."
    )
    gap: Number = Field(0.025, ge=0, le=0.5, description="Between places, of the canvas's height.")
    area: Area = Field((0.08, 0.1, 0.84, 0.8), description=AREA)


class RootPaths(Model):
    """Streams that grow down from their origins, such as the teeth of an arch, and part into tips."""

    kind: Literal["roots"] = Field(description="Roots that grow down from their origins.")
    through: list[str] = Field(
        default_factory=list,
        max_length=6,
        description="Columns of the hierarchy at whose forks they part, trunk to tip.",
    )
    area: Area = Field((0.06, 0.03, 0.88, 0.4), description=f"Where forks and tips lie: {AREA}")


FlowPaths: TypeAlias = Annotated[BundledPaths | ArcPaths | SankeyPaths | RootPaths, Field(discriminator="kind")]
Placed: TypeAlias = Annotated[MapLayout | ColumnsLayout | ArchLayout, Field(discriminator="kind")]
FlowAttribute: TypeAlias = Literal["speed", "width"]


class Hidden(Model):
    """What is reported of a flow's true value: the rest is drawn as a sheath of its own around it, and counted as well."""

    reported: str = Field(description="The column with what is reported; a row without it hides nothing that is known.")
    color: Colour = Field("#a3202b", description="Of the sheath.")
