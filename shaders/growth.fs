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

const int SEEDS = 5;
const float REACH = 0.80;    // canvas heights that the slowest seed has to cover
const float VEINS = 0.26;    // how far ahead of the rest the veins run, of the whole time
const float FINE = 0.07;
const float SOFT = 0.0016;   // of the border, in canvas heights
const float RIM = 0.0042;    // the wet edge: a bright line,
const float SHEEN = 0.035;   // the light that it throws back over what has grown,
const float LENS = 0.012;    // and how far it bends the picture under it
const float MARGIN = 0.04;   // of growth time, before the first arrival and after the last
const float FLATTEST = 0.35; // slope of the arrival, to a canvas height: keeps the line thin on plains
const vec2 LIGHT = vec2(-0.45, 0.89);

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
float arrival(vec2 p, float wide) {
  vec2 bent = p + 0.16 * vec2(noise(p * scale + seed), noise(p * scale + seed + 41.0)) - 0.08;
  float near = 9.0;
  for (int i = 0; i < SEEDS; i++) {
    // Each seed has its own fifth of the wall, so that no side waits long.
    vec2 s = vec2((float(i) + 0.2 + 0.6 * hash(vec2(float(i), seed))) / float(SEEDS), 0.12 + 0.76 * hash(vec2(seed, float(i) + 9.0)));
    near = min(near, length(bent - s * vec2(wide, 1.0)) * (0.85 + 0.5 * hash(s + seed)));
  }
  float veins = 1.0 - abs(2.0 * noise(bent * scale * 2.3 + seed * 1.7) - 1.0);
  float fine = noise(p * scale * 9.0 + seed);
  return clamp((1.0 - VEINS - FINE) * smoothstep(0.0, REACH, near) + VEINS * (1.0 - veins * veins) + FINE * fine, 0.0, 1.0);
}

void main() {
  vec4 a = IMG_THIS_PIXEL(startImage);
  float wide = RENDERSIZE.x / RENDERSIZE.y;
  vec2 p = isf_FragNormCoord * vec2(wide, 1.0);
  float when = arrival(p, wide);
  vec2 rise = vec2(dFdx(when), dFdy(when)) * RENDERSIZE.y;
  float steep = max(length(rise), FLATTEST);
  // The front runs from below every arrival to above every one, so both ends are exact.
  float behind = (mix(-MARGIN, 1.0 + MARGIN, progress) - when) / steep;      // canvas heights that the front has passed by
  float present = smoothstep(0.0, 0.08, progress) * smoothstep(1.0, 0.88, progress);   // it comes and goes without a pop
  float wet = present * exp(-max(behind, 0.0) / SHEEN) * step(0.0, behind);
  vec2 outward = rise / steep;
  vec4 b = IMG_NORM_PIXEL(endImage, isf_FragNormCoord - outward * wet * wet * LENS / vec2(wide, 1.0));
  float grown = smoothstep(-SOFT, SOFT, behind);
  float line = present * exp(-behind * behind / (RIM * RIM)), side = 0.5 + 0.5 * dot(outward, LIGHT);
  vec4 both = mix(a, b, grown);
  float under = max(max(b.r, b.g), b.b);
  float light = line * (0.12 + 0.60 * side * side) * (0.45 + 0.55 * under) + wet * (0.07 * side + 0.30 * under);
  vec3 hue = mix(edge.rgb, b.rgb / max(under, 0.2), 0.45);   // it is wet with what grows there: no neon
  both.rgb = mix(both.rgb * (1.0 - 0.55 * present * exp(-pow((behind + 2.2 * RIM) / (2.0 * RIM), 2.0))), vec3(1.0), 0.25 * line * side * side * side);
  both.rgb += hue * edge.a * light * (1.0 - both.rgb);
  both.a = max(both.a, light * edge.a * max(a.a, b.a));
  gl_FragColor = progress <= 0.0 ? a : (progress >= 1.0 ? IMG_THIS_PIXEL(endImage) : both);
}
