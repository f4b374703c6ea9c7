/*{
  "DESCRIPTION": "A second picture says where this one is seen: by its light or by its own transparency, with an edge as soft as you like.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "compositing"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image", "LABEL": "Picture"},
    {"NAME": "mask", "TYPE": "image", "LABEL": "Mask"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0, "LABEL": "How much the mask hides"},
    {"NAME": "level", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "LABEL": "From which grey it is open"},
    {"NAME": "soft", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "LABEL": "How softly it opens"},
    {"NAME": "feather", "TYPE": "float", "MIN": 0.0, "MAX": 0.05, "DEFAULT": 0.004, "LABEL": "How far its edge is blurred, in canvas heights"},
    {"NAME": "invert", "TYPE": "bool", "DEFAULT": false, "LABEL": "The other way round"},
    {"NAME": "from_alpha", "TYPE": "bool", "DEFAULT": false, "LABEL": "By its transparency, not by its light"}
  ]
}*/

const float TAPS = 13.0;             // on a spiral: no direction is favoured
const mat2 GOLDEN = mat2(-0.737369, 0.675490, -0.675490, -0.737369);   // the turn from one to the next

float grey(vec4 c) { return from_alpha ? c.a : dot(c.rgb, vec3(0.2126, 0.7152, 0.0722)) * c.a; }

void main() {
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  vec2 to_uv = vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0);
  vec2 way = vec2(1.0, 0.0);
  float sum = grey(IMG_THIS_PIXEL(mask)), weights = 1.0;
  for (int i = 1; i < (feather > 0.0 && amount > 0.0 ? int(TAPS) : 1); i++) {
    float r = sqrt(float(i) / TAPS), weight = 1.0 - 0.6 * r;
    way = GOLDEN * way;
    sum += weight * grey(IMG_NORM_PIXEL(mask, isf_FragNormCoord + 1.4 * feather * r * way * to_uv));
    weights += weight;
  }
  float half_ = 0.5 * max(soft, 0.01), middle = mix(half_, 1.0 - half_, level);
  float open = smoothstep(middle - half_, middle + half_, sum / weights);
  open = invert ? 1.0 - open : open;
  gl_FragColor = amount <= 0.0 ? picture : vec4(picture.rgb, picture.a * mix(1.0, open, amount));
}
