"""What is meant by words that files don't take: a colour (`green`, `#fff`), a number with its unit (`50%`, `1 minute`), another
word for what the room does (`people`, `happy`, `outline`). Pure text; whoever refuses a word offers it.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_NAMED = {
    **{"black": "000000", "white": "ffffff", "grey": "808080", "gray": "808080", "silver": "c0c0c0"},
    **{"red": "ff0000", "maroon": "800000", "yellow": "ffff00", "olive": "808000", "lime": "00ff00"},
    **{"green": "008000", "aqua": "00ffff", "cyan": "00ffff", "teal": "008080", "blue": "0000ff"},
    **{"navy": "000080", "fuchsia": "ff00ff", "magenta": "ff00ff", "purple": "800080", "orange": "ffa500"},
    **{"pink": "ffc0cb", "brown": "a52a2a", "gold": "ffd700", "turquoise": "40e0d0", "violet": "ee82ee"},
}
"""As CSS Color 4 has them."""


def colour_meant(given: object) -> str:
    """What to write instead, as a hint; "" where nobody could know."""
    text = str(given).strip().lower()
    if text in _NAMED:
        return f'write "#{_NAMED[text]}", in quotes'
    digits = text.removeprefix("#").removeprefix("0x")
    if re.fullmatch(r"[0-9a-f]{3,4}", digits) and text.startswith("#"):
        return f'write "#{"".join(2 * digit for digit in digits)}", in quotes'
    if re.fullmatch(r"[0-9a-f]{6}|[0-9a-f]{8}", digits) and not text.startswith("#"):
        return f'write "#{digits}", in quotes'
    return ""


_OTHERWISE = {
    **dict.fromkeys(("happy", "happiness", "smiling", "joy", "laugh", "laughter"), ("smile",)),
    **dict.fromkeys(("people", "persons", "person", "count", "crowd", "audience"), ("visitors", "camera.mask")),
    **dict.fromkeys(("nobody", "empty", "none", "absent", "left"), ("absence", "presence")),
    **dict.fromkeys(("somebody", "someone", "anybody", "visitor", "present"), ("presence",)),
    **dict.fromkeys(("hand", "arms", "raised"), ("hands",)),
    **dict.fromkeys(("silhouette", "silhouettes", "shape"), ("camera.mask", "silhouette", "camera")),
    **dict.fromkeys(("mask", "webcam", "camera"), ("camera.mask", "silhouette", "camera")),
    **dict.fromkeys(("outline", "outlines", "edges", "contour"), ("edge", "camera.edges", "camera")),
    **dict.fromkeys(("motion", "movement", "flow"), ("flow", "camera.flow", "motion")),
    **dict.fromkeys(("body", "bodies", "skeleton"), ("camera.bodies", "visitors")),
    **dict.fromkeys(("picture", "image", "video"), ("camera.picture",)),
    **dict.fromkeys(("volume", "loudness", "sound"), ("level",)),
    **dict.fromkeys(("bass",), ("low",)),
    **dict.fromkeys(("treble",), ("high",)),
    **dict.fromkeys(("beat", "clap"), ("onset",)),
}
"""Words that curators use, and what says it here, where that may stand. The camera's own picture only for who says picture."""

_TIMES = {
    "ms": 0.001,
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
}
_OTHERS = {**dict.fromkeys(("fps", "hz", "k", "px", "deg", "db"), 1.0), "%": 0.01}


def word_meant(word: str, choices: Collection[str]) -> str:
    """Of the choices the one that says what a word means; the word itself where nobody could know."""
    found = _OTHERWISE.get(word.strip().lower().rpartition(".")[2], ())
    return next((one for one in found if one in choices), word)


def number_meant(given: object, unit: str = "seconds") -> str:
    """How a number with its unit, with a comma, or in curly quotes is written, as a hint; "" where it is none. `unit` is what a
    time is expected in."""
    text = str(given).strip()
    if text[:1] in tuple("\u201c\u201d\u201e\u2018\u2019\u201a\u00ab"):
        return "write straight quotes: \" or '"
    found = re.fullmatch(r"(-?\d+(?:[.,]\d+)?)\s*([A-Za-z]+|%)?", text)
    if not found or (found[2] is None and "," not in text):
        return ""
    called, number = (found[2] or "").lower(), float(found[1].replace(",", "."))
    if called in _TIMES:
        number *= _TIMES[called] / _TIMES.get(unit.lower(), 1.0)
    elif called:
        if called not in _OTHERS:
            return ""
        number *= _OTHERS[called]
    return f"a bare number: {number:g}"
