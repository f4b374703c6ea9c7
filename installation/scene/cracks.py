"""What a scene file may say of where its surface gives way first: the places and values of a table. Part of `schema`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from installation.scene.fields import Model, Number
from installation.scene.layouts import ColumnsLayout, MapLayout


class Cracks(Model):
    """Where reveal and faults open the surface first: over the places with the greatest values."""

    table: str = Field(description="A table of this scene, one row a place.")
    value: str = Field(description="The column that says how weak the surface is there, such as a hidden share.")
    layout: Annotated[MapLayout | ColumnsLayout, Field(discriminator="kind")] = Field(
        description="Where places lie: as in the layer that shows them."
    )
    domain: tuple[Number, Number] | None = Field(
        None, description="The values that are firm and that give way first. Else from 0 to the data's greatest."
    )
    reach: Number = Field(0.12, ge=0.02, le=1, description="How far a place weakens the surface, in canvas heights.")
