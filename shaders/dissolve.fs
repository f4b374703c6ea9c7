/*{
  "DESCRIPTION": "A plain dissolve, for when nothing else is asked for.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["transition"],
  "INPUTS": [
    {"NAME": "startImage", "TYPE": "image"},
    {"NAME": "endImage", "TYPE": "image"},
    {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "LABEL": "How far the change has come"}
  ]
}*/

void main() {
  vec4 a = IMG_THIS_PIXEL(startImage);
  vec4 b = IMG_THIS_PIXEL(endImage);
  // Mixed as light, so that the middle of the dissolve is not dark.
  gl_FragColor = sqrt(mix(a * a, b * b, progress));
}
