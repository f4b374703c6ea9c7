// A mine: a ring cut into the dark, as wide as its glow, with ore that glints as the light goes round.
// Uses the struct Mark; returns display-referred colour, straight alpha. By The installation engine.

const float RING_AT = 0.80;

vec4 mark(Mark m) {
  float r = length(m.p), turn = atan(m.p.y, m.p.x), soft = max(1.5 * m.pixel, 0.02);
  bool missing = m.color.a < 0.0 || m.glow < 0.0;
  if (missing) {  // a ring of beads: no figure is not a small one
    vec2 bead = vec2(r - RING_AT, (fract(turn * 1.5915) - 0.5) * 0.50);
    return vec4(0.66, 0.60, 0.70, 0.75 * smoothstep(0.07 + soft, 0.07 - soft, length(bead)));
  }
  float thick = 0.06 + 0.25 * m.glow;
  float ore = 0.5 + 0.22 * sin(turn * 5.0 + m.seed * 40.0) + 0.16 * sin(turn * 8.0 - m.seed * 23.0 + 5.0 * r) + 0.10 * sin(turn * 17.0 + 9.0 * r);
  float edge = abs(r - RING_AT) - thick * (0.86 + 0.20 * ore);
  float line = smoothstep(soft, -soft, edge);
  float wall = (r - RING_AT) / thick;                              // -1 at the hollow, +1 outside
  float lamp = m.seconds * 0.21 + m.seed * 6.2832;
  float lit = 0.5 + 0.5 * cos(turn - lamp) * (0.4 - 0.6 * wall);
  float glint = pow(max(cos(turn - lamp), 0.0), 24.0) * exp(-6.0 * wall * wall) * (0.4 + 0.6 * ore);
  vec3 tint = m.color.rgb * (0.45 + 0.55 * lit) * (0.80 + 0.25 * ore);
  tint = mix(tint, vec3(1.0, 0.97, 0.90), 0.75 * glint);
  float hollow = 0.5 * smoothstep(RING_AT - thick + 0.02, RING_AT - thick - 0.5, r);
  float spill = 0.28 * m.glow * exp(-4.0 * max(edge, 0.0)) * smoothstep(1.6, 1.15, r);
  float alpha = max(line, spill);
  tint = mix(tint, vec3(0.05, 0.02, 0.04), hollow * (1.0 - line));
  return vec4(tint * m.light, max(alpha, 0.55 * hollow));
}
