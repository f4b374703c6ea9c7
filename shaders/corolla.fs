/*{
  "DESCRIPTION": "An answer to a smile: a flower of filaments opens about the face, with a lit seed at every tip, and light runs from there over the whole picture and wakes what is alive in it; when the smile goes it draws back to where it came from. It should feel like being smiled at by something that has no face.",
  "CREDIT": "The installation engine. The filaments are those that stand out from plaque under a microscope",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "light", "living smiles"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image"},
    {"NAME": "smile", "LABEL": "Somebody smiles", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0},
    {"NAME": "smile_at", "LABEL": "Where the smile is", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
    {"NAME": "face", "LABEL": "How high the face is, in canvas heights", "TYPE": "float", "MIN": 0.02, "MAX": 0.6, "DEFAULT": 0.12},
    {"NAME": "size", "LABEL": "How far the flower opens, in canvas heights", "TYPE": "float", "MIN": 0.05, "MAX": 0.6, "DEFAULT": 0.24},
    {"NAME": "wakes", "LABEL": "How much light wakes in the picture", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0}
  ],
  "PASSES": [
    {"TARGET": "joy", "WIDTH": "1", "HEIGHT": "1", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "how gladly it answers, how far its light has come (canvas heights), and where the smile is"},
    {}
  ]
}*/

const float TAU = 6.2831853;

// The palette, in linear light.
const vec3 ENAMEL = vec3(0.873, 0.830, 0.719), CORAL = vec3(0.755, 0.173, 0.124), BIOLUME = vec3(0.016, 0.752, 0.630);

const float RISE_SECONDS = 0.25, FALL_SECONDS = 2.5;
const float GOES = 0.42, RETURNS = 0.26, FARTHEST = 1.9;   // its light: canvas heights a second, out and back; canvas heights
const int RANKS = 3;                 // of filaments, each denser than the last
const float FIRST_RANK = 23.0, DENSER = 1.618;
const float HAIR = 0.0011, STOUT = 0.0026;                 // half a filament's width at its tip, and how much wider it is at its foot
const float SEED_SIZE = 0.0042;

float hash(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * 0.1031);
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}

float bell(float x) { return exp(-x * x); }

// It goes out from the face while somebody smiles, and draws back when they stop. A smile elsewhere is gone over to.
vec4 answer() {
  vec4 was = texelFetch(joy, ivec2(0), 0);
  float level = mix(was.r, smile, 1.0 - exp(-TIMEDELTA / (smile > was.r ? RISE_SECONDS : FALL_SECONDS)));
  float far = clamp(was.g + TIMEDELTA * (smile > 0.3 ? GOES : -RETURNS), 0.0, FARTHEST);
  float follows = was.g < 0.02 ? 1.0 : 1.0 - exp(-TIMEDELTA / 0.4);
  return vec4(level, far, smile > 0.1 ? mix(was.ba, smile_at, follows) : was.ba);
}

// A face near the edge of the picture: its flower stays in, so that it is seen whole.
vec2 kept_in(vec2 at) {
  vec2 margin = (0.5 * face + 0.02) * vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0);
  return clamp(at, margin, 1.0 - margin);
}

// The flower, as light. `runs` is 0 while nobody smiles: a loop is no longer than it must be.
vec3 flower(vec2 from, vec2 at, float level, float far, int runs) {
  float r = length(from), turn = atan(from.x, from.y) / TAU, foot = 0.5 * face;
  float open = size * sqrt(level) * (1.0 - exp(-4.5 * far)) * (1.0 + 0.03 * sin(0.83 * TIME));
  // Filaments that would reach beyond the picture are shorter, softly; those beside them too, as a flower by a wall grows.
  vec2 wide = vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0), edge = mix(at, 1.0 - at, step(0.0, from)) * wide - 0.012, way = abs(from) / max(r, 1e-4);
  float room = min(edge.x / max(way.x, 1e-3), edge.y / max(way.y, 1e-3)) - foot, want = 1.15 * size;
  room = max(room, 0.01);
  open *= room * inversesqrt(sqrt(room * room * room * room + want * want * want * want));
  float many = FIRST_RANK, born = smoothstep(foot, foot + 0.02, r);
  vec3 sum = vec3(0.0);
  for (int i = 0; i < RANKS * runs; i++) {
    float rank = float(i), sway = 0.10 * r * sin(31.0 * r - 0.7 * TIME + 2.1 * rank) + 0.012 * sin(0.43 * TIME + rank);
    float a = (turn + sway + 0.5) * many, cell = floor(a), number = mod(cell, many);
    vec2 own = vec2(hash(vec2(number, rank)), hash(vec2(number + 71.0, rank)));
    float petal = (0.82 + 0.18 * cos(TAU * 7.0 * (turn + sway) + 2.0 * rank)) * (0.72 + 0.28 * cos(TAU * turn));   // shorter below
    float tip = foot + open * petal * (0.35 + 0.65 * own.x) * (1.0 - 0.10 * rank), left = (tip - r) / max(tip - foot, 1e-3);
    float across = (a - cell - 0.5 - 0.5 * (own.y - 0.5)) * TAU * r / many;
    float hair = bell(across / (HAIR + STOUT * max(left, 0.0))) * smoothstep(0.0, 0.06, left) * born;
    sum += hair * mix(ENAMEL, CORAL, clamp(0.25 + 0.8 * left * own.y, 0.0, 1.0)) * (0.20 + 0.50 * own.x);
    sum += bell(length(vec2(across, r - tip)) / SEED_SIZE) * mix(BIOLUME, ENAMEL, 0.25 + 0.5 * own.y) * 1.3 * step(0.02, open);
    many = floor(many * DENSER);
  }
  float around = r / (foot + 0.75 * open + 1e-3);
  return (sum + (CORAL + ENAMEL) * 0.06 * born * bell(around)) * min(1.6 * level, 1.0);
}

void main() {
  vec4 picture = IMG_THIS_PIXEL(inputImage), glad = texelFetch(joy, ivec2(0), 0);
  vec2 at = kept_in(glad.ba), from = (isf_FragNormCoord - at) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  float front = glad.g - length(from), come = smoothstep(-0.02, 0.25, front), passing = exp(-front * front / 0.006) * smoothstep(0.0, 0.1, glad.g);
  vec3 light = picture.rgb * picture.rgb;
  light *= 1.0 + wakes * glad.r * (0.55 * come + 1.1 * passing);
  float foot = 0.5 * face, open = size * glad.r * (1.0 - exp(-4.5 * glad.g)), r = length(from);
  light *= 1.0 - 0.80 * glad.r * smoothstep(0.7 * foot, 1.3 * foot, r) * smoothstep(foot + 1.15 * open, foot + 0.35 * open, r);   // it opens on dark
  light += flower(from, at, glad.r, glad.g, PASSINDEX == 1 && glad.r > 0.002 ? 1 : 0);
  vec3 shown = sqrt(light / (1.0 + glad.r * 0.35 * light));
  gl_FragColor = PASSINDEX == 0 ? answer() : glad.r <= 0.0 ? picture : vec4(shown, max(picture.a, min(max(light.r, max(light.g, light.b)), 1.0)));
}
