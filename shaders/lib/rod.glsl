// A rod of enamel seen from its side: bright along its axis, hollow where the value is missing.

vec4 mark(Mark m) {
  vec2 q = abs(m.p) - vec2(0.65, 0.75);
  float d = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - 0.25;
  if (m.color.a < 0.0) return vec4(0.55, 0.47, 0.5, 0.6 * smoothstep(3.0 * m.pixel, 0.0, abs(d)));
  float axis = 1.0 - 0.6 * m.p.x * m.p.x;
  float inside = smoothstep(m.pixel, -m.pixel, d);
  return vec4(m.color.rgb * axis * (0.3 + 0.7 * max(m.glow, 0.0)) * m.light, inside);
}
