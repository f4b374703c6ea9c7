/*{
  "DESCRIPTION": "A dish in the dark: colonies of four kinds grow slowly, each in its own manner, throw a halo on the jelly, and where two meet they stop and leave a line between them.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "growth", "living smiles"],
  "INPUTS": [
    {"NAME": "colonies", "LABEL": "How many colonies", "TYPE": "float", "MIN": 2.0, "MAX": 14.0, "DEFAULT": 12.0},
    {"NAME": "life", "LABEL": "Minutes that a colony lives", "TYPE": "float", "MIN": 0.5, "MAX": 10.0, "DEFAULT": 3.0},
    {"NAME": "ragged", "LABEL": "Smooth to ragged edges", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
    {"NAME": "apart", "LABEL": "Width of the line between two", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
    {"NAME": "halo", "LABEL": "Halo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
    {"NAME": "dish", "LABEL": "Size of the dish", "TYPE": "float", "MIN": 0.3, "MAX": 1.2, "DEFAULT": 0.66},
    {"NAME": "light", "LABEL": "Light", "TYPE": "float", "MIN": 0.0, "MAX": 1.5, "DEFAULT": 1.0},
    {"NAME": "variant", "LABEL": "Another dish", "TYPE": "float", "MIN": 0.0, "MAX": 100.0, "DEFAULT": 7.0},
    {"NAME": "first", "LABEL": "Colour of the first kind", "TYPE": "color", "DEFAULT": [0.134, 0.882, 0.815, 1.0]},
    {"NAME": "second", "LABEL": "Colour of the second kind", "TYPE": "color", "DEFAULT": [0.884, 0.453, 0.388, 1.0]},
    {"NAME": "third", "LABEL": "Colour of the third kind", "TYPE": "color", "DEFAULT": [0.894, 0.716, 0.314, 1.0]},
    {"NAME": "fourth", "LABEL": "Colour of the fourth kind", "TYPE": "color", "DEFAULT": [0.770, 0.706, 0.897, 1.0]}
  ]
}*/

const float TAU = 6.2831853;
const int MOST = 14;
const float GOLDEN = 2.3999632;            // radians: seeds so set are nowhere in rows
const float LARGEST = 0.46;                // a colony's radius at the end of its life, in dish radii
const float EXPOSURE = 1.7;

// The palette, in linear light.
const vec3 PLUM = vec3(0.0056, 0.0014, 0.0040), CORAL = vec3(0.755, 0.173, 0.124), ENAMEL = vec3(0.873, 0.830, 0.719);
const vec3 PEARL_MEAN = vec3(0.66, 0.52, 0.66), PEARL_SWING = vec3(0.32, 0.20, 0.34), PEARL_PHASE = vec3(0.0, 0.30, 0.55);

vec2 hash2(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * vec3(0.1031, 0.1030, 0.0973));
  q += dot(q, q.yzx + 33.33);
  return fract((q.xx + q.yz) * q.zy);
}

// Two rough surfaces at once, 0..1.
vec2 noise(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(hash2(i), hash2(i + vec2(1.0, 0.0)), f.x), mix(hash2(i + vec2(0.0, 1.0)), hash2(i + vec2(1.0, 1.0)), f.x), f.y);
}

float bell(float x) { return exp(-x * x); }

// A soft box of light, seen in a wet surface. `r` is the mirrored eye, `at` and `size` are slopes.
float softbox(vec3 r, vec2 at, vec2 size) {
  vec2 e = (r.xy / (1.0 + max(r.z, -0.5)) - at) / size;
  e *= e;
  return exp(-dot(e, e));
}

void main() {
  vec2 p = (isf_FragNormCoord - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0), q = p / dish;   // q: in dish radii
  float breath = sin(TIME * 0.82 + 0.8 * sin(TIME * 0.131)), rim = length(q);

  // Fronts are ragged: the place that asks is bent, more for some kinds than for others.
  vec2 broad = noise(q * 5.0 + variant) - 0.5, fine = noise(q * 19.0 + variant + 9.0) - 0.5, finest = noise(q * 61.0 + variant + 5.0) - 0.5;
  float best = 9.0, next = 9.0, reach = 1.0, glow = 0.0, ripe = 0.0;
  vec2 centre = vec2(0.0), other = vec2(0.0), own = vec2(0.0);
  float kind = 0.0, number = 0.0;
  vec3 hues = vec3(0.0);
  for (int i = 0; i < MOST; i++) {
    float k = float(i), there = clamp(colonies - k, 0.0, 1.0);
    float age = TIME / (60.0 * life) + fract(k * 0.618 + 0.35), cycle = floor(age);
    age -= cycle;
    vec2 lot = hash2(vec2(k * 7.0 + floor(variant) * 3.0, mod(cycle, 512.0)));
    float turn = GOLDEN * (k + floor(variant) * 5.0) + 0.5 * (lot.x - 0.5), out_ = 0.80 * sqrt((k + 0.35) / max(colonies, 3.0)) + 0.10 * (lot.y - 0.5);
    vec2 c = min(out_, 0.84) * vec2(cos(turn), sin(turn));
    float sort_ = mod(k + cycle, 4.0), feather = sort_ > 2.5 ? 1.7 : sort_ > 1.5 ? 1.1 : 0.55;
    float radius = LARGEST * (0.65 + 0.5 * lot.y) * sqrt(10.0 / (colonies + 3.0)) * (1.0 - exp(-2.6 * age)) * smoothstep(1.0, 0.90, age) * there;
    vec2 bent = q + ragged * feather * (0.085 * broad + 0.035 * fine + (sort_ > 2.5 ? 0.022 : 0.008) * finest);
    float d = length(bent - c) - radius * (1.0 + 0.004 * breath) + (1.0 - step(0.012, radius)) * 9.0;
    if (d < best) {
      next = best;
      other = centre;
      best = d;
      centre = c;
      reach = radius;
      kind = sort_;
      number = k;
      own = lot;
      ripe = age;
    } else if (d < next) {
      next = d;
      other = c;
    }
    float w = exp(-max(d, 0.0) / 0.13) * smoothstep(0.0, 0.05, radius);
    hues += w * (sort_ < 0.5 ? first.rgb * first.rgb : sort_ < 1.5 ? second.rgb * second.rgb : sort_ < 2.5 ? third.rgb * third.rgb : fourth.rgb * fourth.rgb);
  }
  vec3 lit = pow(kind < 0.5 ? first.rgb : kind < 1.5 ? second.rgb : kind < 2.5 ? third.rgb : fourth.rgb, vec3(2.2));

  // How far inside its own ground a place is: from the front, or from the line where the neighbour's begins.
  float line = 0.004 + 0.030 * apart, edge = -best, gap = 0.5 * (next - best) - line * (1.0 + 0.5 * ragged * finest.y) + 0.06 * ragged * broad.y + 0.02 * ragged * fine.y, s = min(min(edge, gap), 0.93 - rim);
  vec2 way = q - centre, to_other = q - other;
  float far = length(way) + 1e-4;
  vec2 outward = way / far, across = gap < edge ? normalize(outward - to_other / (length(to_other) + 1e-4) + 1e-3) : outward;
  float angle = atan(way.y, way.x), px = 2.0 / (RENDERSIZE.y * dish);
  float body = smoothstep(0.0, px + 0.004, s), inner = clamp(s / max(reach, 0.05), 0.0, 1.0);

  // Manners of growing: 0 a wet dome, 1 terraces, 2 folds, 3 a feathered veil.
  float dome = exp(-max(s, 0.0) / 0.030), terrace = sin(TAU * (far * 34.0 + 1.6 * broad.x + 0.5 * fine.x)), folds = sin(angle * floor(13.0 + 14.0 * own.x) + 7.0 * broad.x + 2.5 * sin(far * 24.0));
  float fibres = noise(vec2(angle * 9.0 + 3.0 * fine.x, far * 10.0) + number * 7.0).x;
  vec3 is = vec3(bell((kind - 1.0) * 3.0), bell((kind - 2.0) * 3.0), bell((kind - 3.0) * 3.0));
  float rugged = smoothstep(0.02, 0.10, far) * smoothstep(0.0, 0.03, s);
  vec2 tilt = across * dome * 0.95 + outward * (0.13 * is.x * cos(TAU * (far * 34.0 + 1.6 * broad.x + 0.5 * fine.x)) * rugged);
  tilt += vec2(-outward.y, outward.x) * is.y * 0.42 * cos(angle * floor(13.0 + 14.0 * own.x) + 7.0 * broad.x + 2.5 * sin(far * 24.0)) * rugged;
  tilt += outward * (is.y * 0.16 * sin(far * 90.0 + 5.0 * broad.y) + 0.30 * bell((far - 0.035) / 0.012)) * rugged + 0.20 * fine * (1.0 - 0.6 * (is.x + is.y)) + is.z * 0.35 * finest;
  vec3 n = normalize(vec3(tilt, 1.0));

  vec2 key = vec2(0.55 * sin(TIME * 0.083 + 0.7 * sin(TIME * 0.0231) + 2.4), 0.42 + 0.10 * sin(TIME * 0.057));
  vec2 off = q - key * vec2(0.7, 0.4);
  float near = exp(-1.3 * dot(off, off));
  float behind = clamp(0.42 - 0.9 * dot(n.xy, normalize(key)), 0.0, 1.0), facing = max(dot(n, normalize(vec3(key, 0.8))), 0.0);
  vec3 r = reflect(vec3(0.0, 0.0, -1.0), n);
  vec3 sheen = PEARL_MEAN + PEARL_SWING * cos(TAU * (2.2 * inner + 0.6 * n.z + own.x + PEARL_PHASE));

  // Light comes from below and one side: bright where a colony is young and thin, deep in its middle, and a crescent where
  // its dome gathers the light on the side away from it.
  float thick = 1.0 - dome, veil = mix(1.0, 0.15 + 1.2 * fibres * fibres, is.z), grain = 0.75 + 0.5 * finest.x + 0.5 * fine.y;
  float crescent = clamp(-dot(outward, normalize(key)), 0.0, 1.0) * smoothstep(0.25, 1.0, far / max(reach, 0.05)) * thick;
  float ring = 0.5 + 0.5 * terrace, fold = 0.5 + 0.5 * folds;
  float tone = mix(mix(mix(0.8, 0.25 + 0.85 * ring * ring, is.x), 0.12 + 1.0 * fold * fold, is.y * rugged), 0.8, is.z);
  vec3 flesh = lit * lit * (0.025 + 0.10 * near * facing) * (0.5 + 0.5 * tone);
  flesh += lit * (0.020 + 0.15 * near) * tone * veil * grain * (1.0 - 0.80 * inner) * thick;
  flesh += mix(lit, lit * sheen * 2.0, 0.5) * crescent * tone * grain * veil * (0.08 + 0.55 * near);
  flesh += lit * exp(-max(s, 0.0) / 0.016) * (0.07 + 0.70 * near) * (0.25 + 0.75 * behind) * veil;
  flesh += mix(lit, ENAMEL, 0.5) * bell((s - 0.003) / 0.006) * (0.04 + 0.36 * near) * (1.0 - 0.8 * ripe);   // what grows, shines
  flesh += mix(sheen, ENAMEL, 0.5) * (softbox(r, key * 0.75, vec2(0.17, 0.10)) * (0.15 + 0.85 * near) * 0.60 + 0.05 * softbox(r, -key * 0.6, vec2(0.3, 0.2))) * (1.0 - 0.8 * is.z) * (1.0 - 0.5 * is.y);
  flesh *= 1.0 - 0.35 * bell(far / 0.016);

  // Jelly: nearly black, lit by what grows on it; and a glass wall with two thin rims.
  float floor_ = smoothstep(0.965, 0.94, rim);
  vec3 jelly = PLUM * (0.4 + 0.9 * near) + hues * halo * (0.006 + 0.034 * near);
  jelly *= 1.0 - 0.75 * smoothstep(-0.03, 0.03, -gap) * smoothstep(0.06, -0.02, best);
  jelly *= 1.0 - 0.5 * halo * bell((best - 0.018) / 0.016) * step(0.0, best);                     // starved ground just outside a front
  float side = dot(q / max(rim, 1e-3), normalize(key));
  float glass = 0.85 * bell((rim - 0.985) / 0.006) * pow(max(0.5 + 0.5 * side, 0.0), 6.0) + 0.50 * bell((rim - 0.952) / 0.004) * pow(max(0.5 - 0.5 * side, 0.0), 8.0);
  glass += 0.10 * bell((rim - 0.985) / 0.010) + 0.05 * bell((rim - 0.952) / 0.006) + 0.04 * smoothstep(0.94, 0.955, rim) * smoothstep(1.0, 0.985, rim) * (0.5 + 0.5 * side);
  vec3 seen = mix(jelly, flesh + 0.3 * jelly, body * mix(1.0, 0.8, is.z)) * floor_;
  seen += mix(ENAMEL, vec3(0.436, 0.686, 0.838), 0.5) * glass * (0.4 + 0.5 * near);
  seen += PLUM * 0.8 * exp(-max(rim - 1.0, 0.0) * 2.5) * step(1.0, rim);
  vec3 shown = pow(1.0 - exp(-max(seen * light, 0.0) * EXPOSURE), vec3(1.0 / 2.2));
  shown += (hash2(gl_FragCoord.xy + fract(TIME) * 61.0).x - 0.5) / 255.0;   // dark gradients must not band on a wall
  gl_FragColor = vec4(shown, 1.0);
}
