/*{
  "DESCRIPTION": "A dark wall that is not quite black: plum plaster, and a slow lamp that wanders over it with the light of the teeth. It should be felt rather than seen.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "living smiles"],
  "INPUTS": [
    {"NAME": "light", "LABEL": "Light", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0},
    {"NAME": "warmth", "LABEL": "Plum to coral", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35},
    {"NAME": "breath", "LABEL": "Depth of breath", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5}
  ]
}*/

const float TAU = 6.2831853;
const float BREATH_HZ = 0.13;
// The palette, in linear light.
const vec3 PLUM = vec3(0.0056, 0.0014, 0.0040);
const vec3 CORAL = vec3(0.755, 0.173, 0.124);

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

// Plaster, from afar: soft patches, none finer than a hand.
float patches(vec2 p) {
  return 0.62 * noise(mat2(0.8, 0.6, -0.6, 0.8) * p * vec2(1.7, 2.6)) + 0.38 * noise(mat2(0.6, -0.8, 0.8, 0.6) * p * 4.3 + 7.0);
}

void main() {
  vec2 p = (isf_FragNormCoord - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  vec2 lamp = vec2(0.55 * sin(TIME * 0.13 + 0.7 * sin(TIME * 0.037)), 0.22 + 0.12 * sin(TIME * 0.09));   // the teeth's own slow light
  vec2 to = lamp - p;
  float near = exp(-1.7 * dot(to, to));
  float swell = 1.0 + 0.12 * breath * sin(TIME * TAU * BREATH_HZ);
  vec3 wall = mix(PLUM * 2.4, CORAL * 0.030, warmth) * (0.70 + 0.6 * patches(p)) * (0.16 + 0.95 * near) * swell;
  vec3 shown = pow(max(wall * light, 0.0), vec3(1.0 / 2.2));
  shown += (hash(gl_FragCoord.xy + fract(TIME) * 61.0) - 0.5) / 255.0;   // dark gradients must not band on a wall
  gl_FragColor = vec4(shown, 1.0);
}
