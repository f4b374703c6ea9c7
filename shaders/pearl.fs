/*{
  "DESCRIPTION": "A row of crowns stands in the dark under a film of pearl; one slow light goes over their curved enamel and wakes cream, rose, violet and ice.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "material", "living smiles"],
  "INPUTS": [
    {"NAME": "film", "LABEL": "How thick the film is", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0},
    {"NAME": "curved", "LABEL": "How curved the enamel is", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
    {"NAME": "scale", "LABEL": "How large the crowns are", "TYPE": "float", "MIN": 0.5, "MAX": 2.0, "DEFAULT": 1.0},
    {"NAME": "travel", "LABEL": "How far the light goes", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7},
    {"NAME": "glow", "LABEL": "Light from within", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
    {"NAME": "light", "LABEL": "Light", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0},
    {"NAME": "tint", "LABEL": "Tint", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0]}
  ]
}*/

const float TAU = 6.2831853;
const float BREATH_HZ = 0.13;
const int CROWNS = 9;
const float ROUND = 2.4;               // how square a crown is; 2 is an egg
const float INDEX = 1.53;              // of the film
const float EXPOSURE = 1.7;

// The palette, in linear light.
const vec3 PLUM = vec3(0.0056, 0.0014, 0.0040), CORAL = vec3(0.755, 0.173, 0.124), ENAMEL = vec3(0.873, 0.830, 0.719);
const vec3 PEARL_MEAN = vec3(0.66, 0.52, 0.66), PEARL_SWING = vec3(0.32, 0.20, 0.34), PEARL_PHASE = vec3(0.0, 0.30, 0.55);

vec2 hash2(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * vec3(0.1031, 0.1030, 0.0973));
  q += dot(q, q.yzx + 33.33);
  return fract((q.xx + q.yz) * q.zy);
}

// Value noise and its slope: .x 0..1, .yz along x and y.
vec3 slope(vec2 p) {
  vec2 i = floor(p), f = p - i, u = f * f * (3.0 - 2.0 * f), du = 6.0 * f * (1.0 - f);
  float a = hash2(i).x, b = hash2(i + vec2(1.0, 0.0)).x, c = hash2(i + vec2(0.0, 1.0)).x, d = hash2(i + vec2(1.0, 1.0)).x;
  float k = a - b - c + d;
  return vec3(a + (b - a) * u.x + (c - a) * u.y + k * u.x * u.y, du * vec2(b - a + k * u.y, c - a + k * u.x));
}

// A soft box of light, seen in a wet surface. `r` is the mirrored eye, `at` and `size` are slopes.
float softbox(vec3 r, vec2 at, vec2 size) {
  vec2 e = (r.xy / (1.0 + max(r.z, -0.5)) - at) / size;
  e *= e;
  return exp(-dot(e, e));
}

// The film's colour: this thick (in wavelengths), seen at this slope. Cream, rose, violet, ice; no rainbow.
vec3 pearl(float thickness, float facing) {
  float path = thickness * sqrt(1.0 - (1.0 - facing * facing) / (INDEX * INDEX));
  return PEARL_MEAN + PEARL_SWING * cos(TAU * (path + PEARL_PHASE));
}

void main() {
  vec2 p = (isf_FragNormCoord - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  float breath = sin(TAU * BREATH_HZ * TIME + 0.8 * sin(TIME * 0.131));
  vec2 q = p / scale;

  // Crowns from the far ends of the row to its middle: whichever stands in front is seen, and throws a shadow on the next.
  vec3 n = vec3(0.0, 0.0, 1.0);
  vec2 s = vec2(0.0), own = vec2(0.0);
  float there = 0.0, shade = 1.0, rim = 0.0, px = 2.0 / (RENDERSIZE.y * scale);
  for (int i = 0; i < CROWNS; i++) {
    float far = ceil(0.5 * float(CROWNS - 1 - i)), k = mod(float(i), 2.0) < 0.5 ? -far : far;
    vec2 lot = hash2(vec2(k + 20.0, 5.0));
    vec2 size = vec2(0.235, 0.345) * (1.0 - 0.085 * far + 0.07 * (lot - 0.5)) * (1.0 + 0.006 * breath);
    vec2 r = q - vec2(k * (0.405 - 0.021 * far), 0.018 * far * far + 0.05 * (lot.y - 0.5) - 0.04) - vec2(0.09, 0.0);
    float lean = 0.10 * k + 0.12 * (lot.x - 0.5);
    r = vec2(cos(lean) * r.x - sin(lean) * r.y, sin(lean) * r.x + cos(lean) * r.y);
    r.x *= 1.0 + 0.20 * r.y / size.y;                                   // narrower at the neck
    vec2 e = r / size, d = pow(abs(e) + 1e-4, vec2(ROUND));
    float f = d.x + d.y, inside = smoothstep(0.0, px / size.x * ROUND, 1.0 - f);
    shade *= mix(0.10 + 0.90 * smoothstep(0.98, 1.55, f), 1.0, inside);
    if (f < 1.0) {
      vec2 g = sign(e) * pow(abs(e) + 1e-4, vec2(ROUND - 1.0)) / size * 0.28;
      g = vec2(cos(lean) * g.x + sin(lean) * g.y, cos(lean) * g.y - sin(lean) * g.x);
      n = vec3(g * mix(0.55, 1.25, curved), pow(1.0 - f, 1.0 - 1.0 / ROUND) + 0.02);
      s = e;
      own = lot;
      there = inside * (1.0 - 0.09 * far);
      shade = 1.0;
      rim = f;
    }
  }
  // The enamel is not quite smooth: growth lines across, and slow waves.
  vec3 waves = slope(q * vec2(6.0, 4.0) + 11.0 * own), fine = slope(vec2(s.x * 3.0 + waves.x * 2.0, s.y * 19.0 + 3.0 * s.x * s.x + own.x * 9.0));
  n = normalize(n + vec3(0.05 * waves.yz, 0.0) + vec3(0.0, 0.010 * fine.z, 0.0));

  vec2 key = travel * vec2(0.95 * sin(TIME * 0.093 + 0.8 * sin(TIME * 0.0231)), 0.30 * sin(TIME * 0.061)) + vec2(0.0, 0.38);
  vec2 off = p - key * vec2(0.75, 0.45) + vec2(0.0, 0.10);
  float near = exp(-2.8 * dot(off, off));
  vec3 r = reflect(vec3(0.0, 0.0, -1.0), n);

  // The film runs: thin above, thick below, in eddies that drift.
  vec3 run = slope(q * vec2(2.6, 2.0) + 5.0 * own + vec2(TIME * 0.013, -TIME * 0.021));
  vec3 eddies = slope(q * vec2(6.0, 4.0) + 1.1 * run.yz + vec2(-TIME * 0.017, TIME * 0.008));
  float thickness = film * (1.0 + 1.3 * run.x + 0.5 * eddies.x - 0.45 * s.y + 0.5 * own.y);
  vec3 nacre = pearl(thickness, n.z) * pow(tint.rgb, vec3(2.2));

  float facing = max(dot(n, normalize(vec3(key * 1.3, 0.6))), 0.0), grazing = 1.0 - n.z;
  float sky = softbox(r, key, vec2(0.62, 0.42)), streak = softbox(r, key, vec2(0.34, 0.13)), core = softbox(r, key + vec2(0.03, 0.02), vec2(0.13, 0.05));
  float low = softbox(r, vec2(-0.5 * key.x - 0.10, -0.62), vec2(0.55, 0.17));

  vec2 behind = p + vec2(0.8, 0.6) * key;
  vec3 under = mix(CORAL, ENAMEL, 0.30) * exp(-2.6 * dot(behind, behind)) * (0.8 + 0.2 * breath);
  vec3 seen = ENAMEL * vec3(0.26, 0.20, 0.24) * facing * facing * facing * (0.02 + 0.20 * near);
  seen += nacre * (0.16 * sky * near + 0.75 * streak * (0.12 + near) + 0.16 * low * (0.25 + near));
  seen += ENAMEL * core * near;
  seen += nacre * grazing * grazing * (0.05 + 0.50 * near) * smoothstep(1.0, 0.93, rim);
  seen += nacre * under * glow * (0.05 + 0.9 * grazing * grazing);
  seen = seen * there * shade + PLUM * (0.15 + 0.9 * near) * (1.0 - there) * shade;
  vec3 shown = pow(1.0 - exp(-max(seen * light, 0.0) * EXPOSURE), vec3(1.0 / 2.2));
  shown += (hash2(gl_FragCoord.xy + fract(TIME) * 61.0).x - 0.5) / 255.0;   // dark gradients must not band on a wall
  gl_FragColor = vec4(shown, 1.0);
}
