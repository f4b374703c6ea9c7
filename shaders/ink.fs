/*{
  "DESCRIPTION": "Drops of ink fall into water and billow; where the ink is thin it is warm, where it is thick it is night, and the next picture is in it.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["transition", "water"],
  "INPUTS": [
    {"NAME": "startImage", "TYPE": "image", "LABEL": "What goes"},
    {"NAME": "endImage", "TYPE": "image", "LABEL": "What comes"},
    {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "LABEL": "How far the ink has spread"},
    {"NAME": "drops", "TYPE": "long", "MIN": 1, "MAX": 6, "DEFAULT": 4, "LABEL": "How many drops fall"},
    {"NAME": "billow", "TYPE": "float", "MIN": 0.2, "MAX": 1.5, "DEFAULT": 1.0, "LABEL": "How much it billows"},
    {"NAME": "warmth", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "LABEL": "How warm its edges are"},
    {"NAME": "seed", "TYPE": "float", "MIN": 0.0, "MAX": 100.0, "DEFAULT": 7.0, "LABEL": "Another one of its kind"}
  ]
}*/

const float REACH = 1.75;                 // canvas heights that a drop can spread to
const float EDGE = 0.21;                  // of the way in, until the ink is thick
const vec3 THIN = vec3(0.93, 0.60, 0.36), EMBER = vec3(0.72, 0.22, 0.20), NIGHT = vec3(0.060, 0.022, 0.050);

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

// Water carries the ink along in curls; each finer curl rides on the coarser one.
vec2 curl(vec2 p, float t) {
  float e = 0.06, n = noise(p + t), east = noise(p + vec2(e, 0.0) + t), north = noise(p + vec2(0.0, e) + t);
  return vec2(north - n, n - east) / e;
}

void main() {
  vec2 uv = isf_FragNormCoord, frame = vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0), p = uv * frame;
  float slow = 0.9 * progress + 0.02 * sin(0.3 * TIME);
  vec2 q = p;
  q += billow * 0.095 * curl(q * 2.1 + seed, slow);
  q += billow * 0.042 * curl(q * 4.7 + seed + 11.0, 1.7 * slow);
  q += billow * 0.014 * curl(q * 11.0 + seed + 23.0, 2.6 * slow);
  float wisp = noise(q * 23.0 + seed) * 0.6 + noise(q * vec2(51.0, 47.0)) * 0.4;
  float ink = -9.0;
  for (int i = 0; i < drops; i++) {
    float n = float(i), count = float(drops);
    vec2 at = vec2((n + 0.25 + 0.5 * hash(vec2(n, seed))) / count, 0.25 + 0.5 * hash(vec2(seed + 3.0, n))) * frame;
    float falls = 0.45 * mod(n * 0.618 + hash(vec2(seed, 1.0)), 1.0) * step(0.5, n);
    float t = clamp((progress - falls) / (1.0 - falls), 0.0, 1.0);
    // It strikes, stands, and then spreads ever faster until nothing is left of the water.
    float radius = REACH * (0.10 * sqrt(t) + 0.35 * t + 0.75 * t * t * t * t) * step(1e-4, t);
    ink = max(ink, (radius - length(q - at)) / (0.35 + 0.65 * radius) - 0.30 * step(t, 1e-4));
  }
  float late = smoothstep(0.82, 1.0, progress);
  ink += 0.11 * (wisp - 0.55) * (1.0 - late) + 0.9 * late * late;       // at the end it closes everywhere
  float thin = smoothstep(0.0, 0.035, ink), thick = smoothstep(0.0, EDGE, ink), clear = smoothstep(EDGE * 0.35, EDGE * 2.6, ink);
  vec4 a = IMG_NORM_PIXEL(startImage, uv + (q - p) * 0.22 * thin / frame), b = IMG_NORM_PIXEL(endImage, uv + (q - p) * 0.35 * (1.0 - clear) / frame);
  // Thin ink takes the blue first, then the green: it is a filter before it is a cloud.
  vec3 through = a.rgb * exp(-thick * mix(vec3(2.2), vec3(1.6, 3.4, 4.6), warmth));
  float rim = thin * (1.0 - smoothstep(0.0, EDGE * 1.1, ink)), thread = 0.35 + 0.65 * wisp;
  float present = smoothstep(0.0, 0.03, progress) * smoothstep(1.0, 0.88, progress);
  vec3 lit = mix(vec3(0.42, 0.40, 0.46), mix(EMBER, THIN, rim * rim), warmth) * rim * thread * 0.42 * present;
  vec4 cloud = vec4(max(through, NIGHT * thick * (1.0 - clear)) + lit * (1.0 - through), max(a.a, 0.85 * thin * max(a.a, b.a)));
  vec4 seen = blend(cloud, b, clear);
  gl_FragColor = progress <= 0.0 ? IMG_THIS_PIXEL(startImage) : progress >= 1.0 ? IMG_THIS_PIXEL(endImage) : seen;
}
