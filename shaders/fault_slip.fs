/*{
  "DESCRIPTION": "A band of the picture slips, as film does when the claw misses: it lands beside its place with the frame line in view, and slips once more. A tooth stands where none should. It should feel like a step that is not there.",
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
const float BAND = 0.17;             // about as wide as a tooth: wider areas slip in several bands
const float LEAST = 0.10;            // of slipping, even in a low area
const float FRAME_LINE = 0.016;
const float SHADOW = 0.020;
const vec3 FILM = vec3(0.060, 0.040, 0.052), EDGE = vec3(0.80, 0.72, 0.60);

float hash(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * 0.1031);
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}

// Goes to 1 with a knock beyond it, as a thing does that falls into a notch.
float notch(float t) {
  t = clamp(t, 0.0, 1.0);
  return 1.0 - exp(-5.5 * t) * cos(9.0 * t) * (1.0 - t);
}

void main() {
  vec2 uv = isf_FragNormCoord;
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  gl_FragColor = picture;
  if (strength <= 0.0) return;
  float wide = RENDERSIZE.x / RENDERSIZE.y, own = floor(seed * 977.0), shown = smoothstep(0.0, 0.25, strength);
  float bands = clamp(floor(area.z * wide / BAND + 0.5), 1.0, 6.0);
  vec2 at = (uv - area.xy) / max(area.zw, vec2(0.02));
  float high = max(area.w, 0.02), tall = step(0.0, at.y) * step(at.y, 1.0);
  float deep = max(-at.x, at.x - 1.0) * area.z * wide;                   // beside the area: its shadow on the wall
  gl_FragColor.rgb *= 1.0 - 0.65 * shown * tall * step(0.0, deep) * smoothstep(SHADOW, 0.0, deep);
  if (min(at.x, at.y) < 0.0 || max(at.x, at.y) > 1.0) return;

  float band = floor(at.x * bands), a = hash(vec2(band, own)), b = hash(vec2(band, own + 3.0));
  float still = step(0.55, b) * step(1.5, bands);                        // in a wide area some bands hold
  float again = 0.30 * notch((phase - 0.45 - 0.2 * a) * 7.0) * step(0.45 + 0.2 * a, phase);
  float way = max(high * (0.30 + 0.25 * a), LEAST) * sign(b - 0.35) * (notch(strength * 1.15) * (1.0 + again));
  float inside = fract(at.x * bands) - 0.5, lean = (a - 0.5) * 0.05 * strength;
  float y = at.y * high - way + lean * inside * area.z * wide / bands;    // it hangs a little askew
  float rolled = y - high * floor(y / high), seam = min(rolled, high - rolled);
  vec2 from = vec2(uv.x + (b - 0.5) * 0.012 * strength, area.y + rolled);
  vec4 film = IMG_NORM_PIXEL(inputImage, from);
  // The frame line: dark film, with a bright hair on either side where the print's edge lets light by.
  float line = smoothstep(FRAME_LINE + 0.0015, FRAME_LINE, seam) * shown;
  float hair = smoothstep(0.0022, 0.0004, abs(seam - FRAME_LINE)) * shown;
  film.rgb = mix(film.rgb * (1.0 - 0.10 * shown), FILM, line);
  film.rgb += EDGE * hair * 0.38;
  float side = (0.5 - abs(inside)) * area.z * wide / bands;
  film.rgb = mix(film.rgb, film.rgb * 0.25, shown * smoothstep(0.010, 0.0, side) * step(inside, 0.0));
  film.rgb += EDGE * shown * (0.10 + 0.25 * dot(film.rgb, vec3(0.333))) * smoothstep(0.0028, 0.0008, side) * step(0.0, inside);
  gl_FragColor = still > 0.5 ? picture : film;
}
