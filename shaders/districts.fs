/*{
  "DESCRIPTION": "The city of 2142 from its wards to its crowns, as a cut through the ground: below, ten thousand small fires, warm and grainy; a dim middle where things are counted; above, three crowns of cold and perfect pearl. It should feel as if all warmth were below and all light above.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "living smiles"],
  "INPUTS": [
    {"NAME": "wards", "LABEL": "The wards' fires", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0},
    {"NAME": "counted", "LABEL": "The clearing houses", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0},
    {"NAME": "crowns", "LABEL": "The crowns' pearl", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0},
    {"NAME": "light", "LABEL": "Light", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0}
  ]
}*/

const float TAU = 6.2831853;
const float BREATH_HZ = 0.13;
const float ROOFS = 30.0, EMBERS = 85.0;   // to a canvas height
const float WARDS_END = 0.43, MIDDLE = 0.465, CROWNS_BEGIN = 0.56;

// The palette, in linear light.
const vec3 PLUM = vec3(0.0060, 0.0014, 0.0046);
const vec3 RED = vec3(0.58, 0.045, 0.040), CORAL = vec3(0.755, 0.173, 0.124), AMBER = vec3(0.86, 0.42, 0.10);
const vec3 PEARL = vec3(0.56, 0.64, 0.86);

vec2 hash2(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * vec3(0.1031, 0.1030, 0.0973));
  q += dot(q, q.yzx + 33.33);
  return fract((q.xx + q.yz) * q.zy);
}

float noise(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(hash2(i).x, hash2(i + vec2(1, 0)).x, f.x), mix(hash2(i + vec2(0, 1)).x, hash2(i + vec2(1, 1)).x, f.x), f.y);
}

// Fires in cells: .x their light, .y how hot. Each breathes in its own time.
vec2 fires(vec2 p, float crowd, float size) {
  vec2 cell = floor(p), a = hash2(cell), b = hash2(cell + 53.0), r = p - cell - 0.25 - 0.5 * a;
  float lives = step(b.x, crowd), breath = 0.72 + 0.28 * sin(TAU * (TIME * BREATH_HZ * (0.75 + 0.7 * a.y) + b.y));
  float d = dot(r, r) / (size * (0.4 + 0.9 * b.y));
  return vec2(lives * breath * (0.25 + 0.75 * a.x * a.x) * (exp(-d * 9.0) + 0.10 * exp(-d * 1.6)), a.x);
}

// A crown: a tooth's outline, smooth and huge. Its rim is thin film, its inside hardly there.
vec3 crown(vec2 p, vec2 at, vec2 size, float own) {
  vec2 q = (p - at) / size;
  q.x *= 1.0 + 0.16 * q.y;                                                   // a little narrower towards its root
  float cusp = 0.09 * cos(q.x * 5.2) * smoothstep(0.2, -1.0, q.y);
  float d = pow(pow(abs(q.x), 3.2) + pow(abs(q.y - cusp), 3.2), 1.0 / 3.2) - 1.0;
  float inside = smoothstep(0.012, -0.012, d), turn = atan(q.y, q.x) / TAU;
  float slow = 0.5 + 0.5 * sin(TAU * (turn - TIME * 0.035 + own));           // a light that walks round it
  vec3 film = 0.62 + 0.38 * cos(TAU * (vec3(0.02, 0.22, 0.40) + 1.4 * turn + 1.1 * d + own + 0.02 * TIME));
  vec3 pearl = PEARL * mix(vec3(1.0), film, 0.55);
  float rim = exp(-max(-d, 0.0) * 16.0) * inside, veil = exp(-max(d, 0.0) * 9.0) * (1.0 - inside);
  return pearl * (rim * (0.035 + 0.16 * slow * slow) + inside * (0.010 + 0.022 * smoothstep(-0.9, 1.0, q.y)) + veil * (0.006 + 0.018 * slow));
}

void main() {
  float wide = RENDERSIZE.x / RENDERSIZE.y, y = isf_FragNormCoord.y;
  vec2 p = vec2((isf_FragNormCoord.x - 0.5) * wide, y);
  float breath = sin(TIME * TAU * BREATH_HZ);

  // Wards: quarters with streets between them, closer and hotter the lower they lie.
  float hill = WARDS_END + 0.05 * (noise(vec2(p.x * 2.6, 3.0)) - 0.5) + 0.02 * (noise(vec2(p.x * 17.0, 8.0)) - 0.5);
  float ward = smoothstep(hill, hill - 0.30, y), town = noise(p * vec2(5.0, 8.0) + 2.0), lanes = noise(p * vec2(13.0, 19.0) + 7.0);
  float crowd = ward * smoothstep(0.22, 0.75, 0.62 * town + 0.38 * lanes);
  vec2 bent = p + 0.012 * vec2(town, lanes);
  vec2 roof = fires(bent * ROOFS, 0.55 * crowd, 0.22), ember = fires(bent * mat2(0.9, 0.44, -0.44, 0.9) * EMBERS, 0.25 * ward + 0.6 * crowd, 0.30);
  vec3 heat = mix(RED, mix(CORAL, AMBER, roof.y), 0.35 + 0.65 * roof.y) * roof.x * 0.55 + mix(RED, AMBER, ember.y * ember.y) * ember.x * 0.34;
  heat *= 0.35 + 0.65 * ward;
  float grit = 0.6 + 0.8 * hash2(floor(p * 300.0)).x;
  heat += RED * ward * (0.010 + 0.050 * crowd * crowd) * grit * (1.0 + 0.18 * breath);
  heat += CORAL * 0.016 * smoothstep(0.12, 0.0, abs(y - hill + 0.05)) * town * grit;            // smoke, lit from below

  // Clearing houses: long low halls, lit by the row.
  vec2 hall = vec2(p.x * 9.0 + 3.7 * hash2(vec2(floor(y * 46.0), 3.0)).x, y * 46.0), lit = hash2(floor(hall) + 11.0);
  vec2 slit = abs(fract(hall) - 0.5);
  float row = smoothstep(0.075, 0.0, abs(y - MIDDLE)), window = smoothstep(0.46, 0.40, slit.x) * smoothstep(0.20, 0.05, slit.y);
  vec3 count = AMBER * vec3(0.9, 0.8, 0.7) * row * (0.007 + window * step(0.52, lit.x) * (0.012 + 0.028 * lit.y) * (0.8 + 0.2 * sin(TAU * (TIME * 0.11 + lit.y))));

  // Crowns: one great one in the middle, one on either side, in light that has no grain at all.
  vec3 pearl = crown(p, vec2(0.0, 0.90), vec2(0.215, 0.27), 0.0);
  pearl += crown(p, vec2(-0.43, 0.93), vec2(0.185, 0.25), 0.35) + crown(p, vec2(0.43, 0.93), vec2(0.185, 0.25), 0.70);
  pearl += PEARL * 0.020 * smoothstep(CROWNS_BEGIN, 1.15, y) * exp(-0.9 * p.x * p.x) * (1.0 + 0.15 * breath);

  vec3 seen = PLUM * (0.45 + 0.55 * smoothstep(0.2, 0.9, y)) + heat * wards + count * counted + pearl * crowns;
  vec3 shown = pow(1.0 - exp(-1.4 * seen * light), vec3(1.0 / 2.2));
  shown += (hash2(gl_FragCoord.xy + fract(TIME) * 61.0).x - 0.5) / 255.0;                        // dark gradients must not band on a wall
  gl_FragColor = vec4(shown, 1.0);
}
