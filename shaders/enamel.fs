/*{
  "DESCRIPTION": "The face of one tooth, close up: translucent enamel with its growth lines, a cold thin edge, a warm light that wanders inside it, and a wet streak that breaks on the ridges.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "material", "living smiles"],
  "INPUTS": [
    {"NAME": "lines", "LABEL": "Growth lines", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
    {"NAME": "clear", "LABEL": "How far light gets in", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
    {"NAME": "glow", "LABEL": "Light inside", "TYPE": "float", "MIN": 0.0, "MAX": 1.5, "DEFAULT": 1.0},
    {"NAME": "wet", "LABEL": "Wetness", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7},
    {"NAME": "crazing", "LABEL": "Fine cracks", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
    {"NAME": "close", "LABEL": "How close", "TYPE": "float", "MIN": 0.7, "MAX": 1.4, "DEFAULT": 1.0},
    {"NAME": "light", "LABEL": "Light", "TYPE": "float", "MIN": 0.0, "MAX": 1.5, "DEFAULT": 1.0}
  ]
}*/

const float TAU = 6.2831853;
const float BREATH_HZ = 0.12;
const float EXPOSURE = 1.6;
const float LEAN = -0.13;                                   // of the tooth, in radians
const vec2 HALF = vec2(0.46, 0.68);                         // of the tooth, in canvas heights
const float PERIKYMATA = 15.0;                              // growth lines to a canvas height at the edge; they crowd at the neck

// The palette, in linear light.
const vec3 PLUM = vec3(0.0056, 0.0014, 0.0040), CORAL = vec3(0.755, 0.173, 0.124), ENAMEL = vec3(0.873, 0.830, 0.719);
const vec3 DENTINE = vec3(0.80, 0.46, 0.20), ICE = vec3(0.436, 0.686, 0.838);

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

float bell(float x) { return exp(-x * x); }

// A soft box of light, seen in a wet surface. `r` is the mirrored eye, `at` and `size` are slopes.
float softbox(vec3 r, vec2 at, vec2 size) {
  vec2 e = (r.xy / (1.0 + max(r.z, -0.5)) - at) / size;
  e *= e;
  return exp(-dot(e, e));
}

void main() {
  vec2 p = (isf_FragNormCoord - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  float breath = sin(TAU * BREATH_HZ * TIME + 0.8 * sin(TIME * 0.131));
  vec2 q = (p - vec2(-0.16, 0.27)) / close;
  q = mat2(cos(LEAN), sin(LEAN), -sin(LEAN), cos(LEAN)) * q;

  // The outline: an upper incisor, its biting edge below with three soft lobes.
  vec3 uneven = slope(q * vec2(4.0, 3.0) + 3.0);
  float lobes = 0.012 * cos(q.x * TAU / 0.33) * smoothstep(-0.2, -0.7, q.y);
  vec2 e = vec2(q.x * (1.0 - 0.16 * q.y / HALF.y), q.y + lobes) / HALF;
  vec2 a = abs(e) + 1e-4;
  vec2 power = vec2(mix(3.0, 5.5, smoothstep(-0.3, -0.9, e.y)), 9.0);                // squarer at the edge
  float f = pow(a.x, power.x) + pow(a.y, power.y) + 0.6 * a.x * a.x * a.y * a.y * a.y * a.y;
  float px = 2.5 / (RENDERSIZE.y * close), inside = smoothstep(0.0, 10.0 * px, 1.0 - f);
  float depth = 1.0 - pow(clamp(f, 0.0, 1.0), 0.30);                          // how far in from the outline, roughly
  float to_edge = (e.y + 1.0) * HALF.y;                                       // from the biting edge, in canvas heights

  // The surface: bulging, with two shallow furrows between its lobes, and growth lines that bow towards the neck.
  vec2 tilt = vec2(e.x * (0.75 + 1.5 * a.x * a.x * a.x), 0.20 * e.y + 0.5 * e.y * a.y * a.y * a.y * a.y);
  tilt.x += 0.10 * sin(q.x * TAU / 0.33) * smoothstep(0.5, -0.5, e.y);
  tilt += 0.07 * uneven.yz;
  float bow = q.y + 0.16 * e.x * e.x * HALF.y + 0.010 * uneven.x;
  float count = PERIKYMATA * (bow + 0.9 * bow * bow * step(0.0, bow));
  vec3 broken = slope(vec2(q.x * 7.0, count * 0.9));
  float phase = count * 2.2 + 2.2 * broken.x, ridge = sin(TAU * phase);
  float fine = sin(TAU * (phase * 2.7 + 1.5 * broken.y));
  tilt.y += lines * (0.055 * ridge + 0.030 * fine) * (0.35 + 0.65 * broken.x) * smoothstep(0.0, 0.22, to_edge);
  tilt.x += lines * (0.07 * (broken.x - 0.5) + 0.022 * ridge * broken.x * broken.x + 0.010 * fine) + 0.05 * uneven.y;
  vec3 n = normalize(vec3(tilt, 1.0));

  // A slow light before it, and a warm one inside it.
  vec2 key = vec2(0.62 * sin(TIME * 0.083 + 0.8 * sin(TIME * 0.0231) - 0.4), 0.34 + 0.10 * sin(TIME * 0.057));
  vec2 off = p - key * vec2(0.9, 0.5);
  float near = exp(-2.2 * dot(off, off));
  vec2 lamp = vec2(-0.10 + 0.26 * sin(TIME * 0.071 + 1.0 + 0.6 * sin(TIME * 0.019)), 0.02 + 0.22 * sin(TIME * 0.047)), way = p - lamp;
  float spread = mix(13.0, 5.0, clear);
  float within = (exp(-spread * dot(way, way)) + 0.16 * exp(-0.30 * spread * dot(way, way))) * (0.85 + 0.15 * breath);

  // Cracks hold light: thin lines from neck to edge, seen only where light comes through.
  vec3 wander = slope(vec2(q.x * 2.0 + 4.0, q.y * 3.0));
  float row = q.x * 7.0 + 1.6 * wander.x + 0.5 * uneven.x, cell = floor(row);
  float crack = bell((row - cell - 0.3 - 0.4 * hash2(vec2(cell, 9.0)).x) / max(0.016, 5.0 * px)) * step(0.45, hash2(vec2(cell, 2.0)).y);
  crack *= crazing * smoothstep(0.35, 0.65, slope(vec2(cell * 3.7, q.y * 3.5)).x);

  float thin = exp(-to_edge / mix(0.07, 0.20, clear)), side = exp(-depth / 0.035);
  float body = smoothstep(0.10, 0.75, to_edge);                               // dentine behind the enamel, from a little above the edge
  float mamelons = body * (0.75 + 0.25 * cos(q.x * TAU / 0.33 + 3.1) * smoothstep(0.75, 0.2, to_edge));
  vec3 core = mix(ICE * 0.55, mix(ENAMEL, DENTINE, 0.70), mamelons);
  core *= mix(vec3(1.0, 0.55, 0.34), vec3(1.25, 1.15, 1.05), smoothstep(0.0, 0.9, within + 0.8 * (1.0 - mamelons)));   // the farther light has come, the warmer
  float grain = 0.80 + 0.25 * uneven.x + 0.10 * broken.x;
  vec3 inner = core * within * (1.0 - 0.6 * a.x * a.x * a.x) * grain * (1.0 + 0.06 * lines * ridge);
  inner += mix(CORAL, DENTINE, 0.4) * within * within * 0.25 * mamelons;
  inner *= 1.0 - 0.55 * crack;
  inner += ENAMEL * crack * within * 0.9 * bell((n.x + 0.1) / 0.5);

  float facing = max(dot(n, normalize(vec3(key * 1.2, 0.75))), 0.0);
  vec3 outer = ENAMEL * vec3(0.95, 0.92, 1.0) * facing * facing * facing * near * near * 0.10 * (1.0 + 0.25 * lines * ridge);
  vec3 rim = mix(ICE, ENAMEL, 0.35) * (0.55 * thin + 0.30 * thin * thin * thin + 0.75 * side * (1.0 - thin)) * (0.03 + 0.35 * near * near + 0.75 * within * glow);
  rim *= 0.5 + 0.5 * uneven.x;
  rim += mix(DENTINE, ENAMEL, 0.6) * bell((1.0 - f - 0.055) / 0.045) * smoothstep(0.25, -0.75, e.y) * (0.05 + 0.9 * within * glow + 0.35 * near * near);   // the bright line round a thin edge

  vec3 r = reflect(vec3(0.0, 0.0, -1.0), n);
  float streak = softbox(r, key * vec2(0.62, 0.5), vec2(0.060, 0.50)), window = softbox(r, key * vec2(0.62, 0.5) + vec2(0.17, 0.05), vec2(0.022, 0.34));
  float film = 0.55 + 0.45 * smoothstep(0.35, 0.65, slope(q * vec2(5.0, 9.0) + vec2(0.0, TIME * 0.02)).x);
  vec3 shine = mix(ENAMEL, ICE, 0.3) * wet * (0.85 * streak * streak * (0.25 + near) * film * (1.0 - 0.45 * lines * (0.5 + 0.5 * ridge)) + 0.14 * sqrt(streak) * near + 0.25 * window * (0.1 + near));

  vec3 seen = (inner * glow * 0.60 + outer + rim * 0.55 + shine) * inside;
  // Gum above the neck and dark behind: only what leaks out of the tooth is seen.
  float neck = smoothstep(0.62, 0.98, e.y + 0.10 * e.x * e.x);
  seen *= 1.0 - 0.85 * neck;
  vec3 halo = mix(CORAL, DENTINE, 0.3) * 0.05 * glow * exp(-max(f - 1.0, 0.0) * 1.6) * (0.10 + within);
  seen += (PLUM * (0.2 + 0.8 * near) + halo) * (1.0 - inside);
  vec3 shown = pow(1.0 - exp(-max(seen * light, 0.0) * EXPOSURE), vec3(1.0 / 2.2));
  shown += (hash2(gl_FragCoord.xy + fract(TIME) * 61.0).x - 0.5) / 255.0;   // dark gradients must not band on a wall
  gl_FragColor = vec4(shown, 1.0);
}
