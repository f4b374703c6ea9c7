/*{
  "DESCRIPTION": "The picture loses the one who sends it. It thins to its bright strokes, its rows let go of each other and drift, and what they leave fills with mother-of-pearl, combed like a shell's inside; it never goes dark, and the picture finds its way back row by row. It should feel like a thread of thought that is lost, and sought.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "fault", "living smiles"],
  "INPUTS": [
    {"NAME": "inputImage", "LABEL": "Picture", "TYPE": "image"},
    {"NAME": "strength", "LABEL": "How strong", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0},
    {"NAME": "phase", "LABEL": "From its start to its end", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
    {"NAME": "seed", "LABEL": "Its own number", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
    {"NAME": "area", "LABEL": "Where: x, y, width, height", "TYPE": "color", "DEFAULT": [0.0, 0.0, 1.0, 1.0]}
  ]
}*/

// Lengths are in canvas heights. Nothing here depends on the frame rate, and nothing changes quickly: what moves drifts.
const float LINES = 108.0;           // to a canvas height: wide enough to be seen from ten metres
const float DRIFT = 0.34;            // the furthest that a line goes
const float ROLL = 0.19;             // how far the whole picture has rolled when half its time is over
const float SOFT = 0.05;             // of the area's edge
const vec3 PLUM = vec3(0.290, 0.165, 0.270), ROSE = vec3(0.500, 0.345, 0.365), SEA = vec3(0.230, 0.330, 0.375);
const vec3 PEARL = vec3(0.835, 0.792, 0.930), BIOLUME = vec3(0.134, 0.882, 0.815);

float hash(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * 0.1031);
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}

float noise(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(hash(i), hash(i + vec2(1, 0)), f.x), mix(hash(i + vec2(0, 1)), hash(i + vec2(1, 1)), f.x), f.y);
}

void main() {
  vec2 uv = isf_FragNormCoord;
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  gl_FragColor = picture;
  float wide = RENDERSIZE.x / RENDERSIZE.y, own = floor(seed * 977.0);
  float row = floor(uv.y * LINES), stray = hash(vec2(row, own + 1.0)) - 0.5;
  vec2 ragged = vec2(0.10 * stray + 0.16 * (noise(vec2(row * 0.21, own + 11.0)) - 0.5), 0.0);
  vec2 inside = min(uv - area.xy, area.xy + area.zw - uv) * vec2(wide, 1.0) + ragged;
  vec2 open = 1.0 - step(0.999, area.zw);                                  // a whole canvas has no edge
  float there = smoothstep(-SOFT, SOFT, mix(1.0, inside.x, open.x)) * smoothstep(-SOFT, SOFT, mix(1.0, inside.y, open.y));
  // Rows are lost one after another, the last ones are found first.
  float late = 0.55 * noise(vec2(row * 0.055, own)) + 0.25 * noise(vec2(row * 0.37, own + 3.0));
  float lost = smoothstep(0.0, 0.32, strength * 1.05 * there - late * 0.62 * smoothstep(1.0, 0.7, strength));
  if (lost <= 0.0) return;

  // Where the row has gone: all roll a little, groups lean, single ones stray.
  float bell = 4.0 * phase * (1.0 - phase);
  float group = noise(vec2(uv.y * 5.0 - 1.3 * phase, own + 7.0)) - 0.5;
  float away = DRIFT * lost * bell * (1.3 * group + 0.5 * stray * step(0.62, hash(vec2(row, own + 5.0))));
  vec2 from = vec2(uv.x - away / wide, uv.y + ROLL * lost * bell * (seed < 0.5 ? 1.0 : -1.0) * (0.4 + group));
  from = 1.0 - abs(1.0 - mod(from, 2.0));                                  // it turns back at its ends, never black
  vec2 wider = vec2((0.004 + 0.012 * lost) / wide, 0.0);
  vec3 a = IMG_NORM_PIXEL(inputImage, from).rgb, b = IMG_NORM_PIXEL(inputImage, from - wider).rgb;
  vec3 c = IMG_NORM_PIXEL(inputImage, from + wider).rgb, smear = (a + b + c) / 3.0;

  // What is left of it: a trace of its own colours, and its edges, thick as a brush.
  float light = dot(smear, vec3(0.299, 0.587, 0.114)), edge = length(c - b);
  float across = fract(uv.y * LINES) - 0.5;
  float beam = exp(-across * across / (2.0 * pow(mix(0.62, 0.16 + 0.26 * sqrt(light), lost), 2.0)));
  // The ground: mother-of-pearl, combed along the rows; its colour turns with where one looks, slowly.
  float x = uv.x * wide, turn = noise(vec2(x * 0.9 + 0.45 * phase, uv.y * 1.7 - 0.6 * phase + own));
  float comb = noise(vec2(x * 5.0 + 9.0 * hash(vec2(row, own + 9.0)) + 4.0 * phase * stray, row));
  float hair = noise(vec2(x * 60.0 - 3.0 * phase, uv.y * 290.0 + own));
  float sheen = turn + 0.16 * (comb - 0.5) + 0.10 * (noise(vec2(x * 2.6, uv.y * 9.0 + 1.2 * phase)) - 0.5);
  vec3 ground = mix(mix(PLUM, ROSE, smoothstep(0.25, 0.52, sheen)), SEA, smoothstep(0.52, 0.78, sheen));
  ground = ground * (0.50 + 0.42 * comb + 0.16 * hair) + 0.10 * PEARL * exp(-pow((sheen - 0.52) / 0.05, 2.0));
  ground += 0.07 * PEARL * smoothstep(0.72, 0.95, comb);
  ground *= 0.72 + 0.9 * light;                                            // the picture is still felt in it
  vec3 stroke = mix(PEARL, BIOLUME, clamp(0.18 + 0.9 * group, 0.0, 0.7)) * smoothstep(0.08, 0.7, edge) * 0.62 * beam;
  vec3 trace = smear * (0.45 + 0.75 * beam) * 0.85 + stroke;
  vec3 gone = mix(ground, ground * 0.30 + trace, clamp(0.20 + 0.35 * edge + 0.85 * light, 0.20, 0.90));
  gl_FragColor = vec4(mix(picture.rgb, gone, lost), picture.a);
}
