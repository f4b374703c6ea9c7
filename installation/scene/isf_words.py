"""The words of GLSL that a translation must know: today's keywords, what was free in 1.20, and the built-in functions.

Tables only. Called by `isf_tokens`' readers: `isf_glsl` (what to rename) and `isf_inputs` (what no input may be called).
"""

from __future__ import annotations

import re

KEYWORDS = frozenset(
    """
    attribute bool break bvec2 bvec3 bvec4 case centroid const continue default discard do else false float for highp if in
    inout int invariant ivec2 ivec3 ivec4 lowp mat2 mat2x2 mat2x3 mat2x4 mat3 mat3x2 mat3x3 mat3x4 mat4 mat4x2 mat4x3 mat4x4
    mediump out precision return sampler1D sampler1DShadow sampler2D sampler2DArray sampler2DArrayShadow sampler2DRect
    sampler2DRectShadow sampler2DShadow sampler3D samplerBuffer samplerCube samplerCubeShadow isampler2D usampler2D struct
    switch true uint uniform uvec2 uvec3 uvec4 varying vec2 vec3 vec4 void while
    """.split()
)
"""Words that mean the same wherever they stand, in every version that we read or write."""

RESERVED = frozenset(
    """
    active asm atomic_uint buffer cast class coherent common double dvec2 dvec3 dvec4 enum extern external filter fixed fvec2
    fvec3 fvec4 goto half hvec2 hvec3 hvec4 inline input interface long namespace noinline output partition public readonly
    resource restrict row_major shared short sizeof static superp template this typedef union unsigned using volatile
    writeonly
    """.split()
)
"""Words that no program may use today, but that older drivers let through as names."""

QUALIFIERS = frozenset("flat invariant layout noperspective patch precise sample smooth subroutine".split())
"""Words that stand before a declaration today, and were names in 1.20: which of the two, shows what follows."""

OLD_FUNCTIONS = frozenset(
    """
    radians degrees sin cos tan asin acos atan pow exp log exp2 log2 sqrt inversesqrt abs sign floor ceil fract mod min max
    clamp mix step smoothstep length distance dot cross normalize faceforward reflect refract matrixCompMult outerProduct
    transpose lessThan lessThanEqual greaterThan greaterThanEqual equal notEqual any all not dFdx dFdy fwidth
    """.split()
)

NEW_FUNCTIONS = frozenset(
    """
    sinh cosh tanh asinh acosh atanh trunc round roundEven modf isnan isinf floatBitsToInt floatBitsToUint intBitsToFloat
    uintBitsToFloat determinant inverse texture textureProj textureLod textureOffset texelFetch texelFetchOffset
    textureProjOffset textureLodOffset textureProjLod textureProjLodOffset textureGrad textureGradOffset textureProjGrad
    textureProjGradOffset textureSize packSnorm2x16 unpackSnorm2x16 packUnorm2x16 unpackUnorm2x16 packHalf2x16
    unpackHalf2x16
    """.split()
)

FUNCTIONS = OLD_FUNCTIONS | NEW_FUNCTIONS

RENAMED = {
    "gl_FragColor": "isf_FragColor",
    "vv_FragNormCoord": "isf_FragNormCoord",
    "vv_vertShaderInit": "isf_vertShaderInit",
    "texture2D": "texture",
    "texture2DProj": "textureProj",
    "texture2DLod": "textureLod",
    "texture2DProjLod": "textureProjLod",
    "texture2DLodEXT": "textureLod",
    "texture2DGradEXT": "textureGrad",
    "texture2DGradARB": "textureGrad",
    "textureSize2D": "textureSize",  # these two of EXT_gpu_shader4
    "texelFetch2D": "texelFetch",
    "textureCube": "texture",
    "textureCubeLod": "textureLod",
    "textureCubeLodEXT": "textureLod",
    "texture3D": "texture",
    "texture2DRect": "IMG_PIXEL",  # a rectangle's places are pixels
    "sampler2DRect": "sampler2D",
}
"""Old spellings, and what we write for them."""

LOOKUPS = frozenset(word for word in RENAMED if word.startswith("texture"))
"""The functions among them."""

STATEMENTS = frozenset("return else do case in out inout const uniform varying attribute".split())
"""Words after which a name is used, not declared; or that say how the type that follows is used."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


def problem_of_name(name: str) -> str:
    """What is wrong with a name that a header gives to an input or a target; "" when GLSL can use it."""
    if not _NAME.fullmatch(name):
        return f'"{name[:60]}" is not a name that GLSL can use: letters, digits and _, and no digit first'
    if name in KEYWORDS:
        return f'"{name}" is a word of GLSL'
    if name.startswith(("gl_", "isf_", "vv_", "IMG_")):
        return f'"{name}" begins like a name of the engine\'s own'
    return ""
