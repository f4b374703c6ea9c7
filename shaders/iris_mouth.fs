/*{
  "DESCRIPTION": "A mouth parts in the picture, wet and slow, and opens until what it held is everywhere.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["transition", "living smiles"],
  "INPUTS": [
    {"NAME": "startImage", "TYPE": "image", "LABEL": "What goes"},
    {"NAME": "endImage", "TYPE": "image", "LABEL": "What comes"},
    {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "LABEL": "How far it is open"},
    {"NAME": "centre", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5], "LABEL": "Where it opens"},
    {"NAME": "lips", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "LABEL": "How full its lips are"},
    {"NAME": "wet", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "LABEL": "How wet they are"}
  ]
}*/

const vec3 PLUM = vec3(0.115, 0.035, 0.080), CORAL = vec3(0.62, 0.27, 0.25);
const vec3 FILM_PHASE = vec3(0.0, 0.33, 0.62), PEARL = vec3(0.86, 0.82, 0.95);

const float NARROWEST = 1.6;         // width to height of a canvas that the mouth fits at its own size

float square(float x) { return x * x; }

void main() {
  vec2 uv = isf_FragNormCoord, frame = vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0) / min(RENDERSIZE.x / RENDERSIZE.y / NARROWEST, 1.0), p = (uv - centre) * frame;
  // It finds its line, parts, waits for a breath, and gapes.
  float finds = smoothstep(0.0, 0.14, progress), parts = smoothstep(0.08, 0.45, progress), gapes = clamp((progress - 0.34) / 0.66, 0.0, 1.0);
  gapes = gapes * gapes * (0.4 + 0.6 * gapes);
  float far = length(max(abs(centre - 0.5) + 0.5, 0.0) * frame);
  float half_ = mix(0.16, 0.46, finds) + 0.12 * parts + gapes * 1.9 * far, open = 0.055 * parts + 0.03 * parts * parts + gapes * 2.1 * far;
  float x = p.x / half_, ax = min(abs(x), 1.0), arch = 1.0 - ax * ax, body = pow(max(arch, 0.0), 0.72);
  // The line between the lips: a bow with a dip in the middle; it straightens as the mouth gapes.
  float shy = 1.0 - smoothstep(0.0, 0.5, gapes);
  float bow = shy * half_ * (0.055 * cos(4.2 * x) * arch - 0.02), top = bow + open * body * (0.92 - 0.10 * shy * exp(-x * x * 30.0)), low = bow - open * body * 1.08;
  float slope = max(0.35, 1.0 / sqrt(1.0 + square(1.44 * open * x / half_ * pow(max(arch, 0.02), -0.28))));
  float over = (p.y - top) * slope, below = (low - p.y) * slope, d = max(over, below);      // canvas heights outside the opening
  d = abs(x) > 1.0 ? length(vec2((abs(x) - 1.0) * half_, p.y - bow)) : d;
  float pixel = 1.2 / RENDERSIZE.y, inside = smoothstep(pixel, -pixel, d) * smoothstep(0.0, 0.02, parts);
  // The lips: rolls that thin out to the corners.
  float present = finds * smoothstep(1.0, 0.80, progress);
  bool above = p.y > bow && (abs(x) > 1.0 || over > below);
  float full = (0.035 + 0.085 * lips) * (0.35 + 0.65 * finds)
    * (above ? 0.80 + 0.18 * shy * cos(5.6 * x) : 1.10) * (0.10 + 0.90 * pow(max(arch, 0.0), 0.55)) + 1e-3;
  float t = clamp(d / full, 0.0, 1.0), roll = sqrt(max(t * (1.0 - t) * 4.0, 0.0));
  float lip = present * smoothstep(1.0 + pixel / full, 1.0 - 0.35, t) * step(d, full) * smoothstep(-pixel, pixel, d);
  float up = above ? 1.0 : -1.0, lean = (t - 0.42) * 2.0 * up;                              // which way the roll faces, -1 down to 1 up
  vec2 bend = vec2(0.0, -up) * roll * lip * 0.045;
  vec4 a = IMG_NORM_PIXEL(startImage, uv + bend / frame), b = IMG_NORM_PIXEL(endImage, uv);
  float key = -0.18 + 0.10 * sin(0.13 * TIME);
  float crease = 0.5 + 0.5 * sin(p.x * 95.0 + 3.0 * sin(p.x * 31.0) + 9.0 * t), skin = 0.90 + 0.10 * crease * roll;
  vec3 flesh = mix(PLUM, CORAL, 0.10 + 0.45 * smoothstep(-0.9, 0.9, lean) * roll) * skin * (0.25 + 0.75 * roll);
  vec3 tone = 0.5 + 0.5 * cos(6.28318 * (0.9 * lean + 0.35 * x + FILM_PHASE));
  float glint = exp(-square((lean - 0.30) / 0.13)) * (0.35 + 0.65 * exp(-square((x - key) / 0.42))) * (0.75 + 0.25 * crease);
  flesh += a.rgb * (0.20 + 0.25 * roll);
  flesh += wet * (glint * PEARL * 1.05 + roll * roll * PEARL * tone * 0.07) * (1.0 - flesh);
  // The mouth's own dark: what it holds is lit from its middle first.
  float shadow = exp(-max(-d, 0.0) / (0.02 + 0.35 * open)) * smoothstep(1.0, 0.75, progress), away = present * 0.55 * exp(-max(d - full, 0.0) / 0.05) * step(0.0, d);
  vec4 seen = vec4(a.rgb * (1.0 - away), a.a);
  seen = mix(seen, vec4(flesh, max(a.a, 0.9 * b.a)), lip);
  seen = mix(seen, vec4(b.rgb * (1.0 - 0.88 * shadow), b.a), inside);
  gl_FragColor = progress <= 0.0 ? IMG_THIS_PIXEL(startImage) : progress >= 1.0 ? IMG_THIS_PIXEL(endImage) : seen;
}
