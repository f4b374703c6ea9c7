// A tooth as a signed distance, lit as enamel. Uses the struct Mark; returns display-referred colour, straight alpha.

float tooth_outline(vec2 p, float kind) {
  float w = mix(0.86, 0.72, smoothstep(0.2, -0.9, p.y));
  vec2 q = abs(p) - vec2(w - 0.28, 0.62);
  return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - 0.28;
}

vec4 mark(Mark m) {
  float d = tooth_outline(m.p, m.kind);
  float inside = smoothstep(m.pixel, -m.pixel, d);
  if (m.color.a < 0.0 || m.glow < 0.0) {
    float ring = smoothstep(0.05, 0.0, abs(d + 0.05));
    return vec4(0.45, 0.33, 0.38, ring * 0.7);
  }
  float depth = clamp(-d * 1.6, 0.0, 1.0);
  vec3 enamel = mix(vec3(0.52, 0.42, 0.36), m.color.rgb, sqrt(depth)) * (0.15 + 0.85 * m.glow) * m.light;
  return vec4(enamel, inside);
}
