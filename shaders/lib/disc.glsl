// A disc with a soft light around it.

vec4 mark(Mark m) {
  float r = length(m.p);
  if (m.color.a < 0.0) {  // missing: a thin dotted ring, never a dark disc
    float dots = step(0.0, sin(atan(m.p.y, m.p.x) * 12.0));
    return vec4(0.55, 0.47, 0.5, 0.7 * dots * smoothstep(3.0 * m.pixel, 0.0, abs(r - 0.9)));
  }
  float body = smoothstep(1.0, 1.0 - max(2.0 * m.pixel, 0.15), r);
  float halo = exp(-2.2 * max(r - 0.8, 0.0)) * smoothstep(2.0, 1.0, r) * 0.35 * max(m.glow, 0.0);
  float core = 0.7 + 0.3 * smoothstep(0.9, 0.0, r);
  return vec4(m.color.rgb * core * m.light, max(body, halo));
}
