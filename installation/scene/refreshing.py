"""What a site file says of live data. Read by `schema`; `schedule` acts on it."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StrictInt

from installation.scene.fields import Model, Text

Hour: TypeAlias = Annotated[StrictInt, Field(ge=0, le=24)]


class DataSite(Model):
    """Whether and when this building asks the live sources of data. A show opens with what is there, and never waits."""

    refresh: Literal["none", "used"] | list[Text] = Field(
        "none", description="none, used (every dataset of the show with a live source), or a list of datasets."
    )
    hours: tuple[Hour, Hour] | None = Field(
        None, description="From which hour to which it may ask, such as [2, 6]; at any if left out. Sensors always."
    )
    addresses: dict[str, Text] = Field(
        default_factory=dict, description="Base addresses instead of the package's own, by DATASET or DATASET.TABLE."
    )
