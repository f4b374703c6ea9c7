/*{
  "DESCRIPTION": "A living film on a pair of dental arches. Three species eat the same food, keep their borders and never mix; a body in front of the camera seeds them, a movement stirs them, a smile makes them bloom. It should feel like looking down into something wet that is looking after itself.",
  "CREDIT": "The installation engine. Growth after P. Gray and S. K. Scott's autocatalysis (1984), with three rivals on one food",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "living smiles"],
  "INPUTS": [
    {"NAME": "mask", "LABEL": "Silhouette (seeds life)", "TYPE": "image"},
    {"NAME": "flow", "LABEL": "Movement (canvas widths a second)", "TYPE": "image"},
    {"NAME": "bloom", "LABEL": "Bloom", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
    {"NAME": "feed", "LABEL": "Food", "TYPE": "float", "MIN": 0.5, "MAX": 1.5, "DEFAULT": 1.0},
    {"NAME": "seed", "LABEL": "Seed", "TYPE": "float", "MIN": 0.0, "MAX": 100.0, "DEFAULT": 7.0}
  ],
  "PASSES": [
    {"TARGET": "ground", "WIDTH": "floor(270.0 * $WIDTH / $HEIGHT)", "HEIGHT": "270", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "the arches: height, how well life does there, and the way it grows, x and y in pixels of a step"},
    {"TARGET": "slow", "WIDTH": "floor(68.0 * $WIDTH / $HEIGHT)", "HEIGHT": "68", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "what changes slowly: where bodies have been, and the film's thickness, species by species"},
    {"TARGET": "climate", "WIDTH": "floor(68.0 * $WIDTH / $HEIGHT)", "HEIGHT": "68", "FLOAT": true,
     "DESCRIPTION": "food, and how hard life is for each species (below zero: it is sown)"},
    {"TARGET": "life", "WIDTH": "floor(270.0 * $WIDTH / $HEIGHT)", "HEIGHT": "270", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "what is left of the food, and the three species; four steps a frame"},
    {"TARGET": "life", "WIDTH": "floor(270.0 * $WIDTH / $HEIGHT)", "HEIGHT": "270", "PERSISTENT": true, "FLOAT": true},
    {"TARGET": "life", "WIDTH": "floor(270.0 * $WIDTH / $HEIGHT)", "HEIGHT": "270", "PERSISTENT": true, "FLOAT": true},
    {"TARGET": "life", "WIDTH": "floor(270.0 * $WIDTH / $HEIGHT)", "HEIGHT": "270", "PERSISTENT": true, "FLOAT": true},
    {}
  ]
}*/

const float TAU = 6.2831853;
const int GROUND = 0, SLOW = 1, CLIMATE = 2, FIRST_STEP = 3, PICTURE = 7;
const float ROWS = 270.0;                 // of the life's buffer

// The palette, in linear light: what each species is deep down, and where light comes through it.
const vec3 PLUM = vec3(0.0056, 0.0014, 0.0040);
const vec3 ENAMEL = vec3(0.873, 0.830, 0.719);
const vec3 BIOLUME = vec3(0.016, 0.752, 0.630), BIOLUME_DEEP = vec3(0.002, 0.060, 0.110);
const vec3 CORAL = vec3(0.755, 0.173, 0.124), CORAL_DEEP = vec3(0.110, 0.006, 0.030);
const vec3 GOLD = vec3(0.840, 0.560, 0.230), GOLD_DEEP = vec3(0.085, 0.030, 0.012);

// The arches, in canvas heights and millimetres of tooth.
const vec2 ARCH = vec2(0.62, 0.335);      // half width, depth
const float BITE = 0.035;                 // from the middle to where each jaw ends
const float JAW_MM = 64.0;                // of eight crowns side by side
const float LOWER_SCALE = 0.95;
const float GROUND_EVERY = 32.0;          // frames between two drawings of the ground

// Growth. Rates are those of a step; a step is at most 1.
const float STEPS_A_SECOND = 22.0;        // of each of the four passes
const float FOOD_SPREAD = 0.200;
const vec3 LIFE_SPREAD = vec3(0.090, 0.108, 0.098);
const float FEED = 0.040;
const vec3 DEATH = vec3(0.0612, 0.0632, 0.0600);   // filaments, islands, nets
const vec3 ALONG = vec3(1.50, 1.00, 0.75); // how much each species prefers to grow away from the tooth
const float RIVALRY = 0.55;
const float SEASON_SECONDS = 400.0;       // for the three to have had their turn everywhere
const float SEASON_DEATH = 0.0035;        // how much harder life is for a species out of season
const float BARREN_DEATH = 0.0200;        // and away from the arches
const float SOWING = 0.10;

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

vec2 canvas_place() { return (isf_FragNormCoord - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0); }

// A crown seen from above, by its number from the middle: half its width, half its depth (mm), how square it is, cusps.
vec4 crown(int i, bool upper) {
  if (i == 0) return upper ? vec4(4.25, 3.5, 2.2, 0.0) : vec4(2.5, 3.0, 2.2, 0.0);
  if (i == 1) return upper ? vec4(3.25, 3.0, 2.2, 0.0) : vec4(2.75, 3.1, 2.2, 0.0);
  if (i == 2) return upper ? vec4(3.75, 4.0, 2.0, 0.3) : vec4(3.5, 3.8, 2.0, 0.3);
  if (i < 5) return upper ? vec4(3.5, 4.6, 2.3, 0.7) : vec4(3.5, 4.1, 2.2, 0.7);
  return upper ? vec4(i == 5 ? 5.0 : (i == 6 ? 4.5 : 4.25), 5.6, 2.9, 1.0) : vec4(i == 5 ? 5.5 : 5.2, 5.2, 3.0, 1.0);
}

// .x relief of the tooth here (0 between teeth), .y how far outside the nearest crown's outline, in canvas heights.
vec2 tooth(vec2 p) {
  bool upper = p.y > 0.0;
  vec2 ab = ARCH * (upper ? 1.0 : LOWER_SCALE);
  vec2 q = vec2(p.x, abs(p.y) - BITE) / ab;
  float r = max(length(q), 1e-3);
  float turn = atan(abs(q.x), q.y);                                     // 0 in the middle of the jaw
  float mean = 0.5 * dot(ab, ab), swing = 0.5 * (ab.x * ab.x - ab.y * ab.y) / (4.0 * mean);
  float quarter = 0.25 * TAU, unit = quarter * sqrt(mean) / JAW_MM;     // canvas heights of a millimetre
  float at = (turn + swing * sin(2.0 * turn)) / quarter * JAW_MM * (upper ? 1.0 : 0.985);
  float across = (r - 1.0) * length(q * ab) / r / unit;
  float best = 1e3, height = 0.0, left = 0.0;
  for (int i = 0; i < 8; i++) {
    vec4 c = crown(i, upper);
    vec2 d = abs(vec2(at - left - c.x, across)) / (c.xy * vec2(0.94, 1.0));
    float out_ = pow(pow(d.x, c.z) + pow(d.y, c.z), 1.0 / c.z) - 1.0;
    left += 2.0 * c.x;
    if (out_ > best) continue;
    best = out_;
    vec2 s = vec2(at - left + c.x, across) / c.xy;
    float dome = sqrt(clamp(-out_ * 1.6, 0.0, 1.0));
    float cusps = cos(s.x * 3.3) * cos(s.y * 3.3 + 0.3 * sin(s.x * 4.0));
    float fissure = bell((s.y + 0.12 * sin(s.x * 5.0)) / 0.13) + 0.6 * bell(s.x / 0.10) * step(0.9, c.w);
    float blade = bell((s.y - 0.15) / 0.35);
    height = dome * mix(0.55 + 0.5 * blade, 0.85 - 0.16 * cusps - 0.30 * fissure * smoothstep(0.1, 0.5, -out_), c.w);
  }
  return vec2(height, best * 4.2 * unit);
}

vec4 draw_ground(int runs) {
  vec4 g = IMG_THIS_PIXEL(ground);
  for (int once = 0; once < runs; once++) {
    vec2 p = canvas_place();
    vec2 t = tooth(p);
    float ragged = noise(p * 5.0 + seed) * 0.6 + noise(p * 13.0 + seed) * 0.3 + noise(p * 31.0) * 0.15;
    float away = max(t.y, 0.0) + 0.13 * (ragged - 0.5);
    float good = exp(-max(away, 0.0) / 0.050) * (1.0 - 0.75 * smoothstep(0.0, -0.016, t.y));
    good = max(good, 0.8 * smoothstep(0.60, 0.80, ragged) * exp(-max(t.y - 0.05, 0.0) / 0.14));   // outposts
    // Filaments stand on the tooth: the grid of a step is turned to point away from it; and finer in some places.
    vec2 q = vec2(p.x, abs(p.y) - BITE) / (ARCH * ARCH);
    float lean = atan(q.y * sign(p.y), q.x) + 1.3 * (noise(p * 4.0 + seed) - 0.5) + 0.9 * (noise(p * 11.0 + seed) - 0.5);
    float scale = mix(0.62, 1.65, smoothstep(0.25, 0.80, noise(p * 3.5 + seed + 5.0)));
    g = vec4(t.x, clamp(good, 0.0, 1.0), cos(lean) * scale, sin(lean) * scale);
  }
  return g;
}

// Bodies come at once and linger for half a minute; the film's thickness follows it at a distance.
vec4 draw_slow(int runs) {
  vec4 s = vec4(0.0);
  for (int once = 0; once < runs; once++) {
    vec2 uv = isf_FragNormCoord, e = 1.0 / RENDERSIZE;
    s = 0.25 * (IMG_NORM_PIXEL(slow, uv + e) + IMG_NORM_PIXEL(slow, uv - e)
      + IMG_NORM_PIXEL(slow, uv + vec2(e.x, -e.y)) + IMG_NORM_PIXEL(slow, uv + vec2(-e.x, e.y)));
    s = mix(IMG_NORM_PIXEL(slow, uv), s, vec4(0.05, vec3(0.35)));
    vec4 here = vec4(IMG_NORM_PIXEL(mask, uv).r, IMG_NORM_PIXEL(life, uv).gba);
    vec4 seconds = vec4(here.r > s.r ? 0.8 : 25.0, vec3(1.0));
    s = mix(s, here, 1.0 - exp(-TIMEDELTA / seconds));
  }
  return s;
}

// Whose turn it is at a place, -0.5 to 0.5 each: a third of the ground for each, drifting for ever.
vec3 seasons(vec2 p) {
  float turn = 1.7 * noise(p * 1.7 + seed) + 0.6 * noise(p * 4.3 - seed) + TIME / SEASON_SECONDS + seed * 0.37;
  return 0.5 * cos(TAU * (turn + vec3(0.0, 1.0, 2.0) / 3.0));
}

vec3 leader(vec3 who) { return step(vec3(max(who.x, max(who.y, who.z))), who); }

vec4 draw_climate(int runs) {
  vec4 c = vec4(0.0);
  for (int once = 0; once < runs; once++) {
    vec2 uv = isf_FragNormCoord, p = canvas_place();
    float good = IMG_NORM_PIXEL(ground, uv).g, body = IMG_NORM_PIXEL(slow, uv).r;
    float tide = 0.30 * (noise(p * 2.5 + vec2(TIME * 0.013, seed)) - 0.5);      // the film's reach comes and goes
    good = clamp(max(good, 0.95 * body) + good * (tide + 0.3 * bloom), 0.0, 1.0);
    vec3 who = seasons(p);
    vec3 death = DEATH + BARREN_DEATH * (1.0 - good) * (1.0 - good) - SEASON_DEATH * who;
    // A spore now and then, so that nothing is ever lost for good; and many where a body stands.
    vec2 cell = floor(gl_FragCoord.xy);
    float luck = hash(cell + mod(floor(TIME * 2.0), 997.0) * 0.37 + seed);
    float sown = step(1.0 - 0.0015 - 0.03 * IMG_NORM_PIXEL(mask, uv).r - 0.01 * bloom, luck) * step(0.25, good);
    death -= sown * leader(who);
    c = vec4(FEED * feed * (0.75 + 0.25 * good) * (1.0 + 0.2 * bloom), death);
  }
  return c;
}

vec4 first_life(vec2 p, float good) {
  float spots = smoothstep(0.50, 0.70, noise(p * 55.0 + seed)) * smoothstep(0.2, 0.5, good);
  return vec4(1.0 - 0.6 * spots, 0.35 * spots * leader(seasons(p)));
}

vec4 live(int runs) {
  vec4 l = vec4(0.0);
  for (int once = 0; once < runs; once++) {
    vec2 uv = isf_FragNormCoord, px = 1.0 / RENDERSIZE;
    vec4 g = IMG_NORM_PIXEL(ground, uv), c = IMG_NORM_PIXEL(climate, uv);
    float dt = min(TIMEDELTA * STEPS_A_SECOND, 1.0);
    int stirred = PASSINDEX == FIRST_STEP ? 1 : 0;
    for (int i = 0; i < stirred; i++) uv -= IMG_NORM_PIXEL(flow, uv).rg * vec2(1.0, RENDERSIZE.x / RENDERSIZE.y) * TIMEDELTA;
    vec2 e = g.ba * px, f = vec2(-g.a, g.b) * px;
    l = IMG_NORM_PIXEL(life, uv);
    vec4 out_ = IMG_NORM_PIXEL(life, uv + e) + IMG_NORM_PIXEL(life, uv - e) - 2.0 * l;
    vec4 side = IMG_NORM_PIXEL(life, uv + f) + IMG_NORM_PIXEL(life, uv - f) - 2.0 * l;
    vec3 v = l.gba, eaten = l.r * v * v, rivals = vec3(v.g + v.b, v.r + v.b, v.r + v.g);
    l.r += dt * (FOOD_SPREAD * (out_.r + side.r) - eaten.x - eaten.y - eaten.z + c.r * (1.0 - l.r));
    v += dt * (LIFE_SPREAD * (out_.gba * ALONG + side.gba * (2.0 - ALONG)) + eaten - (c.r + max(c.gba, 0.0) + RIVALRY * rivals) * v);
    v += dt * SOWING * max(-c.gba, 0.0) * step(0.5, l.r);
    l = clamp(vec4(l.r, v), 0.0, 1.0);
    if (FRAMEINDEX == 0) l = first_life(canvas_place(), g.g);
  }
  return l;
}

// A soft box of light, seen in a wet surface. `r` is the mirrored eye, `at` and `size` are slopes.
float softbox(vec3 r, vec2 at, vec2 size) {
  vec2 e = (r.xy / (1.0 + max(r.z, -0.5)) - at) / size;
  e *= e;
  return exp(-dot(e * e, vec2(1.0)));
}

vec3 picture(int runs) {
  vec3 seen = vec3(0.0);
  for (int once = 0; once < runs; once++) {
    vec2 uv = isf_FragNormCoord, p = canvas_place();
    // The film between its cells: a cubic B-spline in four reads, whose differences are its slope.
    vec2 size = vec2(floor(ROWS * RENDERSIZE.x / RENDERSIZE.y), ROWS);
    vec2 at = uv * size - 0.5, i = floor(at), f = at - i, f2 = f * f, f3 = f2 * f;
    vec2 w1 = (4.0 - 6.0 * f2 + 3.0 * f3) / 6.0, w3 = f3 / 6.0, low = w1 + (1.0 - 3.0 * f + 3.0 * f2 - f3) / 6.0, high = 1.0 - low;
    vec2 a = (i - 0.5 + w1 / low) / size, b = (i + 1.5 + w3 / high) / size;
    vec4 aa = IMG_NORM_PIXEL(life, a), ba = IMG_NORM_PIXEL(life, vec2(b.x, a.y));
    vec4 av = IMG_NORM_PIXEL(life, vec2(a.x, b.y)), bb = IMG_NORM_PIXEL(life, b);
    vec4 l = mix(mix(aa, ba, high.x), mix(av, bb, high.x), high.y);
    vec2 apart = (b - a) * size;
    vec3 dx = mix(ba - aa, bb - av, high.y).gba / apart.x, dy = mix(av - aa, bb - ba, high.x).gba / apart.y;
    vec2 e = vec2(1.5, 0.0) / ROWS, ey = e.yx, ex = e.xy * RENDERSIZE.y / RENDERSIZE.x;
    vec4 g = IMG_NORM_PIXEL(ground, uv), s = IMG_NORM_PIXEL(slow, uv);
    vec2 hill = vec2(IMG_NORM_PIXEL(ground, uv + ex).r - g.r, IMG_NORM_PIXEL(ground, uv + ey).r - g.r);

    float thick = l.g + l.b + l.a;
    vec2 slope = vec2(dx.x + dx.y + dx.z, dy.x + dy.y + dy.z) * 10.0;
    float film = smoothstep(0.02, 0.15, thick);
    vec3 n = normalize(vec3(-slope * film - hill * mix(2.2, 1.0, film), 1.0));
    vec2 key = vec2(0.6 * sin(TIME * 0.083 + 0.7 * sin(TIME * 0.0231)), 0.45 + 0.1 * sin(TIME * 0.057));
    vec2 off = p - key * vec2(1.0, 0.3);
    float near = exp(-1.0 * dot(off, off));
    float day = max(dot(n, normalize(vec3(key, 0.6))), 0.0) * near;
    vec3 r = reflect(vec3(0.0, 0.0, -1.0), n);

    vec3 share = l.gba / max(thick, 1e-4);
    vec3 deep = share.x * BIOLUME_DEEP + share.y * CORAL_DEEP + share.z * GOLD_DEEP;
    vec3 lit = share.x * BIOLUME + share.y * CORAL + share.z * GOLD;
    float alive = l.r * thick * thick * 22.0;                                  // it shines where it eats
    vec3 flesh = mix(deep, lit * 0.35, smoothstep(0.10, 0.45, thick)) * (0.3 + 1.1 * day);
    flesh += lit * (0.30 * alive * alive + 0.05 * film * (1.0 - film) * 4.0);
    flesh += mix(lit, ENAMEL, 0.6) * softbox(r, key, vec2(0.40, 0.20)) * 0.7 * near * film;
    vec3 enamel = mix(PLUM * 4.0, ENAMEL * 0.35, g.r * g.r) * (0.05 + day) * smoothstep(0.0, 0.3, g.r);
    enamel += ENAMEL * softbox(r, key, vec2(0.35, 0.15)) * 0.35 * g.r * near;
    vec3 haze = s.g * BIOLUME + s.b * CORAL + s.a * GOLD;
    seen = PLUM * 0.3 * near + enamel + haze * 0.06;
    seen = mix(seen, flesh + haze * 0.10 + enamel * 0.15, film);
    seen *= 1.0 + 0.6 * bloom;
  }
  return seen;
}

void main() {
  bool fresh = mod(float(FRAMEINDEX), GROUND_EVERY) < 0.5;
  vec4 g = draw_ground(PASSINDEX == GROUND && fresh ? 1 : 0);
  vec4 s = draw_slow(PASSINDEX == SLOW ? 1 : 0);
  vec4 c = draw_climate(PASSINDEX == CLIMATE ? 1 : 0);
  vec4 l = live(PASSINDEX >= FIRST_STEP && PASSINDEX < PICTURE ? 1 : 0);
  vec3 shown = pow(max(1.0 - exp(-picture(PASSINDEX == PICTURE ? 1 : 0) * 1.8), 0.0), vec3(1.0 / 2.2));
  shown += (hash(gl_FragCoord.xy + fract(TIME) * 61.0) - 0.5) / 255.0;
  gl_FragColor = PASSINDEX == GROUND ? g : PASSINDEX == SLOW ? s : PASSINDEX == CLIMATE ? c : PASSINDEX == PICTURE ? vec4(shown, 1.0) : l;
}
