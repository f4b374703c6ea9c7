/*{
  "DESCRIPTION": "Vessels under skin: one tree brings light in, another takes it away, and between their last twigs every place is reached; slow pulses travel in them and part at each fork.",
  "CREDIT": "Living Smiles. Trees of least resistance through uneven ground; widths after C. D. Murray (1926)",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "growth", "living smiles"],
  "INPUTS": [
    {"NAME": "beat", "LABEL": "Pulses a second", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.25},
    {"NAME": "width", "LABEL": "How wide the vessels are", "TYPE": "float", "MIN": 0.3, "MAX": 1.5, "DEFAULT": 1.0},
    {"NAME": "reach", "LABEL": "How much tissue is alive", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.55},
    {"NAME": "depth", "LABEL": "How deep under the skin", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35},
    {"NAME": "light", "LABEL": "Light", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0},
    {"NAME": "variant", "LABEL": "Another growth", "TYPE": "float", "MIN": 0.0, "MAX": 100.0, "DEFAULT": 7.0},
    {"NAME": "bringing", "LABEL": "Colour of what is brought", "TYPE": "color", "DEFAULT": [0.884, 0.453, 0.388, 1.0]},
    {"NAME": "taking", "LABEL": "Colour of what is taken away", "TYPE": "color", "DEFAULT": [0.134, 0.882, 0.815, 1.0]}
  ],
  "PASSES": [
    {"TARGET": "trees", "WIDTH": "2.0 * floor(26.0 * $WIDTH / $HEIGHT)", "HEIGHT": "26", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "two trees side by side, a node a texel: the neighbour that leads to the root, how much flows, how far the root is, and where the node stands in its cell"},
    {"TARGET": "trees", "WIDTH": "2.0 * floor(26.0 * $WIDTH / $HEIGHT)", "HEIGHT": "26", "PERSISTENT": true, "FLOAT": true},
    {"TARGET": "trees", "WIDTH": "2.0 * floor(26.0 * $WIDTH / $HEIGHT)", "HEIGHT": "26", "PERSISTENT": true, "FLOAT": true},
    {"TARGET": "vessels", "WIDTH": "floor(0.75 * $WIDTH)", "HEIGHT": "floor(0.75 * $HEIGHT)", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "how far inside the nearest vessel's wall (canvas heights), how far from its root, its radius, which tree; an eighth anew each frame"},
    {}
  ]
}*/

const float TAU = 6.2831853;
const int VESSELS = 3, PICTURE = 4;
const float NODES = 26.0;                  // to a canvas height
const float JITTER = 0.80;                 // how far a node strays in its cell at first,
const float TAUT = 0.80;                   // how much a vessel is then pulled straight,
const float LEASH = 0.62;                  // and how far from its cell's middle that may bring it
const float UNSEEN = 99.0;                 // farther than any root
const float THINNEST = 0.00135, MURRAY = 0.40;
const float BANDS = 8.0, BAND_ROWS = 4.0;
const float APART = 0.62;                  // canvas heights between two pulses
const float EXPOSURE = 2.0;

// The palette, in linear light.
const vec3 PLUM = vec3(0.0056, 0.0014, 0.0040), CORAL = vec3(0.755, 0.173, 0.124), ENAMEL = vec3(0.873, 0.830, 0.719);

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

// Where a node stands in its cell, at first; -0.5 to 0.5.
vec2 born(vec2 cell, float tree) { return JITTER * (hash2(cell + 57.0 * tree + floor(variant) * 3.0) - 0.5); }

// Two numbers from -1 to 1 as one.
float pack(vec2 o) {
  vec2 u = clamp(o * 0.5 + 0.5, 0.0, 0.999);
  return floor(u.x * 1000.0) + u.y;
}
vec2 unpack(float w) { return vec2(floor(w) / 1000.0, fract(w)) * 2.0 - 1.0; }

vec2 neighbour(int i) {
  float row = floor(float(i) / 3.0);
  return vec2(float(i) - 3.0 * row, row) - 1.0;
}

// One round: every node takes the cheapest way to the root that its neighbours know of, and passes on what flows into it.
vec4 drain(int runs) {
  vec2 at = floor(gl_FragCoord.xy), all = vec2(0.5 * RENDERSIZE.x, RENDERSIZE.y);
  float tree = step(all.x, at.x), wide = all.x / all.y;
  vec2 cell = at - vec2(tree * all.x, 0.0), home = born(cell, tree), here = (cell + 0.5) / NODES;
  bool root = tree < 0.5 ? cell.y < 0.5 && abs(cell.x - floor(0.22 * all.x)) < 0.5 : cell.y > all.y - 1.5 && abs(cell.x - floor(0.80 * all.x)) < 0.5;
  // How alive the place is; and what a step through it costs: the ground is uneven, and dead tissue is hard to cross.
  vec2 rough = noise(here * 3.0 + variant + 31.0 * tree), island = noise(here * 2.3 + variant), off = here - vec2(0.5 * wide, 0.5);
  float lot = hash2(cell + 11.0 + 5.0 * tree + variant).y, far = smoothstep(0.2, 0.7, length(off * vec2(0.55, 1.0)));
  float alive = smoothstep(0.40, 0.60, 0.75 * island.x + 0.25 * rough.y + 0.75 * (reach - 0.5) - 0.22 * far * (1.0 - reach));
  float cost = (0.35 + 1.7 * rough.x * rough.x + 1.3 * lot * lot) * mix(3.0, 1.0, alive) / NODES;
  float flow = alive, way = root ? 0.0 : UNSEEN, to = 4.0;
  vec2 parent = home, children = vec2(0.0);
  float weights = 0.0;
  for (int i = 0; i < 9 * runs; i++) {
    vec2 d = neighbour(i), other = cell + d;
    bool inside = i != 4 && other.x >= 0.0 && other.y >= 0.0 && other.x < all.x && other.y < all.y;
    vec4 n = IMG_NORM_PIXEL(trees, (at + d + 0.5) / RENDERSIZE);
    vec2 there = d + unpack(n.w);
    float known = FRAMEINDEX == 0 && PASSINDEX == 0 ? UNSEEN : n.z, through = known + cost * length(d);
    if (inside && known < UNSEEN - 1.0 && through < way) {
      way = through;
      to = float(i);
      parent = there;
    }
    if (inside && known < UNSEEN - 1.0 && abs(n.x - float(8 - i)) < 0.5) {
      flow += n.y;
      children += n.y * there;
      weights += n.y;
    }
  }
  vec2 taut = mix(home, 0.5 * (parent + children / max(weights, 1e-3)), weights > 0.01 && to != 4.0 ? TAUT : 0.0);
  return vec4(to, min(flow, 4000.0), min(way, UNSEEN), pack(clamp(taut, -LEASH, LEASH)));
}

// The vessel nearest to a place. The place that looks for it is bent, so that vessels are seen to wind.
vec4 draw_vessels(int runs) {
  vec2 size = IMG_SIZE(trees), all = floor(size * vec2(0.5, 1.0) + 0.5);
  vec2 p = isf_FragNormCoord * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0) * NODES;
  p += 0.30 * (noise(p * 0.9 + 3.0) - 0.5) + 0.9 * (noise(p * 0.35) - 0.5);
  vec2 cell = floor(p);
  vec4 best = vec4(-1.0, 0.0, THINNEST, 0.0);
  for (int i = 0; i < 18 * runs; i++) {
    float tree = i < 9 ? 0.0 : 1.0;
    vec2 c = clamp(cell + neighbour(i < 9 ? i : i - 9), vec2(0.0), all - 1.0), base = vec2(tree * all.x + 0.5, 0.5);
    vec4 n = IMG_NORM_PIXEL(trees, (c + base) / size);
    vec2 d = neighbour(int(n.x + 0.5));
    vec4 m = IMG_NORM_PIXEL(trees, (c + d + base) / size);
    vec2 a = c + 0.5 + unpack(n.w), b = c + d + 0.5 + unpack(m.w);
    float along = clamp(dot(p - a, b - a) / max(dot(b - a, b - a), 1e-4), 0.0, 1.0);
    float radius = width * THINNEST * mix(pow(max(n.y, 0.3), MURRAY), pow(max(m.y, 0.3), MURRAY), 0.5 * along * along);
    float s = radius - length(p - mix(a, b, along)) / NODES;
    s -= n.y < 0.5 || n.z > UNSEEN - 1.0 ? 0.5 : 0.0;                     // dead tissue has none
    bool over = tree > 0.5 && best.w < 0.5 && best.x > 0.0;              // what brings lies over what takes away
    if (s > best.x && !over) best = vec4(s, mix(n.z, m.z, along), radius, tree);
  }
  return best;
}

// Light at `way` from the root: packets with a bright head and a long tail, none like another; some beats are left out.
float pulses(float way, float time, float own) {
  float phase = way / APART - time, packet = floor(phase), at = phase - packet;
  vec2 lot = hash2(vec2(mod(packet, 4096.0), own));
  float head = smoothstep(1.0, 0.80, at) * exp(-(1.0 - at) * 5.5) * 2.0;
  return head * (0.35 + 0.65 * lot.x) * step(0.15, lot.y);
}

vec3 picture(vec2 uv) {
  float wide = RENDERSIZE.x / RENDERSIZE.y;
  vec2 p = (uv - 0.5) * vec2(wide, 1.0);
  float breath = 0.5 + 0.5 * sin(TIME * 0.82 + 0.8 * sin(TIME * 0.131));
  // How far inside varies smoothly and is read between texels; whose vessel it is, is not.
  vec2 texels = IMG_SIZE(vessels);
  vec4 v = IMG_NORM_PIXEL(vessels, (floor(uv * texels) + 0.5) / texels);
  v.x = IMG_NORM_PIXEL(vessels, uv).x;
  float s = v.x, radius = max(v.z, 1e-4), thick = clamp(radius / 0.012, 0.0, 1.0);
  vec3 lit = mix(pow(bringing.rgb, vec3(2.2)), 0.7 * pow(taking.rgb, vec3(2.2)), v.w);

  float soft = 1.2 / RENDERSIZE.y + depth * (0.0012 + 0.0030 * thick);
  float tube = smoothstep(-soft, soft, s), core = tube * clamp(s / radius + 0.25, 0.0, 1.0), away = max(-s, 0.0), halo = max(1.0 - away * 1.05 * NODES, 0.0);
  float t = TIME * beat, way = v.y;
  float shine = v.w < 0.5 ? pulses(way, t, 3.0) : pulses(-way + 8.0, t + 0.5, 8.0);
  vec2 key = vec2(0.6 * sin(TIME * 0.083 + 0.7 * sin(TIME * 0.0231)), 0.30 * sin(TIME * 0.057));
  vec2 off = (p - key * vec2(wide * 0.5, 1.0)) * vec2(0.8, 1.0);
  float near = exp(-2.0 * dot(off, off));
  float grain = 0.25 + 0.5 * noise(mat2(0.8, 0.6, -0.6, 0.8) * p * 90.0).x;

  // The vessel's own dim body, the light that travels in it, the flesh that it lights from within, and the skin's own warmth.
  float cover = mix(1.0, 0.62, depth) * (0.75 + 0.5 * grain), swell = 0.85 + 0.30 * breath;
  vec3 seen = lit * lit * tube * (0.035 + 0.22 * near) * (0.40 + 0.60 * (1.0 - core)) * cover * swell;
  seen += mix(lit, ENAMEL, 0.45 * core * shine) * core * shine * (0.60 + 0.9 * thick) * cover;
  seen += lit * shine * (0.22 * exp(-away / 0.007) + 0.14 * halo * halo) * (0.30 + thick) * (0.6 + grain) * (0.6 + depth);
  seen += mix(lit, CORAL, 0.6) * exp(-away / 0.007) * 0.014 * (0.15 + near) * swell;
  seen += (PLUM + CORAL * 0.003) * near * (0.6 + 0.6 * grain);
  vec3 shown = pow(1.0 - exp(-max(seen * light, 0.0) * EXPOSURE), vec3(1.0 / 2.2));
  return shown + (hash2(gl_FragCoord.xy + fract(TIME) * 61.0).x - 0.5) / 255.0;   // dark gradients must not band on a wall
}

// A software renderer runs everything in every pass, but a loop no longer than it must: so loops count `runs`, 0 or 1.
void main() {
  // Once the trees have grown they are looked after now and then, in case a value has changed.
  bool grows = PASSINDEX < VESSELS, tended = FRAMEINDEX < 300 || mod(float(FRAMEINDEX), 8.0) < 0.5;
  bool fresh = PASSINDEX == VESSELS && mod(floor(gl_FragCoord.y / BAND_ROWS) + float(FRAMEINDEX), BANDS) < 0.5;
  vec4 new_trees = drain(grows && tended ? 1 : 0), new_vessels = draw_vessels(fresh ? 1 : 0);
  vec4 old = grows ? IMG_THIS_PIXEL(trees) : FRAMEINDEX == 0 ? vec4(-1.0, 0.0, THINNEST, 0.0) : IMG_THIS_PIXEL(vessels);
  vec4 shown = vec4(picture(isf_FragNormCoord), 1.0);
  gl_FragColor = PASSINDEX == PICTURE ? shown : grows && tended ? new_trees : fresh ? new_vessels : old;
}
