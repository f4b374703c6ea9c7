/*{
  "DESCRIPTION": "The air before the picture is hot: it trembles upwards in slow sheets, and lines swim as through running water.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "optics"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image", "LABEL": "Picture"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0, "LABEL": "How far lines swim"},
    {"NAME": "scale", "TYPE": "float", "MIN": 1.0, "MAX": 12.0, "DEFAULT": 4.0, "LABEL": "How fine the sheets are"},
    {"NAME": "speed", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.25, "LABEL": "How fast they rise, in canvas heights a second"},
    {"NAME": "ground", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "LABEL": "Everywhere (0) or mostly low down (1)"}
  ]
}*/

const float FARTHEST = 0.030;        // canvas heights, at full amount
const float TALL = 0.45;             // sheets are taller than broad
const float FOLD = 0.55;             // how far large sheets fold the small ones
const float SHIMMER = 0.35;          // light gathers where the air is a lens
const float WRAP = 256.0;            // cells after which the air is the same again: the clock can run for weeks

float hash(vec2 p) {
  vec3 q = fract(vec3(mod(p, WRAP).xyx) * 0.1031);
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}

// Smooth noise and its slope: value, d/dx, d/dy.
vec3 noise(vec2 p) {
  vec2 i = floor(p), f = fract(p), u = f * f * f * (f * (f * 6.0 - 15.0) + 10.0), du = 30.0 * f * f * (f * (f - 2.0) + 1.0);
  float a = hash(i), b = hash(i + vec2(1.0, 0.0)), c = hash(i + vec2(0.0, 1.0)), d = hash(i + vec2(1.0, 1.0)), k = a - b - c + d;
  return vec3(a + (b - a) * u.x + (c - a) * u.y + k * u.x * u.y, du * vec2(b - a + k * u.y, c - a + k * u.x));
}

void main() {
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  vec2 to_uv = vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0), p = isf_FragNormCoord / to_uv * vec2(1.0, TALL) * scale;
  float rise = mod(speed * TALL * scale * TIME, WRAP);
  vec3 large = noise(p * 0.5 - vec2(0.0, 0.5 * rise));
  vec3 middle = noise(p + FOLD * large.yz - vec2(3.7, rise));
  vec3 small = noise(2.0 * p + 2.0 * FOLD * middle.yz - vec2(0.0, 2.0 * rise));
  vec2 slope = 0.5 * large.yz + 0.6 * middle.yz + 0.35 * small.yz;
  float high = isf_FragNormCoord.y, here = amount * mix(1.0, smoothstep(1.05, 0.0, high) * 1.3, ground);
  vec2 bent = slope * vec2(1.0, TALL) * FARTHEST * min(1.0, 4.0 / scale) * here;
  vec2 from = isf_FragNormCoord + bent * to_uv;
  vec4 seen = IMG_NORM_PIXEL(inputImage, from);
  // Red bends least; the parting is so small that it only softens.
  seen.r = IMG_NORM_PIXEL(inputImage, isf_FragNormCoord + bent * 0.86 * to_uv).r;
  seen.rgb *= 1.0 + SHIMMER * here * (middle.x - 0.5 + 0.7 * (small.x - 0.5));
  gl_FragColor = amount <= 0.0 ? picture : seen;
}
