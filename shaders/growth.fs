/*{
  "DESCRIPTION": "The next picture grows in as a living film does: from a few seeds, along its own veins, with a thin wet edge of light.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["transition", "growth"],
  "INPUTS": [
    {"NAME": "startImage", "TYPE": "image"},
    {"NAME": "endImage", "TYPE": "image"},
    {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "LABEL": "How far it has grown"},
    {"NAME": "scale", "TYPE": "float", "MIN": 1.0, "MAX": 12.0, "DEFAULT": 4.0, "LABEL": "How fine the veins are"},
    {"NAME": "seed", "TYPE": "float", "MIN": 0.0, "MAX": 100.0, "DEFAULT": 7.0, "LABEL": "Another growth"},
    {"NAME": "edge", "TYPE": "color", "DEFAULT": [0.35, 0.88, 0.80, 1.0], "LABEL": "The colour of the growing edge"}
  ]
}*/

const float SOFT = 0.018;   // how soft the border is, in units of the growth field
const float GLOW = 0.075;   // how wide the light at the border is
const int SEEDS = 5;

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

// When a place is reached, 0 to 1: near a seed and along veins early, between them late.
float arrival(vec2 uv) {
  vec2 p = uv * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  vec2 bent = p + 0.16 * vec2(noise(p * scale + seed), noise(p * scale + seed + 41.0)) - 0.08;
  float near = 9.0;
  for (int i = 0; i < SEEDS; i++) {
    vec2 s = vec2(hash(vec2(float(i), seed)), hash(vec2(seed, float(i) + 9.0)));
    near = min(near, length(bent - s * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0)) * (0.8 + 0.4 * s.x));
  }
  float veins = 1.0 - abs(2.0 * noise(bent * scale * 2.3 + seed * 1.7) - 1.0);
  float fine = noise(p * scale * 9.0 + seed);
  return clamp(0.72 * smoothstep(0.0, 0.95, near) + 0.22 * (1.0 - veins) + 0.06 * fine, 0.0, 1.0);
}

void main() {
  vec4 a = IMG_THIS_PIXEL(startImage);
  vec4 b = IMG_THIS_PIXEL(endImage);
  // The front runs from below every arrival to above every one, so both ends are exact.
  float front = mix(-GLOW - SOFT, 1.0 + GLOW + SOFT, progress);
  float at = front - arrival(isf_FragNormCoord);
  float grown = smoothstep(-SOFT, SOFT, at);
  float rim = exp(-pow(at / (GLOW * 0.5), 2.0)) * smoothstep(0.0, 0.08, progress) * smoothstep(1.0, 0.92, progress);
  vec4 both = mix(a, b, grown);
  both.rgb += edge.rgb * edge.a * rim * (0.16 + 0.5 * max(max(a.g, b.g), 0.1));
  gl_FragColor = progress <= 0.0 ? a : (progress >= 1.0 ? b : both);
}
