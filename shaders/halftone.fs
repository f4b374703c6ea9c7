/*{
  "DESCRIPTION": "The picture as a plate in an old book of anatomy: engraved lines that swell with the light and bend round the forms.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "print"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image", "LABEL": "Picture"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0, "LABEL": "From the picture to the plate"},
    {"NAME": "lines", "TYPE": "float", "MIN": 30.0, "MAX": 160.0, "DEFAULT": 75.0, "LABEL": "Lines to a canvas height"},
    {"NAME": "angle", "TYPE": "float", "MIN": -90.0, "MAX": 90.0, "DEFAULT": 18.0, "LABEL": "Which way they run, in degrees"},
    {"NAME": "bend", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "LABEL": "How far they bend round the forms"},
    {"NAME": "hue", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35, "LABEL": "How much of the picture's colours stays"},
    {"NAME": "tint", "TYPE": "color", "DEFAULT": [0.96, 0.93, 0.86, 1.0], "LABEL": "The colour of the line"}
  ],
  "PASSES": [
    {"TARGET": "form", "WIDTH": "floor($WIDTH / 4)", "HEIGHT": "floor($HEIGHT / 4)", "FLOAT": true, "DESCRIPTION": "the picture's forms, small"},
    {"TARGET": "round", "WIDTH": "floor($WIDTH / 4)", "HEIGHT": "floor($HEIGHT / 4)", "FLOAT": true, "DESCRIPTION": "softened: what the lines bend round"},
    {"DESCRIPTION": "the plate"}
  ]
}*/

const float BENT = 4.0;              // lines that the brightest form pushes aside
const float HAND = 0.35;             // lines that the hand trembles
const float SECOND = 0.42;           // from this light on a second set of lines crosses the first
const float BURR = 0.10;             // how rough a line's edge is

int only(int number) { return PASSINDEX == number ? 1 : 0; }

float level(vec4 c) { return dot(c.rgb, vec3(0.2126, 0.7152, 0.0722)) * c.a; }

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

// Nine taps under a bell.
float soften(sampler2D image, float reach, int runs) {
  float sum = 0.0, weights = 1e-6;
  for (int i = 0; i < 9 * runs; i++) {
    float row = floor(float(i) / 3.0);
    vec2 d = vec2(float(i) - 3.0 * row, row) - 1.0;
    float weight = exp(-0.7 * dot(d, d));
    sum += weight * level(IMG_NORM_PIXEL(image, isf_FragNormCoord + d * reach / IMG_SIZE(image)));
    weights += weight;
  }
  return sum / weights;
}

// How much of a line lies here: `at` counts lines, `light` is its width, `pixel` a pixel in lines.
float line(float at, float light, float pixel) {
  float wide = 0.5 * light, d = abs(fract(at) - 0.5);
  return smoothstep(wide + pixel, wide - pixel, d) * smoothstep(0.03, 0.14, light);
}

void main() {
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  float first = soften(inputImage, 2.0, only(0)), second = soften(form, 1.8, only(1));
  if (PASSINDEX < 2) {
    float kept = PASSINDEX == 0 ? first : second;
    gl_FragColor = vec4(vec3(kept), 1.0);
    return;
  }
  vec2 p = (isf_FragNormCoord - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  vec2 e = 1.0 / IMG_SIZE(round);
  float high = 0.5 * (IMG_NORM_PIXEL(round, isf_FragNormCoord + e).r + IMG_NORM_PIXEL(round, isf_FragNormCoord - e).r);
  float turn = radians(angle), fine = level(picture), pixel = 0.8 * lines / RENDERSIZE.y;
  vec2 across = vec2(-sin(turn), cos(turn)), other = vec2(-sin(turn + 1.05), cos(turn + 1.05));
  float hand = HAND * (noise(p * 7.0) - 0.5), pushed = bend * BENT * sqrt(high);
  float rough = BURR * (noise(p * vec2(RENDERSIZE.y / 3.0)) - 0.5);
  // The picture's own light sets the width; a line is never so broad that it meets the next.
  float light = pow(clamp(fine * 1.12, 0.0, 1.0), 0.85);
  float one = line(dot(p, across) * lines + pushed + hand, min(0.90 * light, 0.74) + rough * light, pixel);
  float two = line(dot(p, other) * lines * 1.07 - pushed + hand, 0.80 * smoothstep(SECOND, 1.0, 1.2 * high) + rough * light, pixel);
  float cut = max(one, two);
  // Between the lines the plate keeps a breath of the picture, or a wall would see only stripes.
  vec3 strong = picture.rgb / max(max(picture.r, max(picture.g, picture.b)), 0.05);
  vec3 ink = mix(tint.rgb, strong, hue) * (0.55 + 0.45 * light);
  vec3 plate = ink * cut + picture.rgb * 0.10 * (1.0 - cut);
  gl_FragColor = amount <= 0.0 ? picture : vec4(mix(picture.rgb, plate, amount), picture.a);
}
