"""What is written around every shader where pictures are cut into tiles (`mosaic`). Pure text; no GL.

A grid that is cut is known by its tiles' size: the halves of its sides, modulo KINDS, are its place in the table of all
grids. So a sampler needs no name to be understood, also where it is handed to a function.
"""

from __future__ import annotations

import re

OVERLAP = 2
"""Pixels that a tile has of each neighbour: a filter needs one; with two, tiles begin at even pixels, and derivatives are
worked out between the same pixels as in one piece."""

KINDS = 16
"""Of tiles, each way: so many sizes of pictures, squared, can be cut at one time."""

PRECISION = """\
precision highp float;
precision highp int;
precision highp sampler2DArray;
precision highp samplerCube;
"""

LOOKUPS = """\
layout(std140) uniform Mosaic { ivec4 mosaic_grids[KINDS * KINDS]; };  // width, height, columns
ivec4 mosaic_grid(ivec3 size) { return mosaic_grids[((size.x >> 1) & (KINDS - 1)) + ((size.y >> 1) & (KINDS - 1)) * KINDS]; }
vec3 mosaic_at(sampler2DArray s, vec2 p) {
  ivec3 size = textureSize(s, 0);
  if (size.z == 1) return vec3(p, 0.0);
  ivec4 grid = mosaic_grid(size);
  vec2 whole = vec2(grid.xy), each = vec2(size.xy - 2 * OVERLAP);
  p = clamp(p * whole, vec2(0.5), whole - 0.5);
  vec2 tile = floor(p / each);
  return vec3((p - tile * each + float(OVERLAP)) / vec2(size.xy), tile.y * float(grid.z) + tile.x);
}
ivec2 mosaic_size(sampler2DArray s, int lod) {
  ivec3 size = textureSize(s, 0);
  return size.z == 1 ? size.xy : mosaic_grid(size).xy;
}
ivec2 mosaic_size(samplerCube s, int lod) { return textureSize(s, lod); }
vec4 mosaic_fetch(sampler2DArray s, ivec2 p, int lod) {
  ivec3 size = textureSize(s, 0), at = ivec3(p, 0);
  if (size.z > 1) {
    ivec4 grid = mosaic_grid(size);
    if (any(lessThan(p, ivec2(0))) || any(greaterThanEqual(p, grid.xy))) return vec4(0.0);
    ivec2 each = size.xy - 2 * OVERLAP, tile = p / each;
    at = ivec3(p - tile * each + OVERLAP, tile.y * grid.z + tile.x);
  }
  return texelFetch(s, at, 0);
}
vec4 mosaic_fetch_offset(sampler2DArray s, ivec2 p, int lod, ivec2 o) { return mosaic_fetch(s, p + o, lod); }
vec4 mosaic_lod(sampler2DArray s, vec2 p, float lod) { return textureLod(s, mosaic_at(s, p), 0.0); }
vec4 mosaic_lod(samplerCube s, vec3 p, float lod) { return textureLod(s, p, lod); }
vec4 mosaic_lod_offset(sampler2DArray s, vec2 p, float lod, ivec2 o) {
  return mosaic_lod(s, p + vec2(o) / vec2(mosaic_size(s, 0)), lod);
}
vec4 mosaic_look(sampler2DArray s, vec2 p) { return mosaic_lod(s, p, 0.0); }
vec4 mosaic_look(samplerCube s, vec3 p) { return texture(s, p); }
vec4 mosaic_offset(sampler2DArray s, vec2 p, ivec2 o) { return mosaic_lod_offset(s, p, 0.0, o); }
vec4 mosaic_grad(sampler2DArray s, vec2 p, vec2 x, vec2 y) { return mosaic_lod(s, p, 0.0); }
vec4 mosaic_grad(samplerCube s, vec3 p, vec3 x, vec3 y) { return textureGrad(s, p, x, y); }
vec4 mosaic_grad_offset(sampler2DArray s, vec2 p, vec2 x, vec2 y, ivec2 o) { return mosaic_offset(s, p, o); }
vec4 mosaic_proj(sampler2DArray s, vec3 p) { return mosaic_look(s, p.xy / p.z); }
vec4 mosaic_proj(sampler2DArray s, vec4 p) { return mosaic_look(s, p.xy / p.w); }
vec4 mosaic_proj_lod(sampler2DArray s, vec3 p, float lod) { return mosaic_proj(s, p); }
vec4 mosaic_proj_lod(sampler2DArray s, vec4 p, float lod) { return mosaic_proj(s, p); }
"""
"""No texture here has smaller levels of itself, so a level that is asked for means nothing."""

BIASED = """\
vec4 mosaic_look(sampler2DArray s, vec2 p, float bias) { return mosaic_lod(s, p, 0.0); }
vec4 mosaic_look(samplerCube s, vec3 p, float bias) { return texture(s, p, bias); }
vec4 mosaic_offset(sampler2DArray s, vec2 p, ivec2 o, float bias) { return mosaic_offset(s, p, o); }
vec4 mosaic_proj(sampler2DArray s, vec3 p, float bias) { return mosaic_proj(s, p); }
vec4 mosaic_proj(sampler2DArray s, vec4 p, float bias) { return mosaic_proj(s, p); }
uniform vec2 mosaic_origin;
#define mosaic_Coord (gl_FragCoord + vec4(mosaic_origin, 0.0, 0.0))
"""
"""A fragment shader's own. Some drivers let nobody define a name that begins with gl_."""

WORDS = {
    "sampler2D": "sampler2DArray",
    "texture": "mosaic_look",
    "textureOffset": "mosaic_offset",
    "textureLod": "mosaic_lod",
    "textureLodOffset": "mosaic_lod_offset",
    "textureGrad": "mosaic_grad",
    "textureGradOffset": "mosaic_grad_offset",
    "textureProj": "mosaic_proj",
    "textureProjLod": "mosaic_proj_lod",
    "texelFetch": "mosaic_fetch",
    "texelFetchOffset": "mosaic_fetch_offset",
    "textureSize": "mosaic_size",
}

VIEW = """
#undef main
uniform vec4 mosaic_view;
void main() {
  mosaic_main();
DROP  gl_Position.xy = gl_Position.xy * mosaic_view.xy + mosaic_view.zw * gl_Position.w;
}
"""
DROP = "  if (any(greaterThan(abs(gl_Position.xy), vec2(gl_Position.w)))) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);\n"
"""Points whose centre is outside of the whole are not drawn, as without tiles; OpenGL ES draws what is seen of them."""


def rewritten(source: str, stage: str) -> str:
    """A shader that begins with #version, so that it knows nothing of tiles; its lines keep their numbers."""
    lines = source.splitlines(keepends=True)
    first = next((n for n, line in enumerate(lines) if not line.startswith(("#version", "#extension"))), len(lines))
    es = "300 es" in lines[0]
    head = (PRECISION if es else "") + LOOKUPS
    head += BIASED if stage == "fragment" else "#define main mosaic_main\n"
    head = head.replace("OVERLAP", str(OVERLAP)).replace("KINDS", str(KINDS))
    head += "".join(f"#define {word} {ours}\n" for word, ours in WORDS.items()) + f"#line {first + 1}\n"
    body, tail = "".join(lines[first:]), ""
    if stage == "fragment":
        body = re.sub(r"\bgl_FragCoord\b", "mosaic_Coord", body)  # as long, so that columns keep their numbers
    else:
        tail = VIEW.replace("DROP", DROP if "gl_PointSize" in source and not es else "")
    return "".join(lines[:first]) + head + body + tail
