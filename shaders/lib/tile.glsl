// A tile of enamel: light stands behind it, its rim is thin and lets more of it through. Its area is true: a superellipse whose
// share of the rectangle is always the same. Missing: beads along the rim. Uses the struct Mark; straight alpha.
// By The installation engine.

const float L_SQUARE = 10.0;   // of the superellipse: 2 is a disc, more is squarer
const float L_FILLS = 0.975;   // of the rectangle's sides: the rest is the seam to the next

vec4 mark(Mark m) {
  vec2 a = abs(m.p) / L_FILLS;
  float r = pow(pow(a.x, L_SQUARE) + pow(a.y, L_SQUARE), 1.0 / L_SQUARE);
  vec2 h = m.half_size / max(min(m.half_size.x, m.half_size.y), 1e-6);
  float from_edge = min((1.0 - a.x) * h.x, (1.0 - a.y) * h.y);   // in half short sides
  float soft = max(1.2 * m.pixel / max(h.x, h.y), 0.004);
  float inside = smoothstep(1.0 + soft, 1.0 - soft, r);
  if (m.color.a < 0.0 || m.glow < 0.0) {
    vec2 q = m.p * h;
    float along = a.x * h.x > a.y * h.y - (h.y - h.x) ? q.y : q.x;
    float bead = smoothstep(-0.1, 0.3, cos(along * 19.0));
    return vec4(0.66, 0.60, 0.70, 0.70 * inside * bead * smoothstep(0.11 + m.pixel, 0.05, abs(from_edge - 0.09)));
  }
  float glow = m.glow, breath = 0.95 + 0.05 * sin(m.seconds * 0.85 + m.seed * 6.2832);
  float rim = exp(-16.0 * max(from_edge, 0.0)), deep = 1.0 - exp(-3.0 * max(from_edge, 0.0));
  vec2 lamp = vec2(0.5 * sin(m.seconds * 0.13 + m.seed), 0.55);
  float lit = exp(-1.4 * dot(m.p - lamp, m.p - lamp));
  vec3 body = m.color.rgb * (0.30 + 0.42 * glow * breath * mix(0.6, 1.0, lit) + 0.16 * deep);
  body = mix(body, mix(m.color.rgb, vec3(1.0), 0.5), rim * (0.16 + 0.30 * glow));
  body += mix(m.color.rgb, vec3(1.0), 0.5) * m.open * 0.25;
  return vec4(body * m.light, inside);
}
