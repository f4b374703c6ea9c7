/*{
  "DESCRIPTION": "Colonies settle on the picture, grow in three hues until they meet, never mix, and clear to show the next picture under them.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["transition", "growth", "living smiles"],
  "INPUTS": [
    {"NAME": "startImage", "TYPE": "image", "LABEL": "What goes"},
    {"NAME": "endImage", "TYPE": "image", "LABEL": "What comes"},
    {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "LABEL": "How far they have grown"},
    {"NAME": "colonies", "TYPE": "float", "MIN": 1.5, "MAX": 7.0, "DEFAULT": 3.2, "LABEL": "How many settle, to a canvas height"},
    {"NAME": "film", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.75, "LABEL": "How thick their film is"},
    {"NAME": "seed", "TYPE": "float", "MIN": 0.0, "MAX": 100.0, "DEFAULT": 7.0, "LABEL": "Another one of its kind"}
  ]
}*/

const float SPREAD = 0.34, OWN = 0.20, GROWS = 0.46;   // of the time: until the last place is settled, by chance, until a colony is full
const float LOBES = 0.30, FINE = 0.07;                  // how ragged a colony's edge is, in its own radii
const float CLEARS = 0.30;                              // of the time, in which a film clears behind its edge
const float SEAM = 0.055;                               // of a colony: the border that two keep between them
const float LENS = 0.012;                               // canvas heights that the wet edge bends the picture under it
const vec2 LIGHT = vec2(-0.55, 0.83);
const vec3 BIOLUME = vec3(0.134, 0.882, 0.815), CORAL = vec3(0.960, 0.470, 0.420), GOLD = vec3(0.890, 0.710, 0.370);

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

// Mixed as light, so that the middle is not dark; what is see-through adds nothing.
vec4 blend(vec4 a, vec4 b, float k) {
  float solid = mix(a.a, b.a, k);
  return vec4(sqrt(mix(a.rgb * a.rgb * a.a, b.rgb * b.rgb * b.a, k) / max(solid, 1e-4)), solid);
}

// When the nearest colony reaches a place (.x), how far it is to the border with the next one (.y), and whose it is (.z).
vec3 settle(vec2 p, vec2 middle) {
  vec2 bent = p + 0.22 * (vec2(noise(p * 1.7 + seed), noise(p * 1.7 + seed + 41.0)) - 0.5);
  float rough = LOBES * (noise(p * 3.3 + seed * 1.7) - 0.5) + FINE * (noise(p * 14.0) - 0.5) + 0.5 * FINE * (noise(p * 33.0) - 0.5);
  vec2 cell = floor(bent), f = bent - cell;
  float first = 9.0, second = 9.0, whose = 0.0;
  for (int j = -1; j <= 1; j++) for (int i = -1; i <= 1; i++) {
    vec2 g = vec2(float(i), float(j)), at = cell + g;
    vec2 place = g + 0.15 + 0.7 * vec2(hash(at + seed), hash(at + seed + 19.0));
    float far = length(place - f) * (0.85 + 0.3 * hash(at + 7.0));
    float settles = SPREAD * smoothstep(0.0, 1.6, length((cell + place - middle) / colonies)) + OWN * hash(at + seed + 3.0);
    float when = settles + GROWS * (far + rough * min(far * 2.0, 1.0)) / 1.15;
    second = when < first ? first : min(second, when);
    whose = when < first ? hash(at + seed + 61.0) : whose;
    first = min(first, when);
  }
  return vec3(first, (second - first) / GROWS, whose);
}

void main() {
  float wide = RENDERSIZE.x / RENDERSIZE.y;
  vec2 uv = isf_FragNormCoord, frame = vec2(wide, 1.0), p = uv * frame * colonies + seed * 3.1;
  vec2 middle = (vec2(0.30 + 0.4 * hash(vec2(seed, 5.0)), 0.35) * frame) * colonies + seed * 3.1;
  vec3 here = settle(p, middle);
  // The seams close last; the clock is set so that no place is early and none is left.
  float when = here.x + 0.05 * smoothstep(SEAM, 0.0, here.y);
  float age = mix(0.02, 0.68 + CLEARS, progress) - when;               // since the edge came by
  vec2 rise = vec2(dFdx(when), dFdy(when)) * RENDERSIZE.y;
  float steep = max(length(rise), 0.6), behind = age / steep;           // canvas heights
  vec2 outward = rise / steep;
  float grown = smoothstep(-0.0016, 0.0016, behind), edge = exp(-max(behind, 0.0) / 0.020) * grown;
  float clear = smoothstep(0.05, CLEARS, age - 0.10 * (noise(p * 9.0) - 0.5));
  vec2 bend = -outward * edge * edge * LENS / frame;
  vec4 a = IMG_NORM_PIXEL(startImage, uv + bend), b = IMG_NORM_PIXEL(endImage, uv + bend);
  vec4 seen = blend(a, b, grown * smoothstep(0.02, 0.75, clear));
  // The film: thickest just behind its edge, lit from one side, with the light of both pictures caught in it.
  vec3 hue = here.z < 0.40 ? BIOLUME : here.z < 0.75 ? CORAL : GOLD;
  float side = 0.5 + 0.5 * dot(outward, LIGHT), thick = film * grown * (1.0 - clear);
  float grain = 0.75 + 0.5 * noise(p * 26.0), under = max(max(seen.r, seen.g), seen.b);
  vec3 body = hue * (0.10 + 0.16 * side + 0.45 * under) * grain;
  float seam = smoothstep(0.0, SEAM, here.y);
  seen.rgb = mix(seen.rgb, body * (0.25 + 0.75 * seam), 0.78 * thick);
  float line = exp(-square(behind / 0.0040)) + 0.30 * edge;
  float present = smoothstep(0.0, 0.04, progress) * smoothstep(1.0, 0.92, progress);
  float light = present * film * line * (0.12 + 0.75 * side * side) * (1.0 - 0.8 * clear);
  seen.rgb *= 1.0 - 0.5 * present * film * exp(-square((behind + 0.009) / 0.008));
  seen.rgb += mix(hue, vec3(1.0), 0.35 * side * side) * light * (1.0 - seen.rgb);
  seen.a = max(seen.a, max(light, 0.6 * thick * max(a.a, b.a)));
  seen = mix(seen, b, smoothstep(0.96, 1.0, progress));
  gl_FragColor = progress <= 0.0 ? IMG_THIS_PIXEL(startImage) : progress >= 1.0 ? IMG_THIS_PIXEL(endImage) : seen;
}
