/*{
  "DESCRIPTION": "Lets the picture's edges sink into the wall, so that no rectangle is seen.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "light"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0, "LABEL": "How dark the edge becomes"},
    {"NAME": "reach", "TYPE": "float", "MIN": 0.05, "MAX": 1.0, "DEFAULT": 0.35, "LABEL": "How far it reaches in"}
  ]
}*/

void main() {
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  vec2 p = abs(isf_FragNormCoord * 2.0 - 1.0);
  float edge = length(max(p - (1.0 - reach), 0.0)) / reach;
  gl_FragColor = vec4(picture.rgb * (1.0 - amount * smoothstep(0.0, 1.2, edge)), picture.a);
}
