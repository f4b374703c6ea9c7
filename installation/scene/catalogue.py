"""The kinds of layer and what may be set on each: one table that the checker, the addresses and the help all read."""

from __future__ import annotations

from installation.params import Param
from installation.signals import SENSED

OPACITY = Param("opacity", "float", 1.0, 0.0, 1.0, help="How much of the layer is seen.")

WORDS = Param("text", "text", "", help="A text layer's words, until a cue or a hand gives it others.")

PARAMS: dict[str, tuple[Param, ...]] = {
    "shader": (),
    "marks": (
        Param("at", "float", 0.0, unit="year", help="The moment in time that is shown, between rows as well."),
        Param("scale", "float", 1.0, 0.0, 10.0, help="Multiplies every mark's size."),
        Param("light", "float", 1.0, 0.0, 4.0, help="Multiplies every mark's brightness."),
        Param("breath", "float", 0.5, 0.0, 1.0, help="How much the marks breathe."),
        Param("ease", "float", 0.6, 0.0, 10.0, unit="s", help="How long a mark takes to reach a new value."),
        Param("open", "float", 0.0, 0.0, 1.0, help="How far a mark opens where a visitor stands."),
        Param(
            "wander",
            "float",
            0.0,
            0.0,
            600.0,
            unit="s",
            help="How long each has, one after another, while nobody is there.",
        ),
    ),
    "flows": (
        Param(
            "speed",
            "float",
            0.06,
            -2.0,
            2.0,
            unit="paths/s",
            help="How fast particles travel; below 0 to their origin.",
        ),
        Param("size", "float", 2.0, 0.5, 16.0, unit="px at 1080", help="A particle's size."),
        Param("light", "float", 1.0, 0.0, 8.0, help="How bright a particle is."),
        Param("thread", "float", 0.35, 0.0, 2.0, help="How bright the path under the particles is."),
        Param("grow", "float", 1.0, 0.0, 1.0, help="How far each path has grown from its origin."),
        Param("at", "float", 0.0, unit="year", help="The moment in time that is shown, between rows as well."),
        Param("ease", "float", 0.6, 0.0, 10.0, unit="s", help="How long a stream takes to reach a new value."),
    ),
    "camera": (
        Param("color", "color", (0.30, 0.89, 0.82, 1.0), help="The colour of what is sensed."),
        Param("soft", "float", 0.3, 0.0, 1.0, help="How soft its edge is."),
        Param("gain", "float", 1.0, 0.0, 8.0, help="How strongly it shows."),
    ),
    "text": (
        Param("position", "point2D", (0.06, 0.1), help="Where the text stands, 0 to 1 of the canvas, y up."),
        Param("size", "float", 0.04, 0.005, 0.5, unit="canvas heights", help="The height of a line."),
        Param("color", "color", (0.95, 0.92, 0.84, 1.0), help="The text's colour."),
        Param("near", "float", 0.0, 0.0, 1.0, help="How far it goes along with the mark that it tells of; 0 stays."),
    ),
    "media": (
        Param("speed", "float", 1.0, 0.0, 8.0, help="How fast a film plays."),
        Param("start", "float", 0.0, 0.0, None, unit="s", help="Where a film begins."),
        Param("play", "event", False, help="Lets a film begin anew."),
    ),
    "group": (),
}
"""Each kind's own parameters; a shader's come from its ISF header. Every layer has `opacity` besides."""

TRANSITION = "dissolve.fs"
"""How scenes change where a cue names no transition."""
REVEAL = "reveal.fs"
"""What shows the scene under the surface."""


def fault_shader(kind: str) -> str:
    """The filter of one kind of fault."""
    return f"fault_{kind}.fs"


ENGINE: dict[str, Param] = {
    "/canvas/scale": Param(
        "scale",
        "float",
        0.0,
        0.0,
        1.0,
        help="How finely the canvas is drawn, of its width; 0: as finely as the frame rate allows.",
    ),
    "/reveal/lens": Param(
        "lens", "float", 1.0, 0.0, 1.0, help="How strongly a visitor's silhouette opens the surface."
    ),
    **{
        signal.address: Param(name, "float", 0.0, signal.low, signal.high, signal.unit, signal.help)
        for name, signal in SENSED.items()
    },
}
"""Parameters of the engine itself, by address: cues and performers may set them whatever scene plays."""
