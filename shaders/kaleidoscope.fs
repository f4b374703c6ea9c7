/*{
  "DESCRIPTION": "The picture becomes a mouth: folded like a mirror behind every tooth of two arches, each facet the other way round.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "geometry", "living smiles"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image", "LABEL": "Picture"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0, "LABEL": "From the picture to the mouth"},
    {"NAME": "teeth", "TYPE": "long", "MIN": 4, "MAX": 24, "DEFAULT": 12, "LABEL": "Facets to an arch"},
    {"NAME": "centre", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5], "LABEL": "What the facets look at"},
    {"NAME": "size", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.42, "LABEL": "How much of it one facet sees"},
    {"NAME": "open", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "LABEL": "How far the mouth is open"},
    {"NAME": "wander", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "LABEL": "How far the look wanders"}
  ]
}*/

const float HALF_WIDTH = 0.80, THICK = 0.30;      // of an arch, in canvas heights
const float SPREAD = 0.30;                        // of the picture's width, from the middle tooth's look to the last one's
const float NARROWEST = 1.78;                     // width to height of a canvas that it fits at its own size
const vec3 PLUM = vec3(0.075, 0.020, 0.055), PEARL = vec3(0.80, 0.77, 0.92);

float square(float x) { return x * x; }

// One arch, above or (mirrored) below: straight-alpha colour. `bow` is how far it is bent, `lift` how far from the middle.
vec4 arch(vec2 p, float bow, float lift, float side) {
  float x = p.x / HALF_WIDTH, flat_ = clamp(x, -1.0, 1.0);
  float spine = lift + bow * (1.0 - flat_ * flat_);                    // the biting edge
  float slope = -2.0 * bow * flat_ / HALF_WIDTH, steep = sqrt(1.0 + slope * slope);
  float along = asin(flat_) / 1.5708;                                  // facets are broad in front and narrow behind
  float count = float(teeth), n = (along * 0.5 + 0.5) * count;
  float facet = floor(min(n, count - 0.001)), f = n - facet - 0.5, side_ = x < 0.0 ? -1.0 : 1.0;
  float wide = HALF_WIDTH * 3.1416 / count * max(cos(1.5708 * along), 0.16);
  float high = (p.y - spine) / (THICK * (0.72 + 0.28 * cos(1.5708 * along))) / steep;      // 0 at the biting edge, 1 at the neck
  // The outline: rounded at the biting edge, drawn in at the neck.
  vec2 q = vec2(f * 2.0, high * 2.0 - 1.0);
  float waist = 0.97 - 0.10 * smoothstep(0.2, 1.0, q.y), bulge = pow(pow(abs(q.x) / waist, 3.2) + pow(abs(q.y), 3.2), 1.0 / 3.2);
  float soft = 2.5 / (RENDERSIZE.y * min(wide, THICK));
  float tooth = smoothstep(1.0 + soft, 1.0 - soft, bulge) * step(abs(x), 1.0);
  // Behind each facet the picture, every second one the other way round: neighbours meet in a fold.
  float flip = side_ * (mod(floor(abs(facet + 0.5 - 0.5 * count)), 2.0) < 0.5 ? 1.0 : -1.0);
  vec2 look = centre + wander * vec2(0.10 * sin(0.071 * TIME), 0.07 * sin(0.053 * TIME + 1.0));
  look.x += SPREAD * (abs(along) - 0.25);                              // each looks a little further than the last, to both sides alike
  vec2 from = look + size * vec2(flip * q.x * wide * 0.5, side * (q.y) * THICK * 0.5) * vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0) / THICK;
  from = 1.0 - abs(1.0 - mod(from, 2.0));                              // beyond its edge the picture is mirrored too
  vec4 c = IMG_NORM_PIXEL(inputImage, from);
  float depth = 1.0 - bulge;
  float body = smoothstep(0.0, 0.42, depth);
  vec3 rgb = c.rgb * (1.6 - 0.6 * c.rgb) * (0.35 + 0.65 * body) + PLUM * (1.0 - body);
  float gleam = exp(-square((q.x + 0.38) / 0.10) - square((q.y + 0.05 + 0.3 * sin(0.09 * TIME + along)) / 0.42));
  rgb += PEARL * (0.22 * gleam + 0.14 * exp(-square((depth - 0.05) / 0.05))) * (1.0 - rgb) * c.a;
  return vec4(rgb * mix(1.0, 0.35, smoothstep(0.55, 1.0, abs(along))), tooth * max(c.a, 0.0));
}

void main() {
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  vec2 p = (isf_FragNormCoord - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  p *= NARROWEST / min(RENDERSIZE.x / RENDERSIZE.y, NARROWEST);
  float breath = 0.008 * sin(0.9 * TIME);
  float gap = 0.006 + 0.10 * open + breath * open;
  vec4 upper = arch(p, 0.03 + 0.10 * open, gap - 0.035 * open, 1.0), lower = arch(vec2(p.x, -p.y) * 1.06, 0.02 + 0.09 * open, gap - 0.03 * open, -1.0);
  vec4 mouth = p.y > 0.0 ? upper : lower;
  vec4 shown = vec4(mix(picture.rgb * picture.a, mouth.rgb * mouth.a, amount), mix(picture.a, mouth.a, amount));
  gl_FragColor = amount <= 0.0 ? picture : vec4(shown.rgb / max(shown.a, 1e-4), shown.a);
}
