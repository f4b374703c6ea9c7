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
    {"TARGET": "near", "WIDTH": "floor($WIDTH / 4)", "HEIGHT": "floor($HEIGHT / 4)", "DESCRIPTION": "what is bright, small"},
    {"TARGET": "nearBlur", "WIDTH": "floor($WIDTH / 4)", "HEIGHT": "floor($HEIGHT / 4)", "DESCRIPTION": "softened"},
    {"TARGET": "far", "WIDTH": "floor($WIDTH / 16)", "HEIGHT": "floor($HEIGHT / 16)", "DESCRIPTION": "smaller still"},
    {"TARGET": "farBlur", "WIDTH": "floor($WIDTH / 16)", "HEIGHT": "floor($HEIGHT / 16)", "DESCRIPTION": "softened"},
    {"DESCRIPTION": "laid over the picture"}
  ]
}*/

const float NEAR_SHARE = 0.6;  // how the light is divided between the near and the far halo
const float FAR_SHARE = 0.7;

// Nine taps on a ring and its middle: smooth enough at a quarter of the size.
vec3 soften(sampler2D image, float reach) {
  vec2 d = reach / IMG_SIZE(image);
  vec2 p = isf_FragNormCoord;
  vec3 sum = IMG_NORM_PIXEL(image, p).rgb * 4.0;
  sum += (IMG_NORM_PIXEL(image, p + vec2(d.x, 0.0)).rgb + IMG_NORM_PIXEL(image, p - vec2(d.x, 0.0)).rgb) * 2.0;
  sum += (IMG_NORM_PIXEL(image, p + vec2(0.0, d.y)).rgb + IMG_NORM_PIXEL(image, p - vec2(0.0, d.y)).rgb) * 2.0;
  sum += IMG_NORM_PIXEL(image, p + d).rgb + IMG_NORM_PIXEL(image, p - d).rgb;
  sum += IMG_NORM_PIXEL(image, p + vec2(d.x, -d.y)).rgb + IMG_NORM_PIXEL(image, p + vec2(-d.x, d.y)).rgb;
  return sum / 16.0;
}

vec3 bright(vec3 c) {
  float level = max(c.r, max(c.g, c.b));
  return c * smoothstep(threshold, threshold + 0.35, level);
}

void main() {
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  if (PASSINDEX == 0) {
    vec2 d = 1.0 / IMG_SIZE(inputImage);
    vec2 p = isf_FragNormCoord;
    vec3 a = IMG_NORM_PIXEL(inputImage, p + d).rgb, b = IMG_NORM_PIXEL(inputImage, p - d).rgb;
    vec3 c = IMG_NORM_PIXEL(inputImage, p + vec2(d.x, -d.y)).rgb, e = IMG_NORM_PIXEL(inputImage, p + vec2(-d.x, d.y)).rgb;
    gl_FragColor = vec4(0.25 * (bright(a) + bright(b) + bright(c) + bright(e)), 1.0);
  } else if (PASSINDEX == 1) {
    gl_FragColor = vec4(soften(near, 1.6 * radius), 1.0);
  } else if (PASSINDEX == 2) {
    gl_FragColor = vec4(soften(nearBlur, 2.0), 1.0);
  } else if (PASSINDEX == 3) {
    gl_FragColor = vec4(soften(far, 1.7 * radius), 1.0);
  } else {
    vec3 halo = NEAR_SHARE * IMG_THIS_PIXEL(nearBlur).rgb + FAR_SHARE * soften(farBlur, 1.2);
    vec3 light = picture.rgb + amount * halo * (1.0 - 0.6 * picture.rgb);
    gl_FragColor = vec4(light, picture.a);
  }
}
