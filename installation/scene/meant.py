"""Which colour is meant by one that files don't take: `green`, `#fff`. Pure text; `words` and `constants` offer it."""

from __future__ import annotations

import re

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
