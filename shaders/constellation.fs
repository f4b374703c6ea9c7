/*{
  "DESCRIPTION": "People as lights in the dark: they drift, and those who come near each other are joined by slack threads, along which now and then a word is passed on.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "light", "living smiles"],
  "INPUTS": [
    {"NAME": "people", "LABEL": "Silhouette (lights near it wake)", "TYPE": "image"},
    {"NAME": "crowd", "LABEL": "How many people", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.65},
    {"NAME": "bonds", "LABEL": "From how far they are joined", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.65},
    {"NAME": "words", "LABEL": "Words passed on", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
    {"NAME": "speed", "LABEL": "How fast they drift", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
    {"NAME": "size", "LABEL": "How large a light is", "TYPE": "float", "MIN": 0.5, "MAX": 2.0, "DEFAULT": 1.0},
    {"NAME": "light", "LABEL": "Light", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0},
    {"NAME": "warm", "LABEL": "Colour of most", "TYPE": "color", "DEFAULT": [0.894, 0.716, 0.314, 1.0]},
    {"NAME": "other", "LABEL": "Colour of some", "TYPE": "color", "DEFAULT": [0.134, 0.882, 0.815, 1.0]}
  ],
  "PASSES": [
    {"TARGET": "folk", "WIDTH": "floor(8.0 * $WIDTH / $HEIGHT) + 2.0", "HEIGHT": "10", "FLOAT": true,
     "DESCRIPTION": "a person a texel: place, x and y in cells, how much they shine, and who they are"},
    {}
  ]
}*/

const float TAU = 6.2831853;
const float ROWS = 8.0;                    // of people, to a canvas height; one row more all round is out of sight
const float STRAY = 0.46;                  // how far one goes from the middle of their cell
const float EXPOSURE = 1.8;

// The palette, in linear light.
const vec3 PLUM = vec3(0.0056, 0.0014, 0.0040), ENAMEL = vec3(0.873, 0.830, 0.719);

vec2 hash2(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * vec3(0.1031, 0.1030, 0.0973));
  q += dot(q, q.yzx + 33.33);
  return fract((q.xx + q.yz) * q.zy);
}

// Two rough surfaces at once, 0..1.
vec2 noise(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(hash2(i), hash2(i + vec2(1.0, 0.0)), f.x), mix(hash2(i + vec2(0.0, 1.0)), hash2(i + vec2(1.0, 1.0)), f.x), f.y);
}

// A bump of this radius that ends: people's light must not reach past the next cell.
float bump(float r2, float radius) {
  float d = max(1.0 - r2 / (radius * radius), 0.0);
  return d * d;
}

// One person: where they are (cells), how they shine. They gather in company and leave clearings.
vec4 person(vec2 cell) {
  vec2 lot = hash2(cell + 3.0), second = hash2(cell + 71.0);
  float t = TIME * (0.02 + 0.20 * speed) * (0.6 + 0.8 * second.x);
  vec2 drift = vec2(sin(t + TAU * lot.x) + 0.5 * sin(1.7 * t + TAU * second.y), cos(0.83 * t + TAU * lot.y) + 0.5 * sin(1.31 * t + TAU * second.x)) / 1.5;
  vec2 company = noise(cell * 0.31 + vec2(TIME * 0.006, 0.0));
  float lives = smoothstep(-0.10, 0.10, crowd * 1.1 + 0.7 * (company.x - 0.5) - lot.x * 0.9);
  vec2 place = cell + 0.5 + STRAY * drift;
  vec2 uv = (place - 1.0) / (RENDERSIZE - vec2(2.0)) ;
  float near = IMG_NORM_PIXEL(people, clamp(uv, 0.0, 1.0)).r;
  float breath = 0.80 + 0.20 * sin(TIME * (0.7 + 0.4 * second.y) + TAU * lot.x);
  return vec4(place, lives * breath * (0.12 + 0.88 * second.y * second.y * second.y + 0.9 * near), lot.y);
}

// A slack thread between two people: how much light of the one colour and of the other lies here.
vec2 thread(vec2 at, vec4 a, vec4 b) {
  float thin = max(0.020, 1.7 * ROWS / RENDERSIZE.y), reach = mix(0.75, 1.75, bonds);
  vec2 way = b.xy - a.xy, off = at - a.xy;
  float apart = length(way) + 1e-4, own = fract(a.w * 7.31 + b.w * 3.77);
  float joined = smoothstep(reach, 0.60 * reach, apart) * smoothstep(0.02, 0.15, min(a.z, b.z)) * step(own, 0.80);
  float along = clamp(dot(off, way) / (apart * apart), 0.0, 1.0), belly = 4.0 * along * (1.0 - along), sag = way.x / apart;
  off += vec2(-way.y, way.x) * sag * (0.04 + 0.10 * own) * belly - way * along;                    // it hangs
  // Now and then a bead of light goes from one to the other: a word.
  float phase = TIME * (0.07 + 0.06 * own) + own * 17.0, word = 1.3 * fract(phase) - 0.15, said = step(fract(floor(phase) * 0.618 + own), words * 0.7);
  float place = word - (own < 0.4 ? along : 1.0 - along);
  float bead = said * (bump(place * place, 0.07) + 0.35 * max(1.0 - 5.0 * max(place, 0.0), 0.0) * step(0.0, place));
  float lit = bump(dot(off, off), thin) * joined * (0.11 + 0.10 * (1.0 - belly) + 0.22 * mix(a.z, b.z, along) + 1.3 * bead);
  float hue = mix(step(1.5, a.w), step(1.5, b.w), along);
  return lit * vec2(1.0 - hue, hue);
}

vec3 picture() {
  float wide = RENDERSIZE.x / RENDERSIZE.y;
  vec2 folk_size = IMG_SIZE(folk), span = folk_size - 2.0;
  vec2 p = isf_FragNormCoord * span + 1.0, cell = floor(p);
  vec2 even = vec2(wide * ROWS / span.x, ROWS / span.y);                 // a cell is not quite square
  vec3 many = pow(warm.rgb, vec3(2.2)), some = pow(other.rgb, vec3(2.2)), seen = vec3(0.0);
  vec4 f[9];                                                             // place, how much they shine, who they are (2 + : of the other colour)
  for (int i = 0; i < 9; i++) {
    vec2 d = vec2(float(i - 3 * (i / 3)), float(i / 3)) - 1.0;
    vec4 one = IMG_NORM_PIXEL(folk, (cell + d + 0.5) / folk_size);
    f[i] = vec4(one.xy * even, one.z, one.w + 2.0 * step(0.67, one.w));
    vec2 off = p * even - f[i].xy;
    float r2 = dot(off, off) / (size * (0.45 + 0.75 * one.z));
    vec3 hue = one.w > 0.67 ? some : many;
    float core = 1.0 / (1.0 + 700.0 * r2);
    seen += one.z * bump(r2, 0.62) * (hue * 0.0052 / (0.012 + r2) + mix(hue, ENAMEL, 0.6) * 1.9 * core * core);
  }
  // All pairs of neighbours that a thread through this cell can join: along rows, along columns, across.
  vec2 at = p * even;
  vec2 silk = thread(at, f[0], f[1]) + thread(at, f[1], f[2]) + thread(at, f[3], f[4]) + thread(at, f[4], f[5]) + thread(at, f[6], f[7]) + thread(at, f[7], f[8]);
  silk += thread(at, f[0], f[3]) + thread(at, f[1], f[4]) + thread(at, f[2], f[5]) + thread(at, f[3], f[6]) + thread(at, f[4], f[7]) + thread(at, f[5], f[8]);
  silk += thread(at, f[0], f[4]) + thread(at, f[1], f[5]) + thread(at, f[3], f[7]) + thread(at, f[4], f[8]);
  silk += thread(at, f[1], f[3]) + thread(at, f[2], f[4]) + thread(at, f[4], f[6]) + thread(at, f[5], f[7]);
  seen += silk.x * mix(many, ENAMEL, 0.35) + silk.y * mix(some, ENAMEL, 0.35);
  vec2 q = (isf_FragNormCoord - 0.5) * vec2(wide, 1.0);
  // Farther off there are always more.
  vec2 far = mat2(0.83, 0.56, -0.56, 0.83) * q * 24.0 + vec2(0.5 * sin(TIME * 0.021), 0.5 * cos(TIME * 0.017)) + 40.0, home = floor(far), lot = hash2(home);
  vec2 off = far - home - 0.12 - 0.76 * lot;
  seen += mix(many, ENAMEL, 0.3) * step(0.90 - 0.30 * crowd, hash2(home + 9.0).x) * bump(dot(off, off), 0.06 + 0.06 * lot.x) * 0.25 * hash2(home + 23.0).x * (0.7 + 0.3 * sin(TIME * 0.6 + TAU * lot.x));
  seen += PLUM * (0.15 + 0.8 * noise(q * 1.7 + TIME * 0.01).x) * exp(-1.2 * dot(q, q));
  vec3 shown = pow(1.0 - exp(-max(seen * light, 0.0) * EXPOSURE), vec3(1.0 / 2.2));
  return shown + (hash2(gl_FragCoord.xy + fract(TIME) * 61.0).x - 0.5) / 255.0;   // dark gradients must not band on a wall
}

void main() {
  gl_FragColor = PASSINDEX == 0 ? person(floor(gl_FragCoord.xy)) : vec4(picture(), 1.0);
}
