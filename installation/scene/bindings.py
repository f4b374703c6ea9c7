"""What a scene file says of a column that is bound to something seen: its scale. `schema` has the layers that bind."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, StrictInt

from installation.scene.fields import Colour, Model, Number, Text, number_or_text

ScaleKind: TypeAlias = Literal["linear", "log", "sqrt", "rank", "quantile", "threshold", "categorical"]


class Binding(Model):
    """A column of a table, and how its values become what is seen."""

    column: str = Field(description="The column of the layer's table.")
    scale: ScaleKind = Field("linear", description="How values are spread over the range.")
    domain: tuple[Number, Number] | None = Field(
        None,
        description="The lowest and highest value expected, so that years compare. Else from the data.",
    )
    range: tuple[Number, Number] | None = Field(
        None,
        description="What the ends of the domain become. Else 0 to 1; a size then fits its layout and number, and is in true "
        "proportion to the value (linear, sqrt) where no value is below 0.",
    )
    ramp: list[Colour] | None = Field(
        None,
        description="Colours from low to high, mixed evenly in OKLab; for categorical, one for each.",
    )
    order: list[str] | None = Field(None, description="For categorical: the categories in order.")
    cuts: list[Number] | None = Field(
        None,
        description="For threshold: where one class ends and the next begins, rising; a value at a cut is above it.",
    )
    steps: StrictInt | None = Field(
        None,
        ge=2,
        le=100,
        description="For quantile: how many classes, each with as many rows; else one for each colour.",
    )
    missing: Annotated[Number | Text, BeforeValidator(number_or_text)] | None = Field(
        None,
        description="What a missing value becomes: a number, or a colour where there is a ramp.",
    )
