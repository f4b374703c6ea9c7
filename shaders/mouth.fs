/*{
  "DESCRIPTION": "A closed mouth of pearl and plum, asleep on the wall and breathing. Light wanders under its skin as under the nacre of a shell. It should feel like something very large and very calm that has noticed you.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "living smiles"],
  "INPUTS": [
    {"NAME": "part", "LABEL": "How far the lips part", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
    {"NAME": "presence", "LABEL": "Somebody is there", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
    {"NAME": "glow", "LABEL": "Light under the skin", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0},
    {"NAME": "breath", "LABEL": "Depth of breath", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6},
    {"NAME": "toward", "LABEL": "Where they are, -1 left to 1 right", "TYPE": "float", "MIN": -1.0, "MAX": 1.0, "DEFAULT": 0.0},
    {"NAME": "smile", "LABEL": "Somebody smiles", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
    {"NAME": "hands", "LABEL": "A hand is raised", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
    {"NAME": "mask", "LABEL": "Silhouette", "TYPE": "image"}
  ],
  "PASSES": [
    {"TARGET": "gathered", "WIDTH": "64", "HEIGHT": "36", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "where bodies stand, blurred and slow: light gathers there and lingers"},
    {"TARGET": "mood", "WIDTH": "4", "HEIGHT": "1", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "how it has answered so far, and how fast it changes: parting, turning, smiling, and light that rises"},
    {}
  ]
}*/

const float TAU = 6.2831853;

// The palette, in linear light.
const vec3 PLUM = vec3(0.0056, 0.0014, 0.0040);
const vec3 CORAL = vec3(0.755, 0.173, 0.124);
const vec3 ENAMEL = vec3(0.873, 0.830, 0.719);
const vec3 BIOLUME = vec3(0.016, 0.752, 0.630);
const vec3 PEARL = vec3(0.670, 0.592, 0.852);

// Pearl as a film: what it is on average, how far each colour swings with the film's thickness, and how out of step.
const vec3 PEARL_MEAN = vec3(0.66, 0.52, 0.66);
const vec3 PEARL_SWING = vec3(0.32, 0.20, 0.34);
const vec3 PEARL_PHASE = vec3(0.0, 0.30, 0.55);
const float FILM_INDEX = 1.53;

// The mouth, in canvas heights.
const float NARROWEST = 1.5;       // width to height of a canvas that the mouth still fits at its own size
const float HALF_WIDTH = 0.58;
const float UPPER_HEIGHT = 0.165;
const float LOWER_HEIGHT = 0.225;
const float UPPER_SWELL = 0.090;
const float LOWER_SWELL = 0.125;
const float OPENING = 0.20;        // between the lips when they have parted
const float UPPER_SHARE = 0.30;    // of the opening that the upper lip gives
const float HAIRLINE = 0.006;      // that a breath opens between closed lips
const float GATHER_SECONDS = 1.4;  // for light to come to a body, and half as fast to leave
const vec4 SPRING = vec4(2.4, 1.5, 4.2, 2.6);      // how soon it answers (1/s): in parting, turning, smiling, rising light
const vec4 DAMPING = vec4(0.62, 0.72, 0.50, 0.70); // below 1 it goes a little too far, and settles
const float LIFT = 0.105;              // of the corners in a smile
const float LOWER_TEETH = 0.74;        // their width, to the upper ones'
const float CREASE_DEPTH = 0.0034;
const float WETNESS = 0.65;        // how much of the creases the wet layer over them still shows
const float EXPOSURE = 1.7;
const float LIP_FALL = 0.80;           // how far a lip's relief has sunk at its outer edge

float hash(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * 0.1031);
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}

float noise(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(hash(i), hash(i + vec2(1, 0)), f.x), mix(hash(i + vec2(0, 1)), hash(i + vec2(1, 1)), f.x), f.y);
}

float bell(float x) { return exp(-x * x); }

// How it answers now, 0..1 each but for the turn (-1..1); each may go a little beyond.
float parted, turned, smiling, risen, half_width;

void read_mood() {
  parted = max(texelFetch(mood, ivec2(0), 0).r, 0.0);
  turned = texelFetch(mood, ivec2(1, 0), 0).r;
  smiling = texelFetch(mood, ivec2(2, 0), 0).r;
  risen = max(texelFetch(mood, ivec2(3, 0), 0).r, 0.0);
  half_width = HALF_WIDTH * (1.0 + 0.085 * smiling);
}

// One of the four springs, a pixel each: where it is and how fast.
vec4 answer() {
  int which = int(gl_FragCoord.x);
  vec4 goals = vec4(min(part + 0.10 * hands + 0.06 * smile, 1.0), toward, smile, hands);
  float w = SPRING[which], dt = min(TIMEDELTA, 0.05);
  vec2 was = texelFetch(mood, ivec2(which, 0), 0).rg;
  float speed = was.y + dt * (w * w * (goals[which] - was.x) - 2.0 * DAMPING[which] * w * was.y);
  return FRAMEINDEX == 0 ? vec4(0.0, 0.0, 0.0, 1.0) : vec4(was.x + dt * speed, speed, 0.0, 1.0);
}

// What the mouth does now: .x how open it is in canvas heights, .y breath 0..1.
vec2 pulse() {
  float turn = TAU * 0.13 * TIME + 0.9 * sin(TIME * 0.131) + 0.5 * sin(TIME * 0.0471);
  float b = 0.5 + 0.5 * sin(turn + 0.45 * sin(turn));
  return vec2(OPENING * parted * (1.0 + 0.05 * breath * (b - 0.5)) + HAIRLINE * breath * b, b);
}

// The lines that make a mouth at x (-1..1 between its corners): lips' outer edges, and where each meets the dark.
struct Lines { float top; float upper; float lower; float bottom; float across; float body; };

Lines lines(float x, float open) {
  Lines l;
  float a = min(abs(x), 1.0), a2 = a * a;
  float body = sqrt(1.0 - a2);
  float seam = -0.022 * bell(x / 0.19) + 0.014 * bell((a - 0.42) / 0.26) - 0.030 * a2 * a2 - 0.005 * x;
  float lift = smiling * LIFT * (a2 * (0.55 + 0.45 * a2) - 0.16);
  seam += lift;
  float gap = open * body * (0.72 + 0.28 * body);
  l.across = a;
  l.body = body;
  l.upper = seam + UPPER_SHARE * gap;
  l.lower = mix(seam, -0.030 * a2 + lift * 1.15, min(gap * 4.0, 0.7)) - (1.0 - UPPER_SHARE) * gap;
  float slope = (1.0 - a) * (1.0 + 0.95 * a - 0.45 * a2);
  float bow = 1.0 - 0.17 * bell(x / 0.10) + 0.06 * bell((a - 0.19) / 0.12) + 0.02 * x;
  l.top = l.upper + 0.02 * bell(x / 0.19) * bow + UPPER_HEIGHT * (1.0 - 0.24 * smiling) * slope * bow * (1.0 - 0.9 * gap);
  float full = max(1.0 - a2 * a, 1e-4);
  l.bottom = l.lower + 0.02 * bell(x / 0.19) - LOWER_HEIGHT * (1.0 - 0.17 * smiling) * pow(full, 0.80) * (1.0 - 0.7 * gap);
  return l;
}

// Where a point lies on its lip: .x 0 at the seam and 1 at the lip's outer edge, .y +1 on the upper lip, -1 on the lower.
vec2 lip_place(vec2 p, Lines l) {
  return p.y > 0.5 * (l.upper + l.lower) ? vec2((p.y - l.upper) / max(l.top - l.upper, 2e-3), 1.0)
                                         : vec2((l.lower - p.y) / max(l.lower - l.bottom, 2e-3), -1.0);
}

// Relief of the lips and of the face around them, towards the viewer; without the creases.
float relief(vec2 p, float open, float swell) {
  float x = p.x / half_width;
  Lines l = lines(x, open);
  vec2 at = lip_place(p, l);
  float w = clamp(at.x, 0.0, 1.0);
  float mounds = at.y > 0.0 ? UPPER_SWELL * (0.84 + 0.24 * bell(x / 0.15) + 0.12 * bell((l.across - 0.40) / 0.2))
                            : LOWER_SWELL * (0.92 + 0.14 * bell((l.across - 0.28) / 0.2) - 0.05 * bell(x / 0.09));
  float rolls = sqrt(w * (2.0 - w)) * (1.0 - LIP_FALL * w * w);        // out of the mouth, over, and down to the face
  float eased = exp(-2.0 * LIP_FALL / (1.0 - LIP_FALL) * max(at.x - 1.0, 0.0));
  float lip = mounds * rolls * eased * l.body * (1.15 + 0.08 * swell);
  float philtrum = -0.016 * bell(p.x / 0.045) + 0.010 * bell((abs(p.x) - 0.085) / 0.04);
  float face = -0.22 * dot(p, p) + philtrum * smoothstep(0.40, 0.12, p.y) * smoothstep(0.0, 0.10, p.y);
  face -= 0.05 * exp(-dot(p - vec2(0.0, -0.285), (p - vec2(0.0, -0.285)) * vec2(9.0, 190.0)));
  float roll = 0.004 * bell((at.x - 1.04) / 0.10) * l.body;
  vec2 corner = vec2(abs(p.x) - half_width, p.y + 0.03 - 0.84 * LIFT * smiling);
  float corners = -0.014 * (1.0 + 0.8 * smiling) * exp(-dot(corner, corner) * 260.0);
  vec2 cheek = (vec2(abs(p.x), p.y) - vec2(0.70, 0.17)) / vec2(0.15, 0.20);
  float cheeks = 0.075 * smiling * exp(-dot(cheek, cheek));
  return lip + face + roll + corners + cheeks;
}

// Slope of the creases across the lip: they fan out from the seam and are deepest half-way.
float creases(vec2 p, Lines l, vec2 at) {
  float w = clamp(at.x, 0.0, 1.0);
  vec2 fan = vec2(p.x * (74.0 - 18.0 * w) + 1.6 * sin(p.x * 13.0 + 2.0 * w * at.y), w * 1.6 + at.y * 7.0);
  const vec2 e = vec2(0.15, 0.0);
  float wide = noise(fan + e) - noise(fan - e);
  vec2 fine = fan * vec2(2.7, 2.2);
  wide += 0.45 * (noise(fine + e) - noise(fine - e));
  return CREASE_DEPTH * 74.0 * wide / (2.0 * e.x) * (w * (1.0 - w) * 3.2 + 0.12) * l.body;
}

// A soft box of light, seen in a wet surface. `r` is the mirrored eye, `at` and `size` are slopes.
float softbox(vec3 r, vec2 at, vec2 size) {
  vec2 e = (r.xy / (1.0 + max(r.z, -0.5)) - at) / size;
  e *= e;
  return exp(-dot(e * e, vec2(1.0)));
}

// The same out of focus, as in skin.
float glint(vec3 r, vec2 at, vec2 size) {
  vec2 e = (r.xy / (1.0 + max(r.z, -0.5)) - at) / size;
  return exp(-dot(e, e));
}

// Pearl: interference in a film of this thickness (in wavelengths), seen at this slope. Cream, rose, violet, ice; no rainbow.
vec3 film(float thickness, float facing) {
  float path = thickness * sqrt(1.0 - (1.0 - facing * facing) / (FILM_INDEX * FILM_INDEX));
  return PEARL_MEAN + PEARL_SWING * cos(TAU * (path + PEARL_PHASE));
}

// A lantern under the skin: a hot core, and what the flesh scatters of it.
float lantern(vec2 p, vec2 at, float size) {
  vec2 d = (p - at) * vec2(1.0, 1.5) / size;
  float r = dot(d, d);
  return 1.7 * exp(-r * 6.0) + 0.30 / (1.0 + 3.0 * r * r);
}

// Light that wanders under the skin: three slow lanterns that never keep step.
vec3 lanterns(vec2 p, float b) {
  float t = TIME;
  vec2 one = vec2(0.44 * sin(t * 0.093 + 1.1 * sin(t * 0.0213)), -0.095 + 0.05 * sin(t * 0.151));
  vec2 two = vec2(0.38 * sin(t * 0.067 + 2.1 + 1.3 * sin(t * 0.0171)), 0.050 + 0.03 * sin(t * 0.117 + 1.0));
  vec2 three = vec2(0.48 * sin(t * 0.0411 + 4.0 + sin(t * 0.029)), -0.02 + 0.10 * sin(t * 0.073 + 2.0));
  // When somebody is there it is to them that light goes, the first lantern soonest; a raised hand lifts it.
  float here = smoothstep(0.05, 0.7, presence);
  vec2 them = vec2(0.55 * turned, mix(-0.14 - 0.5 * OPENING * parted, 0.13, clamp(risen, 0.0, 1.0)));
  one = mix(one, them + 0.12 * one, 0.9 * here);
  two = mix(two, vec2(0.45 * turned, 0.09) + 0.3 * two, 0.7 * here);
  vec3 sum = lantern(p, one, 0.21 + 0.05 * smiling) * mix(CORAL, PEARL, 0.30);
  sum += lantern(p, two, 0.15) * mix(PEARL, CORAL, 0.25);
  sum += lantern(p, three, 0.12) * mix(BIOLUME, PEARL, 0.25);
  return sum * (0.7 + 0.5 * b) * (1.0 + 0.7 * here + 0.9 * smiling + 0.5 * risen);
}

// Where one tooth ends and the next begins, from the middle outwards, as they are seen from in front.
vec2 tooth_edges(float a) {
  if (a < 0.148) return vec2(0.0, 0.148);
  if (a < 0.262) return vec2(0.148, 0.262);
  if (a < 0.376) return vec2(0.262, 0.376);
  if (a < 0.466) return vec2(0.376, 0.466);
  if (a < 0.540) return vec2(0.466, 0.540);
  return vec2(0.540, 0.610);
}

// Teeth behind the lips: enamel that holds a light, warm in its body and cold at its edge.
vec3 teeth(vec2 p, Lines l, float open, float b, vec2 key) {
  p.x += 0.03 * turned;                                 // they lie deeper, and turn less
  float rim = -0.060 + (0.10 + 0.16 * smiling) * p.x * p.x + 0.016 * smiling, jaw = rim - 0.52 * open + 0.012;
  bool up = p.y > 0.5 * (rim + jaw);
  float a = abs(p.x) * (1.0 + (up ? -0.5 : 0.5) * (p.y - rim)) / (up ? 1.0 : LOWER_TEETH);   // necks lean together
  vec2 edges = tooth_edges(a);
  float u = clamp((a - edges.x) / (edges.y - edges.x) * 2.0 - 1.0, -1.0, 1.0);
  float canine = step(0.262, edges.x) * step(edges.x, 0.263), lateral = step(0.148, edges.x) * step(edges.x, 0.149);
  float u2 = u * u;
  float corner = u2 * u2 * (u > 0.0 ? 0.022 : 0.012) + canine * 0.012 * abs(u) + lateral * 0.010;
  float depth = (up ? p.y - rim : jaw - p.y) - corner;
  float inside = smoothstep(0.0, 0.004, depth) * smoothstep(1.0, 0.955, abs(u));
  vec3 n = normalize(vec3(sign(p.x) * (u2 * u * 0.7 + a * 0.8), (up ? -0.30 : 0.25) + depth * 3.5, 1.0));
  // The light stands behind them: it comes through the thin edges whole, through the body warm, and leaks between.
  vec2 source = vec2(0.26 * sin(TIME * 0.083 + 0.7), rim - 0.25 * open);
  float behind = lantern(p, source, 0.42) * (0.6 + 0.4 * b);
  float thin = exp(-max(depth - 0.006 * noise(vec2(p.x * 70.0, 3.0)), 0.0) / 0.022);
  float shade = smoothstep(0.0, 0.10, l.upper - p.y) * smoothstep(-0.03, 0.05, p.y - l.lower);
  vec3 body = mix(ENAMEL * vec3(0.80, 0.58, 0.42), mix(ENAMEL, PEARL, 0.4), thin) * (0.34 + 0.75 * thin);
  vec3 lit = body * behind * (1.0 - 0.7 * u2 * u2) * (0.15 + 0.85 * shade) * (up ? 1.0 : 0.5);
  vec3 r = reflect(vec3(0.0, 0.0, -1.0), n);
  float glaze = 0.012 * (noise(vec2(p.x * 90.0, p.y * 26.0)) - 0.5);                     // growth lines, seen where it shines
  lit += film(1.6 + depth * 9.0, n.z) * softbox(r + vec3(0.0, 9.0 * glaze, 0.0), key - vec2(0.0, 0.35), vec2(0.26, 0.09)) * 0.9 * shade;
  lit *= 1.0 - 0.55 * smoothstep(0.02, 0.16, depth);                                     // towards the neck it is thick, and dim
  float leak = smoothstep(0.0, 0.01, depth) * (0.25 + 0.75 * shade);
  float haze = bell((p.y - source.y) / (0.06 + 0.5 * open));
  vec3 throat = mix(CORAL, PEARL, 0.15) * behind * (0.055 * haze * haze + 0.10 * leak);
  return mix(throat, lit, inside) * smoothstep(half_width, 0.14, abs(p.x)) * (0.25 + 0.75 * glow) * (1.0 + 0.3 * presence + 1.1 * smiling);
}

// A software renderer runs both sides of every `if`, but a loop no longer than it must: so `runs` is 0 or 1.
vec4 gather(int runs) {
  vec2 uv = isf_FragNormCoord;
  float sum = 0.0, weights = 1e-6;
  for (int i = 0; i < 49 * runs; i++) {
    float row = floor(float(i) / 7.0);
    vec2 d = vec2(float(i) - 7.0 * row, row) - 3.0;
    float weight = bell(length(d) / 2.2);
    sum += weight * IMG_NORM_PIXEL(mask, uv + d * vec2(0.046, 0.065)).r;
    weights += weight;
  }
  vec2 e = vec2(1.0, 0.4) / RENDERSIZE;                       // it spreads a little, so that no limb is told from another
  float was = 0.5 * (IMG_NORM_PIXEL(gathered, uv + e).r + IMG_NORM_PIXEL(gathered, uv - e).r), now = sum / weights;
  float rate = now > was ? 1.0 : 0.5;
  return vec4(vec3(mix(was, now, 1.0 - exp(-TIMEDELTA * rate / GATHER_SECONDS))), 1.0);
}

void main() {
  vec4 bodies_now = gather(PASSINDEX == 0 ? 1 : 0);
  if (PASSINDEX == 0) { gl_FragColor = bodies_now; return; }
  if (PASSINDEX == 1) { gl_FragColor = answer(); return; }
  read_mood();
  vec2 p = (isf_FragNormCoord - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  p *= max(1.0, NARROWEST * RENDERSIZE.y / RENDERSIZE.x);
  p.y += 0.012;
  vec2 now = pulse();
  float open = now.x, b = mix(0.5, now.y, breath);
  p /= 1.0 + 0.012 * (b - 0.5);
  p.x += turned * (0.30 * (p.x * p.x - 0.25) - 0.030);   // it turns: its middle comes over, the far side draws in
  p.y -= 0.05 * turned * p.x;

  const vec2 step_ = vec2(0.002, 0.0);
  float h = relief(p, open, b);
  vec2 slope = vec2(relief(p + step_.xy, open, b) - h, relief(p + step_.yx, open, b) - h) / step_.x;
  Lines l = lines(p.x / half_width, open);
  vec2 at = lip_place(p, l);
  float border = 0.006 + 0.010 * l.across;                // the lip's edge is soft, softer towards the corners
  float lips = smoothstep(-border, border, min(l.top - p.y, p.y - l.bottom)) * smoothstep(1.0, 0.86, l.across);
  float crease = creases(p, l, at) * lips;
  vec3 n = normalize(vec3(-slope - vec2(crease, 0.0), 1.0));
  vec2 pores = vec2(noise(p * vec2(58.0, 40.0)), noise(p * vec2(58.0, 40.0) + 37.0)) - 0.5;   // what is wet is never smooth
  vec3 wet = normalize(vec3(-slope - vec2(crease * WETNESS, 0.0) - lips * 0.09 * pores, 1.0));
  vec3 r = reflect(vec3(0.0, 0.0, -1.0), wet);
  float px = 1.2 / RENDERSIZE.y;
  float mouth = smoothstep(0.0, 2.0 * px, min(l.upper - p.y, p.y - l.lower)) * smoothstep(1.0, 0.96, l.across);
  float hollow = mix(1.0, smoothstep(0.0, 0.32, at.x) + 0.02, lips);        // less light reaches the seam

  // A slow key light from above, a low one from the side, and the pearl that they wake.
  vec2 key = vec2(0.62 * sin(TIME * 0.081 + 0.8 * sin(TIME * 0.0231)), 0.42 + 0.08 * sin(TIME * 0.061) + 0.10 * risen);
  key.x = mix(key.x, 0.55 * turned, 0.6 * smoothstep(0.05, 0.7, presence));
  vec2 low = vec2(-0.7 * sin(TIME * 0.053 + 1.0), -0.50);
  float facing = max(dot(n, normalize(vec3(key * 1.6, 0.8))), 0.0);
  float near = exp(-2.4 * dot(p - vec2(key.x * 0.7, 0.08), p - vec2(key.x * 0.7, 0.08)));
  float day = facing * facing * near;
  float drift = noise(p * vec2(2.6, 4.0) + vec2(TIME * 0.021, -TIME * 0.013));
  float thickness = 1.2 + 1.5 * drift + 0.35 * noise(p * 11.0 + drift * 3.0) + 0.8 * at.x * lips;
  float grazing = 1.0 - n.z;

  float bodies = IMG_NORM_PIXEL(gathered, isf_FragNormCoord).r;
  vec3 under = lanterns(p, b) + bodies * bodies * mix(BIOLUME, PEARL, 0.35) * (0.7 + 0.7 * b);
  under *= glow * (1.0 + 0.5 * presence);
  vec2 glad = vec2(abs(p.x) - half_width, p.y - 0.06) / vec2(0.24, 0.20);
  vec3 pearl = film(thickness + 0.9 * sqrt(under.g), n.z);
  float grain = 0.35 + 0.65 * clamp(0.75 - 2.2 * abs(crease) + 0.5 * drift, 0.0, 1.2);

  vec3 flesh = PLUM * 7.0 + CORAL * 0.010;
  vec3 light = flesh * (day * 1.6 + 0.03) * hollow;
  light += under * mix(vec3(1.0), pearl, 0.55) * grain * hollow * (0.25 + 0.75 * n.z) * 0.42;
  light += ENAMEL * exp(-9.0 * at.x) * smoothstep(0.0, 0.06, at.x) * smoothstep(0.01, OPENING, open) * l.body * 0.10 * glow;
  light += pearl * grazing * grazing * (0.02 + 0.5 * day) * hollow;
  float sky = softbox(r, key, vec2(0.85, 0.55));
  float streak = 0.35 * softbox(r, key, vec2(0.40, 0.12)) + 0.65 * glint(r, key, vec2(0.34, 0.15));
  float strip = softbox(r, key + vec2(0.55, -0.28), vec2(0.07, 0.30));
  light += pearl * (0.10 * sky * sky + 0.95 * streak + 0.22 * strip) * hollow * near * (0.8 + 0.4 * presence);
  light += mix(CORAL, PEARL, 0.5) * softbox(r, low, vec2(0.45, 0.10)) * 0.12 * hollow;

  float shadow = 1.0 - 0.75 * smoothstep(0.10, 0.0, l.bottom - p.y) * step(p.y, l.bottom) * l.body;
  vec3 around = (flesh * (0.45 * day + 0.3 * day * day) + under * PLUM * 2.5) * shadow;
  around += (CORAL * 0.55 + PEARL * 0.45) * bodies * (0.022 + 0.014 * b) * glow * shadow;     // light in the dark where they stand
  around += (CORAL + 0.3 * PEARL) * smiling * exp(-dot(glad, glad)) * (0.004 + 0.13 * day) * shadow;
  around *= exp(-dot(p * vec2(0.9, 1.6), p * vec2(0.9, 1.6)) * 2.0);
  light *= 0.25 + 0.75 * smoothstep(1.0, 0.72, l.across);
  vec3 seen = mix(around, light, lips);
  vec3 within = teeth(p, l, open, b, key) * smoothstep(0.0, 0.05, open);
  seen = mix(seen, within, mouth);
  float seam = (p.y - 0.5 * (l.upper + l.lower)) / (0.35 * open + px);
  float seep = bell(seam) * (1.0 - smoothstep(0.0, 0.05, open)) * l.body * smoothstep(1.0, 0.8, l.across);
  seep *= 0.12 + lantern(p, vec2(0.34 * sin(TIME * 0.083 + 0.7), 0.0), 0.30);
  seen += mix(CORAL, ENAMEL, 0.30) * seep * now.y * breath * 0.30 * glow;   // what a breath lets out

  seen = 1.0 - exp(-seen * EXPOSURE);
  vec3 shown = pow(max(seen, 0.0), vec3(1.0 / 2.2));
  shown += (hash(gl_FragCoord.xy + fract(TIME) * 61.0) - 0.5) / 255.0;   // dark gradients must not band on a wall
  gl_FragColor = vec4(shown, 1.0);
}
