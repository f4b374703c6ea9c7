/*{
  "DESCRIPTION": "Kai's nanobots: gold points that drift like dust in light, gather at the edges of people, and mend what they touch.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "swarm"],
  "INPUTS": [
    {"NAME": "mask", "TYPE": "image"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "LABEL": "How many there are"},
    {"NAME": "speed", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 0.5, "LABEL": "How fast they drift"},
    {"NAME": "size", "TYPE": "float", "MIN": 0.3, "MAX": 3.0, "DEFAULT": 1.5, "LABEL": "How large one is"}
  ]
}*/

const vec3 GOLD = vec3(0.93, 0.73, 0.36);
const float CELLS = 70.0;       // cells over the canvas's height in the coarsest of the layers
const int LAYERS = 3;

vec2 hash2(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * vec3(0.1031, 0.1030, 0.0973));
  q += dot(q, q.yzx + 33.33);
  return fract((q.xx + q.yz) * q.zy);
}

// How near the border of a body a place is: nothing in the room, nothing in the middle of a body.
float border(vec2 uv) {
  vec2 d = vec2(0.02 * RENDERSIZE.y / RENDERSIZE.x, 0.02);
  float here = IMG_NORM_PIXEL(mask, uv).r;
  float around = 0.25 * (IMG_NORM_PIXEL(mask, uv + vec2(d.x, 0.0)).r + IMG_NORM_PIXEL(mask, uv - vec2(d.x, 0.0)).r
    + IMG_NORM_PIXEL(mask, uv + vec2(0.0, d.y)).r + IMG_NORM_PIXEL(mask, uv - vec2(0.0, d.y)).r);
  float level = 0.4 * here + 0.6 * around;
  return clamp(4.0 * level * (1.0 - level), 0.0, 1.0);
}

void main() {
  vec2 uv = isf_FragNormCoord;
  float ratio = RENDERSIZE.x / RENDERSIZE.y;
  float wanted = border(uv);
  float light = 0.0;
  for (int layer = 0; layer < LAYERS; layer++) {
    float fine = 1.0 + 0.6 * float(layer);
    float t = TIME * speed * (0.25 + 0.1 * float(layer));
    vec2 p = uv * vec2(ratio, 1.0) * CELLS * fine;
    // Every layer drifts as one current that bends over the wall.
    p += vec2(sin(uv.y * 5.0 + t * 0.7 + float(layer)), cos(uv.x * 4.0 - t * 0.6)) * 3.0 + vec2(t, 0.35 * t) * 3.0;
    vec2 cell = floor(p);
    vec2 chance = hash2(cell + 17.0 * float(layer));
    float phase = 6.2832 * chance.x + t * (1.0 + chance.y);
    vec2 place = 0.5 + 0.32 * vec2(cos(phase), sin(phase * 1.3));
    float reach = size * (0.13 + 0.1 * chance.y) * RENDERSIZE.y / 540.0 / max(RENDERSIZE.y / 540.0, 1.0);
    float spark = exp(-pow(length(fract(p) - place) / reach, 2.0));
    float crowd = 0.05 * amount + wanted * (0.35 + 0.65 * amount);
    light += spark * step(chance.y, crowd) * (0.55 + 0.45 * sin(phase * 2.0)) * mix(0.5, 1.0, wanted);
  }
  light = clamp(light, 0.0, 1.0);
  gl_FragColor = vec4(mix(GOLD, vec3(1.0, 0.93, 0.75), light * 0.5), light);
}
