/*{
  "DESCRIPTION": "The plates of a bad print: cyan, magenta, yellow and black come apart by fractions and turn on each other; paper shows in the slivers, inks overprint, and the screens of the four make their rosettes. It should feel like a poster printed in a hurry.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "fault", "living smiles"],
  "INPUTS": [
    {"NAME": "inputImage", "LABEL": "Picture", "TYPE": "image"},
    {"NAME": "strength", "LABEL": "How strong", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0},
    {"NAME": "phase", "LABEL": "From its start to its end", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
    {"NAME": "seed", "LABEL": "Its own number", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
    {"NAME": "area", "LABEL": "Where: x, y, width, height", "TYPE": "color", "DEFAULT": [0.1, 0.4, 0.6, 0.1]}
  ]
}*/

// Lengths are in canvas heights.
const float APART = 0.0150;          // the furthest that a plate lies from its place
const float TURN = 0.020;            // radians
const float SCREEN = 120.0;          // dots to a canvas height
const float DOTS = 0.45;             // how much the screens show, at full strength
const float DEEPEST = 0.80;          // of black ink; the rest of a dark is overprinted
const vec3 CYAN = vec3(0.03, 0.62, 0.80), MAGENTA = vec3(0.84, 0.09, 0.45), YELLOW = vec3(0.98, 0.86, 0.10);
const float MARK = 0.017;            // the printer's cross at the corners

const mat2 ASUNDER = mat2(-0.505, 0.863, -0.863, -0.505);   // each plate goes a third of a turn from the last

mat2 turned(float a) { return mat2(cos(a), sin(a), -sin(a), cos(a)); }

// What a place asks of the four inks: cyan, magenta, yellow, black, 0..1. Multiplied out they give it back exactly.
vec4 inks(vec3 c) {
  float dark = 1.0 - max(c.r, max(c.g, c.b)), black = DEEPEST * dark * dark;
  return vec4(1.0 - c / (1.0 - black), black);
}

// The same ink broken into dots that grow with it, on a screen turned to its plate's own angle.
float dots(float ink, vec2 p, float angle, float soft) {
  vec2 g = turned(angle) * p * SCREEN * 6.28318;
  float threshold = 0.5 + 0.25 * (cos(g.x) + cos(g.y));
  return mix(ink, smoothstep(-0.34, 0.34, ink * 1.2 - 0.10 - threshold), soft * smoothstep(0.05, 0.55, ink) * smoothstep(1.0, 0.7, ink));
}

// The printer's cross, as one plate has it.
float cross_at(vec2 p) {
  float ring = smoothstep(0.0016, 0.0005, abs(length(p) - 0.55 * MARK)), arm = smoothstep(0.0013, 0.0004, min(abs(p.x), abs(p.y)));
  return max(ring, arm * step(max(abs(p.x), abs(p.y)), MARK));
}

void main() {
  vec2 uv = isf_FragNormCoord;
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  gl_FragColor = picture;
  if (strength <= 0.0) return;
  vec2 frame = vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0), middle = area.xy + 0.5 * area.zw;
  vec2 p = (uv - middle) * frame, extent = 0.5 * area.zw * frame, q = extent + 0.03 - abs(p);
  if (min(q.x, q.y) <= 0.0) return;
  float within = smoothstep(0.0, 0.06, q.x) * smoothstep(0.0, 0.06, q.y), here = strength * within;
  float start = 6.28318 * seed + 0.5 * (phase - 0.5), soft = DOTS * here, most = TURN * 2.0 * here * min(1.0, 0.25 / max(length(extent), 0.05));
  vec2 way = vec2(cos(start), sin(start)) * APART * here;
  vec4 plate = vec4(0.0), mark = vec4(0.0);
  for (int i = 0; i < 4; i++) {
    float own = float(i), far = (0.55 + 0.45 * fract(seed * (7.0 + 3.0 * own) + 0.37 * own));
    if (i == 3) far *= 0.35;                                            // the black plate is the one they looked at
    float turn = most * (fract(seed * (13.0 + own) + 0.29 * own) - 0.5);    // so small that its sine is itself
    vec2 at = p + turn * vec2(p.y, -p.x) - far * way;
    way = ASUNDER * way;
    vec4 asked = inks(IMG_NORM_PIXEL(inputImage, at / frame + middle).rgb);
    float ink = i == 0 ? asked.x : i == 1 ? asked.y : i == 2 ? asked.z : asked.w;
    plate[i] = dots(ink, at, own == 0.0 ? 0.26 : own == 1.0 ? 1.31 : own == 2.0 ? 0.0 : 0.785, soft);
    vec2 corner = abs(at) - extent + 0.6 * MARK;
    if (max(abs(corner.x), abs(corner.y)) < 1.5 * MARK && at.x * at.y < 0.0) mark[i] = cross_at(corner);
  }
  // Real inks are not the ideal ones: each takes a little of what it should let through.
  float real = 0.7 * here;
  vec3 c = mix(vec3(0, 1, 1), CYAN, real), m = mix(vec3(1, 0, 1), MAGENTA, real), y = mix(vec3(1, 1, 0), YELLOW, real);
  vec3 print = mix(vec3(1.0), c, plate.x) * mix(vec3(1.0), m, plate.y) * mix(vec3(1.0), y, plate.z) * (1.0 - plate.w);
  vec3 crosses = max(max(CYAN * mark.x, MAGENTA * mark.y), max(YELLOW * mark.z, vec3(0.5) * mark.w));
  print = max(print, crosses * 0.75 * smoothstep(0.1, 0.6, strength));
  gl_FragColor = vec4(mix(picture.rgb, print, smoothstep(0.0, 0.1, here)), picture.a);
}
