// A prism of enamel seen from its side: light stands in it, brightest at its tip; hollow where the value is missing.
// Uses the struct Mark; returns display-referred colour, straight alpha. By The installation engine.

vec4 mark(Mark m) {
  float aspect = m.half_size.y / m.half_size.x;
  vec2 size = vec2(0.92, max(aspect, 0.95)), q = vec2(m.p.x, m.p.y * aspect);   // in half widths
  float round_ = 0.55, soft = 1.5 * m.pixel * max(1.0, aspect * step(m.half_size.y, m.half_size.x));
  vec2 out_ = abs(q) - size + round_;
  float d = length(max(out_, 0.0)) + min(max(out_.x, out_.y), 0.0) - round_;
  if (m.color.a < 0.0 || m.glow < 0.0) {  // hollow: its outline, dashed along the length
    float dash = smoothstep(-0.2, 0.2, sin(q.y * 5.0 + 1.6));
    return vec4(0.66, 0.60, 0.70, 0.70 * dash * smoothstep(0.10 + soft, 0.10 - soft, abs(d + 0.10)));
  }
  float inside = smoothstep(soft, -soft, d), glow = max(m.glow, 0.0);
  float axis = clamp(1.0 - q.x * q.x, 0.0, 1.0), up = 0.5 + 0.5 * m.p.y;
  float lean = 0.35 * sin(m.seconds * 0.13 + m.seed * 6.2832);
  float streak = exp(-pow((q.x - lean) / 0.16, 2.0)) * smoothstep(0.0, 0.30, -d);
  float tip = exp(-2.2 * (1.0 - up)), stria = 0.93 + 0.07 * sin(q.y * 9.0 + m.seed * 40.0);
  vec3 body = mix(m.color.rgb * vec3(0.62, 0.58, 0.72), m.color.rgb, axis) * (0.16 + 0.50 * glow + 0.34 * glow * tip) * stria;
  body += mix(m.color.rgb, vec3(1.0), 0.6) * streak * (0.10 + 0.22 * glow);
  float spill = 0.34 * glow * glow * exp(-3.5 * max(d, 0.0)) * smoothstep(1.4, 1.05, abs(m.p.x)) * smoothstep(1.4, 1.05, abs(m.p.y));
  return vec4(mix(m.color.rgb * (0.3 + 0.7 * glow), body, smoothstep(soft, -0.12, d)) * m.light, max(inside, spill));
}
