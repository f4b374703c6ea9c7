/*{
  "DESCRIPTION": "Kai's nanobots: tens of thousands of gold points that hang about the teeth like dust in light, are drawn to people, and run along whoever stands there, thickest at their very edge, mending. With nobody there a shift of them works its way round the teeth. It should feel like being noticed by something small, kind and very many.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "swarm", "living smiles"],
  "INPUTS": [
    {"NAME": "mask", "LABEL": "Silhouette", "TYPE": "image"},
    {"NAME": "amount", "LABEL": "How many there are", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
    {"NAME": "speed", "LABEL": "How fast they go", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 0.5},
    {"NAME": "size", "LABEL": "How large one is", "TYPE": "float", "MIN": 0.3, "MAX": 3.0, "DEFAULT": 1.0}
  ],
  "PASSES": [
    {"TARGET": "field", "WIDTH": "floor(144.0 * $WIDTH / $HEIGHT)", "HEIGHT": "144", "FLOAT": true,
     "DESCRIPTION": "the silhouette, softened far: how deep in a body, its slope x and y; alpha: softened a little, for its edge"},
    {}
  ]
}*/

const float TAU = 6.2831853;
const vec3 GOLD = vec3(0.894, 0.716, 0.314), HOT = vec3(1.0, 0.95, 0.80), DEEP = vec3(0.70, 0.40, 0.12);
const int LAYERS = 3;
const float CELLS = 76.0;             // cells to a canvas height in the coarsest layer; each holds one bot or none: 80 000 in all
const float FINER = 1.50;             // from layer to layer
const float LIFE_SECONDS = 4.0;       // in which a bot comes, goes its way and leaves, at speed 1
const float WAY = 0.07;               // that it goes in its life, in canvas heights
const float RADIUS = 0.0021;          // of one, in canvas heights
const float HALO = 0.10;              // how bright the air around one is
const vec2 ARCH = vec2(0.68, 0.335);  // the biofilm's arches, in canvas heights
const float BITE = 0.035, NARROWEST = 1.6, SHIFT = 0.15;

vec2 hash2(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * vec3(0.1031, 0.1030, 0.0973));
  q += dot(q, q.yzx + 33.33);
  return fract((q.xx + q.yz) * q.zy);
}

float bell(float x) { return exp(-x * x); }

// Where they work by themselves: as in the biofilm, whose teeth are mended there.
vec2 shift_place() {
  float a = TIME * 0.047 + 1.3 * sin(TIME * 0.0131) + 0.6 * sin(TIME * 0.0417), side = sin(a);
  return vec2(cos(a), side) * ARCH + vec2(0.0, BITE * sign(side));
}

// Softens the silhouette. `runs` is 1 in its own pass: a software renderer runs everything, but a loop no longer than it must.
vec4 soften(vec2 uv, int runs) {
  vec2 narrow = vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0), turn = vec2(0.011, 0.0);
  vec3 sum = vec3(0.0);
  float close = 0.2 * IMG_NORM_PIXEL(mask, uv).r;
  for (int i = 0; i < 25 * runs; i++) {
    float row = floor(float(i) / 5.0);
    vec2 d = vec2(float(i) - 5.0 * row, row) - 2.0;
    float weight = exp(-0.4 * dot(d, d)), here = IMG_NORM_PIXEL(mask, uv + d * 0.027 * narrow).r;
    sum += weight * vec3(here, here * d);
  }
  for (int i = 0; i < 8 * runs; i++) {
    close += 0.1 * IMG_NORM_PIXEL(mask, uv + turn * narrow).r;
    turn = mat2(0.7071, 0.7071, -0.7071, 0.7071) * turn;
  }
  return vec4(sum.x / 7.0, sum.yz / 7.0, close);
}

// A current that bends over the whole wall and never closes: the curl of a few slow waves.
vec2 current(vec2 p, float t) {
  vec2 a = vec2(cos(p.y * 5.1 + t * 0.31 + 1.7 * sin(p.x * 2.3)), cos(p.x * 4.3 - t * 0.27 + 1.3 * sin(p.y * 3.1)));
  return a + 0.6 * vec2(sin(p.y * 12.7 - t * 0.43 + a.y), -sin(p.x * 11.3 + t * 0.37 + a.x));
}

void main() {
  vec2 uv = isf_FragNormCoord;
  vec4 soft = soften(uv, PASSINDEX == 0 ? 1 : 0);
  vec2 p = (uv - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  vec4 f = IMG_NORM_PIXEL(field, uv);
  float edge = clamp(4.0 * f.a * (1.0 - f.a), 0.0, 1.0), round_ = smoothstep(0.01, 0.30, f.r) * (1.0 - 0.7 * smoothstep(0.6, 1.0, f.a));
  vec2 inward = f.gb / max(length(f.gb), 0.02);
  // Out in the room they drift; near a body they are drawn in; at its edge they run along it, some one way, some the other.
  float fit = max(1.0, NARROWEST * RENDERSIZE.y / RENDERSIZE.x);
  vec2 q = (vec2(p.x, abs(p.y)) * fit - vec2(0.0, BITE)) / ARCH;
  float arch = bell((length(q) - 1.0) / 0.16);
  // Swarms, not a line: they crowd in knots that travel along the edge, and some are always inside.
  float knots = 0.5 + 0.5 * sin(p.x * 19.0 + 5.0 * f.b + 3.0 * p.y + 0.53 * TIME) * sin(p.y * 17.0 + 5.0 * f.g - 0.41 * TIME);
  vec2 off = (p * fit - shift_place()) / SHIFT;
  float shift = exp(-dot(off, off)) * (0.5 + 0.5 * knots);
  float crowd = amount * (0.004 + 0.035 * arch + 0.34 * shift) + round_ * (0.02 + 0.16 * amount) * (0.2 + knots * knots);
  crowd += edge * (0.22 + 0.60 * knots * knots) * (0.35 + 0.65 * amount);

  vec3 light = vec3(0.0);
  float seen = 0.0, cells = CELLS;
  float t = TIME * speed / LIFE_SECONDS;
  for (int i = 0; i < LAYERS; i++) {
    float turn = t * (1.0 - 0.13 * float(i)) + 0.27 * float(i), age = fract(turn), life = mod(floor(turn), 619.0);
    vec2 along = vec2(-inward.y, inward.x) * (mod(float(i), 2.0) < 0.5 ? 1.0 : -1.0);
    vec2 way = mix(0.45 * current(p, TIME * speed), along * 0.8, edge) + inward * (0.5 - f.a) * 0.9 * smoothstep(0.0, 0.15, f.r);
    vec2 at = (p - way * WAY * (age - 0.5)) * cells + life * 7.3 + 31.0 * float(i);
    vec2 cell = floor(at), chance = hash2(cell), other = hash2(cell + 57.0);
    float r = RADIUS * size * (0.55 + 0.9 * other.x * other.x) * cells;
    float d = length(at - cell - 0.25 - 0.5 * other) / r;
    float here = step(chance.x, crowd) * sin(0.5 * TAU * age);
    float glint = 0.5 + 0.5 * sin(TAU * (chance.y + TIME * (0.15 + 0.25 * other.y)));
    glint = 0.7 + 1.1 * glint * glint * glint;
    float spark = here * glint * (exp(-d * d) + HALO / (1.0 + 0.6 * d * d) * smoothstep(4.0, 1.0, d));
    light += spark * mix(mix(DEEP, GOLD, chance.y), HOT, clamp(spark - 0.55, 0.0, 1.0));
    seen += spark;
    cells *= FINER;
  }
  // Where very many are, the air itself is gold.
  float air = (0.05 * edge * knots + 0.03 * shift) * (0.3 + 0.7 * amount);
  light += GOLD * air;
  seen = clamp(seen + air, 0.0, 1.0);
  gl_FragColor = PASSINDEX == 0 ? soft : vec4(clamp(light / max(seen, 1e-3), 0.0, 1.0), seen);
}
