"""A window in which a room is walked about while the show plays on its walls: drag to turn, wheel to come nearer. Called by
`installation previsualise` where no file is wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from installation.clock import WallClock
from installation.errors import DeviceError
from installation.gpu.viewer import Moves, Viewer
from installation.outputs.hotplug import has_display
from installation.play import Asked
from installation.previs.view import Orbit
from installation.previsualise import FPS, Previsual, Site3D
from installation.scene.load import Show

HELP = "drag or arrows turn it, the wheel or + and - come nearer, L shows names, HOME goes back, P saves a picture, ESCAPE ends"
TURN, NEARER = 0.3, 0.92
"""Degrees a pixel; each step of the wheel."""
HELD = {"LEFT": (-1.5, 0.0), "RIGHT": (1.5, 0.0), "UP": (0.0, 1.0), "DOWN": (0.0, -1.0)}
CLOSER = {"PLUS": NEARER, "EQUAL": NEARER, "NUM_ADD": NEARER, "MINUS": 1 / NEARER, "NUM_SUBTRACT": 1 / NEARER}


def moved(orbit: Orbit, moves: Moves) -> Orbit:
    """Where the eye is after what was done."""
    turn, rise = -moves.across * TURN, -moves.up * TURN
    nearer = NEARER**moves.wheel
    for key in moves.held:
        aside, up = HELD.get(key, (0.0, 0.0))
        turn, rise, nearer = turn + aside, rise + up, nearer * CLOSER.get(key, 1.0)
    return orbit if (turn, rise, nearer) == (0.0, 0.0, 1.0) else orbit.turned(turn, rise, nearer)


def walk_about(
    site: Site3D,
    show: Show,
    asked: Asked,
    size: tuple[int, int],
    at: float,
    card: str,
    places: tuple[Sequence[float] | None, Sequence[float] | None],
    say: Callable[[str], None],
    most: int | None = None,
) -> int:
    """Opens the window and plays until it is closed, or for `most` frames; gives how many. Raises DeviceError."""
    if not has_display():
        raise DeviceError("there is no display to open a window on", hint="write a picture: --out room.png")
    viewer = Viewer(size, site.file.title or "installation")
    try:
        # On a software renderer each pixel is drawn once: it moves, and a still can be had by P.
        finer = 1 if viewer.device.software else 2
        with Previsual(site, show, asked, size, at, card, viewer.device, finer) as seen:
            say(HELP)
            with_words = True
            home = orbit = seen.orbit(*places)
            clock, frames, saved = WallClock(FPS), 0, 0
            while not viewer.closed and (most is None or frames < most):
                clock.next()
                moves = viewer.poll()
                orbit = home if "HOME" in moves.pressed else moved(orbit, moves)
                viewer.closed |= "ESCAPE" in moves.pressed
                with_words ^= "L" in moves.pressed
                if "P" in moves.pressed:
                    saved += 1
                    say(_saved(seen, orbit, saved))
                seen.step()
                viewer.show(seen.draw(orbit, with_words))
                frames += 1
            return frames
    finally:
        viewer.close()


def _saved(seen: Previsual, orbit: Orbit, number: int) -> str:
    from installation.outputs.pictures import write_png

    name = f"room-{number}.png"
    write_png(name, seen.picture(orbit))
    return f"saved {name}"
