/*{
  "DESCRIPTION": "Rows of the picture slip sideways one after another, as sheets in a bad press; the colours part while they run and meet again.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["transition", "print", "living smiles"],
  "INPUTS": [
    {"NAME": "startImage", "TYPE": "image", "LABEL": "What goes"},
    {"NAME": "endImage", "TYPE": "image", "LABEL": "What comes"},
    {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "LABEL": "How far they have slipped"},
    {"NAME": "rows", "TYPE": "float", "MIN": 3.0, "MAX": 40.0, "DEFAULT": 11.0, "LABEL": "How many rows"},
    {"NAME": "uneven", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "LABEL": "How unequal they are"},
    {"NAME": "split", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "LABEL": "How far the colours part"},
    {"NAME": "seed", "TYPE": "float", "MIN": 0.0, "MAX": 100.0, "DEFAULT": 7.0, "LABEL": "Another one of its kind"}
  ]
}*/

const float OWN = 0.50;              // of the time, between the first row and the last
const float UNEVEN = 0.84;           // of a row, that a cut can be moved
const float GAP = 0.06;              // of the picture's width: bare wall between two sheets
const float PLATES = 0.008;          // of the picture's width that a plate lies beside the next while a row runs
const float BACK = 1.1;              // how far a row runs past its place before it settles

float hash(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * 0.1031);
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}

// Eases in, runs past its place by a little and comes back.
float slide(float t) {
  t = clamp(t, 0.0, 1.0);
  float u = t * t * (3.0 - 2.0 * t) - 1.0;
  return 1.0 + u * u * ((BACK + 1.0) * u + BACK);
}

// One plate of one row: where its sheet has got to.
vec4 sheet(vec2 uv, float way, float gone) {
  float at = uv.x - way * gone * (1.0 + GAP), next = at + way * (1.0 + GAP);
  vec2 inside = step(vec2(0.0), vec2(at, next)) * step(vec2(at, next), vec2(1.0));
  return IMG_NORM_PIXEL(startImage, vec2(at, uv.y)) * inside.x + IMG_NORM_PIXEL(endImage, vec2(next, uv.y)) * inside.y;
}

void main() {
  vec2 uv = isf_FragNormCoord;
  // Rows of uneven heights: the cuts are moved, never past one another.
  float y = uv.y * rows + seed * 7.0, n = floor(y);
  float low = n + UNEVEN * uneven * (hash(vec2(n, seed)) - 0.5), high = n + 1.0 + UNEVEN * uneven * (hash(vec2(n + 1.0, seed)) - 0.5);
  float row = y < low ? n - 1.0 : y >= high ? n + 1.0 : n;
  float cut = min(abs(y - low), abs(y - high)) / rows;                    // canvas heights to the nearest cut
  float way = hash(vec2(row, seed + 5.0)) < 0.5 ? -1.0 : 1.0, own = hash(vec2(row, seed + 9.0));
  float starts = OWN * (0.55 * own + 0.45 * fract(row * 0.381966));
  float t = (progress - starts) / (1.0 - OWN), gone = slide(t);
  float apart = PLATES * split * smoothstep(0.0, 0.15, t) * smoothstep(0.95, 0.75, t);
  vec4 r = sheet(uv, way, gone + apart), g = sheet(uv, way, gone), b = sheet(uv, way, gone - apart);
  vec4 seen = vec4(r.r * r.a, g.g * g.a, b.b * b.a, max(r.a, max(g.a, b.a)));
  seen.rgb /= max(seen.a, 1e-4);
  // A sheet that moves lies a little above the others: a thin shadow along its cuts, a little light on its upper one.
  float moves = smoothstep(0.0, 0.03, abs(gone - floor(gone + 0.5)));
  seen.rgb *= 1.0 - 0.75 * moves * exp(-cut * 260.0);
  gl_FragColor = progress <= 0.0 ? IMG_THIS_PIXEL(startImage) : progress >= 1.0 ? IMG_THIS_PIXEL(endImage) : seen;
}
