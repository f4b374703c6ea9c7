/*{
  "DESCRIPTION": "An ecosystem that feeds, divides and starves over the whole wall: cells, fingerprints and pored sheets, each where the ground suits it, meet at borders that drift for ever.",
  "CREDIT": "Living Smiles. Growth after P. Gray and S. K. Scott's autocatalysis (1984)",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "simulation", "growth"],
  "INPUTS": [
    {"NAME": "seed", "LABEL": "Picture that sows life where it is bright", "TYPE": "image"},
    {"NAME": "regime", "LABEL": "Cells to sheets", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
    {"NAME": "reach", "LABEL": "How much of the wall it takes", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
    {"NAME": "coarse", "LABEL": "Fine to coarse", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
    {"NAME": "speed", "LABEL": "Speed of life", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.8},
    {"NAME": "light", "LABEL": "Light", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0},
    {"NAME": "sheets", "LABEL": "Colour of sheets", "TYPE": "color", "DEFAULT": [0.134, 0.882, 0.815, 1.0]},
    {"NAME": "cells", "LABEL": "Colour of cells", "TYPE": "color", "DEFAULT": [0.884, 0.453, 0.388, 1.0]}
  ],
  "PASSES": [
    {"TARGET": "ground", "WIDTH": "floor(48.0 * $WIDTH / $HEIGHT)", "HEIGHT": "48", "FLOAT": true,
     "DESCRIPTION": "food, how hard life is there, and the way it grows, x and y in texels of a step"},
    {"TARGET": "life", "WIDTH": "floor(min(192.0, $HEIGHT) * $WIDTH / $HEIGHT)", "HEIGHT": "min(192.0, $HEIGHT)", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "food left, life, life of the last half minute, and what has just grown; two steps a frame"},
    {"TARGET": "life", "WIDTH": "floor(min(192.0, $HEIGHT) * $WIDTH / $HEIGHT)", "HEIGHT": "min(192.0, $HEIGHT)", "PERSISTENT": true, "FLOAT": true},
    {"TARGET": "relief", "WIDTH": "floor(min(192.0, $HEIGHT) * $WIDTH / $HEIGHT)", "HEIGHT": "min(192.0, $HEIGHT)", "FLOAT": true,
     "DESCRIPTION": "life as a landscape: height, slope along x and y, and what has just grown"},
    {}
  ]
}*/

const float TAU = 6.2831853;
const int GROUND = 0, RELIEF = 3, PICTURE = 4;

// The palette, in linear light.
const vec3 PLUM = vec3(0.0056, 0.0014, 0.0040), ENAMEL = vec3(0.873, 0.830, 0.719), NACRE = vec3(0.554, 0.457, 0.782);
const vec3 PEARL_MEAN = vec3(0.66, 0.52, 0.66), PEARL_SWING = vec3(0.32, 0.20, 0.34), PEARL_PHASE = vec3(0.0, 0.30, 0.55);
const float EXPOSURE = 1.8;

// Growth. Rates are those of a step; a step is at most 1.
const float STEPS_A_SECOND = 30.0;                 // of each of the two passes, at full speed
const float FOOD_SPREAD = 0.21, LIFE_SPREAD = 0.105;
const float ALONG = 0.13;                          // how much more readily life grows along the grain than across it
const float LEAN = 0.026, RICH = 0.048;            // food in the poorest and the richest places
const float SHEET = -0.0012, CELL = 0.0046;        // how far from the border of starvation each way of life is
const float BARREN = 0.0200;                       // and where there is none
const float SLOW_SECONDS = 9.0, GROWN_SECONDS = 1.6;

float hash(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * 0.1031);
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}

float noise(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(hash(i), hash(i + vec2(1.0, 0.0)), f.x), mix(hash(i + vec2(0.0, 1.0)), hash(i + vec2(1.0, 1.0)), f.x), f.y);
}

float sown_by_picture(vec2 uv) {
  vec4 s = IMG_NORM_PIXEL(seed, uv);
  return dot(s.rgb, vec3(0.3, 0.6, 0.1)) * s.a;
}

// A software renderer runs everything in every pass, but a loop no longer than it must: so loops count `runs`, 0 or 1.

// Five rough surfaces that change for ever without coming back, 0..1: way of life, food, habitat, grain, and its fineness.
vec4 draw_ground(vec2 uv, float sowing, int runs) {
  vec2 p = (uv - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  float t = TIME;
  vec4 sums = vec4(0.0);
  vec2 q = p, bend = vec2(0.0);
  float fine = 0.5, rough = 0.0;
  for (int i = 0; i < 20 * runs; i++) {
    float k = floor(float(i) / 4.0), part = float(i) - 4.0 * k;
    if (part < 0.5) {
      vec2 drift = vec2(sin(t * (0.0093 + 0.0017 * k) + k), cos(t * (0.0071 + 0.0013 * k) + 2.0 * k));
      q = mat2(cos(0.9 * k), sin(0.9 * k), -sin(0.9 * k), cos(0.9 * k)) * p * (1.7 + 0.5 * mod(k, 3.0)) + 17.0 * k + 0.7 * drift;
    }
    float v = noise(part < 1.5 ? q * 1.7 + 5.0 + 4.0 * part : part < 2.5 ? q + 0.35 * bend : (q + 0.35 * bend) * 2.3 + 3.0);
    bend = part < 0.5 ? vec2(v, 0.0) : part < 1.5 ? vec2(bend.x, v) : bend;
    rough = part < 2.5 ? 0.68 * v : rough + 0.32 * v;
    fine = rough;
    if (part > 2.5 && i < 16) sums = vec4(sums.yzw, rough);
  }
  vec4 v = smoothstep(vec4(0.30), vec4(0.70), sums);
  float away = length(p * vec2(0.62, 1.0) - 0.12 * vec2(sin(t * 0.011), cos(t * 0.013)));
  float habitat = sums.z + 0.62 * (reach - 0.5) - 0.30 * smoothstep(0.20, 0.75, away) * (1.3 - reach);
  float good = max(smoothstep(0.18, 0.52, habitat), smoothstep(0.05, 0.4, sowing));
  float food = mix(LEAN, RICH, v.y);
  float way = clamp(v.x + 1.2 * (0.5 - regime), 0.0, 1.0);
  float margin = mix(SHEET, CELL, way) + BARREN * (1.0 - good);
  float lean = 11.0 * (sums.w - 0.5) + 0.6 * p.x;
  float step_ = mix(0.50, 0.95, coarse) * mix(0.55, 1.15, smoothstep(0.34, 0.66, fine));
  return vec4(food, 0.5 * sqrt(food) - food + margin, step_ * vec2(cos(lean), sin(lean)));
}

vec4 live(vec2 uv, vec4 g, float sowing, int runs) {
  float dt = min(TIMEDELTA * STEPS_A_SECOND, 1.0) * speed;
  vec2 e = g.zw / RENDERSIZE, f = vec2(-g.w, g.z) / RENDERSIZE;
  vec4 l = IMG_NORM_PIXEL(life, uv), along = vec4(0.0), across = vec4(0.0);
  for (int i = 0; i < 2 * runs; i++) {
    along += IMG_NORM_PIXEL(life, uv + e);
    across += IMG_NORM_PIXEL(life, uv + f);
    e = -e;
    f = -f;
  }
  vec4 sum = (1.0 + ALONG) * (along - 2.0 * l) + (1.0 - ALONG) * (across - 2.0 * l);
  float eaten = l.r * l.g * l.g, food = g.x, death = g.y;
  // A spore now and then, so that nothing is ever lost for good; and many where the picture is bright.
  float luck = hash(floor(gl_FragCoord.xy) + mod(floor(TIME * 3.0), 991.0) * vec2(0.37, 0.73));
  float margin = death - (0.5 * sqrt(food) - food), fits = step(margin, CELL + 0.002);
  float sown = step(1.0 - 0.00025 - 0.05 * sowing, luck) * fits * step(0.8, l.r);
  float grows = LIFE_SPREAD * sum.g + eaten - (food + death) * l.g;
  float r = l.r + dt * (FOOD_SPREAD * (along.r + across.r - 4.0 * l.r) - eaten + food * (1.0 - l.r));
  float v = l.g + dt * (grows + 0.05 * sown);
  float seconds = TIMEDELTA * 0.5 * speed;
  float slow = mix(mix(l.b, 0.25 * (along.b + across.b), 0.4), l.g, 1.0 - exp(-seconds / SLOW_SECONDS));
  float grown = max(l.a * exp(-seconds / GROWN_SECONDS), clamp(grows * 60.0, 0.0, 1.0));
  vec4 next = clamp(vec4(r, v, slow, grown), 0.0, 1.0);
  // At the very beginning it is middle-aged already: stripes about as wide as life's own, in the places that suit it.
  vec2 p = uv * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0), rough = vec2(0.0);
  for (int i = 0; i < (FRAMEINDEX == 0 ? 2 * runs : 0); i++) rough = vec2(rough.y, noise(p * (7.0 + 4.0 * float(i)) + 3.0 * float(i)));
  float stripes = 0.5 + 0.5 * sin(dot(p, vec2(g.w, -g.z)) * 60.0 + 9.0 * rough.x);
  float first = smoothstep(0.55, 0.9, stripes * (0.5 + rough.y)) * fits;
  return FRAMEINDEX == 0 ? vec4(1.0 - 0.6 * first, 0.32 * first, 0.10 * first, 0.0) : next;
}

// Height and slope from the four quarters around a texel, each a mean of four.
vec4 draw_relief(vec2 uv, int runs) {
  vec2 d = vec2(0.75), e = 1.0 / RENDERSIZE;
  vec4 here = IMG_NORM_PIXEL(life, uv), sum = vec4(0.0, 0.0, 0.0, here.a);
  for (int i = 0; i < 4 * runs; i++) {
    float v = IMG_NORM_PIXEL(life, uv + d * e).g;
    sum.xyz += vec3(0.15 * v, v * d / 2.25);
    d = vec2(-d.y, d.x);
  }
  sum.x += 0.4 * here.g;
  return sum;
}

// A soft box of light, seen in a wet surface. `r` is the mirrored eye, `at` and `size` are slopes.
float softbox(vec3 r, vec2 at, vec2 size) {
  vec2 e = (r.xy / (1.0 + max(r.z, -0.5)) - at) / size;
  e *= e;
  return exp(-dot(e, e));
}

vec3 pearl(float thickness) { return PEARL_MEAN + PEARL_SWING * cos(TAU * (thickness + PEARL_PHASE)); }

vec3 picture(vec2 uv, vec4 g, int runs) {
  vec2 p = (uv - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  // The landscape between its texels: a cubic B-spline in four reads.
  vec2 size = IMG_SIZE(relief);
  vec2 at = uv * size - 0.5, i = floor(at), f = at - i, f2 = f * f, f3 = f2 * f;
  vec2 w1 = (4.0 - 6.0 * f2 + 3.0 * f3) / 6.0, w3 = f3 / 6.0, low = w1 + (1.0 - 3.0 * f + 3.0 * f2 - f3) / 6.0;
  vec2 a = (i - 0.5 + w1 / low) / size, b = (i + 1.5 + w3 / (1.0 - low)) / size;
  vec4 l = vec4(0.0);
  for (int k = 0; k < 4 * runs; k++) {
    float second = step(1.5, float(k));
    vec2 far = vec2(float(k) - 2.0 * second, second), w = mix(low, 1.0 - low, far);
    l += w.x * w.y * IMG_NORM_PIXEL(relief, mix(a, b, far));
  }
  vec2 slope = l.yz;
  float past = IMG_NORM_PIXEL(life, uv).b;

  float margin = g.y - (0.5 * sqrt(g.x) - g.x), way = smoothstep(-0.0008, 0.0042, margin);
  vec3 one = pow(sheets.rgb, vec3(2.2)), other = pow(cells.rgb, vec3(2.2));
  vec3 lit = mix(mix(one, NACRE, smoothstep(0.0, 0.5, way)), other, smoothstep(0.4, 0.9, way));   // by way of pearl: no mud between
  float film = smoothstep(0.04, 0.16, l.x), core = smoothstep(0.14, 0.33, l.x);
  float grain = noise(p * 150.0 + slope * 9.0), grit = noise(p * 61.0 - slope * 5.0);

  vec3 n = normalize(vec3(-slope * 9.0 * film / (1.0 + 5.0 * length(slope)) - 0.4 * p, 1.0));
  vec2 key = vec2(0.7 * sin(TIME * 0.083 + 0.7 * sin(TIME * 0.0231) + 2.4), 0.42 + 0.1 * sin(TIME * 0.057));
  vec2 off = p - key * vec2(0.8, 0.25);
  float near = exp(-2.6 * dot(off, off));
  vec3 r = reflect(vec3(0.0, 0.0, -1.0), n);
  float streak = softbox(r, key, vec2(0.34, 0.17)) * near + 0.16 * softbox(r, vec2(-0.7 * key.x, -0.42), vec2(0.26, 0.12));
  float day = max(dot(n, normalize(vec3(key, 0.55))), 0.0);

  // A membrane that holds light, a body that is nearly dark, grains in it, and the side away from the light that glows.
  float breath = 0.5 + 0.5 * sin(TIME * 0.85 - 5.0 * length(p - 0.3 * key) + 6.0 * past);
  float behind = clamp(0.50 - 0.9 * dot(n.xy, normalize(key)), 0.0, 1.0);
  float membrane = film * (1.0 - core);
  vec3 sheen = pearl(7.0 * past + 0.5 * n.z + 0.5 * p.x + TIME * 0.009);
  vec3 deep = lit * lit * 0.16 + PLUM * 1.5;
  vec3 body = deep * (0.15 + 1.6 * day * near) * (0.45 + 0.9 * grit);
  body += lit * core * grain * grain * grit * (0.06 + 0.75 * near * (0.4 + 0.6 * breath));
  body += mix(lit, lit * sheen * 2.0, 0.5) * membrane * (0.10 + 0.9 * near) * (0.22 + 0.9 * behind);
  body += mix(lit, ENAMEL, 0.45) * l.a * l.a * membrane * (0.12 + 0.8 * near);        // what grows, shines
  body += mix(sheen, ENAMEL, 0.5) * streak * film * 0.85;
  vec3 wall = PLUM * (0.10 + 0.7 * near) + lit * past * past * (0.15 + 0.6 * near);
  vec3 seen = mix(wall, body + 0.4 * wall, film) * light;
  vec3 shown = pow(1.0 - exp(-max(seen, 0.0) * EXPOSURE), vec3(1.0 / 2.2));
  return shown + (hash(gl_FragCoord.xy + fract(TIME) * 61.0) - 0.5) / 255.0;   // dark gradients must not band on a wall
}

void main() {
  vec2 uv = isf_FragNormCoord;
  vec4 g = IMG_NORM_PIXEL(ground, uv);
  float sowing = sown_by_picture(uv);
  vec4 new_ground = draw_ground(uv, sowing, PASSINDEX == GROUND ? 1 : 0);
  vec4 new_life = live(uv, g, sowing, PASSINDEX > GROUND && PASSINDEX < RELIEF ? 1 : 0);
  vec4 new_relief = draw_relief(uv, PASSINDEX == RELIEF ? 1 : 0);
  vec4 shown = vec4(picture(uv, g, PASSINDEX == PICTURE ? 1 : 0), 1.0);
  gl_FragColor = PASSINDEX == GROUND ? new_ground : PASSINDEX == PICTURE ? shown : PASSINDEX == RELIEF ? new_relief : new_life;
}
