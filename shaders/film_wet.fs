/*{
  "DESCRIPTION": "A wet film lies over the picture: it sags, gathers in beads and lets a slow light slide over it, with a breath of pearl.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "material", "living smiles"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image", "LABEL": "Picture"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0, "LABEL": "How wet it is"},
    {"NAME": "scale", "TYPE": "float", "MIN": 1.0, "MAX": 10.0, "DEFAULT": 3.5, "LABEL": "How fine its folds are"},
    {"NAME": "beads", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.45, "LABEL": "How much of it has gathered in beads"},
    {"NAME": "shine", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "LABEL": "How much it shines"},
    {"NAME": "pearl", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "LABEL": "How much pearl is in the shine"},
    {"NAME": "cling", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.8, "LABEL": "Everywhere (0) or on what is there (1)"}
  ],
  "PASSES": [
    {"TARGET": "film", "WIDTH": "floor($WIDTH / 2)", "HEIGHT": "floor($HEIGHT / 2)", "FLOAT": true,
     "DESCRIPTION": "the film's slope x and y, its thickness, and how much of it clings here"},
    {"DESCRIPTION": "the picture under the film"}
  ]
}*/

const float SAG = 0.006;             // canvas heights a second
const float WRAP = 256.0;            // cells after which the film is the same again
const float BENDS = 0.013;           // canvas heights that it moves the picture under it
const float BEADS = 2.6;             // cells to a fold
const vec3 FILM_PHASE = vec3(0.0, 0.33, 0.62), PEARL = vec3(0.86, 0.82, 0.95);

int only(int number) { return PASSINDEX == number ? 1 : 0; }

float hash(vec2 p) {
  vec3 q = fract(vec3(mod(p, WRAP).xyx) * 0.1031);
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}

float noise(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
  return mix(mix(hash(i), hash(i + vec2(1.0, 0.0)), f.x), mix(hash(i + vec2(0.0, 1.0)), hash(i + vec2(1.0, 1.0)), f.x), f.y);
}

// Beads: round drops of all sizes, hung a little long. 0 between them, 1 on the largest's top.
float bead(vec2 p) {
  vec2 cell = floor(p), f = p - cell;
  float high = 0.0;
  for (int i = 0; i < 4; i++) {
    vec2 g = vec2(mod(float(i), 2.0), floor(float(i) / 2.0)) - step(f, vec2(0.5));
    vec2 at = cell + g;
    float size = 0.12 + 0.36 * hash(at + 5.0) * hash(at + 5.0);
    vec2 d = (g + 0.25 + 0.5 * vec2(hash(at), hash(at + 17.0)) - f) * vec2(1.0, 0.8);
    float r = length(d) / (size * smoothstep(1.0 - beads, 1.15 - beads, hash(at + 31.0)) + 1e-4);
    float dome = max(1.0 - r * r, 0.0);
    high = max(high, 1.25 * size * dome * sqrt(dome));
  }
  return high;
}

// How thick the film is.
float thickness(vec2 p, float sunk) {
  vec2 q = p + vec2(0.0, sunk);
  vec2 fold = vec2(noise(q * 0.7 + 9.0), noise(q * 0.7 + 40.0)) - 0.5;
  float n = noise((q + 1.3 * fold) * vec2(1.25, 0.8)), ridge = 4.0 * n * (1.0 - n);
  return 0.40 * ridge * ridge + 0.55 * bead((p + vec2(0.0, 0.35 * sunk) + 0.15 * fold) * BEADS);
}

void main() {
  vec2 uv = isf_FragNormCoord, to_uv = vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0);
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  for (int once = 0; once < only(0); once++) {
    vec2 p = uv / to_uv * scale;
    float sunk = mod(SAG * scale * TIME, WRAP), e = 0.012;
    float here = thickness(p, sunk);
    vec2 slope = vec2(thickness(p + vec2(e, 0.0), sunk), thickness(p + vec2(0.0, e), sunk)) - here;
    vec2 d = 2.5 / RENDERSIZE;
    vec4 around = 0.25 * (IMG_NORM_PIXEL(inputImage, uv + d) + IMG_NORM_PIXEL(inputImage, uv - d)
      + IMG_NORM_PIXEL(inputImage, uv + vec2(d.x, -d.y)) + IMG_NORM_PIXEL(inputImage, uv - vec2(d.x, -d.y)));
    float there = smoothstep(0.03, 0.30, max(around.r, max(around.g, around.b)) * around.a);
    gl_FragColor = vec4(slope / e, here, mix(1.0, there, cling));
  }
  for (int once = 0; once < only(1); once++) {
    vec4 wetness = IMG_THIS_PIXEL(film);
    vec3 n = normalize(vec3(-wetness.xy * 0.9, 1.0));
    vec2 key = vec2(-0.30 + 0.22 * sin(0.11 * TIME), 0.42 + 0.10 * sin(0.083 * TIME + 1.0));
    vec2 bend = wetness.xy * BENDS * amount;
    vec4 under = IMG_NORM_PIXEL(inputImage, uv + bend * to_uv);
    // A wet thing is darker and deeper in colour than a dry one; then it shines.
    vec3 deep = under.rgb * mix(vec3(1.0), 0.78 + 0.22 * under.rgb, amount * wetness.a);
    vec2 off = n.xy - key;
    float glint = exp(-dot(off, off) * 45.0), sheen = exp(-dot(off, off) * 7.0);
    vec3 tone = 0.5 + 0.5 * cos(6.28318 * (1.7 * wetness.z + 0.5 * n.x + FILM_PHASE));
    vec3 light = mix(vec3(0.95, 0.94, 0.92), PEARL * (0.55 + 0.65 * tone), pearl);
    float wet = amount * shine * wetness.a;
    deep += wet * light * (0.85 * glint + 0.16 * sheen * (0.3 + max(under.r, under.g))) * (1.0 - deep);
    gl_FragColor = amount <= 0.0 ? picture : vec4(deep, max(under.a, wet * glint * (1.0 - cling)));
  }
}
