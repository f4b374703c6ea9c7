/*{
  "DESCRIPTION": "A primary, mostly the red, drops out of a block of the picture: it comes off like wet pigment and runs down the wall in threads, each with a bead at its tip, and what stays behind has the wrong colour. It should feel as if the picture could no longer hold its red.",
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

// Lengths are in canvas heights.
const float THREADS = 46.0;          // to a canvas height: wide enough to be seen from ten metres
const float RUN = 0.30;              // the furthest that a thread runs below the block
const float RAGGED = 0.055;          // of the block's edges
const float LIFT = 1.25, LEAST = 0.07;   // what runs is wet: it catches light, also where the picture is dark

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

// What has run down here: .x the pigment of one thread (its number, its middle), .y how wet it stands out.
vec2 thread(float number, vec2 p, vec2 low, vec2 high, float wide, float own, float which, float run) {
  float a = hash(vec2(number, own)), b = hash(vec2(number, own + 3.0));
  if (a < 0.22) return vec2(0.0);
  float x = (number + 0.5 + 0.7 * (b - 0.5)) / THREADS;
  float far = run * RUN * (0.10 + 1.0 * a * a * a) * smoothstep(low.x - 0.01, low.x + 0.05, x) * smoothstep(high.x + 0.01, high.x - 0.05, x);
  float down = low.y - p.y;                                              // below the block's own edge
  if (down < -0.02 || down > far + 0.02 || far < 0.004) return vec2(0.0);
  float wander = 0.0035 * (noise(vec2(p.y * 11.0, number)) - 0.5);
  float share = clamp(down / far, 0.0, 1.0), half_ = (0.17 + 0.17 * b) / THREADS * mix(1.25, 0.55, smoothstep(0.0, 0.25, share));
  float bead = (0.28 + 0.16 * b) / THREADS;
  float line = smoothstep(half_, half_ * 0.35, abs(p.x - x - wander)) * step(down, far);
  vec2 off = (p - vec2(x + wander, low.y - far + bead * 0.6)) * vec2(1.0, 0.72);
  float drop_ = smoothstep(bead, bead * 0.55, length(off));
  float there = max(line, drop_) * smoothstep(-0.02, 0.004, down);
  float from = IMG_NORM_PIXEL(inputImage, vec2(x / wide, low.y + 0.03 + 0.6 * (high.y - low.y) * hash(vec2(number, own + 8.0)))) [int(which)];
  float wet = smoothstep(0.35, 0.0, length(off / bead - vec2(-0.30, 0.34)));
  return vec2(there * (LEAST + from * (1.0 - 0.45 * share)) * LIFT, there * wet);
}

void main() {
  vec2 uv = isf_FragNormCoord;
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  gl_FragColor = picture;
  if (strength <= 0.0) return;
  float wide = RENDERSIZE.x / RENDERSIZE.y, own = floor(seed * 977.0), which = fract(seed * 7.0) < 0.75 ? 0.0 : 2.0;
  vec2 p = uv * vec2(wide, 1.0), low = area.xy * vec2(wide, 1.0), high = low + max(area.zw, vec2(0.06, 0.10)) * vec2(wide, 1.0);
  if (p.x < low.x - 0.05 || p.x > high.x + 0.05 || p.y > high.y + 0.06 || p.y < low.y - RUN * 1.2) return;
  float run = smoothstep(0.02, 0.85, phase);

  // The block lets go from above: its pigment slides down in strips before it is gone.
  vec2 loose = RAGGED * (vec2(noise(p * 8.0 + own), noise(p * 8.0 + own + 31.0)) - 0.5) + 0.3 * RAGGED * (vec2(noise(p * 57.0), noise(p * 57.0 + 9.0)) - 0.5);
  vec2 edge = min(p + loose - low, high - p - loose);
  float inside = smoothstep(-0.002, 0.004, min(edge.x, edge.y));
  float strip = floor((p.x + 0.004 * noise(p * 40.0)) * THREADS * 2.3), slide = run * (high.y - low.y) * (0.55 + 1.1 * hash(vec2(strip, own + 5.0)));
  float source = p.y + slide;
  float left = inside * step(source, high.y + loose.y) * smoothstep(0.0, 0.25, 1.2 - run);
  float slid = IMG_NORM_PIXEL(inputImage, vec2(uv.x, source))[int(which)] * left;
  vec3 lost = vec3(which == 0.0, 0.0, which == 2.0), wet = lost + vec3(0.05, 0.20, 0.16);
  float lip = inside * exp(-pow((source - high.y - loose.y) / 0.006, 2.0)) * (1.0 - smoothstep(0.8, 1.0, run));   // where it tears off
  vec3 shown = mix(picture.rgb, picture.rgb * (1.0 - lost) * 1.10 + lost * (slid + 0.30 * lip), inside);

  float number = floor(p.x * THREADS);
  vec2 runs = vec2(0.0);
  for (int i = -1; i <= 1; i++) runs = max(runs, thread(number + float(i), p, low, high, wide, own, which, run));
  shown += wet * runs.x + vec3(0.55, 0.50, 0.48) * runs.y * (0.25 + runs.x);
  gl_FragColor = vec4(mix(picture.rgb, shown, min(strength * 1.25, 1.0)), picture.a);
}
