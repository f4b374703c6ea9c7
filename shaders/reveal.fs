/*{
  "DESCRIPTION": "The mural's plaster breaks and what lies under the paint is seen: first hairlines that let light through, then shards that tilt, fall and leave dust; where a visitor stands, wider than they are, shards hinge open at once, and settle back one by one when they have gone. It should feel like a wall that can no longer keep something in.",
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
    {"TARGET": "stood", "WIDTH": "160", "HEIGHT": "90", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "where visitors stood, softly and wider than they are: red opens at once and heals slowly; alpha: the canvas that the plaster was laid for"},
    {"TARGET": "plaster", "PERSISTENT": true,
     "DESCRIPTION": "how this wall will break: drawn once for a size, then kept"},
    {"TARGET": "fell", "WIDTH": "64", "HEIGHT": "1", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "red: for how many seconds each batch of shards has been falling"},
    {}
  ]
}*/

// -- the wall ---------------------------------------------------------------------------------------------------------
// Lengths are in canvas heights. A plate is what hairlines part first; a shard is what falls.
const float PLATES = 3.1;                     // to a canvas height
const vec3 SHARDS = vec3(5.5, 9.0, 15.0);     // large ones hold where the wall is firm, it crumbles where it is weak
const float JAGGED = 0.020, GRAIN = 0.0022;
const float OPEN_SECONDS = 0.09;     // a third of the time in which a lens opens
const float HEAL_SECONDS = 6.0;
const float WIDER = 0.045;           // that the opening is wider than a body, on each side
const float HINGE = 1.50;            // radians, of a shard that stands open
const float COAT = 0.50;             // where the coat under the plaster ends, in how open it is
const float BATCHES = 64.0;          // shards fall together with those whose turn has come as well
const int FLYING = 5;                // batches that are seen to fall at once
const float FLY = 1.15, WEIGHT = 1.9; // seconds until a shard is below the canvas; heights / s²
const float FARTHEST = 0.08;         // distance to an edge that is kept
const float THICK = 0.014;           // of the plaster: how far it throws a shadow
const float CHIP = 0.0085;           // width of the broken edge
const float FLAKES = 0.030;          // how far round a hole the paint has come off
const vec2 LIGHT = vec2(-0.55, 0.83);

const vec3 LIME = vec3(0.62, 0.55, 0.50);                   // raw plaster, display-referred
const vec3 DUST = vec3(0.52, 0.47, 0.44);
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
vec4 cells(vec2 p, int reach) {
  vec2 cell = floor(p), f = p - cell, one = vec2(9.0), two = vec2(9.0), at = vec2(0.0);
  float first = 81.0, second = 81.0;
  for (int j = -reach; j <= reach; j++) for (int i = -reach; i <= reach; i++) {
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

// A shard of the plaster: where its middle is and from there to here, its size, its own number, distances to the edges of its
// plate and its own. `reach` is 1, or 0 where nobody asks: a loop is no longer than it must.
struct Shard { vec2 middle; vec2 here; float size; float own; vec2 edges; };

Shard shard_at(vec2 p, int reach) {
  vec2 bent = p + JAGGED * (vec2(noise(p * 9.0), noise(p * 9.0 + 31.0)) - 0.5) * 2.0;
  bent += GRAIN * vec2(sin(p.y * 131.0 + 5.0 * sin(p.x * 47.0)), sin(p.x * 149.0 + 5.0 * sin(p.y * 53.0)));
  vec4 plate = cells(bent * PLATES + 3.0, reach);
  float kind = fract(plate.y * 5.3) + 0.45 * (0.6 - arrival(bent + plate.zw / PLATES));
  float size = kind < 0.40 ? SHARDS.x : kind < 0.78 ? SHARDS.y : SHARDS.z;
  vec4 shard = cells(bent * size + 7.0 * plate.y, reach);
  float own = fract(shard.y * 7.31 + plate.y * 3.7);
  return Shard(bent + shard.zw / size, -shard.zw / size, size, own, vec2(plate.x / PLATES, min(shard.x / size, plate.x / PLATES)));
}

// red: distance to a plate's edge; green: to a shard's; blue: when the shard falls; alpha: how weak the wall is behind it.
// Distances are kept as roots, finest near the edge: eight bits are enough, and a quarter of the memory.
vec4 lay(Shard shard, vec2 to_uv) {
  float turn = arrival(shard.middle);
  float falls = clamp(0.05 + 0.88 * turn / (0.64 + 0.36 * turn) + 0.16 * (shard.own - 0.4), 0.03, 0.93);   // spread evenly over the level
  float gives = IMG_NORM_PIXEL(weakness, shard.middle * to_uv + 0.5).r;
  return vec4(sqrt(shard.edges / FARTHEST), falls, gives);
}

// -- the visitor ------------------------------------------------------------------------------------------------------
// red: how open; green: movement, which stirs the edge; blue: whether somebody stands there now.
vec4 remember(int runs) {
  ivec2 at = ivec2(gl_FragCoord.xy);
  vec2 uv = isf_FragNormCoord, d = vec2(0.5 * WIDER, 0.0);
  float now = 0.0;
  for (int i = 0; i < 16 * runs; i++) {
    now += IMG_NORM_PIXEL(mask, uv + d * vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0)).r / 16.0;
    d = mat2(0.70711, 0.70711, -0.70711, 0.70711) * d * (i == 7 ? 2.6 : 1.0);
  }
  now = smoothstep(0.02, 0.62, now) * lens;
  vec4 was = texelFetch(stood, at, 0);
  ivec2 most = textureSize(stood, 0) - 1;
  float round_ = 0.5 * (texelFetch(stood, min(at + 1, most), 0).r + texelFetch(stood, max(at - 1, ivec2(0)), 0).r);
  float opened = mix(was.r, now, 1.0 - exp(-TIMEDELTA / OPEN_SECONDS));
  float healed = mix(was.r, round_, min(1.5 * TIMEDELTA, 0.5)) - TIMEDELTA / HEAL_SECONDS;
  float stir = min(length(IMG_NORM_PIXEL(flow, uv).rg), 1.0) * now;
  float size = IMG_SIZE(plaster).x + 0.2 * laid;
  return vec4(now > was.r ? opened : max(max(healed, now), 0.0), mix(was.g, stir, min(TIMEDELTA * (stir > was.g ? 8.0 : 1.2), 1.0)),
              mix(was.b, now, 1.0 - exp(-TIMEDELTA / OPEN_SECONDS)), abs(was.a) == size ? size : -size);
}

// How a visitor has opened the wall here: how much of a hole, where in the mural a shard that stands open is from, how far it
// has turned, the way that it leans, its broken edge, and the shadow that it throws on what is under it.
struct Lens { float hole; vec2 from; float turned; vec2 lean; float edge; float shadow; };

Lens opened_by(Shard shard, vec2 uv, vec2 to_uv, float stirred, float pixel) {
  vec2 middle = shard.middle * to_uv + 0.5, e = vec2(0.035, 0.0);
  float open = IMG_NORM_PIXEL(stood, middle).r;
  vec2 inward = vec2(IMG_NORM_PIXEL(stood, middle + e.xy * to_uv).r, IMG_NORM_PIXEL(stood, middle + e.yx * to_uv).r)
              - vec2(IMG_NORM_PIXEL(stood, middle - e.xy * to_uv).r, IMG_NORM_PIXEL(stood, middle - e.yx * to_uv).r);
  vec2 lean = -(inward + vec2(0.0, 1e-3)) / length(inward + vec2(0.0, 1e-3));     // its hinge is on the far side
  float o = smoothstep(0.0, 0.42, open - 0.06 - 0.30 * shard.own);
  o += 0.09 * sin(9.42 * o) * (1.0 - o);                                          // it gives, stays, and gives again
  float trembles = (0.05 + 0.16 * stirred) * sin(TIME * (1.1 + 1.7 * shard.own) + 40.0 * shard.own) * 4.0 * o * (1.0 - o);
  float turn = clamp(HINGE * o + trembles, 0.0, 1.56), c = cos(turn), radius = 0.66 / shard.size;
  float away = 1.1 * radius - dot(shard.here, lean), reach = 2.2 * radius * c;    // from the hinge; how far the shard reaches now
  float past = away - (o < 0.004 ? 99.0 : reach);
  float thick = THICK * 0.62 * sin(turn);
  return Lens(smoothstep(-pixel, pixel, past), uv + lean * (away - away / max(c, 0.02)) * to_uv, turn, lean,
              smoothstep(-thick - pixel, -thick + pixel, past), exp(-max(past, 0.0) / (0.012 + 0.05 * sin(turn))) * step(0.01, o));
}

// -- the break --------------------------------------------------------------------------------------------------------
// When it breaks: where the wall is weak, long before its turn; elsewhere it waits.
float first(float turn, float gives) {
  return mix(turn, mix(0.38 + 0.57 * turn, 0.20 * turn, gives * (2.0 - gives)), weak);
}

struct Break { float hole; float past; };

// How wide hairlines have opened here: of plates, of shards. They thin out and end, as cracks do.
vec2 hairlines(vec2 p, float when, float cracked) {
  vec2 ends = smoothstep(vec2(0.24, 0.46), vec2(0.56, 0.74), vec2(noise(p * 2.9 + 17.0), noise(p * 3.7 + 41.0)));
  return vec2(0.0038, 0.0020) * ends * smoothstep(vec2(0.0), vec2(0.55, 0.50), 1.58 * cracked - vec2(0.0, 0.42) - 1.05 * when);
}

// For how long a shard has been falling, in seconds; 0 while it holds.
float aloft(vec4 wall) {
  return texelFetch(fell, ivec2(min(int(first(wall.b, wall.a) * BATCHES), int(BATCHES) - 1), 0), 0).r;
}

vec4 at(vec2 uv) { return texelFetch(plaster, ivec2(clamp(uv, 0.0, 0.9999) * IMG_SIZE(plaster)), 0); }

// What the plaster is at a place: how much of a hole, and how long past its turn. Never filtered: between two shards there
// is no third.
Break broken(vec2 uv, vec2 hairs, float fallen, float pixel) {
  vec4 wall = at(uv);
  vec2 edge = wall.rg * wall.rg * FARTHEST;
  vec2 line = smoothstep(vec2(-pixel), vec2(pixel), hairs - edge) * min(hairs * 1000.0, 1.0);
  Break b;
  b.past = fallen - first(wall.b, wall.a);
  b.hole = max(max(line.x, line.y), step(1e-4, aloft(wall)));
  return b;
}

// The shards in the air over a place, the last ones foremost: where in the mural they are from, and whether their face, their
// broken side or their shadow is there.
struct Debris { vec2 from; float own; float edge; float there; float side; float shadow; };

Debris falling(vec2 uv, vec2 to_uv, float fallen) {
  Debris d = Debris(uv, 0.0, 1.0, 0.0, 0.0, 0.0);
  int newest = int(fallen * BATCHES);
  for (int k = FLYING - 1; k >= 0; k--) {
    int batch = newest - k;
    if (batch < 0 || batch >= int(BATCHES)) continue;
    float t = texelFetch(fell, ivec2(batch, 0), 0).r, sway = hash(vec2(float(batch), 3.0)) - 0.5;
    if (t <= 0.0 || t > FLY) continue;
    vec2 q = uv + vec2(0.16 * sway * t, 0.5 * WEIGHT * t * t) * to_uv;
    if (q.y > 1.2) continue;
    vec4 wall = at(q), behind = at(q + vec2(0.30, -0.85) * THICK * 0.8 * to_uv), over = at(q + vec2(-0.6, 1.0) * (0.010 + 0.05 * t) * to_uv);
    float mine = q.y < 1.0 ? 1.0 : 0.0;
    float there = mine * float(int(first(wall.b, wall.a) * BATCHES) == batch);
    float side = mine * float(int(first(behind.b, behind.a) * BATCHES) == batch);
    d.shadow = max(d.shadow, mine * float(int(first(over.b, over.a) * BATCHES) == batch) * (1.0 - 0.6 * t));
    if (max(there, side) > 0.5) d = Debris(q, fract(wall.b * 97.3), wall.g * wall.g * FARTHEST, there, side, d.shadow);
  }
  return d;
}

// Dust that has come loose above, sinks slowly and thins out: .x motes, .y haze.
vec2 dust(vec2 uv, vec2 p, vec2 to_uv) {
  float loose = 0.0;
  float waver = 0.03 * (noise(vec2(p.x * 9.0, p.y * 4.0 + 0.3 * TIME)) - 0.5);
  for (int i = 0; i < 4; i++) {
    float high = 0.015 + 0.075 * float(i) * (1.0 + 0.3 * float(i));
    vec2 above = uv + vec2(waver * float(i), high) * to_uv;
    if (above.y > 1.0) continue;
    float t = aloft(at(above));
    loose += exp(-pow((0.17 * t - high) / (0.05 + 0.05 * t), 2.0)) * step(1e-4, t) * exp(-0.45 * t);
  }
  loose = min(loose, 1.0);
  float motes = 0.0;
  for (int i = 0; i < 2; i++) {
    vec2 g = p * (i == 0 ? 74.0 : 47.0) + vec2(1.7 * sin(0.5 * TIME + 3.0 * p.y), (i == 0 ? 13.0 : 9.0) * TIME), cell = floor(g);
    vec2 own = hash2(cell + 19.0 * float(i));
    float d = length((g - cell - 0.2 - 0.6 * own) * vec2(1.0, 0.8));
    motes += smoothstep(0.22, 0.03, d) * step(0.62, hash(cell + 5.0)) * (0.3 + 0.7 * own.x);
  }
  return vec2(motes * loose, loose * (0.35 + 0.9 * noise(p * 7.0 + vec2(0.0, 1.1 * TIME)) * noise(p * 15.0 + vec2(2.0, 1.6 * TIME))));
}

// What shines through from around a place: the light that lies under, spread.
vec3 shine(vec2 uv, vec2 to_uv) {
  vec3 sum = vec3(0.0);
  for (int i = 0; i < 6; i++) {
    float a = 1.047 * float(i) + 0.4;
    sum += IMG_NORM_PIXEL(under, uv + vec2(cos(a), sin(a)) * (i % 2 == 0 ? 0.022 : 0.055) * to_uv).rgb;
  }
  return sum / 6.0;
}

void main() {
  float cracked = max(cracks, min(3.0 * level, 1.0)), fallen = level + 0.15 * cracks * cracks;
  if (PASSINDEX == 0) { gl_FragColor = remember(1); return; }
  if (PASSINDEX == 2) {
    float t = texelFetch(fell, ivec2(gl_FragCoord.xy), 0).r;
    bool loose = fallen * BATCHES > floor(gl_FragCoord.x) + 0.5;
    float since = loose ? min(t + TIMEDELTA, 9.0) : max(min(t, FLY) - TIMEDELTA, 0.0);   // it heals as it broke
    gl_FragColor = vec4(FRAMEINDEX == 0 ? (loose ? 9.0 : 0.0) : since, 0.0, 0.0, 1.0);
    return;
  }
  vec2 uv = isf_FragNormCoord, to_uv = vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0);
  vec2 p = (uv - 0.5) / to_uv;
  vec4 wall = texelFetch(plaster, ivec2(uv * RENDERSIZE), 0), stay = IMG_NORM_PIXEL(stood, uv);
  if (PASSINDEX == 1) {
    int anew = stay.a > 0.0 ? 0 : 1;
    vec4 laid_ = lay(shard_at(p, anew), to_uv);
    gl_FragColor = anew == 0 ? wall : laid_;
    return;
  }
  if (level >= 1.0) { gl_FragColor = IMG_NORM_PIXEL(under, uv); return; }

  float pixel = 0.75 / RENDERSIZE.y;
  vec2 hairs = hairlines(p, first(arrival(p), IMG_NORM_PIXEL(weakness, uv).r), cracked);
  Break here = broken(uv, hairs, fallen, pixel);
  float lifts = smoothstep(-0.13, 0.0, here.past) * (1.0 - here.hole) * smoothstep(0.0, 0.06, fallen);
  float ragged = 1.0 + 0.35 * sin(p.x * 71.0 + 3.0 * sin(p.y * 43.0)) + 0.25 * sin(p.y * 97.0 + 2.0 * sin(p.x * 59.0));
  vec2 toward = normalize(LIGHT) * to_uv;
  float lit = broken(uv + toward * CHIP * ragged, hairs, fallen, pixel).hole;
  float dim = broken(uv - toward * CHIP * 0.7 * ragged, hairs, fallen, pixel).hole;
  float roof = broken(uv + toward * THICK, hairs, fallen, pixel).hole;
  // Paint comes off further than plaster does, in flakes.
  float reach = FLAKES * (0.15 + 1.1 * noise(p * 17.0 + 3.0)) * smoothstep(0.30, 0.55, noise(p * 5.0 + 8.0) + 0.25 * noise(p * 43.0));
  float bare = 0.0;
  for (int i = 0; i < 5; i++) {
    float a = 1.2566 * float(i) + 0.3;
    bare = max(bare, step(1e-4, aloft(at(uv + vec2(cos(a), sin(a)) * reach * to_uv))));
  }
  bare *= step(0.004, reach) * (1.0 - here.hole);

  // The lens: shards hinge open where somebody stands. Their field is soft and wide, and each shard asks it at its own middle,
  // so that the hole has the plaster's outline and never theirs.
  float alive = smoothstep(0.05, 0.40, stay.b), open = stay.r;
  Lens by = opened_by(shard_at(p, open > 0.002 ? 1 : 0), uv, to_uv, stay.g, pixel);
  float through = by.hole * step(0.002, open), flap = smoothstep(0.0, 0.04, by.turned) * (1.0 - through) * step(0.002, open);
  vec2 e = vec2(0.035, 0.0);
  float beside = IMG_NORM_PIXEL(stood, uv + toward * 0.045).r;                    // how open it is towards the light
  vec2 slope = vec2(IMG_NORM_PIXEL(stood, uv + e.xy * to_uv).r, IMG_NORM_PIXEL(stood, uv + e.yx * to_uv).r) - open;

  vec3 glow = shine(uv, to_uv);
  float grain = 0.66 + 0.34 * hash(floor(p * 320.0)) + 0.30 * (noise(p * 61.0) - 0.5);
  // What lies under, in the plaster's shadow; at the hole's border the scratched coat that the plaster held on to is still there.
  vec4 below = IMG_NORM_PIXEL(under, uv);
  float shade = (1.0 - roof) * here.hole * (1.0 - through);
  below.rgb *= 1.0 - 0.72 * shade;
  float ragged_coat = 0.34 * (noise(p * 21.0 + 9.0) - 0.5) + 0.14 * (noise(p * 67.0) - 0.5), rest = COAT + 0.12 - open + ragged_coat;
  float coat = smoothstep(-0.012, 0.012, rest), shut = smoothstep(0.50, 0.10, beside);
  float bow = p.y + 0.22 * p.x + 0.05 * noise(p * 5.0);                             // a comb went over it, in bows, before the plaster came
  float scratches = 0.74 + 0.26 * sin(bow * 330.0 + 2.0 * noise(p * 40.0)) * smoothstep(0.25, 0.55, noise(p * vec2(9.0, 30.0)));
  vec3 rough = LIME * vec3(0.80, 0.62, 0.52) * grain * scratches * (0.36 - 0.24 * shut + 0.45 * dot(slope, LIGHT));
  rough += glow * 0.35 + LIME * 0.30 * smoothstep(0.06, 0.0, rest) * (0.25 + max(dot(normalize(slope + 1e-4), LIGHT), 0.0));
  float depth = smoothstep(0.10, -0.16, rest);                                    // below the coat it is deep: darker at its foot
  vec3 deep = below.rgb * (0.45 + 0.55 * depth) + LIME * vec3(0.050, 0.030, 0.030) * grain * (1.0 - 0.6 * shut) * (1.0 - 0.5 * depth);
  vec3 opening = mix(deep, max(rough, 0.0), coat) * (1.0 - 0.75 * by.shadow * (0.4 + 0.6 * shut));
  below.rgb = mix(below.rgb, opening, through);

  // The mural: shards that will fall next have tilted, each its own way, and light comes out beside them.
  float own = fract(wall.b * 97.3);
  vec2 edge = wall.rg * wall.rg * FARTHEST, tilt = vec2(cos(own * 44.0), sin(own * 44.0));
  vec2 from = mix(uv, by.from, flap);
  vec4 above = IMG_NORM_PIXEL(surface, from + vec2(own - 0.5, -0.4 - 0.3 * own) * 0.010 * lifts * to_uv);
  above.rgb *= 1.0 + lifts * (0.55 * dot(tilt, LIGHT) - 0.18);
  vec3 leak = glow * (exp(-edge.y / 0.006) * smoothstep(0.0, 0.0015, hairs.y) + exp(-edge.x / 0.009) * smoothstep(0.0, 0.0025, hairs.x));
  above.rgb += leak * (0.35 + 0.5 * lifts);
  above.rgb = mix(above.rgb, LIME * grain * (0.20 + 0.10 * lifts) + glow * 0.16 + above.rgb * 0.18, bare * 0.92);
  float broken_edge = max(lit, dim * 0.8) * (1.0 - here.hole);
  float face = 0.13 + 0.74 * lit * (1.0 - 0.6 * dim);
  vec3 lime = LIME * face * grain * (0.62 + 0.38 * lifts) + glow * (0.30 * dim + 0.22 * lit);
  above.rgb = mix(above.rgb, lime, broken_edge * smoothstep(1.0, 0.97, level));

  // A shard that stands open catches the light or turns from it, has an edge, and what is under shines on it.
  float lean_lit = dot(by.lean, LIGHT), sine = sin(by.turned);
  vec3 leaf = above.rgb * mix(1.0, 0.62 + 0.50 * max(lean_lit, -0.4), sine) + LIME * grain * 0.10 * sine * max(lean_lit, 0.0);
  leaf = mix(leaf, LIME * grain * (0.30 + 0.50 * max(-lean_lit, 0.0)) + glow * 0.5 + PEARL * 0.05 * alive, by.edge);
  above.rgb = mix(above.rgb, leaf, flap);
  // One that holds beside one that doesn't shows its broken side, and hairlines run out from there.
  float strained = smoothstep(0.03, 0.30, open) * (1.0 - flap) * (1.0 - through);
  above.rgb = mix(above.rgb, LIME * grain * (0.18 + 0.65 * max(dot(normalize(slope + 1e-4), LIGHT), 0.0)), strained * smoothstep(CHIP, 0.35 * CHIP, edge.y * ragged));

  vec4 seen = mix(above, below, max(here.hole, through));

  // What is in the air stands before all of it.
  Debris loose = falling(uv, to_uv, fallen);
  seen.rgb *= 1.0 - 0.5 * loose.shadow * (1.0 - loose.there);
  if (max(loose.there, loose.side) > 0.5) {
    vec3 painted = IMG_NORM_PIXEL(surface, loose.from).rgb * (0.65 + 0.5 * loose.own);
    float chipped = smoothstep(0.0045, 0.0015, loose.edge);
    vec3 piece = mix(painted, LIME * grain * 0.62, chipped);
    seen.rgb = loose.there > 0.5 ? piece : LIME * grain * 0.34 + glow * 0.2;
  }
  vec2 powder = dust(uv, p, to_uv);
  vec3 light = DUST * 0.55 + glow * 0.9;
  seen.rgb += light * (0.30 * powder.x + 0.20 * powder.y) * (1.0 - 0.6 * through) * (1.0 - 0.5 * max(seen.r, max(seen.g, seen.b)));
  gl_FragColor = seen;
}
