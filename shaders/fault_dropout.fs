/*{
  "DESCRIPTION": "One of the three primaries drops out of a block of the picture, and the lines that it was written in come to light: fat where it is bright, thin where it is dark, with the beam still flying back between them. It should feel like a tube that is tired.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "fault", "living smiles"],
  "INPUTS": [
    {"NAME": "inputImage", "LABEL": "Picture", "TYPE": "image"},
    {"NAME": "strength", "LABEL": "How strong", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0},
    {"NAME": "phase", "LABEL": "From its start to its end", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
    {"NAME": "seed", "LABEL": "Its own number", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
    {"NAME": "area", "LABEL": "Where: x, y, width, height", "TYPE": "color", "DEFAULT": [0.1, 0.4, 0.6, 0.1]}
  ]
}*/

const float LINES = 116.0;           // to a canvas height: wide enough to be seen from ten metres
const float LOST_AT = 0.10;          // the furthest that a line ends from the block's own edge, in canvas heights
const float THIN = 0.17, FAT = 0.43; // of a line's pitch: the beam swells with the light that it carries
const float BLANK = 0.050;           // what the tube shows where there is no picture
const float FLYBACKS = 9.0;

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
  if (strength <= 0.0) return;
  float wide = RENDERSIZE.x / RENDERSIZE.y, own = floor(seed * 977.0) + 131.0 * floor(phase * 1.999);
  float row = floor(uv.y * LINES), across = fract(uv.y * LINES) - 0.5;
  // A line loses its colour early or late: most keep to the block, a few run on.
  float late = noise(vec2(row * 0.31, own)), stray = pow(hash(vec2(row, own)), 9.0);
  float from = area.x - LOST_AT * (0.25 * (late - 0.5) + stray) / wide;
  float to = area.x + area.z + LOST_AT * (0.5 * (noise(vec2(row * 0.23, own + 7.0)) - 0.5) + pow(hash(vec2(row, own + 2.0)), 7.0)) / wide;
  float first = floor(area.y * LINES), last = floor((area.y + area.w) * LINES);
  if (row < first || row > last || uv.x < from || uv.x > to) return;

  vec4 written = IMG_NORM_PIXEL(inputImage, vec2(uv.x, (row + 0.5) / LINES));
  float which = floor(seed * 2.999);
  vec3 lost = vec3(which == 0.0, which == 1.0, which == 2.0), kept = 1.0 - lost;
  vec3 size = mix(vec3(THIN), vec3(FAT), sqrt(written.rgb));
  vec3 beam = exp(-across * across / (2.0 * size * size));
  // The lost one comes back on one line in seven, late and weak.
  float echo = step(6.5, mod(row + own, 7.0)) * 0.45;
  vec3 late3 = IMG_NORM_PIXEL(inputImage, vec2(uv.x - 0.018, (row + 0.5) / LINES)).rgb * echo;
  // Without blanking the beam is seen as it flies back, from right to left and upwards.
  float fly = fract((uv.y - area.y) / max(area.w, 0.02) * FLYBACKS - (uv.x - area.x) / max(area.z, 0.02) + seed);
  float back = smoothstep(0.5 / LINES * FLYBACKS / max(area.w, 0.02) * 0.35, 0.0, abs(fly - 0.5)) * 0.20;
  float edge = exp(-90.0 * (uv.x - from) * wide) * (0.4 + 0.6 * hash(vec2(row, own + 5.0)));   // it rings as it goes
  vec3 shown = (written.rgb * kept + late3 * lost) * beam * 1.12;
  shown += kept * (BLANK * (0.6 + 0.4 * edge) * exp(-across * across / 0.05) + back * (1.0 - written.rgb)) + kept * edge * 0.22 * beam;
  gl_FragColor = vec4(mix(picture.rgb, shown, strength), picture.a);
}
