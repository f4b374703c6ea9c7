/*{
  "DESCRIPTION": "Frost grows over the picture in needles until it is ice; the ice clears, drop by drop, and it is another picture.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["transition", "ice"],
  "INPUTS": [
    {"NAME": "startImage", "TYPE": "image", "LABEL": "What goes"},
    {"NAME": "endImage", "TYPE": "image", "LABEL": "What comes"},
    {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "LABEL": "From frost to thaw"},
    {"NAME": "scale", "TYPE": "float", "MIN": 1.5, "MAX": 8.0, "DEFAULT": 3.2, "LABEL": "How fine the frost is"},
    {"NAME": "white", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "LABEL": "How white it is"},
    {"NAME": "bend", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "LABEL": "How much the ice bends what is under it"},
    {"NAME": "seed", "TYPE": "float", "MIN": 0.0, "MAX": 100.0, "DEFAULT": 7.0, "LABEL": "Another one of its kind"}
  ]
}*/

const float FREEZES = 0.56, THAWS = 0.44;      // until it is all ice; from when it clears
const float FACET = 0.030;                     // canvas heights that a plate of ice moves the picture
const vec3 ICE = vec3(0.66, 0.80, 0.86), PEARL = vec3(0.86, 0.82, 0.95);

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

// Needles of frost that stand round their plate's root, finer outwards. .x how much of one is here, 0..1; .y its slant.
vec2 needles(vec2 q, float own) {
  float far = length(q);
  vec2 way = q / max(far, 1e-3), sown = vec2(91.0 * own, 37.0 * own);
  float large = noise(way * 4.5 + far * 1.1 + sown), small = noise(way * 13.0 + far * 4.0 * (large - 0.5) + sown + 9.0), fine = noise(q * 21.0 + sown);
  float one = 1.0 - abs(2.0 * large - 1.0), two = 1.0 - abs(2.0 * small - 1.0);
  return vec2(clamp(one * one * one * 0.75 + two * two * two * two * 0.70 + 0.25 * (fine - 0.5), 0.0, 1.0), small - 0.5);
}

// The plate of ice that a place belongs to: root and turn of its needles. .xy the place seen from the root, .z its own
// number, .w how far it is to the next plate.
vec4 plate(vec2 p) {
  vec2 cell = floor(p), f = p - cell, to = vec2(0.0);
  float first = 9.0, second = 9.0, own = 0.0;
  for (int j = -1; j <= 1; j++) for (int i = -1; i <= 1; i++) {
    vec2 g = vec2(float(i), float(j)), at = cell + g, r = f - g - 0.1 - 0.8 * vec2(hash(at + seed), hash(at + seed + 17.0));
    float d = dot(r, r);
    second = d < first ? first : min(second, d);
    own = d < first ? hash(at + seed + 41.0) : own;
    to = d < first ? r : to;
    first = min(first, d);
  }
  float turn = 6.28318 * own, c = cos(turn), s = sin(turn);
  return vec4(c * to.x + s * to.y, c * to.y - s * to.x, own, sqrt(second) - sqrt(first));
}

void main() {
  vec2 uv = isf_FragNormCoord, frame = vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0), p = uv * frame;
  vec2 bent = p * scale + 0.35 * (vec2(noise(p * scale * 1.3 + seed), noise(p * scale * 1.3 + seed + 29.0)) - 0.5);
  vec4 here = plate(bent + seed);
  float far = length(here.xy);
  vec2 frost = needles(here.xy, here.z);
  // It comes from the edges of the wall inwards, plate after plate, along the needles first.
  float edge = min(min(uv.x, 1.0 - uv.x) * frame.x, min(uv.y, 1.0 - uv.y)), inward = smoothstep(0.0, 0.62, edge);
  float when = 0.42 * inward + 0.20 * here.z + 0.20 * min(far, 1.0) + 0.18 * (1.0 - frost.x);
  float t = progress / FREEZES, frozen = smoothstep(when - 0.02, when + 0.10, t * 1.12 - 0.03);
  float last = 0.40 * (1.0 - inward) + 0.22 * fract(here.z * 7.3) + 0.20 * frost.x + 0.18 * noise(p * scale * 4.0 + 5.0);
  float thaw = smoothstep(last - 0.05, last + 0.16, (progress - THAWS) / (1.0 - THAWS) * 1.25 - 0.08);
  float ice = frozen * (1.0 - thaw), ridge = ice * frost.x;
  // Each plate is a little prism of its own; thawing, its edge is a bead of water for a moment.
  vec2 lean = vec2(cos(40.0 * here.z), sin(40.0 * here.z)) * 0.6 + vec2(frost.y, -frost.y) * 1.6;
  float bead = 4.0 * thaw * (1.0 - thaw) * frozen;
  vec2 shift = (lean * ice + 0.8 * here.xy * bead) * FACET * bend;
  vec4 a = IMG_NORM_PIXEL(startImage, uv + shift / frame), b = IMG_NORM_PIXEL(endImage, uv + shift / frame);
  // Under ice the picture changes unseen: it only loses its colours and gives its light to the frost.
  float change = smoothstep(FREEZES - 0.20, FREEZES + 0.16, progress + 0.10 * (here.z - 0.5));
  vec4 seen = blend(a, b, max(change * frozen, thaw * step(THAWS, progress)));
  float under = dot(seen.rgb, vec3(0.2126, 0.7152, 0.0722));
  seen.rgb = mix(seen.rgb, under * ICE * 0.85, 0.50 * ice);
  float glance = 0.5 + 0.5 * sin(21.0 * here.z + 2.0 * sin(0.21 * TIME) + 3.0 * frost.y);
  vec3 light = ICE * ridge * (0.06 + 0.34 * white + 0.45 * under) * (0.35 + 0.65 * glance) + PEARL * ice * (0.01 + 0.04 * white) * glance;
  light += ICE * 0.22 * white * ice * smoothstep(0.06, 0.0, here.w) + PEARL * 0.22 * bead * smoothstep(0.75, 1.0, glance);
  light += ICE * 0.35 * white * exp(-square((t * 1.12 - 0.03 - when) / 0.035)) * frost.x * smoothstep(0.0, 0.06, progress) * smoothstep(1.0, 0.9, progress);
  seen.rgb += light * (1.0 - seen.rgb);
  seen.a = max(seen.a, max(light.g, 0.25 * ice) * max(a.a, b.a));
  gl_FragColor = progress <= 0.0 ? IMG_THIS_PIXEL(startImage) : progress >= 1.0 ? IMG_THIS_PIXEL(endImage) : seen;
}
