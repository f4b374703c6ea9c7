/*{
  "DESCRIPTION": "The picture is torn across like thick paper: a hairline runs, the halves part and curl, and the next picture lies beneath.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["transition", "paper", "living smiles"],
  "INPUTS": [
    {"NAME": "startImage", "TYPE": "image", "LABEL": "What goes"},
    {"NAME": "endImage", "TYPE": "image", "LABEL": "What comes"},
    {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "LABEL": "How far it is torn"},
    {"NAME": "angle", "TYPE": "float", "MIN": -90.0, "MAX": 90.0, "DEFAULT": -14.0, "LABEL": "Which way it tears, in degrees"},
    {"NAME": "jagged", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "LABEL": "How jagged the tear is"},
    {"NAME": "thickness", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "LABEL": "How thick the paper is"},
    {"NAME": "seed", "TYPE": "float", "MIN": 0.0, "MAX": 100.0, "DEFAULT": 7.0, "LABEL": "Another one of its kind"}
  ]
}*/

const float RUNS = 0.22;                      // of the time, until the hairline has crossed
const float SHADOW = 0.085;                   // canvas heights that the upper half throws
const float CURL = 0.10;                      // canvas heights of the edge that curl up
const vec3 CORE = vec3(0.80, 0.73, 0.68), CORE_DARK = vec3(0.30, 0.22, 0.23);   // torn fibres, lit and not
const vec2 LIGHT = vec2(-0.35, 0.94);

float square(float x) { return x * x; }

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

// The tear's height over its own line: long swings, then steps, then fibres.
float tear(float x, float fibres) {
  float swing = 0.16 * (noise(vec2(x * 1.3, seed)) - 0.5) + 0.10 * jagged * (noise(vec2(x * 4.1, seed + 3.0)) - 0.5);
  float n = noise(vec2(x * 11.0, seed + 9.0)), steps = 0.055 * jagged * (n * n * 2.0 - 0.6);
  return swing + steps + fibres * (0.010 * (noise(vec2(x * 47.0, seed + 13.0)) - 0.5) + 0.006 * (hash(vec2(floor(x * 420.0), seed)) - 0.5));
}

// One half's picture, moved by `away` along the tear's normal and rolled up towards its edge (`d` heights from it).
vec4 half_of(vec2 q, float d, vec2 away, mat2 back, vec2 frame, float side, float bulge) {
  float roll = bulge * exp(-max(d, 0.0) / (0.45 * CURL));
  vec2 from = back * (q - away + vec2(0.0, side * 0.35 * CURL * roll * roll));
  vec4 c = IMG_NORM_PIXEL(startImage, from / frame + 0.5);
  // A curled edge turns to the light above and away from it below.
  float lit = 1.0 + roll * (side > 0.0 ? -0.55 : 0.55) * dot(vec2(0.0, 1.0), LIGHT);
  float sheen = 0.16 * bulge * exp(-square((d - 0.5 * CURL) / (0.22 * CURL))) * (side > 0.0 ? 0.35 : 1.0);
  return vec4(c.rgb * lit + sheen * (0.25 + 0.75 * c.rgb) * (1.0 - c.rgb), c.a);
}

void main() {
  vec2 uv = isf_FragNormCoord, frame = vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  float turn = radians(angle), c = cos(turn), s = sin(turn);
  mat2 back = mat2(c, s, -s, c);
  vec2 p = (uv - 0.5) * frame, q = vec2(c * p.x + s * p.y, c * p.y - s * p.x);
  float longest = 0.5 * (abs(c) * frame.x + abs(s)) + 0.1, farthest = 0.5 * (abs(s) * frame.x + abs(c)) + 0.45;
  // The hairline runs from one end; behind its tip the halves part, first a crack, then with a pull.
  float tip = mix(-longest - 0.05, longest + 0.6, smoothstep(0.0, 2.2 * RUNS, progress)), passed = smoothstep(0.0, 0.55, tip - q.x);
  float pull = clamp((progress - 0.5 * RUNS) / (1.0 - 0.5 * RUNS), 0.0, 1.0), part = passed * (0.010 + farthest * pull * pull * (0.35 + 0.65 * pull));
  part *= step(1e-3, passed);
  part *= 1.0 - 0.35 * q.x / longest * (1.0 - pull);                     // widest where it began
  vec2 away = vec2(0.06 * part, part);
  float upper = q.y - away.y - tear(q.x - away.x, 1.0), lower = -(q.y + away.y) + tear(q.x + away.x, 1.0);
  float paper = 0.006 + 0.030 * thickness, pixel = 1.0 / RENDERSIZE.y, bulge = smoothstep(0.0, 0.12, part);
  // Below the painted skin the fibres are bare: a band on the lower half, a thread on the upper.
  float ragged = noise(vec2(q.x * 19.0, seed + 21.0)) * 0.75 + 0.5 * noise(vec2(q.x * 83.0, q.y * 31.0));
  float bare_low = paper * ragged * smoothstep(0.0, 0.05, part) + pixel * 0.5, bare_up = bare_low * 0.35;
  float over = smoothstep(-pixel, pixel, upper), under = smoothstep(-pixel, pixel, lower), grain = 0.72 + 0.5 * noise(q * vec2(150.0, 320.0));
  vec4 top = half_of(q, upper, away, back, frame, 1.0, bulge), low = half_of(q, lower, -away, back, frame, -1.0, bulge);
  float shade_low = smoothstep(0.0, bare_low, lower);
  top = mix(vec4(CORE_DARK * grain, max(top.a, IMG_THIS_PIXEL(endImage).a)), top, smoothstep(bare_up - pixel, bare_up + pixel, upper));
  low = mix(vec4(mix(CORE * 0.85, CORE_DARK * 1.3, shade_low) * grain, max(low.a, IMG_THIS_PIXEL(endImage).a)), low, smoothstep(bare_low - pixel, bare_low + pixel, lower));
  // What lies beneath, in the shadow of the upper half.
  vec4 beneath = IMG_NORM_PIXEL(endImage, uv + 0.012 * (1.0 - pull) * vec2(s, -c) * sign(q.y) * part / max(part, 0.02) / frame);
  float close = exp(-max(-upper, 0.0) / (SHADOW * (0.25 + bulge))) * 0.80 + exp(-max(-lower, 0.0) / 0.012) * 0.45;
  beneath.rgb *= 1.0 - min(close, 0.92) * smoothstep(1.0, 0.85, progress);
  // Both halves darken as they are carried off.
  float leaves = 1.0 - 0.45 * pull;
  vec4 seen = mix(beneath, vec4(low.rgb * leaves, low.a), under);
  seen = mix(seen, vec4(top.rgb * leaves, top.a), over);
  vec4 whole = IMG_THIS_PIXEL(startImage);
  seen = passed <= 0.0 ? whole : mix(whole, seen, smoothstep(0.0, 0.02, progress));
  gl_FragColor = progress <= 0.0 ? IMG_THIS_PIXEL(startImage) : progress >= 1.0 ? IMG_THIS_PIXEL(endImage) : seen;
}
