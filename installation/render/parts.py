"""Shared pieces of GLSL, from shaders/lib/: read when a scene is built, never in the frame."""

from __future__ import annotations

from functools import lru_cache

from installation.errors import Location, ShaderError
from installation.resources import resource


@lru_cache(maxsize=64)
def shader_part(name: str) -> str:
    """The text of shaders/lib/NAME. Raises ShaderError when it is not there."""
    path = resource("shaders") / "lib" / name
    try:
        return path.read_text("utf-8")
    except OSError:
        raise ShaderError(f'the shader part "{name}" is missing', Location(str(path)), "reinstall the engine") from None
