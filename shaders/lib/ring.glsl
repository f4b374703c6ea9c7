// A cut through ore: a bright rim whose thickness is its glow, and within it bands like an agate's, older towards the middle,
// that creep inwards. Missing: dots where the rim would be. Uses the struct Mark; display-referred colour, straight alpha.

const float R_RIM = 0.86;       // of the shape's radius
const float R_BANDS = 30.0;     // radians of bands from rim to middle
const float R_CREEP = 0.12;     // radians a second

vec4 mark(Mark m) {
  float r = length(m.p), turn = atan(m.p.y, m.p.x);
  float off = r - R_RIM;
  float thick = max(0.010 + 0.10 * max(m.glow, 0.0), 1.1 * m.pixel);
  float rim = exp(-(off * off) / (thick * thick));
  if (m.color.a < 0.0) {
    float dots = smoothstep(-0.2, 0.4, sin(turn * 12.0));
    return vec4(0.55, 0.47, 0.5, 0.8 * rim * dots);
  }
  // Bands are uneven, and bent as if the stone had grown around something.
  float bent = 0.05 * sin(turn * 3.0 + m.seed * 19.0) + 0.03 * sin(turn * 7.0 - m.seed * 31.0);
  float depth = -off + bent * smoothstep(0.0, 0.5, -off);
  float band = 0.5 + 0.5 * cos(depth * R_BANDS + 2.0 * sin(depth * 9.0 + m.seed * 6.0) + R_CREEP * m.seconds);
  band = 0.12 + 0.88 * band * band * band;
  float inside = smoothstep(0.0, 0.02, -off) * exp(-3.6 * max(-off, 0.0));
  float seen = smoothstep(0.10, 0.03, m.pixel);   // a small one has no room for bands
  float body = 0.42 * inside * mix(0.35, band, seen);
  float halo = 0.22 * exp(-26.0 * abs(off));
  vec3 tint = mix(m.color.rgb, vec3(1.0, 0.96, 0.88), 0.35 * rim);
  return vec4(tint * m.light, clamp(rim + body + halo, 0.0, 1.0));
}
