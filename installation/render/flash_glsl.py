"""The passes of the flash guard, as GLSL. What they compute is defined in `show.flash`; `flash_guard` draws them.

The memory of each cell, blocks one above the other (block b of cell c is at c + b * rows):
  ends   0  the extremes since its last change, of what was shown: general, red; whether the red one was saturated; and what it
            has changed in this frame: 1 general, 2 red, 3 both
         1  the extremes of what came in: general, red; seconds since it last changed; how calmed the cell is, 0..1
  times  0, 1  when its last eight general changes were, newest first; 2, 3 the same of red ones. In milliseconds from 1 to
            4096, round and round; 0 stands for none within the last second
An extreme is stored with the direction as its sign: +(1 + v) while v rises, -(1 + v) while it falls, 0 before the first frame.
"""

from __future__ import annotations

from installation.render.screen import TRANSFER
from installation.show import flash

ENDS, TIMES = 2, 4
"""Blocks of each memory."""
RING_MS = 4096
TILE = 8
"""Cells along the side of a tile. Only tiles with a cell to calm are drawn."""

EASE = 0.6
"""Seconds in which a calmed cell follows what comes in: a strobe of 4 Hz sinks to a tenth of its height."""
QUIET = 0.3
"""Seconds without a change after which a cell is let go; flashing at 1.7 Hz and faster holds it."""
RELEASE = 1.0
"""Seconds in which a cell is let go."""
SOFT = 10
"""Cells around a calmed one that are calmed with it, less and less: or darker parts of a strobe would go on between them."""
MARGIN = 0.9
"""Of a change: how far a calmed cell may go. The rest is for canvases of eight bits."""

BLOCK = """
layout(std140) uniform Guard {
  vec4 now;   // milliseconds from 1 to 4096, seconds since the last frame, 1 where the memory is too old, samples up a cell
  vec4 grid;  // columns, rows
  vec4 field; // columns, rows, more cells than this in a field are too many, samples across a cell
};
"""

COMMON = (
    BLOCK
    + f"""
const float CHANGE = {flash.CHANGE}, DARKER = {flash.DARKER}, RED_CHANGE = {flash.RED_CHANGE:.8f};
float luminance(vec3 c) {{ return dot(c, vec3(0.2126, 0.7152, 0.0722)); }}
float redness(vec3 c) {{ return max(c.r - c.g - c.b, 0.0); }}
bool saturated(vec3 c) {{ float all = c.r + c.g + c.b; return all > 0.0 && c.r >= {flash.RED_SHARE} * all; }}
float extreme(float kept) {{ return kept == 0.0 ? 0.0 : abs(kept) - 1.0; }}
bool general_turns(float kept, float v) {{
  float e = extreme(kept);
  return kept > 0.0 ? e - v >= CHANGE && v < DARKER : v - e >= CHANGE && e < DARKER;
}}
bool red_turns(float kept, bool marked, float v, bool mark) {{
  float e = extreme(kept);
  return (kept > 0.0 ? e - v : v - e) > RED_CHANGE && (marked || mark);
}}
bool further(float kept, float v) {{ return kept > 0.0 ? v > extreme(kept) : v < extreme(kept); }}
float followed(float kept, float v, bool turned) {{
  bool rising = (kept > 0.0) != turned;
  float e = turned || further(kept, v) ? v : extreme(kept);
  return rising ? e + 1.0 : -e - 1.0;
}}
vec4 fresh(vec4 times) {{
  vec4 age = mod(now.x - times + {RING_MS}.0, {RING_MS}.0);
  return now.z > 0.5 ? vec4(0.0) : times * step(age, vec4({flash.PERIOD_MS}.5));
}}
vec4 kept(sampler2D memory, ivec2 cell, int block) {{ return texelFetch(memory, cell + ivec2(0, block * int(grid.y)), 0); }}
"""
)

# -- where a pass draws: everywhere, everywhere if the guard is awake, or only where a tile holds a cell to calm ----------

AWAKE = """\
out vec2 uv; uniform sampler2D awake;
void main() {
  uv = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
  gl_Position = texelFetch(awake, ivec2(0), 0).x > 0.5 ? vec4(uv * 2.0 - 1.0, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
}
"""
TILES = (
    """\
layout(location = 0) in vec4 tile;  // its first cell, and this corner
out vec2 uv; uniform sampler2D awake; uniform sampler2D damp;
"""
    + BLOCK
    + f"""
void main() {{
  bool seen = false;
  if (texelFetch(awake, ivec2(0), 0).x > 0.5)
    for (int i = 0; i < {TILE * TILE}; i++) {{
      ivec2 cell = ivec2(tile.xy) + ivec2(i % {TILE}, i / {TILE});
      seen = seen || (all(lessThan(cell, ivec2(grid.xy))) && texelFetch(damp, cell, 0).x < 1.0);
    }}
  uv = min(tile.zw / grid.xy, vec2(1.0));
  gl_Position = seen ? vec4(uv * 2.0 - 1.0, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
}}
"""
)

# -- the passes, in the order in which they are drawn ---------------------------------------------------------------------

MEASURE = (
    """\
in vec2 uv; out vec4 color; uniform sampler2D picture;
"""
    + BLOCK
    + """
vec3 light(vec3 c) {  // sRGB's own curve to within 0.0003, in half the time
  c = clamp(c, 0.0, 1.0);
  return c + c * (1.0 - c) * (-0.94467 + c * (-0.56616 + c * (0.441564 - c * 0.215786)));
}
void main() {
  ivec2 taps = ivec2(field.w, now.w);
  vec2 pixels = vec2(textureSize(picture, 0)), cell = pixels / grid.xy, step = cell / vec2(taps);
  vec2 first = floor(gl_FragCoord.xy) * cell + 0.5 * step;
  vec3 sum = vec3(0.0);
  for (int y = 0; y < taps.y; y++)
    for (int x = 0; x < taps.x; x++)
      sum += light(texelFetch(picture, ivec2(first + vec2(x, y) * step), 0).rgb);
  color = vec4(sum / float(taps.x * taps.y), 1.0);
}
"""
)
"""The mean linear colour of each cell."""

JUDGE = (
    """\
in vec2 uv; out vec4 color; uniform sampler2D seen; uniform sampler2D ends; uniform sampler2D times;
"""
    + COMMON
    + """
void main() {
  ivec2 cell = ivec2(gl_FragCoord.xy);
  vec3 c = texelFetch(seen, cell, 0).rgb;
  vec4 end = kept(ends, cell, 0);
  vec2 general = fresh(kept(times, cell, 1)).zw, red = fresh(kept(times, cell, 3)).zw;  // the seventh and the eighth last
  bool a = general.x > 0.0 && general_turns(end.x, luminance(c));
  bool b = red.x > 0.0 && red_turns(end.y, end.z > 0.5, redness(c), saturated(c));
  color = vec4(a || general.y > 0.0, b || red.y > 0.0, a, b);
}
"""
)
"""Each cell: whether it is over the limit, or would be if it were shown as it is (general, red); whether that is new."""

GATHER = (
    """\
in vec2 uv; out vec4 color; uniform sampler2D judged; uniform sampler2D ends;
"""
    + COMMON
    + f"""
void main() {{
  ivec2 first = ivec2(gl_FragCoord.xy) * {TILE};
  vec3 sum = vec3(0.0);
  for (int i = 0; i < {TILE * TILE}; i++) {{
    ivec2 cell = first + ivec2(i % {TILE}, i / {TILE});
    if (all(lessThan(cell, ivec2(grid.xy))))
      sum += vec3(texelFetch(judged, cell, 0).rg, kept(ends, cell, 1).w > 0.0);
  }}
  color = vec4(sum, 1.0);
}}
"""
)
DECIDE = (
    """\
in vec2 uv; out vec4 color; uniform sampler2D gathered;
"""
    + BLOCK
    + """
void main() {
  ivec2 size = textureSize(gathered, 0);
  vec3 sum = vec3(0.0);
  for (int y = 0; y < size.y; y++) for (int x = 0; x < size.x; x++) sum += texelFetch(gathered, ivec2(x, y), 0).rgb;
  bool awake = sum.x > field.z || sum.y > field.z || sum.z > 0.0;
  color = vec4(awake, sum / (grid.x * grid.y));
}
"""
)
"""One texel: whether there is anything to do; and the shares of the canvas that are over the limit, and calmed."""

ACROSS = (
    """\
in vec2 uv; out vec4 color; uniform sampler2D judged;
"""
    + BLOCK
    + """
void main() {
  ivec2 cell = ivec2(gl_FragCoord.xy);
  vec2 sum = vec2(0.0);
  if (cell.x + int(field.x) <= int(grid.x))
    for (int i = 0; i < int(field.x); i++) sum += texelFetch(judged, cell + ivec2(i, 0), 0).rg;
  color = vec4(sum, 0.0, 1.0);
}
"""
)
UPWARDS = (
    """\
in vec2 uv; out vec4 color; uniform sampler2D sums;
"""
    + BLOCK
    + """
void main() {
  ivec2 cell = ivec2(gl_FragCoord.xy);
  vec2 sum = vec2(0.0);
  if (cell.y + int(field.y) <= int(grid.y))
    for (int i = 0; i < int(field.y); i++) sum += texelFetch(sums, cell + ivec2(0, i), 0).rg;
  color = vec4(greaterThan(sum, vec2(field.z)), 0.0, 1.0);
}
"""
)
"""Each field, by its lower left cell: whether too much of it is over the limit."""
WITHIN = (
    """\
in vec2 uv; out vec4 color; uniform sampler2D fields;
"""
    + BLOCK
    + """
void main() {
  ivec2 cell = ivec2(gl_FragCoord.xy);
  vec2 most = vec2(0.0);
  for (int i = max(cell.x - int(field.x) + 1, 0); i <= cell.x; i++)
    most = max(most, texelFetch(fields, ivec2(i, cell.y), 0).rg);
  color = vec4(most, 0.0, 1.0);
}
"""
)

STOP = (
    """\
in vec2 uv; out vec4 color; uniform sampler2D judged; uniform sampler2D within; uniform sampler2D ends;
"""
    + COMMON
    + f"""
void main() {{
  ivec2 cell = ivec2(gl_FragCoord.xy);
  vec2 most = vec2(0.0);
  for (int i = max(cell.y - int(field.y) + 1, 0); i <= cell.y; i++)
    most = max(most, texelFetch(within, ivec2(cell.x, i), 0).rg);
  vec4 coming = kept(ends, cell, 1);
  bool stopped = any(greaterThan(texelFetch(judged, cell, 0).zw * most, vec2(0.5)));
  bool busy = coming.w >= 1.0 && coming.z <= {QUIET};
  color = vec4(stopped || busy, 0.0, 0.0, 1.0);
}}
"""
)
"""Each cell: whether it has to be calmed, or was and what comes in has not become quiet yet."""
SPREAD = f"""\
in vec2 uv; out vec4 color; uniform sampler2D stopped;
void main() {{
  ivec2 cell = ivec2(gl_FragCoord.xy);
  float most = 0.0;
  for (int i = max(-{SOFT}, -cell.x); i <= min({SOFT}, textureSize(stopped, 0).x - 1 - cell.x); i++)
    most = max(most, texelFetch(stopped, cell + ivec2(i, 0), 0).x * (1.0 - float(i * i) / {(SOFT + 1) ** 2}.0));
  color = vec4(most, 0.0, 0.0, 1.0);
}}
"""
DAMP = (
    """\
in vec2 uv; out vec4 color; uniform sampler2D seen; uniform sampler2D ends; uniform sampler2D times;
uniform sampler2D spread; uniform sampler2D before;
"""
    + COMMON
    + f"""
float held(float share, float kept, float before, float wanted, float change) {{
  float e = extreme(kept), edge = kept > 0.0 ? e - {MARGIN} * change : e + {MARGIN} * change;
  bool outwards = kept > 0.0 ? wanted < before : wanted > before;
  if (!outwards) return share;
  return min(share, clamp((before - edge) / (before - wanted), 0.0, 1.0));
}}
void main() {{
  ivec2 cell = ivec2(gl_FragCoord.xy);
  float calm = max(kept(ends, cell, 1).w - now.y / {RELEASE:.1f}, 0.0);
  for (int i = max(-{SOFT}, -cell.y); i <= min({SOFT}, int(grid.y) - 1 - cell.y); i++)
    calm = max(calm, texelFetch(spread, cell + ivec2(0, i), 0).x * (1.0 - float(i * i) / {(SOFT + 1) ** 2}.0));
  float share = 1.0, tight = 0.0;
  if (calm > 0.0) {{
    share = 1.0 - exp(-now.y / ({EASE} * calm * calm));
    vec3 c = texelFetch(seen, cell, 0).rgb, p = texelFetch(before, cell, 0).rgb;
    vec4 end = kept(ends, cell, 0);
    bool general = fresh(kept(times, cell, 1)).z > 0.0, red = fresh(kept(times, cell, 3)).z > 0.0;
    if (general) share = held(share, end.x, luminance(p), luminance(c), CHANGE);
    if (red) share = held(share, end.y, p.r - p.g - p.b, c.r - c.g - c.b, RED_CHANGE);
    tight = float(general || red);
  }}
  color = vec4(share, calm, tight, 1.0);
}}
"""
)
"""Each cell: how much of what comes in is shown, over what was shown before (1: all of it); how calmed it is; and whether its
share is to be kept to, so that it makes no change."""

TAKE = """\
in vec2 uv; out vec4 color; uniform sampler2D picture;
void main() { color = texelFetch(picture, ivec2(gl_FragCoord.xy), 0); }
"""
MIX = (
    """\
in vec2 uv; out vec4 color; uniform sampler2D picture; uniform sampler2D previous; uniform sampler2D damp;
"""
    + BLOCK
    + TRANSFER
    + """
float share_at(ivec2 cell) { return texelFetch(damp, clamp(cell, ivec2(0), ivec2(grid.xy) - 1), 0).x; }
void main() {
  ivec2 pixel = ivec2(gl_FragCoord.xy);
  color = texelFetch(picture, pixel, 0);
  vec3 was = texelFetch(previous, pixel, 0).rgb;
  vec4 own = texelFetch(damp, ivec2(uv * grid.xy), 0);
  if (own.x >= 1.0 || was == color.rgb) return;
  float share = own.x;
  if (own.z < 0.5) {  // softly from cell to cell
    vec2 place = uv * grid.xy - 0.5, part = fract(place);
    ivec2 cell = ivec2(floor(place));
    share = mix(mix(share_at(cell), share_at(cell + ivec2(1, 0)), part.x),
                mix(share_at(cell + ivec2(0, 1)), share_at(cell + ivec2(1, 1)), part.x), part.y);
  }
  color.rgb = to_display(mix(to_linear(was), to_linear(min(color.rgb, 1.0)), share));
}
"""
)

FOLLOW = (
    """\
in vec2 uv; out vec4 color; uniform sampler2D seen; uniform sampler2D shown; uniform sampler2D damp;
uniform sampler2D awake; uniform sampler2D ends;
"""
    + COMMON
    + """
void main() {
  ivec2 place = ivec2(gl_FragCoord.xy), cell = ivec2(place.x, place.y % int(grid.y));
  bool coming = place.y >= int(grid.y);
  vec2 damped = texelFetch(awake, ivec2(0), 0).x > 0.5 ? texelFetch(damp, cell, 0).xy : vec2(1.0, 0.0);
  vec3 c = texelFetch(seen, cell, 0).rgb;
  if (!coming && damped.x < 1.0) c = texelFetch(shown, cell, 0).rgb;
  vec4 end = texelFetch(ends, place, 0);
  float v = luminance(c), r = redness(c);
  bool mark = saturated(c), a = general_turns(end.x, v), b = red_turns(end.y, coming || end.z > 0.5, r, mark);
  vec2 rest = coming ? vec2(a || b ? 0.0 : min(end.z + now.y, 60.0), damped.y)
                     : vec2(b || further(end.y, r) ? float(mark) : end.z, float(a) + 2.0 * float(b));
  color = vec4(followed(end.x, v, a), followed(end.y, r, b), rest);
}
"""
)
"""The extremes, of what was shown and of what came in."""
REMEMBER = (
    """\
in vec2 uv; out vec4 color; uniform sampler2D ends; uniform sampler2D times;
"""
    + COMMON
    + """
void main() {
  ivec2 place = ivec2(gl_FragCoord.xy);
  int block = place.y / int(grid.y);
  ivec2 cell = ivec2(place.x, place.y - block * int(grid.y));
  int changed = int(kept(ends, cell, 0).w + 0.5);
  vec4 old = fresh(texelFetch(times, place, 0));
  if ((block < 2 ? changed % 2 : changed / 2) == 1) {
    float newest = block % 2 == 0 ? now.x : fresh(kept(times, cell, block - 1)).w;
    old = vec4(newest, old.xyz);
  }
  color = old;
}
"""
)
"""When the changes of what was shown were."""
