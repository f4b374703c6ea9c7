/*{
  "DESCRIPTION": "Light soaks into what lies around it, as through gum and thin enamel: white close by, then coral, then a deep red.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "light"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image", "LABEL": "Picture"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 0.7, "IDENTITY": 0.0, "LABEL": "How much light soaks out"},
    {"NAME": "threshold", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "LABEL": "How bright a place must be"},
    {"NAME": "flesh", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.8, "LABEL": "Through glass (0) or through flesh (1)"},
    {"NAME": "soak", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "LABEL": "In the air (0) or only in what is there (1)"}
  ],
  "PASSES": [
    {"TARGET": "lit", "WIDTH": "floor($WIDTH / 2)", "HEIGHT": "floor($HEIGHT / 2)", "DESCRIPTION": "what is bright, as the root of its light"},
    {"TARGET": "near", "WIDTH": "floor($WIDTH / 4)", "HEIGHT": "floor($HEIGHT / 4)", "DESCRIPTION": "a little further"},
    {"TARGET": "middle", "WIDTH": "floor($WIDTH / 8)", "HEIGHT": "floor($HEIGHT / 8)", "DESCRIPTION": "further"},
    {"TARGET": "far", "WIDTH": "floor($WIDTH / 16)", "HEIGHT": "floor($HEIGHT / 16)", "DESCRIPTION": "furthest"},
    {"TARGET": "farther", "WIDTH": "floor($WIDTH / 16)", "HEIGHT": "floor($HEIGHT / 16)", "DESCRIPTION": "furthest, softened"},
    {"DESCRIPTION": "the light in the picture"}
  ]
}*/

const float KNEE = 0.35;                            // above the threshold, until a place gives all its light
// What flesh lets through at each depth. Red goes furthest, as in a hand before a lamp.
const vec3 SHALLOW = vec3(1.00, 0.82, 0.70), DEEP = vec3(1.00, 0.36, 0.24), DEEPEST = vec3(0.95, 0.13, 0.12);
const vec3 SHARES = vec3(0.55, 0.75, 0.90);         // near, middle, far
const float ALBEDO = 2.6;                           // how strongly dim matter takes the light

int only(int number) { return PASSINDEX == number ? 1 : 0; }

// Nine taps under a bell, `reach` of the image's pixels apart.
vec3 soften(sampler2D image, float reach, int runs) {
  vec3 sum = vec3(0.0);
  float weights = 1e-6;
  for (int i = 0; i < 9 * runs; i++) {
    float row = floor(float(i) / 3.0);
    vec2 d = vec2(float(i) - 3.0 * row, row) - 1.0;
    float weight = exp(-0.9 * dot(d, d));
    vec3 there = IMG_NORM_PIXEL(image, isf_FragNormCoord + d * reach / IMG_SIZE(image)).rgb;
    sum += weight * there * there;
    weights += weight;
  }
  return sqrt(sum / weights);
}

// Four taps, enough to draw a small soft picture large without its pixels showing.
vec3 enlarge(sampler2D image, int runs) {
  vec3 sum = vec3(0.0);
  vec2 d = 0.75 / IMG_SIZE(image);
  for (int i = 0; i < 4 * runs; i++) {
    vec3 there = IMG_NORM_PIXEL(image, isf_FragNormCoord + d).rgb;
    sum += 0.25 * there * there;
    d = i == 1 ? -d : vec2(-d.x, d.y);
  }
  return sum;
}

void main() {
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  vec3 own = picture.rgb * picture.rgb;
  float level = max(picture.r, max(picture.g, picture.b));
  vec3 bright = picture.rgb * sqrt(picture.a * smoothstep(threshold, threshold + KNEE, level));
  vec3 a = soften(lit, 1.7, only(1)), b = soften(near, 1.7, only(2)), c = soften(middle, 1.7, only(3)), d = soften(far, 1.8, only(4));
  vec3 close = IMG_THIS_PIXEL(near).rgb, shallow = close * close, deep = enlarge(middle, only(5)), deepest = enlarge(farther, only(5));
  vec3 through = SHARES.x * shallow * mix(vec3(1.0), SHALLOW, flesh) + SHARES.y * deep * mix(vec3(0.7), DEEP, flesh)
    + SHARES.z * deepest * mix(vec3(0.5), DEEPEST, flesh);
  vec3 taken = mix(vec3(0.45), min(ALBEDO * picture.rgb * (0.4 + 0.6 * picture.rgb), 1.0), soak);
  vec3 sum = own + amount * through * taken * (1.0 - own);
  vec4 shown = vec4(sqrt(sum), max(picture.a, min(amount * (1.0 - soak) * max(through.r, max(through.g, through.b)), 1.0)));
  gl_FragColor = PASSINDEX == 0 ? vec4(bright, 1.0) : PASSINDEX == 1 ? vec4(a, 1.0) : PASSINDEX == 2 ? vec4(b, 1.0)
    : PASSINDEX == 3 ? vec4(c, 1.0) : PASSINDEX == 4 ? vec4(d, 1.0) : amount <= 0.0 ? picture : shown;
}
