"""Writes a number as people read it: its unit, its digits, and words where there is none. Pure; called by texts."""

from __future__ import annotations

from installation.scene import schema

THIN = "\u00a0"
"""Stands between groups of digits, and before a unit: a space at which no line is broken."""
GROUPED_FROM = 10_000
"""Smaller numbers are easier to read whole, and may be years."""


def written(value: float | None, format_: schema.Format) -> str:
    """A value with its unit: 249 417 doctors, 32.3 %. None and NaN give the format's words for what is missing."""
    if value is None or value != value:
        return format_.missing
    size = abs(value)
    digits = format_.decimals
    if digits is None:
        digits = 0 if size >= 100 else 1 if size >= 10 else 2
    text = f"{size:,.{digits}f}" if format_.thousands and size >= GROUPED_FROM else f"{size:.{digits}f}"
    if format_.decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    sign = "\u2212" if value < 0 and text.strip("0.") else ""
    text = sign + text.replace(",", THIN)
    return f"{text}{THIN}{format_.unit}" if format_.unit else text
