// A tooth in its gum, as a dentist's chart would draw it if the chart were lit from inside. Enamel holds light, gum is wet;
// what was done to it is shown with care. Uses the struct Mark; returns display-referred colour, straight alpha.
//
// Lengths are in half widths of the tooth: x across, v up from the biting edge (p.y = -1) to the root.
// By The installation engine.

const float T_TAU = 6.2831853;
// The palette of SHOW.md in linear light.
const vec3 T_CORAL = vec3(0.755, 0.173, 0.124);
const vec3 T_PEARL = vec3(0.670, 0.592, 0.852);
const vec3 T_BIOLUME = vec3(0.016, 0.752, 0.630);
const vec3 T_ROOT = vec3(0.60, 0.40, 0.20);       // cementum, laid bare
const vec3 T_DENTINE = vec3(0.66, 0.38, 0.14);
const vec3 T_FILM = vec3(0.60, 0.48, 0.27);       // sugar's film: pale and matt, as plaque is
const vec3 T_SHADE = vec3(0.050, 0.008, 0.014);    // flesh where no light comes
const vec3 T_CARIES = vec3(0.040, 0.013, 0.009);

float t_hash(float n) { return fract(sin(n * 91.3458) * 47453.5453); }
float t_hash2(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * 0.1031);
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}
float t_noise(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(t_hash2(i), t_hash2(i + vec2(1, 0)), f.x), mix(t_hash2(i + vec2(0, 1)), t_hash2(i + vec2(1, 1)), f.x), f.y);
}
float t_smax(float a, float b, float k) { float h = max(k - abs(a - b), 0.0); return max(a, b) + 0.25 * h * h / k; }

// What a tooth of a kind looks like: all lengths in half widths.
struct Form {
  float high;      // crown, edge to neck
  float neck;      // half width at the neck
  float cusp;      // how far a cusp stands out
  float round_;    // of the crown's corners
  float bulge;     // radius of its curvature
  float molar, incisor;
  float wear, side;
};

Form t_form(Mark m, float aspect) {
  Form f;
  float k = m.kind;
  f.incisor = step(k, 0.5);
  f.molar = step(2.5, k);
  float canine = step(0.5, k) * step(k, 1.5);
  f.high = 2.0 * aspect * (0.735 - 0.012 * canine - 0.02 * step(1.5, k) - 0.025 * f.molar);
  f.neck = mix(0.70, 0.79, f.molar);
  f.cusp = 0.36 * canine + 0.25 * step(1.5, k) * step(k, 2.5);
  f.round_ = mix(0.42, 0.30, f.incisor);
  f.bulge = mix(0.80, 0.62, f.incisor);
  f.wear = max(m.wear, 0.0);
  f.side = m.seed < 0.5 ? -1.0 : 1.0;
  return f;
}

// Signed distance to crown and root, below 0 inside.
float t_outline(vec2 q, Form f) {
  float t = q.y / f.high;
  float half_ = 1.025 - (1.025 - f.neck) * smoothstep(0.30, 1.06, t) - 0.10 * (1.0 - smoothstep(-0.1, 0.26, t));
  half_ -= 0.20 * max(t - 1.0, 0.0) * (1.0 - 0.5 * f.molar);
  float edge = f.cusp * (sqrt(q.x * q.x + 0.02) - 0.14) + f.molar * 0.075 * (1.0 + cos(6.6 * q.x + 0.4 * f.side));
  edge += f.incisor * (0.03 * q.x * q.x + 0.018 * cos(8.0 * q.x) * (1.0 - f.wear));
  float worn = f.wear * (0.25 * f.high + 0.06 * sin(5.0 * q.x * f.side + 1.0) - 0.14 * q.x * f.side);
  edge = t_smax(edge, worn, 0.12);
  float d = t_smax(abs(q.x) - half_, edge - q.y, f.round_);
  return f.molar > 0.5 ? t_smax(d, 0.45 * (t - 1.22) - abs(q.x), 0.1) : d;   // a molar's roots part
}

// How far the surface stands out.
float t_relief(vec2 q, Form f) {
  float depth = clamp(-t_outline(q, f) / f.bulge, 0.0, 1.0);
  float t = q.y / f.high;
  float z = f.bulge * 0.95 * sqrt(depth * (2.0 - depth) + 0.002);
  z -= 0.20 * (t - 0.58) * (t - 0.58) * f.high + 0.16 * q.x * q.x;
  float crown = 1.0 - smoothstep(0.2, 0.75, t);
  z += crown * depth * (f.incisor * 0.035 * cos(7.5 * q.x) - f.molar * 0.12 * exp(-q.x * q.x * 26.0));
  z += (1.0 - f.molar) * (1.0 - f.incisor) * 0.10 * exp(-q.x * q.x * 14.0) * (1.0 - 0.6 * t);
  z -= 0.07 * smoothstep(0.93, 1.0, t) * depth;                    // enamel ends at the neck
  return z;
}

float t_box(vec2 at, vec2 size) { vec2 e = at / size; e *= e; return exp(-dot(e * e, vec2(1.0))); }

float t_glint(vec2 at, vec2 size) { vec2 e = at / size; return exp(-dot(e, e)); }

// Straight-alpha "over": `c` is premultiplied.
void t_over(inout vec4 c, vec3 rgb, float a) { a = clamp(a, 0.0, 1.0); c = vec4(rgb * a + c.rgb * (1.0 - a), a + c.a * (1.0 - a)); }

// How far the gum comes down beside the tooth's middle, 0 to 1: a papilla stands between two teeth.
float t_papilla(float x) {
  float wave = 0.5 - 0.5 * cos(3.1416 * clamp(x, -1.5, 1.5));
  return wave * (0.35 + 0.65 * wave);
}

// What is not known is beaded, as an empty socket is: pearls in a dark setting, seen on white enamel and on black alike.
void t_bead(inout vec4 c, vec2 off, float px, float seen) {
  float r = length(off);
  t_over(c, T_SHADE, 0.85 * seen * smoothstep(0.125 + px, 0.085, r));
  t_over(c, T_PEARL * 0.85, seen * smoothstep(0.070 + px, 0.060 - px, r));
}

// How far `at` is from the nearest of the beads along a line that runs from `a` to `b`.
vec2 t_string(vec2 at, vec2 a, vec2 b, float beads) {
  vec2 way = b - a;
  float along = clamp(floor(dot(at - a, way) / dot(way, way) * beads), 0.0, beads - 1.0);
  return at - a - way * (along + 0.5) / beads;
}

// Where the n-th of seven lesions lies: places that decay in life, shuffled and moved by the seed. z: its size.
vec3 t_lesion(float n, float seed, Form f) {
  float slot = mod(n * 3.0 + floor(seed * 7.0), 7.0);
  float row = slot < 2.0 ? 0.0 : slot < 5.0 ? 1.0 : 2.0;
  float x = row == 1.0 ? (slot - 3.0) * 0.54 : (mod(slot, 2.0) < 0.5 ? -0.30 : 0.30);
  float t = 0.27 + 0.26 * row;
  float h = t_hash(seed * 31.0 + slot), g = t_hash(seed * 57.0 + slot + 3.0);
  return vec3((x + 0.14 * (h - 0.5)) * f.side, (t + 0.10 * (g - 0.5)) * f.high, 0.095 + 0.12 * t_hash(h + g + seed) * t_hash(h * 3.7 + seed + 0.2));
}

// Distance to a fissure that grows from the biting edge, with two branches; .y is how far along it is, 0..1.
vec2 t_fissure(vec2 q, Form f, float seed, float grown) {
  float reach = grown * f.high * 0.98, bend = 6.2832 * seed;
  float v = q.y;
  float x0 = (t_hash(seed + 0.3) - 0.5) * 0.8;
  float line = x0 + 0.15 * sin(v * 2.3 + bend) + 0.06 * sin(v * 7.1 + bend * 2.0) + 0.02 * sin(v * 19.0 + bend);
  vec2 best = vec2(abs(q.x - line) + max(v - reach, 0.0), clamp(v / max(reach, 0.01), 0.0, 1.0));
  for (int i = 0; i < 2; i++) {
    float at = f.high * (i == 0 ? 0.30 : 0.55), dir = (i == 0 ? 1.0 : -1.0) * f.side;
    float start = x0 + 0.15 * sin(at * 2.3 + bend) + 0.06 * sin(at * 7.1 + bend * 2.0);
    float run = (q.x - start) * dir, long_ = max(reach - at, 0.0) * 0.8;
    float d = abs(v - at - 0.7 * run - 0.05 * sin(run * 11.0 + bend)) * 0.8 + max(max(-run, run - long_), 0.0) + step(reach, at) * 9.0;
    if (d < best.x) best = vec2(d, clamp(0.35 + 0.65 * run / max(long_, 0.01), 0.0, 1.0));
  }
  return best;
}

vec4 mark(Mark m) {
  float aspect = m.half_size.y / m.half_size.x;
  vec2 turn = normalize(vec2(dFdx(m.p.x), dFdy(m.p.x)) + vec2(1e-9, 0.0));   // which way the tooth was turned
  vec2 q = vec2(m.p.x, (m.p.y + 1.0) * aspect);
  float px = m.pixel * (m.half_size.x > m.half_size.y ? aspect : 1.0);
  Form f = t_form(m, aspect);
  bool no_glow = m.glow < 0.0;
  bool other = m.cavities > 0.0 || m.gum > 0.0 || m.film > 0.0 || m.crack > 0.0 || m.wear > 0.0;
  bool socket = m.color.a < 0.0 || (no_glow && !other);
  float glow = no_glow ? 0.3 : clamp(m.glow, 0.0, 1.0);
  float open = max(m.open, 0.0) * (socket ? 0.0 : 1.0);
  float t = q.y / f.high;

  // A slow light, in the canvas's directions, so that it goes round the arch; seen from the tooth.
  vec2 key = vec2(0.55 * sin(m.seconds * 0.13 + 0.7 * sin(m.seconds * 0.037)), 0.45 + 0.12 * sin(m.seconds * 0.09));
  key = vec2(dot(key, turn), dot(key, vec2(-turn.y, turn.x)));
  vec3 light = normalize(vec3(key, 0.75));
  float breath = 0.5 + 0.5 * sin(m.seconds * T_TAU * 0.15 + m.seed * T_TAU);

  // A tooth that is looked at parts along its middle, widest at the edge.
  float seam = 0.06 * sin(q.y * 3.0 + m.seed * 9.0);
  float part = 0.20 * open * (1.0 - smoothstep(0.1, 0.95, t));
  float away = q.x - seam;
  vec2 s = vec2(q.x - clamp(away, -part, part), q.y);
  float within = smoothstep(part + px, part - px, abs(away)) * step(1e-4, part);
  float d = t_outline(s, f);
  float inside = smoothstep(px, -px, d);
  vec4 c = vec4(0.0);

  // The room around: what spills from it.
  float far = max(d, 0.0);
  vec2 room = m.p / 1.34;
  float rim_room = max(1.0 - dot(room * room, room * room), 0.0);
  vec3 tint = m.color.a < 0.0 ? vec3(0.8) : pow(max(m.color.rgb, 0.0), vec3(2.2));
  vec3 spill = mix(tint * vec3(1.0, 0.78, 0.58), T_BIOLUME, open);
  if (!socket) t_over(c, spill, (0.16 * glow * glow * glow + 0.35 * open) * exp(-5.0 * far) * rim_room * rim_room * smoothstep(1.15, 0.60, t));

  // Gum line: high in the middle of the tooth, low between the teeth; it goes back with the data.
  float lost = clamp(m.gum, 0.0, 1.0);
  float ax = min(abs(q.x), 1.0);
  float top = 2.0 * aspect * 1.03;
  float swing = mix(0.40, 0.20, lost) * f.high;
  float margin = mix(0.95 * f.high, top, lost) - swing * t_papilla(q.x);
  float g = q.y - margin;

  if (!socket) t_over(c, T_SHADE * 0.15, 0.75 * exp(-9.0 * far) * smoothstep(0.80, 1.05, t) * smoothstep(0.06, -0.10, g) * rim_room);   // a bare root throws a shadow

  if (!socket && inside > 0.0) {
    const vec2 e = vec2(0.03, 0.0);
    float z = t_relief(s, f);
    vec3 n = normalize(vec3(-(t_relief(s + e.xy, f) - z) / e.x, -(t_relief(s + e.yx, f) - z) / e.x, 1.0));
    float thick = smoothstep(0.0, 0.50, -d);
    float wrap = 0.5 + 0.5 * dot(n, light);
    float root = smoothstep(0.985, 1.015, t + 0.05 * (q.x * q.x - 0.3));
    float own = t_hash(m.seed * 3.3);                                          // no two are of one white
    float core_ = smoothstep(0.12, 0.95, t + 0.05 * f.incisor * cos(9.0 * s.x) * (1.0 - t));   // dentine behind the enamel
    vec3 enamel = tint * mix(vec3(0.97, 0.98, 1.0), mix(vec3(1.0, 0.86, 0.64), vec3(1.0, 0.80, 0.62), own), core_ * (0.45 + 0.35 * own));
    enamel *= mix(vec3(1.10, 0.93, 0.98), vec3(1.0), glow);                        // dusk is plum, not grey
    vec3 clear = mix(T_PEARL, tint, 0.35) * 0.42;                               // thin enamel lets the dark through
    float thin = (1.0 - thick) * 0.85 + 0.62 * (1.0 - smoothstep(0.03, 0.26, t + 0.03 * cos(9.0 * s.x) * f.incisor)) * (1.0 - f.wear);
    enamel = mix(enamel, clear, clamp(thin, 0.0, 1.0));
    vec3 body = mix(enamel, T_ROOT * (0.85 + 0.3 * t_noise(q * vec2(9.0, 2.0))), root);
    // Lit from without by the slow light, from within by what the data says.
    float level = mix(0.085, 0.95, glow * glow * (0.55 + 0.45 * glow));
    float inner = exp(-2.2 * q.x * q.x - 3.0 * (t - 0.62) * (t - 0.62));
    vec3 lit = body * level * (0.10 + 1.15 * wrap * wrap);
    lit += tint * vec3(1.0, 0.62, 0.34) * glow * glow * inner * 0.30 * (0.85 + 0.15 * breath) * (1.0 - root);
    lit *= 0.52 + 0.48 * smoothstep(0.0, 0.34, -d);
    float brim = exp(-d * d * 190.0) * (1.0 - root);                           // the clear edge gathers light, most where it faces it
    lit += mix(T_PEARL, tint, 0.45) * brim * (0.06 + 0.34 * glow * glow) * (0.25 + 0.75 * smoothstep(-0.3, 0.9, dot(normalize(n.xy + 1e-4), normalize(light.xy))));

    // Worn edge: dentine shows, framed by what is left of the enamel.
    float ground = 0.14 + 0.30 * f.wear;                                          // in crown heights: how far up it shows
    float facet = min(f.wear * 1.6, 1.0) * smoothstep(0.20 + 0.30 * f.wear, 0.05, -d) * (1.0 - smoothstep(ground, ground + 0.12, t)) * step(abs(n.x), 0.80);
    lit = mix(lit, T_DENTINE * (0.30 + 0.80 * level) * (0.75 + 0.5 * t_noise(s * vec2(4.0, 11.0))), 0.92 * facet);
    lit = mix(lit, T_CARIES + T_DENTINE * 0.35 * level, facet * 0.85 * smoothstep(0.10, 0.22, -d) * (1.0 - smoothstep(ground - 0.05, ground, t)));

    float rough = 0.0;
    for (int i = 0; i < 7; i++) {
      float share = clamp(m.cavities - float(i), 0.0, 1.0);
      if (share <= 0.0) break;
      vec3 at = t_lesion(float(i), m.seed, f);
      vec2 r = s - at.xy;
      if (dot(r, r) > 0.20) continue;
      float lean_ = 6.2832 * t_hash(at.x + at.y);                                  // each lies its own way, longer than wide
      r = mat2(cos(lean_), -sin(lean_), sin(lean_), cos(lean_)) * r * vec2(0.80, 1.0 + 0.5 * t_hash(at.y));
      float turn_ = atan(r.y, r.x), far_ = length(r) * (1.0 + 0.10 * sin(2.0 * turn_ + at.x * 40.0) + 0.07 * sin(3.0 * turn_ + at.y * 30.0) + 0.03 * sin(7.0 * turn_));
      far_ /= at.z * mix(0.50, 1.0, share);
      float under = exp(-1.5 * max(far_ - 0.8, 0.0) * max(far_ - 0.8, 0.0));
      lit *= mix(vec3(1.0), vec3(0.72, 0.55, 0.40), under * (0.40 + 0.5 * share));   // the stain reaches further than the hole
      float rim = smoothstep(1.45, 0.55, far_);
      lit = mix(lit, vec3(0.30, 0.125, 0.050) * (0.16 + 0.8 * level), rim * (0.40 + 0.55 * share));
      float pit = smoothstep(1.05, 0.30, far_ + 0.30 * dot(r, light.xy) / at.z) * share;
      lit = mix(lit, T_CARIES * (0.5 + 1.2 * level), pit);
      rough = max(rough, rim);
      float lip = smoothstep(0.26, 0.0, abs(far_ - 0.98)) * smoothstep(0.0, 0.8, -dot(r, light.xy) / at.z);
      lit += vec3(0.80, 0.56, 0.34) * lip * share * 0.45 * (0.12 + level);         // the far wall catches the light
    }
    if (m.crack > 0.0) {
      vec2 split = t_fissure(s, f, m.seed, min(m.crack, 1.0));
      float wide = mix(0.044, 0.014, split.y) * (0.75 + 0.5 * min(m.crack, 1.0)) + 0.4 * px;
      lit *= 1.0 - 0.25 * exp(-split.x * split.x * 70.0) * (1.0 - 0.6 * split.y);
      float beside = split.x - t_fissure(s + 0.035 * light.xy, f, m.seed, min(m.crack, 1.0)).x;
      lit *= 1.0 + 7.0 * clamp(beside, -0.012, 0.03) * exp(-split.x * 22.0);         // one lip of it is lit
      lit = mix(lit, T_CARIES * (0.6 + level), 0.92 * smoothstep(wide + px, wide - px, split.x));
      lit += T_BIOLUME * open * exp(-split.x * split.x * 220.0) * 0.5;
    }
    if (no_glow) {  // brightness not known: stippled, grey
      vec2 grid = fract(vec2(s.x + s.y, s.x - s.y) * 3.6) - 0.5;
      lit = mix(vec3(0.075, 0.066, 0.080), vec3(0.30, 0.27, 0.33), smoothstep(0.34, 0.22, length(grid))) * (0.35 + 0.65 * thick);
    }

    // Wet: a streak that wanders with the light, and pearl where the surface turns away.
    vec3 r = reflect(vec3(0.0, 0.0, -1.0), n);
    vec2 mirror = r.xy / (1.0 + max(r.z, -0.4)) - key * vec2(0.55, 0.22);
    float gloss = (0.35 + 0.65 * glow) * (1.0 - 0.7 * max(m.film, 0.0)) * (1.0 - 0.75 * root);
    gloss *= (1.0 - smoothstep(0.78, 0.96, t) * (1.0 - root)) * (1.0 - 0.9 * rough);
    vec3 soft = vec3(t_glint(mirror, vec2(0.05, 0.19)), t_glint(mirror, vec2(0.20, 0.36)), t_glint(mirror - vec2(0.20, -0.05), vec2(0.025, 0.16)));
    lit += dot(soft, vec3(0.62, 0.10, 0.20)) * vec3(1.0, 0.98, 0.95) * gloss;
    float graze = 1.0 - n.z;
    lit += T_PEARL * graze * graze * (0.05 + 0.16 * glow);
    float slit = max(abs(away) - part, 0.0);
    lit += T_BIOLUME * open * (0.06 + 0.30 * exp(-3.5 * slit) + 0.8 * exp(-22.0 * slit)) * (1.0 - 0.6 * root) * (1.0 - smoothstep(0.7, 1.1, t));
    lit *= 1.0 - 0.65 * exp(-9.0 * max(-g, 0.0)) * step(g, 0.3);                 // gum shades the neck
    float bare = m.gum < 0.0 ? smoothstep(1.32, 1.05, t) : smoothstep(0.20, 0.04, g);
    t_over(c, lit, inside * smoothstep(1.30, 1.10, m.p.y) * bare);
    vec3 core = mix(T_BIOLUME, vec3(0.80, 1.0, 0.94), exp(-pow(away / max(part, 0.02), 2.0) * 4.0) * smoothstep(0.0, 0.5, t)) * (0.75 + 0.25 * breath);
    t_over(c, core * (0.25 + 0.75 * smoothstep(0.0, 0.3, t)), within * inside);
  }

  // Gum: a wet collar that sinks into whatever lies behind.
  float reach = smoothstep(1.16, 0.92, abs(q.x) - 0.10 * smoothstep(1.0, 0.5, t)) * smoothstep(1.24, 0.66, m.p.y + 0.10 * ax * ax);
  float gum = smoothstep(-px, px, g) * reach * mix(1.0, exp(-1.3 * max(g - 0.1, 0.0)), float(!socket));
  if (gum > 0.0) {
    float roll = exp(-5.0 * max(g, 0.0));
    float slope = 2.4 * swing * pow(ax, 1.4) * sign(q.x);
    vec2 pores = cos(mat2(9.1, 4.3, -4.9, 8.7) * q + 2.0 * sin(q.yx * 3.1 + m.seed * 40.0));
    vec3 n = normalize(vec3(vec2(-slope, -1.0) * 1.5 * roll + vec2(0.55 * q.x, 0.25) + 0.06 * pores * (1.0 - roll), 1.0));
    float wrap = 0.5 + 0.5 * dot(n, light);
    vec3 r = reflect(vec3(0.0, 0.0, -1.0), n);
    vec2 mirror = r.xy / (1.0 + max(r.z, -0.4)) - key;
    vec3 flesh = mix(T_SHADE, T_CORAL * 0.22, wrap * wrap) * (0.40 + 0.60 * roll);
    flesh += T_CORAL * vec3(1.0, 0.8, 0.7) * roll * roll * (0.05 + 0.20 * glow * float(!socket));   // enamel's light comes through the thin edge
    flesh += vec3(1.0, 0.80, 0.80) * (0.40 * t_box(mirror, vec2(0.22, 0.12)) + 0.05 * t_box(mirror, vec2(0.8, 0.5)));
    if (socket) {
      vec2 h = vec2(q.x / 0.66, (q.y - 1.10 * f.high) / (0.30 * f.high));
      float hole = length(h);
      flesh *= 1.0 - 0.90 * smoothstep(1.10, 0.30, hole + 0.2 * dot(h, light.xy));
      flesh += T_CORAL * 0.22 * smoothstep(0.28, 0.0, abs(hole - 1.0)) * max(-dot(normalize(h + 1e-4), light.xy), 0.0);
    }
    t_over(c, flesh, gum * (m.gum < 0.0 ? 0.35 : 1.0));
  }
  if (!socket) {
    float mid = 0.45 * f.high;
    if (m.gum < 0.0) {
      float nearest = (floor(q.x / 0.36) + 0.5) * 0.36;
      t_bead(c, vec2(q.x - nearest, q.y - 0.95 * f.high + swing * t_papilla(nearest)), px, step(abs(nearest), 1.1));
    }
    if (m.crack < 0.0) t_bead(c, t_string(q, vec2(0.30, 0.12 * f.high), vec2(-0.18, 0.78 * f.high), 5.0), px, inside);
    if (m.wear < 0.0) t_bead(c, t_string(vec2(q.x, d + 0.10), vec2(-0.84, 0.0), vec2(0.84, 0.0), 6.0), px, step(t, 0.4));
    if (m.film < 0.0) {  // where its edge would be, dotted in its own colour: quieter, since whole decades lack it
      float dot_ = (floor(q.x / 0.26) + 0.5) * 0.26;
      vec2 off = vec2(q.x - dot_, q.y - margin - swing * (t_papilla(q.x) - t_papilla(dot_)) + 0.26);
      t_over(c, T_FILM * (0.20 + 0.36 * glow), 0.95 * inside * smoothstep(0.088 + px, 0.068 - px, length(off)));
    }
    if (m.cavities < 0.0) {
      vec2 from = q - vec2(0.0, mid);
      float turn_ = (floor(atan(from.y, from.x) / T_TAU * 7.0) + 0.5) / 7.0 * T_TAU;
      t_bead(c, from - 0.34 * vec2(cos(turn_), sin(turn_)), px, inside);
    }
  }
  if (socket) {
    vec2 arm = vec2(q.x / 0.9, q.y / (0.5 * f.high) - 1.0);
    float round_ = atan(arm.y, arm.x) / T_TAU * 30.0;
    vec2 bead = vec2(d + 0.05, (fract(round_) - 0.5) * T_TAU / 30.0 * length(arm * vec2(0.9, 0.5 * f.high)));
    t_over(c, T_SHADE * 0.5, 0.55 * smoothstep(0.05, -0.5, d) * smoothstep(0.0, -0.2, g));
    t_over(c, T_PEARL * (0.50 + 0.25 * breath), 0.9 * smoothstep(0.036 + px, 0.036 - px, length(bead)) * smoothstep(0.05, -0.1, g));
  }

  // Film: a soft matt veil, heaviest at the gum, thinning out towards the edge. It takes the gloss, not the light.
  if (m.film > 0.0 && !socket) {
    float film = min(m.film, 1.0), bend = m.seed * T_TAU;
    float cloud = 0.6 * t_noise(q * vec2(2.6, 2.0) + m.seed * 30.0) + 0.3 * t_noise(q * 6.0 + m.seed * 70.0) + 0.1 * t_noise(q * 17.0 + bend);
    float reach_ = (0.10 + 0.62 * film) * f.high * (0.72 + 0.56 * cloud);                 // how far it comes down
    float depth_ = clamp((q.y - margin + reach_) / max(reach_, 0.05), 0.0, 1.4);
    float veil = smoothstep(0.0, 1.0, depth_) * smoothstep(margin + 0.20, margin - 0.05, q.y) * smoothstep(0.08, -0.16, d);
    float much = (0.35 + 0.65 * film) * veil * (0.70 + 0.60 * cloud);
    c.rgb *= 1.0 - vec3(0.16, 0.27, 0.46) * min(much * 1.25, 1.0);                      // a little of the blue goes
    vec3 fuzz = T_FILM * (0.10 + 0.62 * glow * glow) * (0.75 + 0.5 * cloud);
    float haze = film * 0.16 * exp(-5.0 * far) * smoothstep(margin - reach_, margin, q.y) * smoothstep(margin + 0.4, margin, q.y) * rim_room;
    t_over(c, fuzz, 0.58 * much + haze * (1.0 - inside));
    float crest = smoothstep(0.0, 0.10, depth_) * smoothstep(0.34, 0.10, depth_) * smoothstep(0.0, -0.12, d) * step(q.y, margin);
    c.rgb += T_FILM * crest * film * c.a * (0.03 + 0.10 * glow) * (0.6 + 0.4 * dot(light.xy, vec2(0.0, 1.0)));   // its soft lip
  }

  vec3 straight = c.rgb / max(c.a, 1e-4) * mix(m.light, max(m.light, 1.0), open);   // what is told keeps its light where others dim
  straight = straight / (1.0 + 0.18 * straight) * 1.10;                          // a shoulder: enamel never clips
  return vec4(pow(max(straight, 0.0), vec3(1.0 / 2.2)), c.a);
}
