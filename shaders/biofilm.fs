/*{
  "DESCRIPTION": "A living film on a pair of dental arches, seen by its own light. Three species eat the same food, keep their borders and never mix; each visitor brings life of their own hue and is seen made of it, a movement stirs it, a smile makes it bloom and mends what is near. The teeth under it are cracked; where nanobots have worked for a while they are whole again, with a seam of gold. It should feel like looking down into something wet that is looking after itself.",
  "CREDIT": "The installation engine. Growth after P. Gray and S. K. Scott's autocatalysis (1984), with three rivals on one food",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "living smiles"],
  "INPUTS": [
    {"NAME": "mask", "LABEL": "Silhouette (seeds life)", "TYPE": "image"},
    {"NAME": "flow", "LABEL": "Movement (canvas widths a second)", "TYPE": "image"},
    {"NAME": "bodies", "LABEL": "Visitors (each their own hue)", "TYPE": "image"},
    {"NAME": "smile", "LABEL": "Somebody smiles", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
    {"NAME": "smile_at", "LABEL": "Where the smile is", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
    {"NAME": "bloom", "LABEL": "Bloom", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
    {"NAME": "feed", "LABEL": "Food", "TYPE": "float", "MIN": 0.5, "MAX": 1.5, "DEFAULT": 1.0},
    {"NAME": "seed", "LABEL": "Seed", "TYPE": "float", "MIN": 0.0, "MAX": 100.0, "DEFAULT": 7.0}
  ],
  "PASSES": [
    {"TARGET": "ground", "WIDTH": "floor(150.0 * $WIDTH / $HEIGHT)", "HEIGHT": "150", "PERSISTENT": true, "FLOAT": true, "DESCRIPTION": "the arches: height, how well life does there, and the way it grows, x and y in pixels of a step"},
    {"TARGET": "damage", "WIDTH": "floor(96.0 * $WIDTH / $HEIGHT)", "HEIGHT": "96", "PERSISTENT": true, "FLOAT": true, "DESCRIPTION": "what the teeth suffer: how far to one side of a crack, and of the one that branches off, in canvas heights; how badly the tooth is hurt"},
    {"TARGET": "guests", "WIDTH": "floor(68.0 * $WIDTH / $HEIGHT)", "HEIGHT": "68", "PERSISTENT": true, "FLOAT": true, "DESCRIPTION": "which of the three species visitors have brought to a place; alpha: whether somebody is there now, soft"},
    {"TARGET": "slow", "WIDTH": "floor(68.0 * $WIDTH / $HEIGHT)", "HEIGHT": "68", "PERSISTENT": true, "FLOAT": true, "DESCRIPTION": "what changes slowly: how well a place has been mended, and the film's thickness, species by species"},
    {"TARGET": "climate", "WIDTH": "floor(68.0 * $WIDTH / $HEIGHT)", "HEIGHT": "68", "FLOAT": true, "DESCRIPTION": "food, and how hard life is for each species (below zero: it is sown)"},
    {"TARGET": "relief", "WIDTH": "floor(150.0 * $WIDTH / $HEIGHT)", "HEIGHT": "150", "FLOAT": true, "DESCRIPTION": "the arches as light finds them: their slope, x and y; the teeth's height; how far gum reaches"},
    {"TARGET": "life", "WIDTH": "floor(272.0 * $WIDTH / $HEIGHT)", "HEIGHT": "272", "PERSISTENT": true, "FLOAT": true, "DESCRIPTION": "what is left of the food, and the three species; two steps a frame"},
    {"TARGET": "life", "WIDTH": "floor(272.0 * $WIDTH / $HEIGHT)", "HEIGHT": "272", "PERSISTENT": true, "FLOAT": true},
    {}
  ]
}*/

const float TAU = 6.2831853;
const int GROUND = 0, DAMAGE = 1, GUESTS = 2, SLOW = 3, CLIMATE = 4, RELIEF = 5, FIRST_STEP = 6, PICTURE = 8;

// The palette, in linear light: what each species is deep down, and where light comes through it.
const vec3 PLUM = vec3(0.0056, 0.0014, 0.0040), ENAMEL = vec3(0.873, 0.830, 0.719), GLASS = vec3(0.50, 0.56, 0.70);   // enamel where it is thin
const vec3 BIOLUME = vec3(0.016, 0.752, 0.630), BIOLUME_DEEP = vec3(0.001, 0.022, 0.040);
const vec3 CORAL = vec3(0.755, 0.173, 0.124), CORAL_DEEP = vec3(0.036, 0.002, 0.010);
const vec3 PEARL = vec3(0.640, 0.560, 0.880), PEARL_DEEP = vec3(0.018, 0.009, 0.032);
const vec3 GOLD = vec3(0.894, 0.600, 0.250);   // only where bots work

// Pearl as a film: what it is on average, how far each colour swings with the film's thickness, and how out of step.
const vec3 PEARL_MEAN = vec3(0.66, 0.52, 0.66), PEARL_SWING = vec3(0.32, 0.20, 0.34), PEARL_PHASE = vec3(0.0, 0.30, 0.55);
const float EXPOSURE = 1.8;

// The arches, in canvas heights and millimetres of tooth.
const vec2 ARCH = vec2(0.68, 0.335);      // half width, depth
const float NARROWEST = 1.6, BITE = 0.035;   // width to height of a canvas that they fit at their own size; from the middle to a jaw's end
const float JAW_MM = 64.0, LOWER_SCALE = 0.95;   // eight crowns side by side; the lower jaw's to the upper's
const float STOUT = 1.22;                 // crowns are drawn this much deeper than they are, to be read from ten metres
const float GROUND_EVERY = 32.0;          // frames between two drawings of the ground

// How rough: the frequencies, in waves a canvas height, of what the passes are uneven in.
const vec4 GROUND_ROUGH = vec4(5.0, 5.0, 3.1, 2.3), CLIMATE_ROUGH = vec4(1.7, 8.0, 8.0, 1.0), LIFE_ROUGH = vec4(40.0, 1.0, 1.0, 1.0);

// Growth. Rates are those of a step; a step is at most 1.
const float STEPS_A_SECOND = 45.0;        // of each of the two passes
const float FOOD_SPREAD = 0.200, FEED = 0.040;
const vec3 LIFE_SPREAD = vec3(0.092, 0.104, 0.098);
const vec3 DEATH = vec3(0.0606, 0.0595, 0.0593);   // filaments, islands, nets
const float LUSH = 0.0023;                // how much easier life is in the best places: there it closes to a sheet with pores
const vec3 ALONG = vec3(1.16, 1.00, 0.90); // how much each species prefers to grow away from the tooth
const float SEASON_SECONDS = 300.0;       // for the three to have had their turn everywhere
// How much harder life is for a species out of season; away from the arches; just beside a body, whose outline bots keep clear.
const float SEASON_DEATH = 0.0130, IN_SEASON = 0.10, BARREN_DEATH = 0.0190, MOAT_DEATH = 0.0120;
const float BODY_GOOD = 0.78;              // how well life does where a body stood
const float STIR = 0.5, FASTEST = 0.3;    // of a movement's speed that the film takes up; canvas widths a second
const float SOWING = 0.020, RIVALRY = 0.55;
const float UNEVEN_DEATH = 0.0062;        // ground that drifts under them, so that no shape is ever final

const float SOUND = 0.30, CRACK = 0.0040; // of the teeth, that nothing hurts; width of a crack, in canvas heights
const float MEND_SECONDS = 3.5, DECAY_SECONDS = 75.0;   // for bots to mend a place, and for it to be as it was
const float SHIFT = 0.15;                 // canvas heights round the place where bots work when nobody is there
const float SMILE_REACH = 0.30, SMILE_GOES = 0.45;   // of growth, in canvas heights; and how fast mending goes on from there, heights a second

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

const float ROUGH_FIRST = 0.571, ROUGH_LAST = 0.1;   // the first octave's share, and less than the third's

float bell(float x) { return exp(-x * x); }

// In canvas heights from the middle; on a narrow canvas everything is smaller, so that the arches fit.
vec2 on_canvas(vec2 uv) { return (uv - 0.5) * max(vec2(1.0), NARROWEST * RENDERSIZE.yy / RENDERSIZE.xx) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0); }
vec2 canvas_place() { return on_canvas(isf_FragNormCoord); }

// A crown seen from above, by its number from the middle: half its width and half its depth (mm), and how cusped it is.
vec3 crown(int i, bool upper) {
  if (i < 2) return upper ? vec3(4.25 - float(i), 3.4, 0.0) : vec3(2.5 + 0.25 * float(i), 3.0, 0.0);
  if (i < 5) return i == 2 ? vec3(3.65, 3.9, 0.3) : vec3(3.5, 4.4, 0.7);
  return vec3(upper ? 5.0 - 0.4 * float(i - 5) : 5.4, 5.4, 0.99);
}

// A software renderer runs everything in every pass, but a loop no longer than it must: so loops count `runs`, 0 or 1. (Whole
// passes in such loops cost it more than they save: a loop within a loop is dear.)

// Four rough surfaces, 0..1, at four frequencies: three octaves of noise each, in one loop.
vec4 rough(vec2 p, vec4 frequency, int runs) {
  vec4 sums = vec4(0.0);
  vec2 q = p * frequency.x + seed;
  float size = ROUGH_FIRST;
  for (int i = 0; i < 12 * runs; i++) {
    sums.w += size * noise(q);
    q = q * 2.4 + 7.1;
    size *= 0.5;
    if (size < ROUGH_LAST) {                     // the next surface
      sums = i < 11 ? vec4(sums.yzw, 0.0) : sums;
      frequency = frequency.yzwx;
      q = p * frequency.x + seed * 1.3 + float(i);
      size = ROUGH_FIRST;
    }
  }
  return sums;
}

// The nearest crown: where on it, -1..1 along the arch and out of it; its cusps; how far outside its outline (negative: inside).
struct Crown { vec4 best; float number; float unit; };

Crown nearest(vec2 p, int runs) {
  bool upper = p.y > 0.0;
  vec2 ab = ARCH * (upper ? 1.0 : LOWER_SCALE);
  vec2 q = vec2(p.x, abs(p.y) - BITE) / ab;
  float r = max(length(q), 1e-3);
  float turn = atan(abs(q.x), q.y), turned = sin(2.0 * turn);          // 0 in the middle of the jaw
  float mean = 0.5 * dot(ab, ab), uneven = 0.5 * (ab.x * ab.x - ab.y * ab.y);
  float quarter = 0.25 * TAU, unit = quarter * sqrt(mean) / JAW_MM;     // canvas heights of a millimetre
  float speed = sqrt(mean + uneven * cos(2.0 * turn)) * unit;
  float at = (turn + 0.25 * uneven / mean * turned) / quarter * JAW_MM * (upper ? 1.0 : 0.985) + (r - 1.0) * uneven * turned / speed;
  float across = (r - 1.0) * ab.x * ab.y / speed;                       // both in millimetres, along the arch and out of it
  vec4 best = vec4(0.0, 0.0, 0.0, 1e6);                                 // place on the nearest crown, cusps, how far out
  float left = 0.0, number = 0.0;
  for (int i = 0; i < 8 * runs; i++) {
    vec3 c = crown(i, upper);
    vec2 s = vec2(at - left - c.x, across) / (c.xy * vec2(1.0, STOUT)), d = abs(s * s * s);
    float out_ = d.x + d.y;
    number = out_ < best.w ? float(i) : number;
    best = out_ < best.w ? vec4(s, c.z, out_) : best;
    left += 2.0 * c.x;
  }
  best.w = pow(best.w, 1.0 / 3.0) - 1.0;
  return Crown(best, number + (upper ? 0.0 : 8.0) + (p.x > 0.0 ? 16.0 : 0.0), unit);
}

// .x relief of the tooth here (0 between teeth), .y how far outside the nearest crown's outline, in canvas heights.
vec2 tooth(Crown crown_) {
  vec4 best = crown_.best;
  float fissure = bell((best.y + 0.12 * sin(best.x * 5.0)) / 0.13) + 0.6 * bell(best.x / 0.10) * step(0.9, best.z);
  float cusps = 0.85 - 0.16 * cos(best.x * 3.3) * cos(best.y * 3.3) - 0.30 * fissure * smoothstep(0.1, 0.5, -best.w);
  float height = sqrt(smoothstep(0.0, 0.60, -best.w)) * mix(0.6 + 0.45 * bell((best.y - 0.15) / 0.35), cusps, best.z);
  return vec2(height, best.w * 4.6 * crown_.unit);
}

// What a crown suffers: a crack that wanders across it, and another that branches off.
vec4 draw_damage(Crown crown_) {
  vec2 at = crown_.best.xy, own = vec2(crown_.number, seed);
  float turn = 0.9 * (hash(own + 3.0) - 0.5) + 0.25, far = hash(own + 9.0), phase = TAU * hash(own + 17.0);
  vec2 along = vec2(sin(turn), cos(turn)), over = vec2(along.y, -along.x);
  float t = dot(at, along), across = dot(at, over);
  float one = across - 0.5 * (far - 0.5) - 0.17 * sin(3.3 * t + phase) - 0.06 * sin(10.0 * t + 2.0 * phase) - 0.03 * sin(23.0 * t);
  float two = t - 0.6 * (hash(own + 23.0) - 0.5) - 0.55 * across - 0.10 * sin(6.0 * across + phase) - 0.05 * sin(17.0 * across);
  float badly = hash(own + 41.0) < SOUND ? 0.0 : 0.45 + 0.55 * far;
  return vec4(vec2(one, two) * 4.0 * crown_.unit, badly * step(crown_.best.w, 0.0), 1.0);
}

vec4 draw_ground(vec4 ragged, Crown crown_) {
  vec2 p = canvas_place(), t = tooth(crown_);
  float away = max(t.y, 0.0) + 0.13 * (ragged.x - 0.5);
  float good = exp(-max(away, 0.0) / 0.070) * smoothstep(0.18, 0.38, ragged.w);
  good = max(good, 0.75 * smoothstep(0.50, 0.80, ragged.x) * exp(-max(t.y - 0.03, 0.0) / 0.09));   // outposts
  // Filaments stand on the tooth: the grid of a step is turned to point away from it; and it is finer in some places.
  vec2 q = vec2(p.x, abs(p.y) - BITE) / (ARCH * ARCH);
  float lean = atan(q.y * sign(p.y), q.x) + 3.4 * (ragged.y - 0.5);
  float scale = mix(0.45, 1.05, smoothstep(0.30, 0.72, ragged.z));
  return vec4(t.x, clamp(good, 0.0, 1.0), cos(lean) * scale, sin(lean) * scale);
}

// A place where bots work by themselves: it goes round the arches, never the same way twice.
vec2 shift_place() {
  float a = TIME * 0.047 + 1.3 * sin(TIME * 0.0131) + 0.6 * sin(TIME * 0.0417), side = sin(a);
  return vec2(cos(a), side) * ARCH + vec2(0.0, BITE * sign(side));
}

vec3 leader(vec3 who) { return step(vec3(max(who.x, max(who.y, who.z))), who); }

// Bodies come at once; what they bring stays for half a minute. `who` is whose season it is, for a body that nobody follows.
vec4 draw_guests(vec3 who, int runs) {
  vec2 uv = isf_FragNormCoord, d = vec2(0.022, 0.0), narrow = vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0);
  vec4 was = IMG_NORM_PIXEL(guests, uv), around = vec4(0.0);
  float here = 0.0, nearest_ = 1.8;
  for (int i = 0; i < 8 * runs; i++) {
    here += 0.125 * IMG_NORM_PIXEL(mask, uv + d * narrow).r;
    around += 0.125 * IMG_NORM_PIXEL(guests, uv + d * narrow);
    d = mat2(0.0, 1.0, -1.0, 0.0) * d * 1.1;
  }
  vec3 hue = leader(who);
  for (int i = 0; i < 16 * runs; i++) {
    float column = (float(i) + 0.5) / 16.0;
    vec4 body = IMG_NORM_PIXEL(bodies, vec2(column, 0.16));
    float number = IMG_NORM_PIXEL(bodies, vec2(column, 0.84)).r;
    vec2 off = abs(uv - body.xy) / max(0.5 * body.zw, vec2(1e-3));
    float far = body.z > 0.0 ? max(off.x, off.y) : 9.0, kind = mod(number, 3.0);
    hue = far < nearest_ ? vec3(equal(vec3(kind), vec3(1.0, 2.0, 0.0))) : hue;
    nearest_ = min(nearest_, far);
  }
  vec3 brought = mix(was.rgb, around.rgb, 0.03), bring = here * hue;
  vec3 pace = mix(vec3(25.0 - 19.0 * here), vec3(2.2), step(brought, bring));       // where a new one stands, the last one's goes sooner
  float now = mix(was.a, here, 1.0 - exp(-TIMEDELTA / (here > was.a ? 0.12 : 0.8)));
  was = vec4(mix(brought, bring, 1.0 - exp(-TIMEDELTA / pace)), now);
  return was;
}

// How well a place is mended: soon where bots are, for a minute after; and the film's thickness, which follows it at a distance.
vec4 draw_slow(vec4 guest, int runs) {
  vec2 uv = isf_FragNormCoord, d = vec2(1.0);
  vec4 around = vec4(0.0);
  for (int i = 0; i < 4 * runs; i++) {
    around += 0.25 * IMG_NORM_PIXEL(slow, uv + d / RENDERSIZE);
    d = vec2(-d.y, d.x);
  }
  float glad = smoothstep(0.5, 1.0, smile), away = length(canvas_place() - on_canvas(smile_at)) / SMILE_GOES;   // seconds
  vec2 off = (canvas_place() - shift_place()) / SHIFT;
  vec4 was = mix(IMG_NORM_PIXEL(slow, uv), around, vec4(0.02, vec3(0.35))), here = IMG_NORM_PIXEL(life, uv);
  here.r = max(max(smoothstep(0.03, 0.30, guest.a), 0.85 * exp(-dot(off, off))), 0.9 * glad);
  vec4 seconds = vec4(here.r > was.r ? mix(MEND_SECONDS, 0.3 + away, glad) : DECAY_SECONDS, vec3(1.0));
  return mix(was, here, 1.0 - exp(-TIMEDELTA / seconds));
}

// Whose turn it is at a place, -0.5 to 0.5 each: a third of the ground for each, drifting for ever.
vec3 seasons(float place) {
  return 0.5 * cos(TAU * (2.4 * place + TIME / SEASON_SECONDS + seed * 0.37 + vec3(0.0, 1.0, 2.0) / 3.0));
}

vec4 draw_climate(vec4 g, vec4 guest, vec4 ragged, vec3 who) {
  vec2 p = canvas_place(), from = (p - on_canvas(smile_at)) / SMILE_REACH;
  float glad = smile * exp(-dot(from, from)), beside = smoothstep(0.04, 0.25, guest.a) * (1.0 - smoothstep(0.35, 0.60, guest.a));
  float brought = max(guest.r, max(guest.g, guest.b));
  float tide = 0.22 * sin(p.x * 6.0 + TIME * 0.031 + 2.0 * sin(p.y * 5.0 - TIME * 0.023));      // the film's reach comes and goes
  float good = clamp(max(g.g, BODY_GOOD * smoothstep(0.1, 0.6, brought)) + g.g * (tide + 0.10 * bloom) + 0.85 * glad * smoothstep(0.25, 0.50, ragged.y), 0.0, 1.0);
  who = mix(who, guest.rgb / max(brought, 1e-3) - 0.5, smoothstep(0.05, 0.35, brought));   // a visitor's own kind thrives where they are
  vec3 death = DEATH + UNEVEN_DEATH * (mix(ragged.y, ragged.z, 0.5 + 0.5 * sin(TIME * 0.061 + p.x * 4.0)) - 0.5) + BARREN_DEATH * (1.0 - good) * (1.0 - 0.5 * good) - LUSH * good * good + MOAT_DEATH * beside
    + SEASON_DEATH * max(IN_SEASON - who, 0.0);
  // A spore now and then, so that nothing is ever lost for good; and many where a body stands.
  float luck = hash(floor(gl_FragCoord.xy) + mod(floor(TIME * 2.0), 997.0) * vec2(0.37, 0.73) + seed);
  float sown = step(1.0 - 0.0040 - 0.06 * IMG_THIS_PIXEL(mask).r - 0.01 * bloom - 0.12 * glad, luck) * step(0.25, good);
  return vec4(FEED * feed * (0.75 + 0.25 * good) * (1.0 + 0.2 * bloom + 0.25 * glad), death - sown * leader(who));
}

vec4 draw_relief(vec4 g, int runs) {
  vec2 d = vec2(1.0, 0.0), rises = vec2(0.0), spreads = rises;   // a step of this buffer
  for (int i = 0; i < 4 * runs; i++) {
    vec4 there = IMG_NORM_PIXEL(ground, isf_FragNormCoord + d / RENDERSIZE);
    rises += 0.5 * there.r * d;
    spreads += 0.5 * there.g * d;
    d = vec2(-d.y, d.x);
  }
  rises *= RENDERSIZE.y / 20.0;
  return vec4(rises / (1.0 + 0.6 * length(rises)) + spreads * RENDERSIZE.y / 120.0, g.rg);
}

vec4 live(vec4 g, vec4 c, float ragged, int runs) {
  vec2 uv = isf_FragNormCoord, e = g.ba / RENDERSIZE, f = vec2(-g.a, g.b) / RENDERSIZE;
  float dt = min(TIMEDELTA * STEPS_A_SECOND, 1.0), stirs = PASSINDEX == FIRST_STEP ? STIR * TIMEDELTA : 0.0;
  vec4 l = vec4(0.0), out_ = l, side = l;
  uv -= clamp(IMG_NORM_PIXEL(flow, uv).rg, -FASTEST, FASTEST) * vec2(1.0, RENDERSIZE.x / RENDERSIZE.y) * stirs;
  l = IMG_NORM_PIXEL(life, uv);
  for (int i = 0; i < 2 * runs; i++) {
    out_ += IMG_NORM_PIXEL(life, uv + e) - l;
    side += IMG_NORM_PIXEL(life, uv + f) - l;
    e = -e;
    f = -f;
  }
  vec3 v = l.gba, eaten = l.r * v * v, rivals = vec3(v.g + v.b, v.r + v.b, v.r + v.g);
  l.r += dt * (FOOD_SPREAD * (out_.r + side.r) - eaten.x - eaten.y - eaten.z + c.r * (1.0 - l.r));
  v += dt * (LIFE_SPREAD * (out_.gba * ALONG + side.gba * (2.0 - ALONG)) + eaten - (c.r + max(c.gba, 0.0) + RIVALRY * rivals) * v);
  v += dt * SOWING * max(-c.gba, 0.0) * step(0.7, l.r);
  // At the very beginning: many small colonies of whoever does best here.
  float spots = smoothstep(0.48, 0.60, ragged) * smoothstep(0.2, 0.5, g.g);
  return FRAMEINDEX == 0 ? vec4(1.0 - 0.6 * spots, 0.35 * spots * leader(DEATH - c.gba)) : clamp(vec4(l.r, v), 0.0, 1.0);
}

// -- what is seen -----------------------------------------------------------------------------------------------------
// A small picture between its cells: a cubic B-spline in four reads.
vec4 between(sampler2D image, vec2 uv, int runs) {
  vec2 size = IMG_SIZE(image), at = uv * size - 0.5, i = floor(at), f = at - i, f2 = f * f, f3 = f2 * f;
  vec2 w1 = (4.0 - 6.0 * f2 + 3.0 * f3) / 6.0, w3 = f3 / 6.0, low = w1 + (1.0 - 3.0 * f + 3.0 * f2 - f3) / 6.0;
  vec2 a = i - 0.5 + w1 / low, b = i + 1.5 + w3 / (1.0 - low);
  vec4 sum = vec4(0.0);
  for (int k = 0; k < 4 * runs; k++) {
    vec2 far = vec2(mod(float(k), 2.0), step(1.5, float(k))), w = mix(low, 1.0 - low, far);
    sum += w.x * w.y * IMG_NORM_PIXEL(image, mix(a, b, far) / size);
  }
  return sum;
}

vec2 slope_of(float height) { return vec2(dFdx(height), dFdy(height)) * RENDERSIZE.y; }   // to the right and up, a canvas height

// A soft box of light, seen in a wet surface. `r` is the mirrored eye, `at` and `size` are slopes.
float softbox(vec3 r, vec2 at, vec2 size) {
  vec2 e = (r.xy / (1.0 + max(r.z, -0.5)) - at) / size;
  e *= e;
  return exp(-dot(e * e, vec2(1.0)));
}

// Pearl: the colours of a film this thick, in wavelengths.
vec3 pearl(float thickness) { return PEARL_MEAN + PEARL_SWING * cos(TAU * (thickness + PEARL_PHASE)); }

vec3 picture(vec4 s, vec4 hurt, vec4 guest, int runs) {
  vec2 uv = isf_FragNormCoord, p = canvas_place(), narrow = vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0);
  vec4 arch = between(relief, uv, runs);
  float tooth_ = smoothstep(0.0, 0.25, arch.b), gum_ = arch.a, uneven = noise(p * 34.0), blurred = s.g + s.b + s.a;
  vec3 haze = s.g * BIOLUME + s.b * CORAL + s.a * PEARL;
  vec3 kinds = between(life, uv, blurred > 0.002 ? runs : 0).gba;
  float thick = kinds.r + kinds.g + kinds.b, core = smoothstep(0.12, 0.42, thick);
  float whole = smoothstep(-0.10, 0.16, s.r - 0.22 - 0.45 * uneven), work = 4.0 * whole * (1.0 - whole);
  float film = smoothstep(0.03, 0.16, thick) * (1.0 - 0.7 * whole * tooth_);     // it draws back from what is whole
  vec2 slope = slope_of(thick) / 272.0;
  float cells = noise(p * 190.0 + slope * 20.0);

  // Light: a slow key, and what is seen of it in what is wet.
  vec3 n = normalize(vec3(-slope * film * 6.0 - arch.rg * mix(1.2, 0.6, film), 1.0)), r = reflect(vec3(0.0, 0.0, -1.0), n);
  vec2 key = vec2(0.6 * sin(TIME * 0.083 + 0.7 * sin(TIME * 0.0231)), 0.45 + 0.1 * sin(TIME * 0.057)), off = p - key * vec2(1.1, 0.3);
  float near = exp(-1.7 * dot(off, off)), day = max(dot(n, normalize(vec3(key, 0.6))), 0.0) * near;
  float streak = softbox(r, key, vec2(0.30, 0.11));
  day += 0.12 * max(dot(n, normalize(vec3(-0.8 * key.x, -0.42, 0.5))), 0.0);     // a second, weak one reaches everywhere

  vec2 astray = vec2(uneven - 0.5, 0.5 * sin(47.0 * p.x + 61.0 * p.y + 5.0 * uneven)) * 0.010 + (cells - 0.5) * vec2(0.004, -0.004);
  float there = IMG_NORM_PIXEL(mask, uv + astray * narrow).r, inside = smoothstep(0.32, 0.62, there);

  // The film shines by itself: at its walls, where two folds of the same growth, finer, show inside it, and as word goes round
  // in slow waves at the pace of a breath.
  vec3 share = kinds / max(thick, 1e-4);
  vec3 lit = share.x * BIOLUME + share.y * CORAL * 1.35 + share.z * PEARL, deep = share.x * BIOLUME_DEEP + share.y * CORAL_DEEP + share.z * PEARL_DEEP;
  float fine = dot(IMG_NORM_PIXEL(life, abs(fract(uv * 1.45 + 0.31 + slope * 0.02) * 2.0 - 1.0)).gba, vec3(1.0));
  float finer = dot(IMG_NORM_PIXEL(life, abs(fract(uv * 3.3 + 0.17 + slope * 0.03) * 2.0 - 1.0)).gba, vec3(1.0));
  float walls = 0.65 * bell((fine - 0.15) / 0.055) + 0.35 * bell((finer - 0.15) / 0.07) + 0.25 * smoothstep(0.22, 0.5, fine);
  float wall_ = bell((thick - 0.12) / 0.045), rim = clamp((thick - 0.85 * blurred) * 3.5, 0.0, 1.0);
  float word = 0.5 + 0.5 * sin(p.x * 4.0 + 3.0 * sin(p.y * 3.0 + TIME * 0.07) - TIME * 0.83 + 2.0 * s.b / (blurred + 0.05));
  word = mix(word * word * word, word, 0.5 * bloom);
  vec3 sheen = pearl(5.0 * blurred + 0.5 * n.z + 0.4 * p.x + TIME * 0.011);
  lit = mix(lit, lit * sheen * 2.2, 0.35 + 0.4 * share.z);
  float shines = 0.10 + 0.50 * near + 0.65 * word;
  vec3 flesh = deep * (0.12 + 0.5 * day) + lit * wall_ * (0.30 + 0.70 * rim) * shines * 0.80;
  flesh += lit * core * (0.008 + 1.0 * walls * (0.12 + cells * cells) + 0.30 * day * day) * shines;
  flesh += mix(sheen, ENAMEL, 0.4) * streak * near * 0.35 * (0.3 + 0.7 * cells);

  // Whoever is there, made of it: a body of living threads, lit from the side, brightest where it ends.
  float outline = smoothstep(0.18, 0.45, there) * smoothstep(0.92, 0.52, there);
  vec2 swell = slope_of(between(guests, uv, there > 0.05 ? runs : 0).a);
  vec3 turned = normalize(vec3(-0.072 * swell - 3.0 * slope * film, 1.0));
  float lean = max(dot(turned, normalize(vec3(key * 1.4, 0.25))), 0.0), grazing = 1.0 - turned.z;
  vec3 hue = (guest.r * BIOLUME + guest.g * CORAL * 1.35 + guest.b * PEARL + 0.02 * PEARL) / (guest.r + guest.g + guest.b + 0.02);
  float threads = walls * (0.2 + 1.1 * cells * cells) * (0.55 + 0.45 * sin(9.0 * p.y - 0.83 * TIME + 3.0 * uneven));
  float alive = (0.05 + 0.95 * threads) * (0.10 + 0.85 * lean * lean + 0.5 * grazing) + 0.25 * grazing * lean;
  vec3 visitor = hue * (inside * alive * (1.0 - 0.5 * film) + outline * (0.05 + 0.75 * lean * lean) * (0.35 + 0.9 * uneven * uneven));

  // The teeth: what hurts them, and what has been mended. A crack that closes is gold while bots work, and keeps a seam of it.
  vec2 far = abs(hurt.xy + 0.006 * (cells - 0.5)) / CRACK;
  float line = min(far.x, hurt.x > 0.0 ? far.y : 9.0), badly = hurt.z * (1.0 - whole), beside = exp(-0.28 * line);
  float crack = smoothstep(badly + 0.12, 0.55 * badly, line) * step(0.05, hurt.z) * (1.0 - whole);
  // Warm dentine deep in glassy enamel: light goes round in it, comes out cool where it is thin, and a streak goes over it.
  float deep_ = smoothstep(0.30, 1.0, arch.b), thin = bell((arch.b - 0.28) / 0.20), steep = 1.0 - n.z;
  float round_ = max(0.35 + 0.65 * dot(n, normalize(vec3(key.x, 0.75, 0.45))), 0.0);
  vec3 dentine = mix(vec3(0.30, 0.20, 0.11), vec3(0.62, 0.47, 0.32), whole) * mix(vec3(1.0), vec3(0.45, 0.26, 0.14), badly * min(0.5 + 1.2 * beside, 1.0));
  vec3 enamel = dentine * deep_ * (0.008 + 0.25 * whole * round_ * round_ * vec3(1.0, round_, round_ * round_) + 0.9 * day * day);
  enamel += (GLASS * (0.15 + 0.85 * round_ * round_) + 1.2 * haze) * (thin + 0.8 * steep * deep_) * (0.04 + 0.16 * near + 0.16 * whole);
  enamel += mix(pearl(1.3 + p.x + steep), ENAMEL, 0.6) * streak * (0.8 + 0.9 * streak) * deep_ * (0.15 + 0.85 * near) * (0.35 + 0.65 * whole);
  enamel *= tooth_ * (1.0 - 0.93 * crack);
  float sparks = cells * (0.5 + 0.5 * sin(43.0 * cells + 60.0 * uneven + 3.1 * TIME));
  vec3 seam = GOLD * arch.b * step(0.05, hurt.z) * (beside * beside * beside * beside * (0.20 * whole + 1.5 * work) + 4.0 * sparks * sparks * work * beside);
  vec3 gum = (PLUM * 2.5 + CORAL * 0.012) * (0.05 + day) * gum_ * gum_ * smoothstep(0.0, BITE, abs(p.y));   // nothing joins the jaws

  vec3 seen = mix(gum + enamel, flesh + enamel * 0.22, film) + haze * (0.010 + 0.045 * min(word, 1.0)) + seam * (1.0 - 0.6 * film);
  seen = seen * (1.0 - 0.85 * smoothstep(0.03, 0.45, guest.a) * (1.0 - inside)) * mix(1.0, 0.25 + 0.9 * lean, inside) + visitor;
  vec3 shown = pow(1.0 - exp(-max(seen, 0.0) * EXPOSURE), vec3(1.0 / 2.2));
  return shown + (hash(gl_FragCoord.xy + fract(TIME) * 61.0) - 0.5) / 255.0;   // dark gradients must not band on a wall
}

void main() {
  bool redrawn = mod(float(FRAMEINDEX), GROUND_EVERY) < 0.5, lives = PASSINDEX >= FIRST_STEP && PASSINDEX < PICTURE;
  bool fresh = PASSINDEX == GROUND && redrawn, hurts = PASSINDEX == DAMAGE && redrawn, uneven = PASSINDEX == CLIMATE || PASSINDEX == GUESTS;
  vec4 s = IMG_THIS_PIXEL(slow), guest = IMG_THIS_PIXEL(guests), hurt = IMG_THIS_PIXEL(damage), g = IMG_THIS_PIXEL(ground), c = IMG_THIS_PIXEL(climate);
  vec4 frequency = PASSINDEX == GROUND ? GROUND_ROUGH : uneven ? CLIMATE_ROUGH : LIFE_ROUGH;
  vec4 ragged = rough(canvas_place(), frequency, fresh || uneven || lives && FRAMEINDEX == 0 ? 1 : 0);
  Crown crown_ = nearest(canvas_place(), fresh || hurts ? 1 : 0);
  for (int i = 0; i < (hurts ? 1 : 0); i++) hurt = draw_damage(crown_);
  vec4 new_ground = draw_ground(ragged, crown_);
  vec3 who = seasons(ragged.x);
  vec4 new_guests = draw_guests(who, PASSINDEX == GUESTS ? 1 : 0), new_slow = draw_slow(guest, PASSINDEX == SLOW ? 1 : 0);
  vec4 new_climate = draw_climate(g, guest, ragged, who), new_relief = draw_relief(g, PASSINDEX == RELIEF ? 1 : 0);
  vec4 new_life = live(g, c, ragged.x, lives ? 1 : 0), shown = vec4(picture(s, hurt, guest, PASSINDEX == PICTURE ? 1 : 0), 1.0);
  gl_FragColor = PASSINDEX == PICTURE ? shown : lives ? new_life : PASSINDEX == CLIMATE ? new_climate : PASSINDEX == RELIEF ? new_relief
               : PASSINDEX == SLOW ? new_slow : PASSINDEX == GUESTS ? new_guests : PASSINDEX == DAMAGE ? hurt : fresh ? new_ground : g;
}
