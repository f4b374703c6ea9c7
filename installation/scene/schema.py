"""What may stand in a show, scene and site file: shapes, ranges, defaults; nothing about how they are drawn.

Each model is frozen and refuses unknown keys. The descriptions are the help that editors show (`editors` makes
the JSON Schema of them), so they are written for a curator. `load` validates with these models; `words` rewords
what they refuse; `check` asks what they can't: whether a shader, a column, a cue does exist.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StrictBool, StrictInt

from installation.scene.bindings import Binding as Binding
from installation.scene.bindings import ScaleKind as ScaleKind
from installation.scene.cracks import Cracks as Cracks
from installation.scene.cues import Cue as Cue
from installation.scene.cues import every
from installation.scene.fields import (
    Alias,
    Colour,
    CueNumber,
    Driven,
    Name,
    Number,
)
from installation.scene.fields import Model as Model
from installation.scene.fields import ParamValue as ParamValue
from installation.scene.flows import ArcPaths as ArcPaths
from installation.scene.flows import BundledPaths as BundledPaths
from installation.scene.flows import Ends as Ends
from installation.scene.flows import FlowAttribute as FlowAttribute
from installation.scene.flows import FlowPaths as FlowPaths
from installation.scene.flows import Hidden as Hidden
from installation.scene.flows import Placed as Placed
from installation.scene.flows import RootPaths as RootPaths
from installation.scene.flows import SankeyPaths as SankeyPaths
from installation.scene.layouts import ArchLayout as ArchLayout
from installation.scene.layouts import BeeswarmLayout as BeeswarmLayout
from installation.scene.layouts import ColumnsLayout as ColumnsLayout
from installation.scene.layouts import ForceLayout as ForceLayout
from installation.scene.layouts import GridLayout as GridLayout
from installation.scene.layouts import JawsLayout as JawsLayout
from installation.scene.layouts import Layout as Layout
from installation.scene.layouts import MapLayout as MapLayout
from installation.scene.layouts import RingLayout as RingLayout
from installation.scene.layouts import TreemapLayout as TreemapLayout
from installation.scene.osc_site import OscSite as OscSite
from installation.scene.output_site import CylinderSite as CylinderSite
from installation.scene.output_site import Mask as Mask
from installation.scene.output_site import Opening as Opening
from installation.scene.output_site import Output as Output
from installation.scene.output_site import Surface as Surface
from installation.scene.output_site import Wall as Wall
from installation.scene.scores import Fault as Fault
from installation.scene.scores import FaultKind as FaultKind
from installation.scene.scores import FaultScore as FaultScore
from installation.scene.seeing import CameraSite as CameraSite
from installation.scene.sites import AudioSite as AudioSite
from installation.scene.sites import ConsoleSite as ConsoleSite
from installation.scene.sites import FlashGuardSite as FlashGuardSite
from installation.scene.sites import LogSite as LogSite
from installation.scene.sites import SiteFile as SiteFile

Blend: TypeAlias = Literal["normal", "add", "screen", "multiply", "lighten", "subtract"]


class Table(Model):
    """Rows that layers can bind to: a table of a dataset, or one SQL SELECT over them."""

    source: str | None = Field(
        None, alias="from", description="A table, as ALIAS.TABLE; ALIAS is enough for a dataset of one table."
    )
    sql: str | None = Field(
        None, description="One SELECT; tables are named ALIAS.TABLE, or ALIAS for a dataset of one table."
    )
    key: str | None = Field(None, description="The column that names a row, for value(table.column, key, time).")
    time: str | None = Field(None, description="The column with the year, for value(table.column, key, time).")


class Format(Model):
    """How a value is written in texts, so that it reads as the table means it."""

    unit: str = Field("", max_length=60, description="What is counted, as printed: %, g a day, doctors.")
    decimals: StrictInt | None = Field(
        None, ge=0, le=6, description="Digits after the point; else as many as it needs."
    )
    thousands: StrictBool = Field(True, description="Whether digits stand in groups of three: 249 417.")
    missing: str = Field("no data", max_length=60, description="What is printed where there is no value.")


class Effect(Model):
    """An ISF filter."""

    shader: str = Field(description="An ISF filter's file name, such as grain.fs.")
    name: Name | None = Field(None, description="Its name in addresses; default: the file's name.")
    params: dict[str, ParamValue] = Field(default_factory=dict, description="Values of its inputs.")
    inputs: dict[str, str] = Field(default_factory=dict, description="What feeds its other image inputs.")


class LayerBase(Model):
    name: Name = Field(description="The layer's name; part of its OSC address.")
    blend: Blend = Field("normal", description="How it is laid over what is below, in linear light.")
    opacity: Driven = Field(1.0, description="0 to 1, or an expression.")
    params: dict[str, ParamValue] = Field(default_factory=dict, description="Values of its parameters.")
    effects: list[Effect] = Field(default_factory=list, description="ISF filters, first to last.")


class ShaderLayer(LayerBase):
    """An ISF generator, or a filter over an image input."""

    kind: Literal["shader"] = Field(description="An ISF shader.")
    shader: str = Field(description="An ISF file's name, such as biofilm.fs.")
    inputs: dict[str, str] = Field(
        default_factory=dict,
        description="What feeds its image inputs: camera.mask, camera.flow, camera.edges, camera.bodies, camera.picture, "
        "audio.wave, audio.spectrum, layer.NAME, media.FILE, table.NAME.COLUMN, text.WORDS or below.",
    )


MarkAttribute: TypeAlias = Literal[
    "size", "length", "color", "glow", "crack", "cavities", "gum", "film", "gap", "wear", "tilt"
]


class MarksLayer(LayerBase):
    """One shape for each row of a table."""

    kind: Literal["marks"] = Field(description="One shape for each row of a table.")
    table: str = Field(description="A table of this scene.")
    key: str = Field(description="The column that names a row, so that it stays itself when years pass.")
    time: str | None = Field(None, description="The column with the year; the parameter `at` chooses and blends.")
    shape: Literal["tooth", "disc", "ring", "rod", "tile"] = Field("disc", description="What each row is drawn as.")
    layout: Layout = Field(description="Where each row stands.")
    bind: dict[MarkAttribute, Binding] = Field(
        default_factory=dict, description="What each attribute of a mark is read from."
    )


class FlowsLayer(LayerBase):
    """Streams from place to place, bundled; each particle stands for a stated amount."""

    kind: Literal["flows"] = Field(description="Streams from place to place.")
    table: str = Field(description="A table of this scene, one row a flow (and a year, where `time` is stated).")
    key: str | None = Field(None, description="The column that names a flow, so that it stays itself when years pass.")
    time: str | None = Field(None, description="The column with the year; the parameter `at` chooses and blends.")
    origin: Ends = Field(description="Where a flow begins.")
    destination: Ends = Field(description="Where it ends.")
    value: str = Field(description="The column with the amount: all of it, where some is hidden.")
    hidden: Hidden | None = Field(None, description="What of the amount is not reported.")
    unit: Number = Field(description="How much one particle stands for.", gt=0)
    unit_name: str = Field(description="What is counted, as printed on the wall: doctors, tonnes, bots.")
    group: str | None = Field(None, description="A column with at most four values; each has its colour.")
    order: list[str] | None = Field(None, description="The groups in order.", max_length=4)
    colors: list[Colour] = Field(
        default_factory=lambda: ["#4de3d0"], min_length=1, max_length=4, description="One for each group."
    )
    layout: Placed | None = Field(None, description="Where places lie; for roots, the teeth that they grow from.")
    paths: FlowPaths = Field(BundledPaths(kind="bundled"), description="How streams get from place to place.")
    bundle: Number = Field(
        0.7, ge=0, le=1, description="How tightly bundled streams and roots keep together: 0 not at all, 1 tightly."
    )
    bind: dict[FlowAttribute, Binding] = Field(
        default_factory=dict,
        description="What `speed` (1: as fast as all) and `width` (of a stream, in canvas heights) are read from.",
    )


class CameraLayer(LayerBase):
    """What the camera senses of visitors; never their picture."""

    kind: Literal["camera"] = Field(description="What the camera senses.")
    show: Literal["silhouette", "flow", "edge"] = Field(
        "silhouette", description="The shape of visitors, how they move, or their outline."
    )


TOLD = ("name", "key", "value", "year", "source", "caution", "title")
"""Words of an open mark, besides the columns of its table."""
COUNTED = tuple("one unit total reported hidden share unknown particles streams year source caution".split())
"""Words of flows: what a particle stands for and of what, all that flows now, and of what is known: reported, hidden, percent."""
TOLD_OF_STREAMS = ("value", "year", "source", "caution")
"""Words of a stream that a visitor stands on, besides the columns of its table."""


class TextLayer(LayerBase):
    """Words. `{name}` and `{name:.0f}` are replaced by the scene's values."""

    kind: Literal["text"] = Field(description="Words.")
    text: str = Field(max_length=4000, description="The words; {name} stands for a value of the scene.")
    font: str | None = Field(None, description="A font file in the show's folder; default: Lato.")
    weight: Literal["thin", "light", "regular", "bold", "black"] = Field("light", description="Of Lato.")
    align: Literal["left", "centre", "right"] = Field("left", description="Where its position is: its left edge, …")
    wrap: Number = Field(0.8, gt=0, le=1, description="Widest line, of the canvas's width.")
    tells: Name | None = Field(
        None,
        description="A marks or flows layer beside it: the text is of the mark that a visitor has opened, or of the greatest "
        "stream that they stand on, and is gone while there is none. Its words are {name} (of marks), {value}, {year}, "
        "{source}, {caution} and every column: {population}; of a column of marks {title:COLUMN} and {caution:COLUMN}.",
    )
    counts: Name | None = Field(
        None,
        description="A flows layer beside it, whose particles the text counts: {one} (what one stands for), {unit}, {total}, "
        "{reported}, {hidden}, {share} (hidden, of what is known), {unknown} (streams without a reported figure), "
        "{particles}, {streams}, {year}, {source}, {caution}.",
    )


class MediaLayer(LayerBase):
    """A still or a film from the show's folder."""

    kind: Literal["media"] = Field(description="A still or a film.")
    file: str = Field(description="A picture or film, from the show's folder: media/sea.mp4.")
    fit: Literal["contain", "cover", "stretch"] = Field(
        "cover", description="Show all of it, fill the canvas, or stretch it."
    )
    loop: StrictBool = Field(True, description="Whether a film begins again at its end.")


class GroupLayer(LayerBase):
    """Layers drawn together, then treated as one."""

    kind: Literal["group"] = Field(description="Layers drawn together.")
    layers: list[Layer] = Field(min_length=1, description="Its layers, first at the bottom.")


Layer: TypeAlias = Annotated[
    ShaderLayer | MarksLayer | FlowsLayer | CameraLayer | TextLayer | MediaLayer | GroupLayer,
    Field(discriminator="kind"),
]


class SceneFile(Model):
    """A stack of layers, first at the bottom."""

    title: str = Field(description="The scene's name for people.")
    notes: str = Field("", description="What is seen, in your own words: for the label beside the wall, never on it.")
    seed: StrictInt = Field(0, ge=0, le=2**31 - 1, description="Of all chance in this scene.")
    datasets: dict[Alias, str] = Field(
        default_factory=dict,
        description="ALIAS: the dataset package's name, or a file of the show, such as data/teeth.csv.",
    )
    tables: dict[Alias, Table] = Field(
        default_factory=dict, description="NAME: the rows that layers of this scene can bind to."
    )
    values: dict[Alias, Driven] = Field(
        default_factory=dict,
        description="Named numbers and expressions, for parameters and texts of this scene; a cue or a hand may set them.",
    )
    formats: dict[Alias, Format] = Field(
        default_factory=dict, description="How texts write values, by name; a column's own unit and decimals are known."
    )
    under: Name | None = Field(None, description="The scene that reveal shows under this one.")
    shows_camera: StrictBool = Field(
        False, description="Says that this scene shows the camera's own picture; the wall then tells visitors so."
    )
    cracks: Cracks | None = Field(
        None, description="Data that say where the surface over (else of) this scene cracks first."
    )
    faults: dict[Name, FaultScore] = Field(
        default_factory=dict, description="NAME: a score that cues can start, whatever scene plays."
    )
    layers: list[Layer] = Field(min_length=1, description="What is drawn, first at the bottom.")
    effects: list[Effect] = Field(default_factory=list, description="ISF filters over the whole scene.")


class CanvasSize(Model):
    width: StrictInt = Field(1920, ge=16, le=16384, description="Pixels.")
    height: StrictInt = Field(1080, ge=16, le=16384, description="Pixels.")


class ShowFile(Model):
    """A show: its canvas, its cue list, its malfunctions. Its scenes are the files in scenes/."""

    title: str = Field(description="The show's name for people.")
    notes: str = Field("", description="What it is, in your own words: the label begins with them.")
    canvas: CanvasSize = Field(CanvasSize(), description="What is drawn, before it is laid on surfaces.")
    fps: Number = Field(60.0, gt=0, le=240, description="Frames a second.")
    seed: StrictInt = Field(0, ge=0, le=2**31 - 1, description="Of all chance in the show.")
    start: CueNumber | None = Field(None, description="The cue that runs when the show opens; default: the first.")
    rest: Name | None = Field(
        None, description="The scene that panic and reset go to, never black; default: the first cue's."
    )
    double_go: Number = Field(
        0.15, ge=0, le=60, description="Seconds after a GO in which another one is taken for a slip, and ignored."
    )
    cues: list[Cue] = Field(default_factory=list, description="What happens on each GO, first to last.")
    faults: dict[Name, FaultScore] = Field(default_factory=dict, description="NAME: a score that cues can start.")

    @property
    def every_cue(self) -> tuple[Cue, ...]:
        """All cues, those in groups too, in the order in which they stand in the file."""
        return tuple(every(self.cues))


GroupLayer.model_rebuild()
SceneFile.model_rebuild()
