/*{
  "DESCRIPTION": "Colour set by hand, in steps that look even: darks, middles and lights, saturation, hue, warmth, and two inks.",
  "CREDIT": "Living Smiles. OKLab after Björn Ottosson (2020)",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "colour"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image", "LABEL": "Picture"},
    {"NAME": "lift", "TYPE": "float", "MIN": -0.1, "MAX": 0.1, "DEFAULT": 0.0, "IDENTITY": 0.0, "LABEL": "Darks"},
    {"NAME": "gamma", "TYPE": "float", "MIN": 0.6, "MAX": 1.5, "DEFAULT": 1.0, "IDENTITY": 1.0, "LABEL": "Middles"},
    {"NAME": "gain", "TYPE": "float", "MIN": 0.0, "MAX": 1.3, "DEFAULT": 1.0, "IDENTITY": 1.0, "LABEL": "Lights"},
    {"NAME": "saturation", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 1.0, "LABEL": "Saturation"},
    {"NAME": "hue", "TYPE": "float", "MIN": -180.0, "MAX": 180.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "LABEL": "Hue, in degrees"},
    {"NAME": "warmth", "TYPE": "float", "MIN": -1.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "LABEL": "Colder or warmer"},
    {"NAME": "duotone", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "LABEL": "How much it is printed in two inks"},
    {"NAME": "dark", "TYPE": "color", "DEFAULT": [0.19, 0.08, 0.15, 1.0], "LABEL": "The dark ink"},
    {"NAME": "light", "TYPE": "color", "DEFAULT": [0.96, 0.93, 0.86, 1.0], "LABEL": "The light ink"}
  ]
}*/

const vec2 WARM = vec2(0.020, 0.055);      // OKLab a and b at full warmth, in the lights

vec3 to_linear(vec3 c) { return mix(c / 12.92, pow((max(c, 0.0) + 0.055) / 1.055, vec3(2.4)), step(0.04045, c)); }
vec3 to_display(vec3 c) { return mix(c * 12.92, 1.055 * pow(max(c, 0.0), vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c)); }

vec3 to_lab(vec3 c) {
  vec3 lms = vec3(dot(c, vec3(0.4122214708, 0.5363325363, 0.0514459929)), dot(c, vec3(0.2119034982, 0.6806995451, 0.1073969566)),
                  dot(c, vec3(0.0883024619, 0.2817188376, 0.6299787005)));
  lms = pow(max(lms, 0.0), vec3(1.0 / 3.0));
  return vec3(dot(lms, vec3(0.2104542553, 0.7936177850, -0.0040720468)), dot(lms, vec3(1.9779984951, -2.4285922050, 0.4505937099)),
              dot(lms, vec3(0.0259040371, 0.7827717662, -0.8086757660)));
}

vec3 to_light(vec3 lab) {
  vec3 lms = vec3(dot(lab, vec3(1.0, 0.3963377774, 0.2158037573)), dot(lab, vec3(1.0, -0.1055613458, -0.0638541728)),
                  dot(lab, vec3(1.0, -0.0894841775, -1.2914855480)));
  lms = lms * lms * lms;
  return vec3(dot(lms, vec3(4.0767416621, -3.3077115913, 0.2309699292)), dot(lms, vec3(-1.2684380046, 2.6097574011, -0.3413193965)),
              dot(lms, vec3(-0.0041960863, -0.7034186147, 1.7076147010)));
}

const float WALL = 0.30;                   // lightness: what is darker is the wall, and stays dark

void main() {
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  bool untouched = lift == 0.0 && gamma == 1.0 && gain == 1.0 && saturation == 1.0 && hue == 0.0 && warmth == 0.0 && duotone == 0.0;
  vec3 lab = to_lab(to_linear(picture.rgb));
  float before = lab.x, seen = smoothstep(0.0, WALL, lab.x);
  float lightness = max(gain * lab.x + lift * (1.0 - lab.x) * seen, 0.0);
  lab.x = mix(lightness, pow(lightness, 1.0 / gamma), seen);
  // A colour keeps its strength relative to its light: what is darkened doesn't shout, what is lifted doesn't fade.
  lab.yz *= saturation * clamp(lab.x / max(before, 1e-3), 0.0, 2.0);
  float turn = radians(hue), c = cos(turn), s = sin(turn);
  lab.yz = vec2(c * lab.y - s * lab.z, s * lab.y + c * lab.z);
  lab.yz += warmth * WARM * smoothstep(0.0, 0.8, lab.x);
  // Two inks on black: the dark one up to the middle, from there to the light one. Black stays the wall.
  vec3 first = to_lab(to_linear(dark.rgb)), last = to_lab(to_linear(light.rgb));
  float t = clamp(lab.x, 0.0, 1.0), low = max(first.x, 0.05);
  vec3 inked = t < low ? first * t / low : mix(first, last, (t - low) / max(1.0 - low, 0.05));
  lab = mix(lab, inked, duotone);
  vec3 shown = to_display(clamp(to_light(lab), 0.0, 1.0));
  gl_FragColor = untouched ? picture : vec4(shown, picture.a);
}
