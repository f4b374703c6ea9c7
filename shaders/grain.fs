/*{
  "DESCRIPTION": "Fine, living grain, most in the mid-darks: it keeps a projector's gradients from banding and a picture from looking dead.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "film"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.25, "IDENTITY": 0.0, "LABEL": "How much grain"},
    {"NAME": "rate", "TYPE": "float", "MIN": 1.0, "MAX": 24.0, "DEFAULT": 12.0, "LABEL": "New grain so many times a second"}
  ]
}*/

const float STRENGTH = 0.09;  // of full light, at amount 1: far below what flashes

float hash(vec3 p) {
  p = fract(p * vec3(0.1031, 0.1030, 0.0973));
  p += dot(p, p.yzx + 33.33);
  return fract((p.x + p.y) * p.z);
}

void main() {
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  float moment = mod(floor(TIME * rate), 997.0);
  vec2 grain = floor(gl_FragCoord.xy);
  // Two throws added give a softer grain than one.
  float noise = hash(vec3(grain, moment)) + hash(vec3(grain + 71.7, moment + 3.0)) - 1.0;
  float level = dot(picture.rgb, vec3(0.2126, 0.7152, 0.0722));
  // Nothing on the black of the wall, little in the lights.
  float weight = smoothstep(0.0, 0.12, level) * (1.0 - 0.75 * smoothstep(0.25, 0.9, level));
  gl_FragColor = vec4(picture.rgb + STRENGTH * amount * noise * weight, picture.a);
}
