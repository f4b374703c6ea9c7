/*{
  "DESCRIPTION": "Outlines drawn with a pen of light, thick and thin as a hand presses; what lies between them sinks into the wall.",
  "CREDIT": "Living Smiles. Edges where the difference of two blurs is zero, after David Marr and Ellen Hildreth (1980)",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "print"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image", "LABEL": "Picture"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0, "LABEL": "From the picture to the drawing"},
    {"NAME": "width", "TYPE": "float", "MIN": 0.4, "MAX": 2.0, "DEFAULT": 1.0, "LABEL": "How broad the pen is"},
    {"NAME": "detail", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "LABEL": "How small a thing gets a line"},
    {"NAME": "keep", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.20, "LABEL": "How much of the picture stays"},
    {"NAME": "hue", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "LABEL": "How much of the picture's colours the ink takes"},
    {"NAME": "ink", "TYPE": "color", "DEFAULT": [0.93, 0.90, 0.98, 1.0], "LABEL": "The colour of the ink"}
  ],
  "PASSES": [
    {"TARGET": "fine", "DESCRIPTION": "the picture's lightness, softened by the pen's width"},
    {"TARGET": "broad", "WIDTH": "floor($WIDTH / 2)", "HEIGHT": "floor($HEIGHT / 2)", "DESCRIPTION": "softened further: what a line stands out from"},
    {"DESCRIPTION": "the drawing"}
  ]
}*/

const float PEN = 0.0019;            // half a line, in canvas heights
const float COARSE = 0.0062, FINE = 0.0034;   // what counts as one edge, in canvas heights, by `detail`
const float FIRST = 1.1, SECOND = 3.0;    // how far the two blurs reach, of that
const float TREMBLE = 0.35;          // of the line's width
const float DARK = 0.12;             // lightness below which no hand sees an edge
const float TAPS = 9.0;              // on a spiral: no direction is favoured
const mat2 GOLDEN = mat2(-0.737369, 0.675490, -0.675490, -0.737369);   // the turn from one to the next

int only(int number) { return PASSINDEX == number ? 1 : 0; }

float level(vec4 c) { return dot(c.rgb, vec3(0.2126, 0.7152, 0.0722)) * c.a; }

// A bell of taps; `lightness` takes a colour, else red alone.
float soften(sampler2D image, vec2 reach, bool lightness, int runs) {
  float sum = 0.0, weights = 1e-6;
  vec2 way = vec2(1.0, 0.0);
  for (int i = 0; i < int(TAPS) * runs; i++) {
    float r = sqrt(float(i) / TAPS), weight = 1.0 - 0.8 * r * r;
    way = GOLDEN * way;
    vec4 there = IMG_NORM_PIXEL(image, isf_FragNormCoord + r * way * reach);
    sum += weight * (lightness ? level(there) : there.r);
    weights += weight;
  }
  return sum / weights;
}

// How far a place stands out from what is around it. It is zero on an edge, however soft the edge is.
float stands(vec2 uv) {
  float far = IMG_NORM_PIXEL(broad, uv).r;
  return (IMG_NORM_PIXEL(fine, uv).r - far) / (far + DARK);
}

void main() {
  vec2 size = IMG_SIZE(inputImage), to_uv = vec2(size.y / size.x, 1.0), uv = isf_FragNormCoord, p = uv / to_uv;
  float unit = mix(COARSE, FINE, detail);
  float first = soften(inputImage, to_uv * unit * FIRST, true, only(0)), second = soften(fine, to_uv * unit * SECOND, false, only(1));
  if (PASSINDEX < 2) {
    float kept = PASSINDEX == 0 ? first : second;
    gl_FragColor = vec4(vec3(kept), 1.0);
    return;
  }
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  vec2 e = to_uv * unit * 0.5;
  float east = stands(uv + vec2(e.x, 0.0)), west = stands(uv - vec2(e.x, 0.0)), north = stands(uv + vec2(0.0, e.y)), south = stands(uv - vec2(0.0, e.y));
  float steep = 0.5 * length(vec2(east - west, north - south));      // to half a unit
  float middle = 0.25 * (east + west + north + south), away = abs(middle) / max(steep, 1e-4);
  float least = mix(0.07, 0.018, sqrt(detail));
  float press = smoothstep(least, 4.0 * least, steep);
  float hand = 1.0 + TREMBLE * sin(p.x * 31.0 + 4.0 * sin(p.y * 13.0)) * sin(p.y * 29.0 + 4.0 * sin(p.x * 11.0));
  float wide = (0.35 + 0.65 * press) * hand * max(PEN * width, 0.6 / size.y) / (0.5 * unit), pixel = 1.2 / (size.y * unit);
  float line = smoothstep(wide + pixel, wide - pixel, away) * press * ink.a;
  vec4 beside = max(picture, IMG_NORM_PIXEL(inputImage, uv + 2.0 * e * normalize(vec2(east - west, north - south) + 1e-5)));
  vec3 strong = beside.rgb / max(max(beside.r, max(beside.g, beside.b)), 0.05);
  vec3 ground = picture.rgb * keep * (1.0 - 0.6 * smoothstep(0.0, 0.3, -middle));
  vec3 drawn = mix(ground, max(mix(ink.rgb, strong, hue) * (0.60 + 0.40 * level(beside)), ground), line);
  gl_FragColor = amount <= 0.0 ? picture : vec4(mix(picture.rgb, drawn, amount), picture.a);
}
