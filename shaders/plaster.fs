/*{
  "DESCRIPTION": "Any picture, thrown on a plaster wall: trowel marks, grain and pits catch its light from one side, and the black between stays the wall's own. It should feel as if one could lay a hand on it.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "material"],
  "INPUTS": [
    {"NAME": "inputImage", "LABEL": "Picture", "TYPE": "image"},
    {"NAME": "amount", "LABEL": "How much wall", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
    {"NAME": "coarse", "LABEL": "Smooth to coarse", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
    {"NAME": "pits", "LABEL": "Pits", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5}
  ]
}*/

// Lengths are in canvas heights.
const vec2 LIGHT = vec2(-0.60, 0.80);     // where the wall is lit from; its falling side is darker
const float RELIEF = 0.62;                // how much a slope takes from or gives to the light
const float BEND = 0.0022;                // how far a slope shifts the picture that lies on it
const float UNEVEN = 0.20;                // how much one part of the wall is darker than another
const float PITS = 24.0;                  // places for a pit, to a canvas height; few are taken
const vec3 LIME = vec3(1.0, 0.975, 0.945);
const mat2 TROWEL = mat2(0.94, 0.34, -0.34, 0.94);

vec2 hash2(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * vec3(0.1031, 0.1030, 0.0973));
  q += dot(q, q.yzx + 33.33);
  return fract((q.xx + q.yz) * q.zy);
}

// Value noise and its slope: .x the height 0..1, .yz the slope along x and y.
vec3 slope(vec2 p) {
  vec2 i = floor(p), f = p - i, u = f * f * (3.0 - 2.0 * f), du = 6.0 * f * (1.0 - f);
  float a = hash2(i).x, b = hash2(i + vec2(1, 0)).x, c = hash2(i + vec2(0, 1)).x, d = hash2(i + vec2(1, 1)).x;
  float k = a - b - c + d;
  return vec3(a + (b - a) * u.x + (c - a) * u.y + k * u.x * u.y, du * vec2(b - a + k * u.y, c - a + k * u.x));
}

// A pit, where there is one: .xy its slope, .z how deep.
vec3 pit(vec2 p, float share) {
  vec2 cell = floor(p), own = hash2(cell + 41.0), other = hash2(cell + 97.0);
  float size = 0.10 + 0.20 * other.y * other.y;
  vec2 r = (p - cell - 0.32 - 0.36 * own) * vec2(1.0, 0.8 + 0.4 * other.y);
  float d = length(r) / size, there = step(1.0 - share, other.x);
  return there * vec3(-r / size * smoothstep(1.25, 0.75, d) * smoothstep(0.0, 0.8, d), smoothstep(1.0, 0.35, d));
}

void main() {
  gl_FragColor = IMG_THIS_PIXEL(inputImage);
  if (amount <= 0.0) return;
  float wide = RENDERSIZE.x / RENDERSIZE.y;
  vec2 p = isf_FragNormCoord * vec2(wide, 1.0);
  vec3 sway = slope(p * 1.7 + 4.0);                                          // the wall as it was built
  vec3 sweep = slope(TROWEL * (p + 0.10 * sway.x) * vec2(3.2, 15.0) + 9.0);  // the trowel's long marks
  vec3 lump = slope(p * mix(24.0, 15.0, coarse) + 2.0 * sway.x), grain = slope(p * mix(150.0, 95.0, coarse));
  vec2 falls = 0.16 * (TROWEL * (sweep.yz * vec2(0.25, 1.0))) + (0.16 + 0.20 * coarse) * lump.yz + (0.10 + 0.16 * coarse) * grain.yz;
  vec2 rough = p * PITS + 0.09 * lump.yz + 0.03 * grain.yz;                  // no pit is round
  vec3 hole = pit(rough, 0.12 * pits) + 0.7 * pit(rough * 2.3 + 7.0, 0.16 * pits);
  falls += 0.7 * hole.xy;

  vec2 shift = BEND * amount * clamp(falls, -1.0, 1.0) / vec2(wide, 1.0);
  vec4 thrown = IMG_NORM_PIXEL(inputImage, isf_FragNormCoord + shift);
  float lit = clamp(1.0 - RELIEF * dot(falls, LIGHT), 0.25, 1.55);
  lit *= 1.0 - 0.55 * min(hole.z, 1.0);
  lit *= 1.0 - UNEVEN * (0.65 * sway.x + 0.35 * sweep.x) - 0.10 * grain.x;
  vec3 wall = thrown.rgb * mix(vec3(1.0), LIME * lit, amount);
  // What is nearly white keeps its relief instead of running into it.
  wall = mix(wall, wall / (0.88 + 0.12 * max(wall, vec3(1.0))), amount);
  gl_FragColor = vec4(wall, thrown.a);
}
