/*{
  "DESCRIPTION": "Light on the floor of a mouth under a film of water: thin bright nets that gather, part and drift over wet flesh, with a few bubbles that carry their own.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "light", "living smiles"],
  "INPUTS": [
    {"NAME": "deep", "LABEL": "How deep the water is", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
    {"NAME": "scale", "LABEL": "Fine to broad nets", "TYPE": "float", "MIN": 0.5, "MAX": 2.0, "DEFAULT": 1.0},
    {"NAME": "speed", "LABEL": "Speed", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
    {"NAME": "bubbles", "LABEL": "Bubbles", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
    {"NAME": "light", "LABEL": "Light", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0},
    {"NAME": "water", "LABEL": "Colour of the light", "TYPE": "color", "DEFAULT": [0.942, 0.921, 0.865, 1.0]},
    {"NAME": "flesh", "LABEL": "Colour of the floor", "TYPE": "color", "DEFAULT": [0.884, 0.453, 0.388, 1.0]}
  ],
  "PASSES": [
    {"TARGET": "waves", "WIDTH": "floor(180.0 * $WIDTH / $HEIGHT)", "HEIGHT": "180", "FLOAT": true,
     "DESCRIPTION": "the water's surface: slope along x and y, and the area that a square of light has when it reaches the floor"},
    {}
  ]
}*/

const float TAU = 6.2831853;
const int WAVES = 14;
const float EXPOSURE = 1.8;

// The palette, in linear light.
const vec3 PLUM = vec3(0.0056, 0.0014, 0.0040), ENAMEL = vec3(0.873, 0.830, 0.719);
const vec3 PEARL_MEAN = vec3(0.66, 0.52, 0.66), PEARL_SWING = vec3(0.32, 0.20, 0.34), PEARL_PHASE = vec3(0.0, 0.30, 0.55);

vec2 hash2(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * vec3(0.1031, 0.1030, 0.0973));
  q += dot(q, q.yzx + 33.33);
  return fract((q.xx + q.yz) * q.zy);
}

// Two rough surfaces at once, 0..1.
vec2 noise(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(hash2(i), hash2(i + vec2(1.0, 0.0)), f.x), mix(hash2(i + vec2(0.0, 1.0)), hash2(i + vec2(1.0, 1.0)), f.x), f.y);
}

float bell(float x) { return exp(-x * x); }

// Many small waves, each its own way. Where the surface curves like a lens, a square of light that reaches the floor is small, and bright.
vec4 draw_waves(vec2 p, int runs) {
  vec2 tilt = vec2(0.0);
  vec3 curve = vec3(0.0);                      // xx, yy, xy
  float t = TIME * (0.10 + 0.9 * speed);
  vec2 bend = 0.35 * (noise(p * 1.4 + vec2(0.02, -0.015) * TIME) - 0.5);
  for (int i = 0; i < WAVES * runs; i++) {
    float k = float(i), length_ = 7.0 + 2.9 * k, turn = 2.3999632 * k + 0.25 * sin(TIME * 0.019 + k);
    vec2 way = vec2(cos(turn), sin(turn)) * length_ / scale;
    float phase = dot(p + bend, way) - t * sqrt(length_) * 0.42 + 1.7 * k, height = 0.021 * scale * scale / (1.0 + 0.028 * length_ * length_);
    tilt += height * way * cos(phase);
    curve -= height * vec3(way.x * way.x, way.y * way.y, way.x * way.y) * sin(phase);
  }
  float far = mix(0.34, 0.80, deep);
  return vec4(tilt, (1.0 + far * curve.x) * (1.0 + far * curve.y) - far * far * curve.z * curve.z, 1.0);
}

vec3 picture(vec2 uv) {
  vec2 p = (uv - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  vec2 e = vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0) / 180.0;
  vec4 w = IMG_NORM_PIXEL(waves, uv);
  // The colours part a little on their way down.
  vec2 apart = w.xy * 0.05;
  vec3 net = vec3(IMG_NORM_PIXEL(waves, uv + apart * e * 70.0).z, w.z, IMG_NORM_PIXEL(waves, uv - apart * e * 70.0).z);
  net = 1.0 / (0.11 + sqrt(net * net + 0.006));
  net = max(net - 0.9, 0.0) * 0.9;
  net *= net * 0.30;

  vec2 rough = noise(mat2(0.8, 0.6, -0.6, 0.8) * p * 3.2 + w.xy * 0.3), grain = noise(mat2(0.8, -0.6, 0.6, 0.8) * p * 26.0 + w.xy);
  vec2 key = vec2(0.55 * sin(TIME * 0.061 + 0.7 * sin(TIME * 0.0231)), 0.22 * sin(TIME * 0.047));
  vec2 off = (p - key) * vec2(0.75, 1.1);
  float near = exp(-3.6 * dot(off, off)), breath = 0.9 + 0.1 * sin(TIME * 0.85);
  float relief = 0.35 + 0.65 * smoothstep(0.25, 0.75, 0.8 * rough.x + 0.2 * grain.x);

  vec3 floor_ = pow(flesh.rgb, vec3(2.2)), lamp = pow(water.rgb, vec3(2.2));
  vec3 seen = floor_ * floor_ * 0.05 * (0.2 + near) * relief + PLUM * (0.2 + near);
  seen += mix(floor_, lamp, 0.25) * lamp * net * (0.006 + 0.13 * near) * relief * breath;
  seen += lamp * net * net * 0.010 * near * near;
  // The surface itself: a pearl sheen where it leans to the light.
  float lean = dot(w.xy, normalize(key + vec2(0.2, 0.6)));
  vec3 sheen = PEARL_MEAN + PEARL_SWING * cos(TAU * (1.5 * rough.y + 1.2 * lean + PEARL_PHASE));
  seen += sheen * smoothstep(0.12, 0.42, lean) * 0.10 * near;

  // Bubbles: a dark edge, a bright crescent, and the light that each one throws beside it.
  vec2 q = p * 4.0 + vec2(0.10 * TIME * speed, 0.05 * sin(TIME * 0.1)), cell = floor(q), lot = hash2(cell + 17.0);
  float size = (0.05 + 0.17 * lot.y * lot.y) * smoothstep(1.0 - 0.55 * bubbles, 1.0 - 0.55 * bubbles + 0.15, hash2(cell + 5.0).x);
  vec2 r = q - cell - 0.35 - 0.3 * lot + 0.25 * w.xy;
  float d = length(r) / max(size, 1e-3), there = step(0.02, size), side = dot(r / max(length(r), 1e-3), normalize(key - p + vec2(0.001, 0.3)));
  seen *= 1.0 - there * 0.75 * bell((d - 0.93) / 0.16);
  seen += there * mix(lamp, sheen, 0.5) * (bell((d - 0.80) / 0.10) * pow(max(side, 0.0), 3.0) * 0.8 + bell((d - 0.86) / 0.10) * pow(max(-side, 0.0), 2.0) * 0.30 + 0.5 * bell(length(r / max(size, 1e-3) - 0.45 * normalize(key - p + vec2(0.001, 0.3))) / 0.13)) * (0.06 + near);
  seen += there * lamp * floor_ * bell(length(r / max(size, 1e-3) + 1.5 * normalize(key - p + vec2(0.001, 0.3))) / 0.38) * 0.30 * near;

  vec3 shown = pow(1.0 - exp(-max(seen * light, 0.0) * EXPOSURE), vec3(1.0 / 2.2));
  return shown + (hash2(gl_FragCoord.xy + fract(TIME) * 61.0).x - 0.5) / 255.0;   // dark gradients must not band on a wall
}

// A software renderer runs everything in every pass, but a loop no longer than it must: so loops count `runs`, 0 or 1.
void main() {
  vec2 p = (isf_FragNormCoord - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  vec4 new_waves = draw_waves(p, PASSINDEX == 0 ? 1 : 0);
  gl_FragColor = PASSINDEX == 0 ? new_waves : vec4(picture(isf_FragNormCoord), 1.0);
}
