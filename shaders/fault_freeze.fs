/*{
  "DESCRIPTION": "A piece of the picture stops, as a frame that jams in the gate: the rest lives on around it. It sits a little off, buckles out of focus in its own heat, and browns. It should feel like something that was not allowed to go on.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "fault", "living smiles"],
  "INPUTS": [
    {"NAME": "inputImage", "LABEL": "Picture", "TYPE": "image"},
    {"NAME": "strength", "LABEL": "How strong", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0},
    {"NAME": "phase", "LABEL": "From its start to its end", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
    {"NAME": "seed", "LABEL": "Its own number", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
    {"NAME": "area", "LABEL": "Where: x, y, width, height", "TYPE": "color", "DEFAULT": [0.1, 0.4, 0.6, 0.1]}
  ],
  "PASSES": [
    {"TARGET": "kept", "PERSISTENT": true, "DESCRIPTION": "the moment at which it stopped"},
    {"DESCRIPTION": "the frozen piece in the living picture"}
  ]
}*/

// Lengths are in canvas heights.
const float OFF = 0.016;             // how far the jammed frame lies from its place
const float HEAT = 0.0075;           // how far out of focus it buckles
const float SHADOW = 0.016;
const float BEGINNING = 0.08;        // of its time: until then the frame runs on,
const float FAINT = 0.05;            // and while it is too weak to be seen
const vec3 BROWN = vec3(0.95, 0.66, 0.40), EDGE = vec3(0.86, 0.70, 0.48);

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
  if (PASSINDEX == 0) {                                      // each fault keeps the moment at which it begins
    bool begins = FRAMEINDEX == 0 || strength < FAINT || phase < BEGINNING;
    gl_FragColor = begins ? picture : IMG_THIS_PIXEL(kept);
    return;
  }
  gl_FragColor = picture;
  if (strength <= 0.0) return;
  float wide = RENDERSIZE.x / RENDERSIZE.y, shown = smoothstep(0.0, 0.35, strength), own = floor(seed * 97.0);
  float turn = 6.28318 * fract(seed * 5.3), lean = 0.030 * (fract(seed * 11.7) - 0.5) * strength;
  vec2 middle = area.xy + 0.5 * area.zw, p = (uv - middle) * vec2(wide, 1.0);
  vec2 extent = 0.5 * area.zw * vec2(wide, 1.0);
  vec2 put = mat2(cos(lean), sin(lean), -sin(lean), cos(lean)) * p;     // the frame is hard-edged and not quite straight
  vec2 q = abs(put) - extent + 0.012;
  float away = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - 0.012;  // with the round corners of a gate
  if (away > 0.0) {
    gl_FragColor.rgb *= 1.0 - 0.7 * shown * smoothstep(SHADOW, 0.0, away);
    return;
  }
  vec2 off = OFF * strength * vec2(cos(turn), sin(turn));
  // The heat is greatest in the middle; there the frame swells and its focus goes.
  float warm = smoothstep(0.0, 1.0, -away / max(min(extent.x, extent.y), 0.01)) * strength * smoothstep(0.0, 0.9, phase + 0.3);
  float blister = noise(p * 11.0 + own) * 0.65 + noise(p * 29.0 - own) * 0.35;
  vec2 from = (put * (1.0 - 0.030 * strength - 0.05 * warm * blister) - off) / vec2(wide, 1.0) + middle;
  vec2 d = HEAT * warm * (0.4 + blister) / vec2(wide, 1.0);
  vec4 held = (IMG_NORM_PIXEL(kept, from + d) + IMG_NORM_PIXEL(kept, from + vec2(-1.3, 0.4) * d) + IMG_NORM_PIXEL(kept, from + vec2(0.3, -1.4) * d)) / 3.0;
  float scorch = warm * smoothstep(0.42, 0.72, blister);
  held.rgb *= mix(vec3(1.0), BROWN, strength * (0.55 + 0.45 * warm));
  held.rgb *= 1.0 - 0.55 * scorch;
  held.rgb += EDGE * (0.030 * strength + 0.05 * warm * (1.0 - scorch) * blister);       // stopped film glows a little
  float rim = smoothstep(0.0035, 0.0008, -away);
  held.rgb += EDGE * rim * (0.22 + 0.3 * held.g) * shown;
  // While it comes and goes the frame is laid over in a tenth of its way: hard of edge, not of time.
  gl_FragColor = mix(picture, held, smoothstep(0.0, 0.30, strength));
}
