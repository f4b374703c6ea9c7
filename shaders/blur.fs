/*{
  "DESCRIPTION": "The picture out of focus, as an eye that looks at something else sees it; lights stay lights.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "focus"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image", "LABEL": "Picture"},
    {"NAME": "radius", "TYPE": "float", "MIN": 0.0, "MAX": 0.06, "DEFAULT": 0.012, "IDENTITY": 0.0, "LABEL": "How far out of focus, in canvas heights"}
  ],
  "PASSES": [
    {"TARGET": "small",
     "WIDTH": "floor($WIDTH / (2.0 + 2.0 * floor(min($radius / 0.02, 1.0))))",
     "HEIGHT": "floor($HEIGHT / (2.0 + 2.0 * floor(min($radius / 0.02, 1.0))))",
     "DESCRIPTION": "the picture as light, at half its size; at a quarter where the blur is large"},
    {"TARGET": "across",
     "WIDTH": "floor($WIDTH / (2.0 + 2.0 * floor(min($radius / 0.02, 1.0))))",
     "HEIGHT": "floor($HEIGHT / (2.0 + 2.0 * floor(min($radius / 0.02, 1.0))))",
     "DESCRIPTION": "softened sideways, as light"},
    {"TARGET": "both",
     "WIDTH": "floor($WIDTH / (2.0 + 2.0 * floor(min($radius / 0.02, 1.0))))",
     "HEIGHT": "floor($HEIGHT / (2.0 + 2.0 * floor(min($radius / 0.02, 1.0))))",
     "DESCRIPTION": "softened up and down too"},
    {"DESCRIPTION": "as colour again"}
  ]
}*/

const float WIDEST = 2.6;      // of the bell, in its own widths: beyond it there is next to nothing
const float MOST = 48.0;       // taps to a side
const float SHARP = 1.5;       // pixels: below this the small picture is too soft, and the sharp one shows through

// Light is averaged, not shown values; kept as roots, eight bits are fine enough, and a third of the work.
vec4 light_of(vec4 c) { return vec4(c.rgb * c.rgb * c.a, c.a); }
vec4 packed_(vec4 light) { return vec4(sqrt(light.rgb), light.a); }
vec4 unpacked(vec4 kept) { return vec4(kept.rgb * kept.rgb, kept.a); }

// The picture as light, averaged over the pixels that a small one covers. Runs only when `runs` is 1, as all loops here: a
// software renderer runs every pass's code in every pass.
vec4 shrink(vec2 size, int runs) {
  float side = clamp(floor(size.y / RENDERSIZE.y + 0.5), 1.0, 4.0);
  vec2 apart = size / RENDERSIZE / side;
  vec4 sum = vec4(0.0);
  for (int i = 0; i < int(side * side) * runs; i++) {
    float row = floor((float(i) + 0.5) / side);
    vec2 d = (vec2(float(i) - side * row, row) - 0.5 * (side - 1.0)) * apart;
    sum += light_of(IMG_NORM_PIXEL(inputImage, isf_FragNormCoord + d / size));
  }
  return packed_(sum / (side * side));
}

// A bell of taps, `apart` of the image's pixels from one to the next (whole ones: what lies between two roots is not light).
vec4 soften(sampler2D image, vec2 way, float bell, float apart, int runs) {
  float most = clamp(ceil(WIDEST * bell / apart), 1.0, MOST);
  vec4 sum = vec4(0.0);
  float weights = 1e-6;
  for (int i = 0; i < runs * (2 * int(most) + 1); i++) {
    float d = apart * (float(i) - most), t = d / max(bell, 0.05), weight = exp(-0.5 * t * t);
    sum += weight * unpacked(IMG_NORM_PIXEL(image, isf_FragNormCoord + way * d));
    weights += weight;
  }
  return packed_(sum / weights);
}

void main() {
  vec2 size = IMG_SIZE(inputImage), e = 1.0 / IMG_SIZE(small);
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  vec2 bell = radius * size.y / size * IMG_SIZE(small);                // the bell's width in pixels of the small picture
  vec2 apart = max(ceil(WIDEST * bell / MOST), 1.0);
  vec4 less = shrink(size, PASSINDEX == 0 ? 1 : 0);
  vec4 sideways = soften(small, vec2(e.x, 0.0), bell.x, apart.x, PASSINDEX == 1 ? 1 : 0);
  vec4 upright = soften(across, vec2(0.0, e.y), bell.y, apart.y, PASSINDEX == 2 ? 1 : 0);
  vec4 soft = mix(light_of(picture), unpacked(IMG_THIS_PIXEL(both)), smoothstep(0.0, SHARP, radius * size.y));
  vec4 shown = vec4(sqrt(soft.rgb / max(soft.a, 1e-4)), soft.a);
  gl_FragColor = PASSINDEX == 0 ? less : PASSINDEX == 1 ? sideways : PASSINDEX == 2 ? upright : radius <= 0.0 ? picture : shown;
}
