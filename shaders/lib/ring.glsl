// A ring whose thickness is its glow.

vec4 mark(Mark m) {
  float r = length(m.p);
  float thick = 0.06 + 0.25 * max(m.glow, 0.0);
  float dots = m.color.a < 0.0 ? step(0.0, sin(atan(m.p.y, m.p.x) * 10.0)) : 1.0;
  vec3 tint = m.color.a < 0.0 ? vec3(0.55, 0.47, 0.5) : m.color.rgb;
  float line = smoothstep(thick + 2.0 * m.pixel, thick, abs(r - 0.8));
  return vec4(tint * m.light, line * dots);
}
