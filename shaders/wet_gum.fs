/*{
  "DESCRIPTION": "Gum, very close: its rolled wet edge over dark teeth, skin stippled like orange peel, vessels deep in it, and slow highlights that slide along as the light moves and the tissue breathes.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "material", "living smiles"],
  "INPUTS": [
    {"NAME": "wet", "LABEL": "Wetness", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7},
    {"NAME": "stipple", "LABEL": "Stippling", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6},
    {"NAME": "vessels", "LABEL": "Vessels", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6},
    {"NAME": "glow", "LABEL": "Light through the edge", "TYPE": "float", "MIN": 0.0, "MAX": 1.5, "DEFAULT": 0.8},
    {"NAME": "receded", "LABEL": "How far it has drawn back", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.2},
    {"NAME": "breath", "LABEL": "Depth of breath", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6},
    {"NAME": "light", "LABEL": "Light", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0}
  ]
}*/

const float TAU = 6.2831853;
const float BREATH_HZ = 0.14;
const float PITCH = 0.56;              // from tooth to tooth, in canvas heights
const float SCALLOP = 0.17;            // how deep the edge swings between tooth and papilla
const float SEAM = 0.40;               // where firm gum turns into the loose lining of the cheek, above the edge
const float EXPOSURE = 1.7;

// The palette, in linear light.
const vec3 PLUM = vec3(0.0056, 0.0014, 0.0040), CORAL = vec3(0.755, 0.173, 0.124), ENAMEL = vec3(0.873, 0.830, 0.719);
const vec3 SHADE = vec3(0.050, 0.008, 0.014), ROSE = vec3(0.806, 0.460, 0.498), RED = vec3(0.60, 0.020, 0.030);

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

// Pits of orange peel: .xy the slope, .z how deep, one to a cell at most.
vec3 pits(vec2 p) {
  vec2 cell = floor(p), own = hash2(cell + 41.0), r = p - cell - 0.30 - 0.40 * own;
  float size = 0.16 + 0.16 * hash2(cell + 7.0).x, d = dot(r, r) / (size * size), there = step(0.22, hash2(cell + 97.0).y);
  float dip = there * exp(-d * 1.6);
  return vec3(2.0 * r / size * dip, dip);
}

// How far above its edge a place lies, in canvas heights; .yz is the direction, .w where it is between two papillae (-1 to 1).
vec4 above(vec2 p) {
  float x = p.x / PITCH, tooth = floor(x), u = 2.0 * (x - tooth) - 1.0, lot = hash2(vec2(tooth, 3.0)).x;
  float a = abs(u), body = 1.0 - a * a * (0.75 + 0.25 * a);
  float edge = -0.26 + (SCALLOP + 0.10 * receded) * body + 0.14 * receded * (0.4 + 0.6 * lot) * body + 0.09 * receded;
  float lean = -(SCALLOP + (0.10 + 0.14 * (0.4 + 0.6 * lot)) * receded) * sign(u) * a * (1.5 + 0.75 * a) * 2.0 / PITCH;
  float steep = inversesqrt(1.0 + lean * lean);
  float high = (p.y - edge) * steep, eased = lean * smoothstep(1.0, 0.70, a) * exp(-max(high, 0.0) / 0.16);   // no crease above a papilla
  return vec4(high, normalize(vec2(-eased, 1.0)), u);
}

// A soft box of light, seen in a wet surface. `r` is the mirrored eye, `at` and `size` are slopes.
float softbox(vec3 r, vec2 at, vec2 size) {
  vec2 e = (r.xy / (1.0 + max(r.z, -0.5)) - at) / size;
  e *= e;
  return exp(-dot(e, e));
}

void main() {
  vec2 p = (isf_FragNormCoord - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  float swell = breath * sin(TAU * BREATH_HZ * TIME + 0.8 * sin(TIME * 0.131));
  vec3 bend = slope(p * 3.1 + 5.0), soft = slope(mat2(0.8, 0.6, -0.6, 0.8) * p * 6.5 + 2.0);
  vec2 q = p + vec2(0.11, 0.0) + 0.050 * (vec2(bend.x, soft.x) - 0.5) + vec2(0.0, 0.006 * swell);
  vec4 g = above(q);
  float s = g.x, root = 0.5 + 0.5 * cos(3.14159265 * g.w), px = 1.5 / RENDERSIZE.y;
  float seam = mix(s, q.y + 0.16, 0.72) - SEAM, firm = smoothstep(0.03, -0.06, seam), gum = smoothstep(-px, px, s);

  // Relief: a roll at the edge, a groove behind it, roots that bulge, folds above the seam.
  float roll = exp(-max(s, 0.0) / 0.030);
  vec2 tilt = -g.yz * (2.0 * roll * roll + 0.45 * roll) + g.yz * 0.45 * (s - 0.085) / 0.030 * bell((s - 0.085) / 0.030) * -1.0;
  tilt += vec2(0.55 * sin(3.14159265 * g.w), 0.0) * smoothstep(0.0, 0.12, s) * (1.0 + 0.10 * swell) * (0.35 + 0.65 * firm);
  tilt += vec2(0.0, 0.55 * bell(seam / 0.050)) - vec2(0.0, 0.25 + 0.5 * (q.y - 0.1));
  tilt -= 0.10 * bend.yz + 0.11 * soft.yz;
  vec2 turned = mat2(0.94, 0.34, -0.34, 0.94) * q;
  vec3 pit = pits(turned * 38.0 + 0.7 * bend.yz) + 0.6 * pits(turned * 71.0 + 13.0);
  float peel = stipple * firm * smoothstep(0.05, 0.12, s) * (0.45 + 0.55 * root);
  vec2 dents = mat2(0.94, -0.34, 0.34, 0.94) * pit.xy * 0.34 * peel;
  vec3 n = normalize(vec3(-tilt - dents, 1.0)), film = normalize(vec3(-tilt - dents * mix(1.0, 0.45, wet), 1.0));

  vec2 key = vec2(0.60 * sin(TIME * 0.079 + 0.8 * sin(TIME * 0.0231) + 0.5), 0.40 + 0.10 * sin(TIME * 0.057));
  vec2 off = (p - key * vec2(1.0, 0.25) + vec2(0.0, 0.08)) * vec2(0.8, 1.15);
  float near = exp(-3.4 * dot(off, off)), facing = max(dot(n, normalize(vec3(key, 0.65))), 0.0);

  // Flesh: dark by itself, warm where light comes through it, paler where it is taut over bone.
  float mottle = 0.70 + 0.35 * bend.x + 0.35 * soft.x;
  vec3 flesh = mix(SHADE * 0.5, mix(CORAL * vec3(0.36, 0.26, 0.30), ROSE * 0.26, 0.55 * root * firm), facing * facing) * (0.045 + 0.85 * near) * mottle;
  flesh *= mix(vec3(0.85, 0.50, 0.60), vec3(1.0), firm);
  flesh *= 1.0 - 0.35 * pit.z * peel;
  // Vessels: fine and dark under the loose lining, finer over the roots; blood comes in slow waves.
  vec3 wander = slope(vec2(q.x * 8.0 + 2.0 * soft.x, q.y * 5.0 + 3.0 * bend.x)), twig = slope(vec2(q.x * 21.0 + 2.5 * wander.x, q.y * 13.0 - 2.0 * soft.x));
  float pulse = 0.75 + 0.25 * sin(TIME * 0.9 - 8.0 * q.y + 4.0 * wander.x);
  float large = smoothstep(0.055, 0.0, abs(wander.x - 0.5)), small = smoothstep(0.10, 0.0, abs(twig.x - 0.5)) * smoothstep(0.35, 0.6, wander.x);
  float blood = vessels * max(large * (1.0 - 0.85 * firm), small * (0.75 - 0.55 * firm)) * smoothstep(0.04, 0.20, s);
  flesh = mix(flesh, RED * (0.012 + 0.11 * near * facing) * (0.6 + 0.8 * pulse), 0.6 * blood);
  // Light from behind the teeth comes out where gum is thin: at the edge and in the papillae.
  float thin = exp(-max(s, 0.0) / 0.050) + 0.55 * (1.0 - root) * exp(-max(s, 0.0) / 0.16);
  float lamp = 0.25 + 0.75 * bell((p.x + 0.55 * sin(TIME * 0.061 + 2.0)) / 0.55);
  flesh += (CORAL * vec3(1.0, 0.55, 0.45) * 0.20 + RED * 0.07) * thin * thin * glow * lamp * (0.90 + 0.10 * swell) * mottle;

  vec3 r = reflect(vec3(0.0, 0.0, -1.0), film);
  float lens = 0.35 + 0.65 * smoothstep(0.30, 0.65, slope(q * vec2(4.0, 6.0) + vec2(TIME * 0.015, -TIME * 0.02)).x);
  float shine = 0.80 * softbox(r, key * vec2(0.8, 0.55), vec2(0.13, 0.075)) + 0.07 * softbox(r, key * vec2(0.8, 0.55), vec2(0.42, 0.26)) + 0.22 * softbox(r, vec2(-0.55 * key.x - 0.1, -0.44), vec2(0.40, 0.09));
  vec3 wetness = mix(vec3(1.0, 0.78, 0.78), ENAMEL, 0.5) * shine * wet * lens * (0.08 + 0.92 * near) * (1.0 - 0.5 * pit.z * peel);

  // Teeth below, nearly dark: the gum's own colour in them, a line of wet where they meet, a thin light between.
  float below = max(-s, 0.0), across = g.w;
  vec3 tooth = ENAMEL * vec3(0.50, 0.34, 0.36) * pow(max(1.0 - across * across, 0.0), 0.8) * (0.006 + 0.050 * lamp * glow) * (1.0 - exp(-below / 0.06));
  tooth += mix(ENAMEL, ROSE, 0.3) * 0.20 * near * bell((across - key.x * 0.8 + 0.10) / 0.10) * smoothstep(0.02, 0.12, below) * wet;
  tooth += CORAL * 0.05 * exp(-below / 0.035) * lamp * glow;
  tooth *= smoothstep(1.0, 0.90, abs(across));
  tooth += mix(ENAMEL, ROSE, 0.4) * bell((s + 0.004) / (0.003 + px)) * 0.28 * near * wet;
  float shadow = smoothstep(0.0, 0.03, below);
  vec3 seen = mix(tooth * (0.35 + 0.65 * shadow), flesh + wetness, gum);
  seen *= smoothstep(1.00, 0.22, length(p * vec2(0.74, 1.0)));                                            // the rest is the wall's own dark
  seen += PLUM * 0.6 * near;
  vec3 shown = pow(1.0 - exp(-max(seen * light, 0.0) * EXPOSURE), vec3(1.0 / 2.2));
  shown += (hash2(gl_FragCoord.xy + fract(TIME) * 61.0).x - 0.5) / 255.0;   // dark gradients must not band on a wall
  gl_FragColor = vec4(shown, 1.0);
}
