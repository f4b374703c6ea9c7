/*{
  "DESCRIPTION": "A trail ecosystem: tens of thousands of wanderers of three kinds follow their own kind's scent and shun the others', and so spin living networks that part at dark borders and never settle.",
  "CREDIT": "Living Smiles. Wanderers after J. Jones's slime mould (2010), gathered cell by cell",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "simulation", "growth"],
  "INPUTS": [
    {"NAME": "seed", "LABEL": "Picture that feeds life where it is bright", "TYPE": "image"},
    {"NAME": "crowd", "LABEL": "How many wanderers", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
    {"NAME": "reach", "LABEL": "How much of the wall it takes", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
    {"NAME": "coarse", "LABEL": "Fine to coarse nets", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.2},
    {"NAME": "shyness", "LABEL": "How much the kinds shun each other", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7},
    {"NAME": "speed", "LABEL": "Speed", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6},
    {"NAME": "light", "LABEL": "Light", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0},
    {"NAME": "first", "LABEL": "Colour of the first kind", "TYPE": "color", "DEFAULT": [0.134, 0.882, 0.815, 1.0]},
    {"NAME": "second", "LABEL": "Colour of the second kind", "TYPE": "color", "DEFAULT": [0.894, 0.716, 0.314, 1.0]},
    {"NAME": "third", "LABEL": "Colour of the third kind", "TYPE": "color", "DEFAULT": [0.884, 0.453, 0.388, 1.0]}
  ],
  "PASSES": [
    {"TARGET": "ground", "WIDTH": "floor(32.0 * $WIDTH / $HEIGHT)", "HEIGHT": "32", "FLOAT": true,
     "DESCRIPTION": "how well life does there, how far a wanderer smells, and whose home it is"},
    {"TARGET": "wanderers", "WIDTH": "floor(min(168.0, $HEIGHT) * $WIDTH / $HEIGHT)", "HEIGHT": "min(168.0, $HEIGHT)", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "at most one a texel: place within it, x and y, way that it heads, and 1 + its kind (0: nobody)"},
    {"TARGET": "trails", "WIDTH": "floor(min(168.0, $HEIGHT) * $WIDTH / $HEIGHT)", "HEIGHT": "min(168.0, $HEIGHT)", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "the scent of each kind, and what has been there for long"},
    {"TARGET": "relief", "WIDTH": "floor(min(168.0, $HEIGHT) * $WIDTH / $HEIGHT)", "HEIGHT": "min(168.0, $HEIGHT)", "FLOAT": true,
     "DESCRIPTION": "the trails as a landscape: height, slope along x and y, and where a wanderer is now"},
    {}
  ]
}*/

const float TAU = 6.2831853;
const int GROUND = 0, WANDERERS = 1, TRAILS = 2, RELIEF = 3, PICTURE = 4;

// The palette, in linear light.
const vec3 PLUM = vec3(0.0056, 0.0014, 0.0040), ENAMEL = vec3(0.873, 0.830, 0.719);
const vec3 PEARL_MEAN = vec3(0.66, 0.52, 0.66), PEARL_SWING = vec3(0.32, 0.20, 0.34), PEARL_PHASE = vec3(0.0, 0.30, 0.55);
const float EXPOSURE = 2.7;

// In texels of the grid, which has 168 rows, and seconds.
const float FASTEST = 25.0;                   // texels a second; never more than one a frame
const float NEAR_SENSE = 3.2, FAR_SENSE = 10.0;
const float SENSE_ANGLE = 0.55, TURN = 9.0;   // how far to the sides it smells, and radians a second that it turns at most
const float WOBBLE = 1.6;                     // radians a second, by chance
const float BIRTHS = 0.13;                   // a second, of an empty texel where life does well
const float LIFE_SECONDS = 10.0;
const float SCENT = 2.8;                      // that a wanderer leaves, a second
const float SCENT_SECONDS = 1.2, PAST_SECONDS = 14.0;
const float SPREAD = 0.55;                     // of scent, in texels squared a second
const float FULL = 1.0;                       // scent beyond which more smells the same

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

vec2 heading(float way) { return vec2(cos(way), sin(way)); }

float fed_by_picture(vec2 uv) {
  vec4 s = IMG_NORM_PIXEL(seed, uv);
  return dot(s.rgb, vec3(0.3, 0.6, 0.1)) * s.a;
}

// A software renderer runs everything in every pass, but a loop no longer than it must: so loops count `runs`, 0 or 1.

vec4 draw_ground(vec2 uv, float fed, int runs) {
  vec2 p = (uv - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  vec4 sums = vec4(0.0);
  vec2 q = p;
  float rough = 0.0;
  for (int i = 0; i < 8 * runs; i++) {
    float k = floor(float(i) / 2.0), part = float(i) - 2.0 * k;
    vec2 drift = vec2(sin(TIME * (0.0091 + 0.002 * k) + k), cos(TIME * (0.0067 + 0.002 * k) + 2.0 * k));
    q = mat2(0.8, 0.6, -0.6, 0.8) * p * (k < 1.5 ? 2.3 + k : 2.6) * (1.0 + 1.3 * part) + 31.0 * k + 3.0 * part + drift;
    rough = part * rough + (0.68 - 0.36 * part) * noise(q);
    if (part > 0.5) sums = vec4(sums.yzw, rough);
  }
  vec2 bent = mat2(0.6, 0.8, -0.8, 0.6) * p + 0.5 * sums.zw;
  float kinds = 2.2 * sums.z + 1.6 * sums.w + 1.3 * bent.x + 0.7 * sin(3.0 * bent.y) - TIME * 0.0031;
  float away = length(p * vec2(0.60, 1.0));
  float habitat = sums.x + 0.66 * (reach - 0.5) - 0.32 * smoothstep(0.15, 0.75, away) * (1.2 - reach);
  float good = max(smoothstep(0.24, 0.46, habitat), smoothstep(0.05, 0.5, fed));
  return vec4(good, mix(NEAR_SENSE, FAR_SENSE, coarse) * mix(0.55, 1.45, smoothstep(0.3, 0.7, sums.y)), kinds, 1.0);
}

float smell(vec2 uv, vec3 likes) { return dot(min(IMG_NORM_PIXEL(trails, uv).rgb, vec3(FULL)), likes); }

// Every texel looks at its neighbours: whoever steps into it this frame lives on in it. Of several, the newcomer by the
// highest lot; the others are lost, as others are born.
vec4 wander(vec2 uv, vec4 g, float fed, int runs) {
  vec2 px = 1.0 / RENDERSIZE, here = floor(gl_FragCoord.xy);
  float now = mod(floor(TIME * 60.0), 9973.0), far = min(FASTEST * (0.1 + 0.9 * speed) * TIMEDELTA, 1.0);
  vec4 who = vec4(0.0);
  float best = -1.0;
  for (int i = 0; i < 9 * runs; i++) {
    float row = floor(float(i) / 3.0);
    vec2 d = vec2(float(i) - 3.0 * row, row) - 1.0;
    vec4 w = IMG_NORM_PIXEL(wanderers, uv + d * px);
    vec2 to = d + w.xy + heading(w.z) * far, inside = here + d;
    bool comes = w.w > 0.5 && to.x >= 0.0 && to.x < 1.0 && to.y >= 0.0 && to.y < 1.0;
    comes = comes && inside.x >= 0.0 && inside.y >= 0.0 && inside.x < RENDERSIZE.x && inside.y < RENDERSIZE.y;
    float lot = hash(inside + 0.013 * now);
    if (comes && lot > best) {
      best = lot;
      who = vec4(to, w.zw);
    }
  }
  float luck = hash(here * 1.13 + vec2(0.37, 0.73) * now), other = hash(here + vec2(0.71, 0.29) * now + 5.0);
  // It smells ahead and to both sides, and turns to where its own kind has been.
  vec3 likes = vec3(-1.3 * shyness);
  int kind = int(who.w + 0.5) - 1;
  likes = mix(likes, vec3(1.0), vec3(kind == 0 ? 1.0 : 0.0, kind == 1 ? 1.0 : 0.0, kind == 2 ? 1.0 : 0.0));
  vec3 smells = vec3(0.0);
  vec2 at = (here + who.xy) * px;
  for (int i = 0; i < 3 * runs; i++) {
    vec2 to = at + g.y * heading(who.z + SENSE_ANGLE * (float(i) - 1.0)) * px;
    vec2 edge = abs(to - 0.5);
    float s = smell(to, likes) - 4.0 * step(0.5, max(edge.x, edge.y));
    smells = vec3(smells.yz, s);
  }
  float turn = smells.x > smells.z ? -1.0 : 1.0;
  turn *= smells.y >= max(smells.x, smells.z) ? 0.0 : smells.y < min(smells.x, smells.z) ? sign(other - 0.5) * turn : 1.0;
  who.z = mod(who.z + TIMEDELTA * (TURN * turn + WOBBLE * (luck + other - 1.0) * 2.0), TAU);
  float dies = TIMEDELTA / LIFE_SECONDS * (1.0 + 9.0 * (1.0 - g.x));
  who.w *= step(dies, luck);
  // Births, by preference of the kind whose home it is; at the very beginning many at once.
  float births = (BIRTHS * (0.2 + 1.1 * crowd) * g.x * g.x + 0.25 * fed * fed) * (FRAMEINDEX == 0 ? 2.0 : TIMEDELTA);
  float native = other < 0.97 ? mod(floor(g.z), 3.0) : floor(hash(here + now) * 3.0);
  vec4 born = vec4(0.25 + 0.5 * other, 0.25 + 0.5 * luck, TAU * hash(here.yx + 3.0 + now), 1.0 + native);
  return who.w > 0.5 ? who : luck > 1.0 - births ? born : vec4(0.0);
}

vec4 lay_trails(vec2 uv, int runs) {
  vec2 d = vec2(1.0, 0.0), px = 1.0 / RENDERSIZE;
  vec4 was = IMG_NORM_PIXEL(trails, uv), around = vec4(0.0);
  for (int i = 0; i < 4 * runs; i++) {
    around += 0.25 * IMG_NORM_PIXEL(trails, uv + d * px);
    d = vec2(-d.y, d.x);
  }
  float kind = IMG_NORM_PIXEL(wanderers, uv).w;
  vec3 left = step(abs(kind - vec3(1.0, 2.0, 3.0)), vec3(0.5));
  vec3 scent = mix(was.rgb, around.rgb, 1.0 - exp(-4.0 * SPREAD * TIMEDELTA));
  scent = scent * exp(-TIMEDELTA / SCENT_SECONDS) + left * SCENT * TIMEDELTA;
  float past = mix(mix(was.a, around.a, 0.3), max(scent.r, max(scent.g, scent.b)), 1.0 - exp(-TIMEDELTA / PAST_SECONDS));
  return clamp(vec4(scent, past), 0.0, 4.0);
}

float height(vec3 scent) { return 1.0 - exp(-1.1 * (scent.r + scent.g + scent.b)); }

vec4 draw_relief(vec2 uv, int runs) {
  vec2 d = vec2(0.75), e = 1.0 / RENDERSIZE;
  vec4 sum = vec4(0.4 * height(IMG_NORM_PIXEL(trails, uv).rgb), 0.0, 0.0, step(0.5, IMG_NORM_PIXEL(wanderers, uv).w));
  for (int i = 0; i < 4 * runs; i++) {
    float v = height(IMG_NORM_PIXEL(trails, uv + d * e).rgb);
    sum.xyz += vec3(0.15 * v, v * d / 2.25);
    d = vec2(-d.y, d.x);
  }
  return sum;
}

// A soft box of light, seen in a wet surface. `r` is the mirrored eye, `at` and `size` are slopes.
float softbox(vec3 r, vec2 at, vec2 size) {
  vec2 e = (r.xy / (1.0 + max(r.z, -0.5)) - at) / size;
  e *= e;
  return exp(-dot(e, e));
}

vec3 pearl(float thickness) { return PEARL_MEAN + PEARL_SWING * cos(TAU * (thickness + PEARL_PHASE)); }

vec3 picture(vec2 uv, int runs) {
  vec2 p = (uv - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  // The landscape between its texels: a cubic B-spline in four reads.
  vec2 size = IMG_SIZE(relief);
  vec2 at = uv * size - 0.5, i = floor(at), f = at - i, f2 = f * f, f3 = f2 * f;
  vec2 w1 = (4.0 - 6.0 * f2 + 3.0 * f3) / 6.0, w3 = f3 / 6.0, low = w1 + (1.0 - 3.0 * f + 3.0 * f2 - f3) / 6.0;
  vec2 a = (i - 0.5 + w1 / low) / size, b = (i + 1.5 + w3 / (1.0 - low)) / size;
  vec4 l = vec4(0.0);
  for (int k = 0; k < 4 * runs; k++) {
    float second_ = step(1.5, float(k));
    vec2 far = vec2(float(k) - 2.0 * second_, second_), w = mix(low, 1.0 - low, far);
    l += w.x * w.y * IMG_NORM_PIXEL(relief, mix(a, b, far));
  }
  vec4 t = IMG_NORM_PIXEL(trails, uv);
  vec3 share = t.rgb / max(t.r + t.g + t.b, 1e-4);
  vec3 lit = share.x * pow(first.rgb, vec3(2.2)) + share.y * pow(second.rgb, vec3(2.2)) + share.z * pow(third.rgb, vec3(2.2));
  vec2 key = vec2(0.7 * sin(TIME * 0.083 + 0.7 * sin(TIME * 0.0231) + 2.4), 0.42 + 0.1 * sin(TIME * 0.057));
  vec2 off = p - key * vec2(0.8, 0.25);
  float near = exp(-2.6 * dot(off, off));
  vec3 n = normalize(vec3(-l.yz * 7.0 / (1.0 + 3.0 * length(l.yz)), 1.0));
  vec3 r = reflect(vec3(0.0, 0.0, -1.0), n);
  float streak = softbox(r, key, vec2(0.34, 0.17)) * near;
  float grain = noise(p * 150.0 + l.yz * 6.0);
  float breath = 0.5 + 0.5 * sin(TIME * 0.85 - 5.0 * length(p - 0.3 * key));
  float h = l.x, vein = smoothstep(0.22, 0.88, h), wire = smoothstep(0.60, 0.96, h);
  float behind = clamp(0.55 - 0.9 * dot(n.xy, normalize(key)), 0.0, 1.0);
  vec3 sheen = pearl(1.6 * t.a + 0.5 * n.z + 0.5 * p.x + TIME * 0.009);
  // Soft tubes: dim flesh, a bright thread inside, a wet streak on top; and the veil that they have left behind.
  vec3 seen = lit * (0.22 + 0.75 * near) * vein * (0.3 + 0.9 * behind) * (0.5 + 0.5 * grain + 0.3 * breath);
  seen += mix(lit * sheen * 2.0, ENAMEL, 0.35) * wire * (0.45 + 1.6 * near) * (0.6 + 0.4 * breath);
  seen += mix(sheen, ENAMEL, 0.5) * streak * vein * 0.7;
  seen += mix(lit, ENAMEL, 0.4) * l.w * l.w * (0.08 + 0.92 * vein) * (0.05 + 0.30 * near);
  seen += PLUM * (0.10 + 0.45 * near) + lit * t.a * (0.010 + 0.05 * near);
  vec3 shown = pow(1.0 - exp(-max(seen * light, 0.0) * EXPOSURE), vec3(1.0 / 2.2));
  return shown + (hash(gl_FragCoord.xy + fract(TIME) * 61.0) - 0.5) / 255.0;   // dark gradients must not band on a wall
}

void main() {
  vec2 uv = isf_FragNormCoord;
  vec4 g = IMG_NORM_PIXEL(ground, uv);
  float fed = fed_by_picture(uv);
  vec4 new_ground = draw_ground(uv, fed, PASSINDEX == GROUND ? 1 : 0);
  vec4 new_wanderers = wander(uv, g, fed, PASSINDEX == WANDERERS ? 1 : 0);
  vec4 new_trails = lay_trails(uv, PASSINDEX == TRAILS ? 1 : 0);
  vec4 new_relief = draw_relief(uv, PASSINDEX == RELIEF ? 1 : 0);
  vec4 shown = vec4(picture(uv, PASSINDEX == PICTURE ? 1 : 0), 1.0);
  gl_FragColor = PASSINDEX == GROUND ? new_ground : PASSINDEX == WANDERERS ? new_wanderers : PASSINDEX == TRAILS ? new_trails : PASSINDEX == RELIEF ? new_relief : shown;
}
