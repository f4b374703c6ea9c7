/*{
  "DESCRIPTION": "What is under the paint comes through like damp through plaster: the wall darkens, fingers of wet climb, the scene beneath is seen as through soaked paper, and each stand leaves a line of salt. It should feel slow and impossible to stop.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "fault", "living smiles"],
  "INPUTS": [
    {"NAME": "inputImage", "LABEL": "Picture", "TYPE": "image"},
    {"NAME": "strength", "LABEL": "How strong", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0},
    {"NAME": "phase", "LABEL": "From its start to its end", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
    {"NAME": "seed", "LABEL": "Its own number", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
    {"NAME": "area", "LABEL": "Where: x, y, width, height", "TYPE": "color", "DEFAULT": [0.1, 0.4, 0.6, 0.1]},
    {"NAME": "under", "LABEL": "What lies under the paint", "TYPE": "image"}
  ]
}*/

// Lengths are in canvas heights.
const float SPREAD = 0.065;          // how far the damp runs beyond its area
const float LENS = 0.007;            // how far soaked plaster scatters what is behind it
const vec3 STAIN = vec3(0.44, 0.25, 0.13), SALT = vec3(0.88, 0.84, 0.80), WET = vec3(0.62, 0.50, 0.48);

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

vec3 through(vec2 uv, float r) {
  vec2 d = r * vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0);
  return 0.2 * (IMG_NORM_PIXEL(under, uv).rgb + IMG_NORM_PIXEL(under, uv + vec2(d.x, 0.4 * d.y)).rgb
    + IMG_NORM_PIXEL(under, uv + vec2(-0.4 * d.x, d.y)).rgb + IMG_NORM_PIXEL(under, uv + vec2(-d.x, -0.4 * d.y)).rgb
    + IMG_NORM_PIXEL(under, uv + vec2(0.4 * d.x, -d.y)).rgb);
}

void main() {
  vec2 uv = isf_FragNormCoord;
  gl_FragColor = IMG_THIS_PIXEL(inputImage);
  if (strength <= 0.0) return;
  float wide = RENDERSIZE.x / RENDERSIZE.y;
  vec2 p = uv * vec2(wide, 1.0), own = vec2(floor(seed * 97.0), floor(fract(seed * 31.0) * 89.0));
  vec2 extent = max(0.5 * area.zw * vec2(wide, 1.0), 0.02), q = abs(p - (area.xy + 0.5 * area.zw) * vec2(wide, 1.0)) / extent;
  float away = (pow(dot(q * q, q), 1.0 / 3.0) - 0.85) * min(extent.x, extent.y);     // damp has no corners
  if (away > 2.2 * SPREAD) return;

  // How late the damp gets to a place: fingers that climb, then smaller tongues, then the plaster's own grain.
  float fingers = noise(vec2(p.x * 9.0, p.y * 2.6) + own), tongues = noise(p * 19.0 + own.yx), grain = noise(p * 57.0 + own);
  float late = 0.5 + 0.34 * away / SPREAD + 0.22 * pow(max(away / SPREAD, 0.0), 2.0) + 1.05 * (fingers - 0.5) + 0.42 * (tongues - 0.5) + 0.16 * (grain - 0.5);
  float damp = 1.45 * (0.75 * strength + 0.25 * strength * phase) - 0.30 - late * 0.75;   // above 0 it is wet
  float wet = smoothstep(0.0, 0.16, damp), soaked = smoothstep(0.08, 0.50, damp);
  // Where it stands it leaves a line; where it stood before, a fainter one.
  float tide = smoothstep(-0.030, 0.0, damp) * smoothstep(0.055, 0.0, damp);
  float older = smoothstep(0.20, 0.235, damp) * smoothstep(0.275, 0.235, damp);
  float pores = noise(p * 150.0), crystals = (0.25 + 0.75 * smoothstep(0.35, 0.9, noise(p * 120.0 + own))) * smoothstep(0.35, 0.75, tongues + 0.5 * (grain - 0.5));

  vec3 surface = gl_FragColor.rgb, seen = through(uv + 0.006 * (vec2(tongues, grain) - 0.5), LENS * (1.6 - soaked));
  surface *= mix(vec3(1.0), WET, wet * (0.75 + 0.25 * pores));
  surface *= 1.0 - 0.42 * soaked;
  float veil = soaked * (0.55 + 0.45 * smoothstep(0.2, 0.7, pores));
  seen = mix(vec3(dot(seen, vec3(0.2126, 0.7152, 0.0722))), seen, 0.8) * vec3(1.0, 0.92, 0.86);
  surface += (1.0 - surface) * seen * veil * 0.95;
  surface += STAIN * wet * (0.035 + 0.035 * tongues) * (1.0 - 0.5 * soaked);                // wet plaster has a colour of its own
  surface = mix(surface, surface * 0.6 + STAIN * (0.16 + 0.10 * pores), (0.75 * tide + 0.4 * older) * (0.4 + 0.6 * tongues));
  surface += SALT * crystals * (0.34 * smoothstep(-0.05, 0.0, damp) * smoothstep(0.05, 0.0, damp) + 0.12 * older);
  gl_FragColor.rgb = mix(gl_FragColor.rgb, surface, smoothstep(0.0, 0.15, strength));
}
