/*{
  "DESCRIPTION": "What filters and transitions are tried on: light and dark, six hues, people, and lines that could be read. Day and night are two pictures of one wall.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "test"],
  "INPUTS": [
    {"NAME": "mask", "TYPE": "image", "LABEL": "People"},
    {"NAME": "night", "TYPE": "bool", "DEFAULT": false, "LABEL": "The other picture"}
  ]
}*/

const int PEARLS = 7;
const float LINES = 5.0;        // of writing
const float GAP = 0.2;         // the share of letters that are blanks between words
const vec3 CORAL = vec3(0.95, 0.42, 0.30), GOLD = vec3(1.0, 0.78, 0.42), PLUM = vec3(0.16, 0.05, 0.12);
const vec3 INK = vec3(0.02, 0.05, 0.10), TEAL = vec3(0.18, 0.62, 0.62), PALE = vec3(0.93, 0.91, 0.86);

float chance(vec2 p) {
  vec3 q = fract(p.xyx * vec3(0.1031, 0.1030, 0.0973));
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}

float hills(vec2 p) {
  vec2 i = floor(p), f = smoothstep(0.0, 1.0, fract(p));
  return mix(mix(chance(i), chance(i + vec2(1, 0)), f.x), mix(chance(i + vec2(0, 1)), chance(i + vec2(1, 1)), f.x), f.y);
}

float ground(vec2 p) {
  return 0.5 * hills(p) + 0.25 * hills(p * 2.1 + 3.0) + 0.15 * hills(p * 4.3 + 7.0) + 0.1 * hills(p * 9.1);
}

// Letters of no language: stems and bars of a cell, on or off by chance. `p` counts letters across and lines up.
float writing(vec2 p, float soft) {
  vec2 cell = floor(p), f = (p - cell - vec2(0.14, 0.2)) / vec2(0.72, 0.55);
  float own = chance(cell + 11.0);
  if (own < GAP || any(lessThan(f, vec2(-0.1))) || any(greaterThan(f, vec2(1.1)))) return 0.0;
  vec3 bars = step(0.42, vec3(chance(cell + 1.7), chance(cell + 2.9), chance(cell + 4.3)));
  vec2 stems = vec2(1.0, step(0.45, chance(cell + 6.1)));
  vec2 inside = smoothstep(vec2(-soft), vec2(0.0), f) * smoothstep(vec2(1.0 + soft), vec2(1.0), f);
  float across = max(bars.x * step(abs(f.y - 0.06), 0.07), max(bars.y * step(abs(f.y - 0.5), 0.07), bars.z * step(abs(f.y - 0.94), 0.07)));
  float up = max(stems.x * step(abs(f.x - 0.08), 0.09), stems.y * step(abs(f.x - 0.92), 0.09));
  return max(across, up) * inside.x * inside.y;
}

vec3 hue(float turn) {
  return 0.55 + 0.45 * cos(6.2831853 * (turn + vec3(0.0, 0.36, 0.64)));
}

void main() {
  vec2 wide = vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0), p = (isf_FragNormCoord - 0.5) * wide;
  float soft = 1.5 / RENDERSIZE.y, wall = ground(p * 3.0 + 20.0);

  // The wall, and a low light on it.
  vec2 sun = night ? vec2(0.52, 0.20) : vec2(-0.46, 0.16);
  float far = distance(p, sun);
  vec3 seen = night ? mix(INK, TEAL * 0.45, smoothstep(0.6, -0.6, p.y)) : mix(PLUM, CORAL * 0.55, smoothstep(-0.7, 0.55, p.y + 0.2 * p.x));
  seen *= 0.65 + 0.7 * wall;
  seen += (night ? vec3(0.30, 0.42, 0.55) : GOLD * 0.45) * exp(-3.2 * far);

  // The sun with its rings, or a thin moon.
  float disc = smoothstep(soft, -soft, far - 0.15);
  if (night) disc *= smoothstep(-soft, soft, distance(p, sun + vec2(0.055, 0.03)) - 0.14);
  float rings = smoothstep(0.55, 0.95, sin(far * 150.0)) * smoothstep(0.42, 0.18, far) * step(0.17, far);
  seen = mix(seen, night ? PALE : vec3(1.0, 0.93, 0.76), disc);
  if (!night) seen += GOLD * 0.35 * rings;

  // Pearls of six hues on a bow, each with its shine.
  for (int i = 0; i < PEARLS; i++) {
    float x = float(i) / float(PEARLS - 1) * 2.0 - 1.0, size = 0.055 + 0.018 * (1.0 - x * x);
    vec2 at = vec2(x * 0.62 + (night ? -0.08 : 0.14), (night ? 0.30 - 0.16 * x * x : 0.02 - 0.16 * (1.0 - x * x)) + 0.012 * sin(TIME + x * 3.0));
    vec2 d = (p - at) / size;
    float r = dot(d, d), inside = smoothstep(1.0 + soft / size, 1.0 - soft / size, sqrt(r));
    vec3 facing = vec3(d / max(sqrt(r), 1.0), sqrt(max(1.0 - r, 0.0)));
    vec3 to = normalize(vec3(sun - at, 0.35));
    float lit = 0.16 + 0.84 * max(dot(facing, to), 0.0), shine = pow(max(dot(facing, normalize(to + vec3(0, 0, 1))), 0.0), 40.0);
    seen *= 1.0 - 0.5 * smoothstep(1.7, 0.9, length(d + vec2(0.25, 0.3) * sign(at.x - sun.x + 0.001)));
    seen = mix(seen, mix(hue(float(i) / 6.0), PALE, 0.35) * lit + shine, inside);
  }

  // Writing: a large line and small ones under it.
  vec2 page = p - (night ? vec2(-0.78, -0.40) : vec2(0.18, 0.19));
  float large = page.x > 0.0 && page.x < 0.66 ? writing(vec2(page.x / 0.066, page.y / 0.15), 0.02) * step(0.0, page.y) * step(page.y, 0.15) : 0.0;
  vec2 rows = vec2(page.x / 0.0165, (page.y - 0.01) / 0.036 + LINES);
  float small = page.x > 0.0 && page.x < 0.62 && rows.y > 1.0 && rows.y < LINES && !night ? writing(floor(rows) * vec2(0, 1) + vec2(rows.x, fract(rows.y)) + 40.0, 0.02) : 0.0;
  seen = mix(seen, PALE, max(large, 0.8 * small));

  // People stand before it, dark, with the light along their edges.
  vec2 step_ = 1.4 / vec2(160.0, 90.0);
  float body = smoothstep(0.35, 0.6, IMG_THIS_PIXEL(mask).r);
  float behind = IMG_NORM_PIXEL(mask, isf_FragNormCoord + step_ * normalize(sun - p)).r;
  vec3 dark = (night ? vec3(0.03, 0.07, 0.09) : vec3(0.09, 0.03, 0.06)) * (0.7 + 0.6 * wall);
  seen = mix(seen, dark + (night ? TEAL : CORAL) * 0.9 * smoothstep(0.95, 0.25, behind), body);

  gl_FragColor = vec4(clamp(seen, 0.0, 1.0), 1.0);
}
