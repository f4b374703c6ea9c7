/*{
  "DESCRIPTION": "The inside of a mouth, nearly dark: two wet ridges of gum for a dental arch to stand in, a palate, a tongue at rest. It should feel close, warm and alive, as something seen by the light of the teeth alone.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "living smiles"],
  "INPUTS": [
    {"NAME": "centre", "LABEL": "Middle of the arch", "TYPE": "point2D", "DEFAULT": [0.5, 0.5], "MIN": [0.0, 0.0], "MAX": [1.0, 1.0]},
    {"NAME": "arch_width", "LABEL": "Width of the arch", "TYPE": "float", "MIN": 0.2, "MAX": 2.0, "DEFAULT": 0.62},
    {"NAME": "arch_height", "LABEL": "Height of the arch", "TYPE": "float", "MIN": 0.2, "MAX": 1.2, "DEFAULT": 0.8},
    {"NAME": "gap", "LABEL": "Gap between the jaws", "TYPE": "float", "MIN": 0.0, "MAX": 0.6, "DEFAULT": 0.06},
    {"NAME": "light", "LABEL": "Light", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0},
    {"NAME": "wet", "LABEL": "Wetness", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7},
    {"NAME": "breath", "LABEL": "Depth of breath", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6}
  ]
}*/

const float TAU = 6.2831853;
const float BREATH_HZ = 0.15;
const float BRAUN = 3.0314;        // Braun's arch: y = 3.0314 depth ((x/width + 1/2)(1/2 - x/width))^0.8
const float LOWER_NARROWER = 0.94;
const float NECK = 0.066;          // where crowns end and gum begins, outwards from their edges, in jaw sizes
const float FOLD = 0.215;          // where gum turns over into lip and cheek
const mat2 ROTATED = mat2(0.8, 0.6, -0.6, 0.8);

// The palette, in linear light.
const vec3 PLUM = vec3(0.0056, 0.0014, 0.0040);
const vec3 CORAL = vec3(0.755, 0.173, 0.124);
const vec3 SHADE = vec3(0.050, 0.008, 0.014);

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

// The crowns' edges run on a curve this much smaller than the whole arch; `k` is the logarithm of width over height.
// Fitted to what installation/data/layouts.py lays out, for arches from tall to wide.
vec2 edges(float k) { return vec2(0.820 + 0.118 * k, 0.745 - 0.17 * k - 0.20 * k * k); }

// Distance outwards from the curve of the crowns' edges, in jaw sizes.
float outwards(vec2 p) {
  vec2 part = edges(log(arch_width / arch_height));
  float depth = 0.5 * (arch_height - gap) * part.y, wide = arch_width * part.x * mix(LOWER_NARROWER, 1.0, smoothstep(-0.1, 0.1, p.y));
  float u = p.x / wide, d = abs(p.y) - 0.5 * gap;
  float h = 0.5 * (d + sqrt(d * d + 0.002)) / (depth * BRAUN);
  float root = sqrt(sqrt(h + 1e-5));
  float level = u * u + h * root - 0.25;                      // the curve, implicit: no steep ends
  vec2 slope = vec2(2.0 * u / wide, 1.25 * root / (depth * BRAUN));
  return level / (length(slope) + 0.15) / sqrt(arch_width * arch_height);
}

float bell(float x) { return exp(-x * x); }

// +1 where a root stands, -1 between two: counted from the middle by the angle, fitted to the teeth's real widths.
float roots(vec2 p) {
  float k = clamp(log(arch_width / arch_height), -0.3, 0.75);
  float a = atan(p.x / (0.8 * arch_width), max(abs(p.y) - 0.5 * gap, 0.0) / (0.5 * (arch_height - gap))), a2 = a * a;
  vec3 c = p.y > 0.0 ? vec3(9.015, 0.721, 2.160) + k * (vec3(7.572, 2.468, 10.457) - k * vec3(2.691, 1.814, 6.632))
                     : vec3(12.172, 1.852, 6.752) + k * (vec3(10.540, 3.540, 15.887) + k * vec3(-3.276, -0.697, 4.801));
  float count = clamp(a * (c.x + c.z * a2) / (1.0 + c.y * a2), -8.0, 8.0);
  return mix(-1.0, -cos(TAU * count), smoothstep(0.0, 0.5 * gap + 0.04, abs(p.y)));
}

// The tongue at rest, 0..1, behind the lower teeth.
float tongue(vec2 p) {
  vec2 t = vec2(p.x / (0.30 * arch_width), (p.y + 0.27 * arch_height) / (0.20 * arch_height));
  float r = dot(t, t);
  return smoothstep(1.0, 0.0, r * (0.8 + 0.2 * r));
}

// How far flesh stands out towards the viewer.
float relief(vec2 p, float s, float swell, float root) {
  float ridge = (0.045 + 0.005 * swell + 0.005 * root) * bell((s - NECK - 0.050) / 0.055);
  ridge += 0.010 * bell((s - NECK + 0.012 - 0.022 * root) / 0.016);                       // the collar's rolled edge
  float fold = -0.040 * bell((s - FOLD) / 0.045);
  float lip = 0.14 * smoothstep(FOLD, FOLD + 0.36, s);
  float inside = smoothstep(0.04, -0.08, s);
  float upper = smoothstep(-0.02, 0.06, p.y);
  float ruga = sin(s * 74.0 + 7.0 * abs(p.x) + 1.6 * sin(p.x * 21.0 + s * 9.0)) * bell((s + 0.13) / 0.07) * smoothstep(0.0, 0.035, abs(p.x));
  float palate = 0.0035 * ruga + 0.006 * bell(p.x / 0.018);
  float t = tongue(p);
  float body = (0.13 + 0.010 * swell) * t - 0.012 * bell(p.x / 0.022) * t * smoothstep(0.0, 0.5, t);
  return ridge + fold + lip - 0.07 * inside + inside * mix(body, palate, upper) + 0.010 * noise(ROTATED * p * 11.0) + 0.0035 * noise(ROTATED * p * 33.0);
}

float glint(vec2 at, vec2 size) { vec2 e = at / size; return exp(-dot(e, e)); }

void main() {
  float wide = RENDERSIZE.x / RENDERSIZE.y;
  vec2 p = (isf_FragNormCoord - centre) * vec2(wide, 1.0);
  float swell = breath * sin(TIME * TAU * BREATH_HZ);
  const vec2 e = vec2(0.005, 0.0);
  float s = outwards(p), root = roots(p), h = relief(p, s, swell, root);
  vec2 slope = vec2(relief(p + e.xy, outwards(p + e.xy), swell, roots(p + e.xy)) - h, relief(p + e.yx, outwards(p + e.yx), swell, roots(p + e.yx)) - h) / e.x;
  vec3 n = normalize(vec3(-slope, 1.0));

  // The same slow light that goes over the teeth.
  vec2 key = vec2(0.55 * sin(TIME * 0.13 + 0.7 * sin(TIME * 0.037)), 0.45 + 0.12 * sin(TIME * 0.09));
  float facing = max(0.30 + 0.70 * dot(n, normalize(vec3(key, 0.6))), 0.0);
  float ridge = smoothstep(-0.012, 0.012, s - NECK + 0.020 - 0.022 * root) * bell(max(s - NECK - 0.03, 0.0) / 0.085);
  float inside = smoothstep(0.04, -0.06, s), upper = smoothstep(-0.02, 0.06, p.y), t = tongue(p) * inside;
  float deep = inside * max(1.0 - t, 0.0) * bell((p.y - 0.04 * arch_height) / (0.16 * arch_height));     // the throat
  float hollow = (1.0 - 0.75 * bell((s - FOLD) / 0.055)) * (1.0 - 0.95 * deep);
  float lips = smoothstep(0.60, 0.26, length(p * vec2(0.60, 1.0)) - 0.04 * swell);                       // they close round the frame
  float near = 0.20 + 0.80 * exp(-2.2 * dot(p - key * 0.5, p - key * 0.5));

  float drift = noise(ROTATED * p * 6.0 + 17.0);
  vec3 flesh = mix(SHADE * 0.25, CORAL * vec3(0.21, 0.17, 0.20), facing * facing * facing);
  flesh *= 0.10 + 0.90 * ridge + 0.35 * t + 0.30 * inside * upper + 0.22 * smoothstep(FOLD, FOLD + 0.15, s);
  flesh *= 0.65 + 0.7 * drift;
  float vein = abs(noise(ROTATED * p * vec2(15.0, 10.0) + 2.0 * drift) - 0.5);
  flesh *= 1.0 - vec3(0.30, 0.50, 0.30) * smoothstep(0.05, 0.0, vein) * smoothstep(NECK + 0.06, FOLD, s);
  flesh += CORAL * vec3(1.0, 0.6, 0.6) * 0.016 * ridge * (0.8 + 0.2 * swell);     // warm from within

  vec2 mirror = -slope - key * vec2(0.9, 0.8);
  float film = smoothstep(0.25, 0.75, noise(ROTATED * p * 17.0 + vec2(TIME * 0.02, 0.0)));
  float shine = 0.34 * glint(mirror, vec2(0.30, 0.10)) + 0.05 * glint(mirror, vec2(0.8, 0.5)) + 0.40 * film * glint(mirror - vec2(0.12, 0.20), vec2(0.10, 0.06));
  flesh += vec3(1.0, 0.70, 0.72) * shine * wet * (0.20 * (1.0 - inside) + 0.80 * ridge + 0.45 * t * t + 0.20 * inside * upper);

  flesh = flesh * hollow * near * lips * light + PLUM * 1.1 * smoothstep(0.75, 0.2, length(p * vec2(0.55, 1.0)));
  vec3 shown = pow(1.0 - exp(-1.6 * max(flesh, 0.0)), vec3(1.0 / 2.2));
  shown += (hash(gl_FragCoord.xy + fract(TIME) * 61.0) - 0.5) / 255.0;   // dark gradients must not band on a wall
  gl_FragColor = vec4(shown, 1.0);
}
