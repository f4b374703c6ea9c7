/*{
  "DESCRIPTION": "A row tears, as when a scan line loses its hold: what is above slides off and bends back, and the rip shows the paper that the picture is printed on. It should feel as if one could hear it.",
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
const float SLIDE = 0.11;            // the furthest that a row goes
const float ROWS = 180.0;            // scan lines to a canvas height: the torn rows keep their own
const float LOOSE = 0.022;           // how far a single row strays
const float GAP = 0.022;             // how wide the rip stands open
const float LIP = 0.018;             // how much bare paper it shows
const float HAIRS = 95.0;            // fibres to a canvas height
const vec3 PAPER = vec3(0.86, 0.81, 0.75), WALL = vec3(0.045, 0.028, 0.040);

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

float hand(float x, float own) {     // the line that a rip takes: it wanders, then it is ragged
  return 0.030 * (noise(vec2(x * 3.0, own)) - 0.5) + 0.016 * (noise(vec2(x * 17.0, own + 5.0)) - 0.5)
    + 0.006 * (noise(vec2(x * 71.0, own + 9.0)) - 0.5);
}

// Hairs of paper that stand out of an edge: 0..1. `y` is the height over the edge.
float fibres(float x, float y, float own) {
  float found = 0.0, cell = floor(x * HAIRS);
  for (int i = -1; i <= 1; i++) {
    float c = cell + float(i), a = hash(vec2(c, own)), b = hash(vec2(c, own + 3.0));
    float reach = 0.004 + 0.017 * a * a * a, root = (c + b) / HAIRS;
    float bend = root + (b - 0.5) * 1.6 * y + (a - 0.5) * 60.0 * y * y;
    float there = smoothstep(0.0014, 0.0003, abs(x - bend)) * step(0.0, y) * smoothstep(reach, 0.5 * reach, y);
    found = max(found, there * (0.35 + 0.65 * a));
  }
  return found;
}

void main() {
  vec2 uv = isf_FragNormCoord;
  gl_FragColor = IMG_THIS_PIXEL(inputImage);
  float wide = RENDERSIZE.x / RENDERSIZE.y, own = floor(seed * 977.0), x = uv.x * wide;
  float reach = max(area.w, 0.06), along = (uv.x - area.x) / max(area.z, 1e-3);
  if (strength <= 0.0 || along < 0.0 || along > 1.0 || uv.y < area.y - 0.08 || uv.y > area.y + 2.0 * reach) return;
  float hinge = fract(seed * 17.0) < 0.5 ? along : 1.0 - along;          // it holds at one end and hangs at the other
  float ends = smoothstep(0.0, 0.75, hinge) * smoothstep(1.0, 0.90, hinge);
  float line = area.y + hand(x, own) + (hash(vec2(own, 1.0)) - 0.5) * 0.10 * (along - 0.5) * area.z;
  float open = strength * ends * GAP * (0.35 + 1.1 * noise(vec2(x * 6.0, own + 2.0)));
  float over = uv.y - line;                                             // above the rip
  float under = line - open * 0.9 - LIP * strength * ends * (0.1 + 1.2 * noise(vec2(x * 23.0, own + 8.0))) - uv.y;   // below it

  if (over > 0.0) {
    // Rows lose their hold at the rip and come back to their place as they are read upwards.
    float row = floor(uv.y * ROWS), held = smoothstep(0.0, 1.0, over / (2.0 * reach));
    float pull = exp(-3.2 * over / reach) * (1.0 - held);
    float jolt = 0.75 + 0.25 * smoothstep(0.46, 0.52, phase) + 0.05 * sin(6.28318 * (phase + seed));
    float slide = SLIDE * (0.55 + 0.45 * hash(vec2(own, 4.0))) * sign(hash(vec2(own, 6.0)) - 0.5) * jolt;
    float stray = LOOSE * (hash(vec2(row, own)) - 0.5) * (0.3 + 0.7 * step(0.72, hash(vec2(row, own + 1.0))));
    vec4 torn = IMG_NORM_PIXEL(inputImage, vec2(uv.x - strength * ends * pull * (slide + stray) / wide, uv.y));
    float rim = smoothstep(0.0035, 0.0, over) * smoothstep(0.0, 0.2, strength * ends);
    gl_FragColor = vec4(mix(torn.rgb, PAPER * (0.30 + 0.45 * noise(vec2(x * 130.0, own))), rim), torn.a);
  } else if (under < 0.0) {
    float lip = smoothstep(0.0, 0.25, 1.0 + over / max(open, 1e-4) * 0.9);      // 1 in the gap's dark
    float bare = smoothstep(-open * 0.95, -open, over);
    float pulp = 0.45 + 0.35 * noise(vec2(x * 260.0, uv.y * 90.0)) + 0.3 * noise(vec2(x * 70.0 - uv.y * 40.0, uv.y * 190.0));
    float shade = smoothstep(-open * 0.8, -open - 0.006, over);
    gl_FragColor.rgb = mix(WALL * (0.4 + 0.6 * lip), PAPER * pulp * (0.35 + 0.5 * shade), bare);
  } else {
    gl_FragColor.rgb *= 1.0 - 0.4 * strength * ends * smoothstep(0.012, 0.0, under);
  }
  float hairs = max(fibres(x, -over, own + 20.0), fibres(x + 0.3, max(-under, 0.0) > 0.0 ? -under : -1.0, own + 40.0));
  gl_FragColor.rgb = mix(gl_FragColor.rgb, PAPER * 0.72, hairs * smoothstep(0.05, 0.5, strength * ends));
}
