/*{
  "DESCRIPTION": "What lies beneath the mural: bone and soil, nearly black, with faint struts like the inside of a jaw and roots that come down into it. It should feel old and quiet, and wait for what is drawn over it.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["generator", "living smiles"],
  "INPUTS": [
    {"NAME": "warmth", "LABEL": "Cold bone to warm marrow", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
    {"NAME": "depth", "LABEL": "How far down", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
    {"NAME": "roots", "LABEL": "Roots", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6},
    {"NAME": "light", "LABEL": "Light", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0}
  ]
}*/

const float TAU = 6.2831853;
const float BREATH_HZ = 0.12;
const int ROOTS = 6;
const float SHARP = 9.0;               // how little hollows melt into each other
const mat2 ROTATED = mat2(0.8, 0.6, -0.6, 0.8);

// The palette, in linear light.
const vec3 PLUM = vec3(0.0056, 0.0014, 0.0040);
const vec3 CORAL = vec3(0.755, 0.173, 0.124);
const vec3 BONE = vec3(0.74, 0.40, 0.36);
const vec3 COLD = vec3(0.36, 0.40, 0.62);

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

// Spongy bone: .x above 0 in a strut and below in a hollow, .yz its slope. Hollows are round and melt into each other.
vec3 sponge(vec2 p) {
  vec2 cell = floor(p), f = p - cell, pull = vec2(0.0);
  float sum = 1e-4;
  for (int j = -1; j <= 1; j++) for (int i = -1; i <= 1; i++) {
    vec2 g = vec2(i, j), own = hash2(cell + g), r = f - g - 0.12 - 0.76 * own;
    float d = length(r), w = exp(-SHARP * (d - 0.20 * own.x));
    sum += w;
    pull += w * r / (d + 0.02);
  }
  return vec3(-log(sum) / SHARP, pull / sum);
}

void main() {
  vec2 p = (isf_FragNormCoord - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  float breath = sin(TIME * TAU * BREATH_HZ);
  float low = noise(ROTATED * p * 2.2 + 3.0), mid = noise(ROTATED * p * 7.0 + vec2(0.0, 0.01 * TIME));
  vec2 bent = p + 0.05 * vec2(low, mid) + 0.012 * vec2(noise(p * 21.0), noise(p * 21.0 + 9.0));

  vec2 key = vec2(0.6 * sin(TIME * 0.071), 0.5 + 0.15 * sin(TIME * 0.053));
  float near = exp(-2.6 * dot(p - key * vec2(0.8, 0.3), p - key * vec2(0.8, 0.3)));
  vec3 bone = mix(COLD, BONE, smoothstep(0.0, 0.6, warmth)), marrow = mix(COLD * 0.3, CORAL, smoothstep(0.0, 0.7, warmth));

  // Near struts catch the light; through their hollows lie far ones, in the marrow's own glow.
  float scale = 9.0 / (1.0 + 0.5 * depth);
  vec3 front = sponge(bent * vec2(1.25, 0.85) * scale);
  vec3 back = sponge((bent - 0.012 * key) * vec2(1.2, 0.9) * scale * 2.1 + 5.0);
  float bare = smoothstep(0.25, 0.75, low + 0.25 * (mid - 0.5));                     // elsewhere soil lies over it
  float body = smoothstep(-0.02, 0.07, front.x - mix(0.48, 0.30, bare));
  float facing = dot(front.yz, normalize(key));
  float edge = body * (1.0 - body) * 4.0;
  float behind = smoothstep(0.26, 0.46, back.x) * (0.5 + 0.5 * dot(back.yz, normalize(key)));

  vec3 seen = PLUM * (0.5 + 0.9 * low);
  seen += marrow * (0.005 + 0.022 * warmth) * (0.25 + 0.75 * mid) * (1.0 + 0.3 * breath * mid) * (0.4 + 0.6 * near);
  seen += bone * vec3(1.0, 0.8, 0.75) * behind * 0.030 * (0.2 + near);
  seen *= mix(0.35, 1.0, smoothstep(0.30, 0.05, front.x));                           // a hollow is darker under its rim
  float grain = hash2(floor(p * 260.0)).x;
  vec3 lit = bone * (0.006 + 0.095 * near) * (0.22 + 0.45 * clamp(facing, 0.0, 1.0) + 0.25 * mid) * (0.85 + 0.3 * grain);
  seen = mix(seen, lit, body * (0.25 + 0.75 * bare));
  seen += bone * vec3(1.0, 0.88, 0.80) * edge * smoothstep(0.1, 1.0, facing) * (0.015 + 0.30 * near * near) * (0.3 + 0.7 * bare);   // wet rims
  seen += marrow * edge * smoothstep(0.0, -1.0, facing) * 0.05 * warmth * near;      // and marrow's light from below

  // Roots come down from the mural, thinner as they go.
  float root = 0.0, lift = 0.0;
  for (int i = 0; i < ROOTS; i++) {
    vec2 own = hash2(vec2(float(i), 7.0));
    float down = 0.5 - p.y, reach = 0.45 + 0.5 * own.y;
    float x = (float(i) + 0.2 + 0.6 * own.x) / float(ROOTS) * 1.9 - 0.95;
    x += (0.10 * sin(down * 5.0 + own.x * TAU) + 0.03 * sin(down * 17.0 + own.y * TAU)) * down + 0.02 * (mid - 0.5);
    float thick = 0.016 * (1.0 - smoothstep(0.0, reach, down)) + 0.001;
    float d = abs(p.x - x) / thick;
    float here = smoothstep(1.0, 0.3, d) * smoothstep(reach, reach - 0.25, down);
    if (here > root) { root = here; lift = (p.x - x) / thick; }
  }
  vec3 bark = bone * vec3(1.0, 0.86, 0.74) * (0.022 + 0.03 * near) * (0.55 + 0.45 * lift * sign(key.x)) * (0.5 + mid);
  seen = mix(seen, bark, root * roots * 0.85);

  float haze = mix(1.0, 0.45, depth) * (0.45 + 0.55 * exp(-1.1 * dot(p * vec2(0.75, 1.0), p * vec2(0.75, 1.0))));
  seen *= haze * light;
  vec3 shown = pow(1.0 - exp(-1.5 * seen), vec3(1.0 / 2.2));
  shown += (hash2(gl_FragCoord.xy + fract(TIME) * 61.0).x - 0.5) / 255.0;            // dark gradients must not band on a wall
  gl_FragColor = vec4(shown, 1.0);
}
