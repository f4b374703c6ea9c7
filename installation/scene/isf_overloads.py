"""GLSL functions that an artist has overloaded, and what must be forwarded to the built-in ones.

GLSL 1.20's desktop drivers let a file add `mod(int, int)` to the built-in `mod` and use both. Today's disagree about what
is hidden then, and ES forbids it. So the artist's function is renamed, and what it does not define is passed on under the
new name. Called by `isf_glsl` only.
"""

from __future__ import annotations

from collections.abc import Collection

from installation.scene.isf_words import RENAMED

# T stands for float and the vectors, V for the vectors alone; the first letter is what is given back.
SHAPES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        "radians degrees sin cos tan asin acos exp log exp2 log2 sqrt inversesqrt abs sign floor ceil fract normalize "
        "sinh cosh tanh asinh acosh atanh trunc round roundEven".split(),
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
NUMBERS = "234"

# What no shape says: what is given back, and what is taken. "#" stands for each of 2, 3 and 4.
OTHERS: dict[str, tuple[str, ...]] = {
    "cross": ("vec3 vec3 vec3",),
    "mix": ("vec# vec# vec# bvec#", "float float float bool"),
    **dict.fromkeys(("any", "all"), ("bool bvec#",)),
    "not": ("bvec# bvec#",),
    **dict.fromkeys(
        ("lessThan", "lessThanEqual", "greaterThan", "greaterThanEqual"), ("bvec# vec# vec#", "bvec# ivec# ivec#")
    ),
    **dict.fromkeys(("equal", "notEqual"), ("bvec# vec# vec#", "bvec# ivec# ivec#", "bvec# bvec# bvec#")),
    **dict.fromkeys(("isnan", "isinf"), ("bool float", "bvec# vec#")),
    **dict.fromkeys(("matrixCompMult",), ("mat# mat# mat#",)),
    **dict.fromkeys(("transpose", "inverse"), ("mat# mat#",)),
    "determinant": ("float mat#",),
    "outerProduct": ("mat# vec# vec#",),
    **dict.fromkeys(("texture", "texture2D", "texture2DRect"), ("vec4 sampler2D vec2",)),
    **dict.fromkeys(("textureLod", "texture2DLod"), ("vec4 sampler2D vec2 float",)),
    **dict.fromkeys(("textureProj", "texture2DProj"), ("vec4 sampler2D vec3", "vec4 sampler2D vec4")),
    "texelFetch": ("vec4 sampler2D ivec2 int",),
    "textureSize": ("ivec2 sampler2D int",),
}


def forwards(name: str, renamed: str, defined: Collection[tuple[str, ...]]) -> str:
    """One-line functions called `renamed` that pass on to the built-in `name`, but for the signatures that are `defined`."""
    signatures: list[list[str]] = []
    for shape in SHAPES.get(name, ()):
        for kind in ("float", *VECTORS) if "T" in shape else VECTORS:
            signatures.append([{"T": kind, "V": kind, "F": "float"}[letter] for letter in shape])
    for line in OTHERS.get(name, ()):
        signatures += [line.replace("#", number).split() for number in (NUMBERS if "#" in line else "2")]
    text, today = "", RENAMED.get(name, name)
    for gives, *types in signatures:
        if tuple(types) not in defined:
            takes = ", ".join(f"{t} a{i}" for i, t in enumerate(types))
            given = ", ".join(f"a{i}" for i in range(len(types)))
            text += f"{gives} {renamed}({takes}) {{ return {today}({given}); }}\n"
    return text
