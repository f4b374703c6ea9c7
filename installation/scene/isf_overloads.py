"""GLSL functions that an artist has overloaded, and what must be forwarded to the built-in ones.

GLSL 1.20's desktop drivers let a file add `mod(int, int)` to the built-in `mod` and use both. Today's disagree about what
is hidden then, and ES forbids it. So the artist's function is renamed, and what it does not define is passed on under the
new name. Called by `isf_glsl` only.
"""

from __future__ import annotations

from collections.abc import Collection

# T stands for float and the vectors, V for the vectors alone; the first letter is what is given back.
SHAPES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        "radians degrees sin cos tan asin acos exp log exp2 log2 sqrt inversesqrt abs sign floor ceil fract normalize".split(),
        ("TT",),
    ),
    **dict.fromkeys(("dFdx", "dFdy", "fwidth"), ("TT",)),
    "atan": ("TT", "TTT"),
    "pow": ("TTT",),
    **dict.fromkeys(("mod", "min", "max"), ("TTT", "VVF")),
    "clamp": ("TTTT", "VVFF"),
    "mix": ("TTTT", "VVVF"),
    "step": ("TTT", "VFV"),
    "smoothstep": ("TTTT", "VFFV"),
    "length": ("FT",),
    **dict.fromkeys(("distance", "dot"), ("FTT",)),
    "faceforward": ("TTTT",),
    "reflect": ("TTT",),
    "refract": ("TTTF",),
}
VECTORS = ("vec2", "vec3", "vec4")


def forwards(name: str, renamed: str, defined: Collection[tuple[str, ...]]) -> str:
    """One-line functions called `renamed` that pass on to the built-in `name`, but for the signatures that are `defined`."""
    text = ""
    for shape in SHAPES.get(name, ()):
        for kind in ("float", *VECTORS) if "T" in shape else VECTORS:
            types = [{"T": kind, "V": kind, "F": "float"}[letter] for letter in shape]
            if tuple(types[1:]) not in defined:
                takes = ", ".join(f"{t} a{i}" for i, t in enumerate(types[1:]))
                gives = ", ".join(f"a{i}" for i in range(len(types) - 1))
                text += f"{types[0]} {renamed}({takes}) {{ return {name}({gives}); }}\n"
    return text
