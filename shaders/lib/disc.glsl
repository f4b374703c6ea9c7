// A place on a map: a drop of light that has soaked into the wall, with a bright seed where it fell.
// Uses the struct Mark; returns display-referred colour, straight alpha. By The installation engine.

const float DISC_RIM = 0.86;

vec4 mark(Mark m) {
  float r = length(m.p), soft = max(1.5 * m.pixel, 0.02);
  if (m.color.a < 0.0) {  // missing: a thin ring of beads, never a dark disc
    float turn = atan(m.p.y, m.p.x) * 1.9099;                       // twelve beads
    vec2 bead = vec2(r - DISC_RIM, (fract(turn) - 0.5) * 0.45);
    return vec4(0.66, 0.60, 0.70, 0.75 * smoothstep(0.09 + soft, 0.09 - soft, length(bead)));
  }
  float glow = max(m.glow, 0.0), breath = 0.92 + 0.08 * sin(m.seconds * 0.85 + m.seed * 6.2832);
  float body = smoothstep(DISC_RIM + soft, DISC_RIM - 0.30, r);
  float rim = exp(-pow((r - DISC_RIM + 0.06) / (0.10 + soft), 2.0));
  float seed = exp(-7.0 * r * r);
  float halo = exp(-2.4 * max(r - DISC_RIM, 0.0)) * smoothstep(2.0, 1.1, r) * 0.32 * glow * breath;
  vec2 key = vec2(0.55 * sin(m.seconds * 0.13), 0.5);
  float lit = 0.5 + 0.5 * dot(m.p, key);
  vec3 tint = m.color.rgb * (0.55 + 0.25 * body * lit + 0.30 * rim * lit);
  tint = mix(tint, mix(m.color.rgb, vec3(1.0, 0.98, 0.94), 0.55), seed * (0.35 + 0.65 * glow) * breath);
  float alpha = max(max(body * (0.40 + 0.40 * glow), rim * 0.62), max(seed * (0.5 + 0.5 * glow), halo));
  return vec4(tint * m.light, clamp(m.open * 0.3 * body + alpha, 0.0, 1.0));
}
