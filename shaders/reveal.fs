/*{
  "DESCRIPTION": "The mural's plaster breaks and what lies under the paint is seen: first hairlines, then shards that sink and are gone; a visitor's body is a lens that opens at once and heals slowly. It should feel like a wall that can no longer keep something in.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["reveal", "living smiles"],
  "INPUTS": [
    {"NAME": "surface", "LABEL": "The mural", "TYPE": "image"},
    {"NAME": "under", "LABEL": "What lies under it", "TYPE": "image"},
    {"NAME": "mask", "LABEL": "Silhouette", "TYPE": "image"},
    {"NAME": "flow", "LABEL": "Movement", "TYPE": "image"},
    {"NAME": "weakness", "LABEL": "Where it gives way first", "TYPE": "image"},
    {"NAME": "level", "LABEL": "How much has fallen", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
    {"NAME": "cracks", "LABEL": "How far it has cracked", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
    {"NAME": "lens", "LABEL": "How much a visitor opens", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0},
    {"NAME": "weak", "LABEL": "How much the weak places lead", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
    {"NAME": "laid", "LABEL": "Another number lays the plaster anew", "TYPE": "float", "MIN": 0.0, "MAX": 3.0, "DEFAULT": 0.0}
  ],
  "PASSES": [
    {"TARGET": "stood", "WIDTH": "320", "HEIGHT": "180", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "where visitors stood: red opens at once and heals slowly; alpha: the canvas that the plaster was laid for"},
    {"TARGET": "plaster", "PERSISTENT": true,
     "DESCRIPTION": "how this wall will break: drawn once for a size, then kept"},
    {}
  ]
}*/

// -- the wall ---------------------------------------------------------------------------------------------------------
// Lengths are in canvas heights. A plate is what hairlines part first; a shard is what falls.
const float PLATES = 3.6, SHARDS = 10.5;      // to a canvas height
const float JAGGED = 0.016, GRAIN = 0.0020;
const float OPEN_SECONDS = 0.09;     // a third of the time in which a lens opens
const float HEAL_SECONDS = 6.0;
const float SINKING = 0.06;          // of the level, in which a shard goes
const float FARTHEST = 0.08;         // distance to an edge that is kept
const float REACH = 0.085;           // more than half a shard's width
const float THICK = 0.011;           // of the plaster: how far it throws a shadow
const float CHIP = 0.0075;           // width of the broken edge
const vec2 LIGHT = vec2(-0.55, 0.83);

const vec3 LIME = vec3(0.57, 0.49, 0.46);                   // raw plaster, display-referred
const vec3 BIOLUME = vec3(0.134, 0.882, 0.815);
const vec3 PEARL = vec3(0.835, 0.792, 0.930);

float hash(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * 0.1031);
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}

vec2 hash2(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * vec3(0.1031, 0.1030, 0.0973));
  q += dot(q, q.yzx + 33.33);
  return fract((q.xx + q.yz) * q.zy);
}

float noise(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(hash(i), hash(i + vec2(1, 0)), f.x), mix(hash(i + vec2(0, 1)), hash(i + vec2(1, 1)), f.x), f.y);
}

// Cells of a broken plane: .x distance to the nearest edge, .y the cell's own number 0..1, .zw the way to its middle.
vec4 cells(vec2 p) {
  vec2 cell = floor(p), f = p - cell, one = vec2(9.0), two = vec2(9.0), at = vec2(0.0);
  float first = 81.0, second = 81.0;
  for (int j = -1; j <= 1; j++) for (int i = -1; i <= 1; i++) {
    vec2 g = vec2(i, j), r = g + 0.06 + 0.88 * hash2(cell + g) - f;
    float d = dot(r, r);
    bool nearer = d < first;
    two = nearer ? one : (d < second ? r : two);
    second = nearer ? first : min(d, second);
    one = nearer ? r : one;
    at = nearer ? cell + g : at;
    first = min(first, d);
  }
  return vec4(dot(0.5 * (one + two), normalize(two - one)), hash(at + 11.0), one);
}

// When the break comes to a place, 0 first to 1 last: it starts at three weak spots and follows the wall's unevenness.
float arrival(vec2 p) {
  float spread = min(min(length(p - vec2(0.31, 0.17)), length(p - vec2(-0.47, -0.24)) + 0.13), length(p - vec2(-0.08, 0.40)) + 0.24);
  return clamp(0.62 * spread + 0.75 * (noise(p * 3.1 + 5.0) - 0.28) + 0.05 * sin(p.x * 11.0 + 4.0 * sin(p.y * 7.0)), 0.0, 0.999);
}

// red: distance to a plate's edge; green: to a shard's; blue: when the shard falls; alpha: how weak the wall is behind it.
// Distances are kept as roots, finest near the edge: eight bits are enough, and a quarter of the memory.
vec4 lay(vec2 p, vec2 to_uv) {
  vec2 bent = p + JAGGED * (vec2(noise(p * 9.0), noise(p * 9.0 + 31.0)) - 0.5) * 2.0;
  bent += GRAIN * vec2(sin(p.y * 131.0 + 5.0 * sin(p.x * 47.0)), sin(p.x * 149.0 + 5.0 * sin(p.y * 53.0)));
  vec4 plate = cells(bent * PLATES + 3.0), shard = cells(bent * SHARDS + 7.0 * plate.y);
  float own = fract(shard.y * 7.31 + plate.y * 3.7);
  float edge = min(shard.x / SHARDS, plate.x / PLATES);
  float turn = arrival(bent + shard.zw / SHARDS);
  float falls = clamp(0.05 + 0.88 * turn / (0.64 + 0.36 * turn) + 0.16 * (own - 0.4), 0.03, 0.93);   // spread evenly over the level
  float gives = IMG_NORM_PIXEL(weakness, (bent + shard.zw / SHARDS) * to_uv + 0.5).r;
  return vec4(sqrt(vec2(plate.x / PLATES, edge) / FARTHEST), falls, gives);
}

// -- the visitor ------------------------------------------------------------------------------------------------------
// red: how open; green: movement, which stirs the edge; blue: whether somebody stands there now.
vec4 remember() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  vec2 uv = isf_FragNormCoord, e = 1.2 / RENDERSIZE;
  float now = 0.5 * (IMG_NORM_PIXEL(mask, uv + e).r + IMG_NORM_PIXEL(mask, uv - e).r) * lens;
  vec4 was = texelFetch(stood, at, 0);
  ivec2 most = textureSize(stood, 0) - 1;
  float round_ = 0.5 * (texelFetch(stood, min(at + 2, most), 0).r + texelFetch(stood, max(at - 2, ivec2(0)), 0).r);
  float opened = mix(was.r, now, 1.0 - exp(-TIMEDELTA / OPEN_SECONDS));
  float healed = mix(was.r, round_, min(1.5 * TIMEDELTA, 0.5)) - TIMEDELTA / HEAL_SECONDS;
  float stir = min(length(IMG_NORM_PIXEL(flow, uv).rg), 1.0) * now;
  float size = IMG_SIZE(plaster).x + 0.2 * laid;
  return vec4(now > was.r ? opened : max(max(healed, now), 0.0), mix(was.g, stir, min(TIMEDELTA * (stir > was.g ? 8.0 : 1.2), 1.0)),
              mix(was.b, now, 1.0 - exp(-TIMEDELTA / OPEN_SECONDS)), abs(was.a) == size ? size : -size);
}

// -- the break --------------------------------------------------------------------------------------------------------
// When it breaks: where the wall is weak, long before its turn; elsewhere it waits.
float first(float turn, float gives) {
  return mix(turn, mix(0.38 + 0.57 * turn, 0.20 * turn, gives * (2.0 - gives)), weak);
}

struct Break { float hole; float sunk; float past; };

// How wide hairlines have opened here: of plates, of shards.
vec2 hairlines(float when, float cracked) {
  return vec2(0.0034, 0.0019) * smoothstep(vec2(0.0), vec2(0.55, 0.50), 1.58 * cracked - vec2(0.0, 0.42) - 1.05 * when);
}

// What the plaster is at a place: how much of a hole, and how far its shard has sunk. Never filtered: between two
// shards there is no third.
Break broken(vec2 uv, vec2 hairs, float fallen, float pixel) {
  vec4 wall = texelFetch(plaster, ivec2(clamp(uv, 0.0, 0.9999) * IMG_SIZE(plaster)), 0);
  vec2 edge = wall.rg * wall.rg * FARTHEST;
  vec2 line = smoothstep(vec2(-pixel), vec2(pixel), hairs - edge) * min(hairs * 1000.0, 1.0);
  Break b;
  b.past = fallen - first(wall.b, wall.a);
  b.sunk = clamp(b.past / SINKING, 0.0, 1.0);
  // A shard sinks into the wall: its outline draws in until nothing is left.
  float open = min(b.sunk * REACH - edge.y, edge.y + 2.0 * pixel);
  b.hole = max(max(line.x, line.y), smoothstep(-pixel, pixel, open) * step(1e-4, b.sunk));
  return b;
}

void main() {
  if (PASSINDEX == 0) { gl_FragColor = remember(); return; }
  vec2 uv = isf_FragNormCoord, to_uv = vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0);
  vec2 p = (uv - 0.5) / to_uv;
  vec4 wall = texelFetch(plaster, ivec2(uv * RENDERSIZE), 0), stay = IMG_NORM_PIXEL(stood, uv);
  if (PASSINDEX == 1) {
    gl_FragColor = stay.a > 0.0 ? wall : lay(p, to_uv);
    return;
  }
  if (level >= 1.0) { gl_FragColor = IMG_NORM_PIXEL(under, uv); return; }

  float pixel = 0.75 / RENDERSIZE.y;
  float cracked = max(cracks, min(3.0 * level, 1.0)), fallen = level + 0.15 * cracks * cracks;
  vec2 hairs = hairlines(first(arrival(p), IMG_NORM_PIXEL(weakness, uv).r), cracked);
  Break here = broken(uv, hairs, fallen, pixel);
  float lifts = smoothstep(-0.16, 0.0, here.past) * (1.0 - here.sunk) * smoothstep(0.0, 0.06, fallen);
  float ragged = 1.0 + 0.35 * sin(p.x * 71.0 + 3.0 * sin(p.y * 43.0)) + 0.25 * sin(p.y * 97.0 + 2.0 * sin(p.x * 59.0));
  vec2 toward = normalize(LIGHT) * to_uv;
  float lit = broken(uv + toward * CHIP * ragged, hairs, fallen, pixel).hole;
  float dim = broken(uv - toward * CHIP * 0.7 * ragged, hairs, fallen, pixel).hole;
  float roof = broken(uv + toward * THICK, hairs, fallen, pixel).hole;

  // The lens: while somebody stands there its edge is liquid; when they have gone it knits, shard by shard.
  vec2 e = 2.5 / vec2(320.0, 180.0);
  vec3 s = stay.rgb;
  vec2 slope = 2.0 * vec2(IMG_NORM_PIXEL(stood, uv + vec2(e.x, 0.0)).r - s.r, IMG_NORM_PIXEL(stood, uv + vec2(0.0, e.y)).r - s.r);
  float alive = smoothstep(0.05, 0.40, s.b);
  vec2 drift = vec2(0.23 * TIME, -0.17 * TIME);
  float wobble = (noise(p * 8.0 + drift) - 0.5) * (0.34 + 0.5 * s.g) + 0.05 * sin(p.x * 31.0 + 4.0 * sin(p.y * 13.0 - TIME));
  float knit = 0.06 + 0.80 * fract(wall.b * 61.7);
  float still = s.r - mix(knit, 0.42 + wobble * smoothstep(0.0, 0.2, s.r), alive);
  float through = smoothstep(-0.05, 0.05, still) * smoothstep(0.0, 0.05, s.r);
  float rim = exp(-pow(still / 0.055, 2.0)) * smoothstep(0.02, 0.15, s.r) * (0.25 + 0.75 * alive);

  // What lies under, seen through the lens's edge and in the plaster's shadow.
  vec2 bend = slope * exp(-pow((still - 0.10) / 0.16, 2.0)) * through * (0.035 + 0.05 * s.g);
  vec4 below = IMG_NORM_PIXEL(under, uv - bend * to_uv * 2.0);
  float shade = (1.0 - roof) * here.hole * (1.0 - through);
  below.rgb *= 1.0 - 0.72 * shade;
  below.rgb *= 1.0 - 0.45 * through * smoothstep(0.20, 0.02, still) * (1.0 - alive);

  // The mural: its shards shift and tilt a little before they sink, and grow dark as they go.
  float own = fract(wall.b * 97.3);
  vec2 shift = vec2(own - 0.5, -0.4 - 0.3 * own) * (0.006 * lifts + 0.045 * here.sunk);
  vec4 above = IMG_NORM_PIXEL(surface, uv + shift * to_uv);
  above.rgb *= 1.0 + 0.45 * lifts * (own - 0.6);
  above.rgb *= 1.0 - 0.75 * here.sunk;
  float broken_edge = max(lit, dim * 0.8) * (1.0 - here.hole);
  float grain = 0.70 + 0.5 * hash(floor(p * 320.0));
  float face = 0.10 + 0.62 * lit * (1.0 - 0.6 * dim);
  vec3 lime = LIME * face * grain * (0.55 + 0.45 * lifts) + below.rgb * 0.25 * lit;
  above.rgb = mix(above.rgb, lime, broken_edge * (1.0 - 0.6 * here.sunk) * smoothstep(1.0, 0.97, level));

  vec4 seen = mix(above, below, max(here.hole, through));
  seen.rgb += mix(BIOLUME, PEARL, 0.5 + 0.5 * wobble) * rim * 0.55 * (1.0 - here.hole) * lens;
  gl_FragColor = seen;
}
