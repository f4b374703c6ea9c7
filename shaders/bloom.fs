/*{
  "DESCRIPTION": "Light that is too much for its place runs over into the dark around it, as in wet glass. Quiet by default.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "light"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 0.35, "IDENTITY": 0.0, "LABEL": "How much light runs over"},
    {"NAME": "threshold", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.45, "LABEL": "How bright a place must be"},
    {"NAME": "radius", "TYPE": "float", "MIN": 0.25, "MAX": 3.0, "DEFAULT": 1.0, "LABEL": "How far it runs"}
  ],
  "PASSES": [
    {"TARGET": "near", "WIDTH": "floor($WIDTH / 4)", "HEIGHT": "floor($HEIGHT / 4)", "FLOAT": true, "DESCRIPTION": "what is bright, small"},
    {"TARGET": "nearBlur", "WIDTH": "floor($WIDTH / 4)", "HEIGHT": "floor($HEIGHT / 4)", "FLOAT": true, "DESCRIPTION": "softened"},
    {"TARGET": "far", "WIDTH": "floor($WIDTH / 16)", "HEIGHT": "floor($HEIGHT / 16)", "FLOAT": true, "DESCRIPTION": "smaller still"},
    {"TARGET": "farBlur", "WIDTH": "floor($WIDTH / 16)", "HEIGHT": "floor($HEIGHT / 16)", "FLOAT": true, "DESCRIPTION": "softened"},
    {"DESCRIPTION": "laid over the picture"}
  ]
}*/

const float NEAR_SHARE = 0.6, FAR_SHARE = 0.5;   // how the light is divided between the near and the far halo
const float FAINT = 0.02;
const float KNEE = 0.35;       // above the threshold, until a place gives all its light
const float CENTRE = 1.1;      // how narrow the nine taps' bell is

// Nine taps under a bell, in light rather than in shown values. `runs` is 0 or 1: a software renderer runs everything in
// every pass, but a loop no longer than it must.
vec3 soften(sampler2D image, float reach, int runs) {
  vec3 sum = vec3(0.0);
  float weights = 1e-6;
  for (int i = 0; i < 9 * runs; i++) {
    float row = floor(float(i) / 3.0);
    vec2 d = vec2(float(i) - 3.0 * row, row) - 1.0;
    float weight = exp(-dot(d, d) / CENTRE);
    sum += weight * IMG_NORM_PIXEL(image, isf_FragNormCoord + d * reach / IMG_SIZE(image)).rgb;
    weights += weight;
  }
  return sum / weights;
}

// Four taps, enough to draw a small soft picture large without its pixels showing.
vec3 enlarge(sampler2D image, int runs) {
  vec3 sum = vec3(0.0);
  vec2 d = 0.75 / IMG_SIZE(image);
  for (int i = 0; i < 4 * runs; i++) {
    sum += 0.25 * IMG_NORM_PIXEL(image, isf_FragNormCoord + d).rgb;
    d = i == 1 ? -d : vec2(-d.x, d.y);
  }
  return sum;
}

// What is bright of four by four pixels, as light.
vec3 bright(int runs) {
  vec3 sum = vec3(0.0);
  vec2 d = 1.0 / IMG_SIZE(inputImage);
  for (int i = 0; i < 4 * runs; i++) {
    vec4 here = IMG_NORM_PIXEL(inputImage, isf_FragNormCoord + d);
    float level = max(here.r, max(here.g, here.b));
    sum += 0.25 * here.a * here.rgb * here.rgb * smoothstep(threshold, threshold + KNEE, level);
    d = i == 1 ? -d : vec2(-d.x, d.y);
  }
  return sum;
}

void main() {
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  vec3 small = bright(PASSINDEX == 0 ? 1 : 0);
  vec3 near_soft = soften(near, 1.6 * radius, PASSINDEX == 1 ? 1 : 0);
  vec3 smaller = soften(nearBlur, 2.0, PASSINDEX == 2 ? 1 : 0);
  vec3 far_soft = soften(far, 1.7 * radius, PASSINDEX == 3 ? 1 : 0);
  vec3 halo = NEAR_SHARE * IMG_THIS_PIXEL(nearBlur).rgb + FAR_SHARE * enlarge(farBlur, PASSINDEX == 4 ? 1 : 0);
  halo *= halo / (halo + FAINT);                        // the faintest of it would only grey the wall
  vec3 lit = sqrt(picture.rgb * picture.rgb + amount * halo * (1.0 - 0.6 * picture.rgb));
  gl_FragColor = PASSINDEX == 0 ? vec4(small, 1.0) : PASSINDEX == 1 ? vec4(near_soft, 1.0) : PASSINDEX == 2 ? vec4(smaller, 1.0)
    : PASSINDEX == 3 ? vec4(far_soft, 1.0) : amount <= 0.0 ? picture : vec4(lit, picture.a);
}
