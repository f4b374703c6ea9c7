"""The shaders that draw a room: soft light, what projectors throw on it, lines, and the picture that becomes of it.

Light is in parts of the whitest wall that a projector lights here, so that the same words hold for a foyer and a cellar.
"""

from __future__ import annotations

VIEW = """\
layout(std140) uniform View {
  mat4 view; mat4 beam;
  vec4 eye;      // where it is seen from; lux to parts of white
  vec4 lamp;     // where the projector's lens is; its lumens by its throw squared and its aspect
  vec4 along;    // where it looks; the room's own light, lux
  vec4 ground;   // the floor's middle, x and z; how far it is seen; 1 where its net of metres is drawn
  vec4 screen;   // pixels: width, height, and how many of them are one of the picture's; unused
};
"""
BACK = """\
vec3 back() { float y = gl_FragCoord.y / screen.y; return mix(vec3(0.030, 0.0305, 0.032), vec3(0.016, 0.0165, 0.018), y); }
"""
SOLID_VERTEX = (
    """\
layout(location = 0) in vec3 place; layout(location = 1) in vec3 normal; layout(location = 2) in vec2 kind;
layout(location = 3) in vec3 bounced;
out vec3 at; out vec3 out_; out vec2 is; out vec3 soft;
"""
    + VIEW
    + "void main() { at = place; out_ = normal; is = kind; soft = bounced; gl_Position = view * vec4(place, 1.0); }\n"
)
SURFACE = """\
in vec3 at; in vec3 out_; in vec2 is; in vec3 soft; out vec4 color;
vec3 white() {
  // plaster, concrete, cloth, and the projectors' own dark cases
  if (is.x < 1.5) return is.x < 0.5 ? vec3(0.80, 0.795, 0.785) : vec3(0.36, 0.358, 0.355);
  return is.x < 2.5 ? vec3(0.60, 0.595, 0.59) : vec3(0.22, 0.22, 0.225);
}
"""
SOFT = (
    VIEW
    + BACK
    + SURFACE
    + """\
float line(float x, float wide) {
  float step_ = fwidth(x), away = abs(fract(x - 0.5) - 0.5);
  float width = wide + step_;
  return (1.0 - smoothstep(width - step_, width + step_, away)) * clamp(wide / max(step_, 1e-6) + 0.25, 0.0, 1.0);
}
void main() {
  vec3 n = normalize(out_);
  bool behind = dot(n, eye.xyz - at) < 0.0;
  if (behind) n = -n;
  float sky = 0.72 + 0.28 * n.y + 0.06 * n.x;
  vec3 light = vec3(along.w * (behind ? 0.55 : is.y) * sky) + (behind ? vec3(0.0) : soft);
  vec3 c = white() * light * eye.w;
  if (is.x > 0.5 && is.x < 1.5) {
    float whole = max(line(at.x, 0.004), line(at.z, 0.004));
    c += ground.w * whole * 0.016;
    c = mix(c, back(), smoothstep(0.62, 1.0, length((at.xz - ground.xy) / ground.z)));
  }
  color = vec4(c, 1.0);
}
"""
)
BEAM = (
    VIEW
    + SURFACE
    + """\
uniform sampler2D picture; uniform sampler2D near;
const float NEAR = 0.1, FAR = 200.0;
float far(float z) { return NEAR * FAR / (FAR - z * (FAR - NEAR)); }
void main() {
  vec4 seen = beam * vec4(at, 1.0);
  vec2 uv = 0.5 + 0.5 * seen.xy / seen.w;
  vec3 n = normalize(out_), towards = lamp.xyz - at;
  if (is.x > 2.5 || seen.w <= 0.05 || any(lessThan(uv, vec2(0.0))) || any(greaterThan(uv, vec2(1.0)))) discard;
  if (dot(n, eye.xyz - at) < 0.0) n = -n;
  float slant = dot(n, towards);
  if (slant <= 0.0) discard;
  float away = 0.02 + 0.004 * seen.w * seen.w / max(slant, 0.1 * seen.w);
  vec2 step_ = 1.0 / vec2(textureSize(near, 0));
  float free = 0.0;
  for (int y = -1; y <= 1; y++) for (int x = -1; x <= 1; x++)
    free += step(seen.w - away, far(texture(near, uv + vec2(x, y) * step_).r));
  float lux = lamp.w / (seen.w * seen.w) * slant / seen.w;
  vec3 thrown = pow(texture(picture, uv).rgb, vec3(2.2));
  float there = 1.0 - smoothstep(0.62, 1.0, length((at.xz - ground.xy) / ground.z)) * step(0.5, is.x) * step(is.x, 1.5);
  color = vec4(white() * thrown * lux * eye.w * there * free / 9.0, 0.0);
}
"""
)
NOTHING = "out vec4 color; void main() { color = vec4(1.0); }\n"
LINE_VERTEX = (
    """\
layout(location = 0) in vec3 from; layout(location = 1) in vec3 to;
layout(location = 2) in vec4 paint; layout(location = 3) in float wide;
out vec4 tint; out float aside; out float reach_;
"""
    + VIEW
    + """\
void main() {
  vec4 a = view * vec4(from, 1.0), b = view * vec4(to, 1.0);
  float least = 0.05;
  if (a.w < least && b.w >= least) a = mix(b, a, (b.w - least) / (b.w - a.w));
  if (b.w < least && a.w >= least) b = mix(a, b, (a.w - least) / (a.w - b.w));
  vec2 p = a.xy / a.w * screen.xy, q = b.xy / b.w * screen.xy;
  vec2 way = q - p; float reach = length(way);
  vec2 across = reach > 1e-6 ? vec2(-way.y, way.x) / reach : vec2(0.0);
  bool far = (gl_VertexID & 1) == 1; float side = (gl_VertexID & 2) == 2 ? 1.0 : -1.0;
  vec4 end = far ? b : a;
  float half_ = 0.5 * wide * screen.z + 0.5;
  end.xy += across * side * half_ * 2.0 / screen.xy * end.w;
  end.z -= 0.0006 * end.w;
  aside = side * half_; reach_ = half_; tint = vec4(paint.rgb, paint.a); tint.a *= a.w < least && b.w < least ? 0.0 : 1.0;
  gl_Position = end;
  // How wide it is, where it is drawn, goes with its colour: premultiplied.
  tint.rgb *= tint.a;
}
"""
)
LINE = (
    VIEW
    + """\
in vec4 tint; in float aside; in float reach_; out vec4 color;
void main() { color = tint * clamp(reach_ - abs(aside), 0.0, 1.0); }
"""
)
VEIL_VERTEX = (
    "layout(location = 0) in vec3 place; layout(location = 1) in vec4 paint; out vec4 tint;\n"
    + VIEW
    + "void main() { tint = paint; gl_Position = view * vec4(place, 1.0); }\n"
)
VEIL = "in vec4 tint; out vec4 color; void main() { color = tint; }\n"
SPOT = """\
in vec4 tint; out vec4 color;
void main() { float r = length(tint.xy); color = vec4(vec3(mix(0.45, 1.0, smoothstep(0.25, 1.0, r))), 1.0); }
"""
WHOLE_VERTEX = (
    "void main() { vec2 p = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0; gl_Position = vec4(p, 0.0, 1.0); }\n"
)
BACKGROUND = VIEW + BACK + "out vec4 color; void main() { color = vec4(back(), 1.0); }\n"
FINISH = """\
out vec4 color; uniform sampler2D light; uniform sampler2D words;
vec3 shown(vec3 x) {
  x = 1.0 - exp(-1.9 * max(x, 0.0));  // a soft shoulder: the brightest picture keeps its colours
  return mix(12.92 * x, 1.055 * pow(x, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, x));
}
void main() {
  vec3 c = vec3(0.0);
  ivec2 first = ivec2(gl_FragCoord.xy) * FINER;
  for (int y = 0; y < FINER; y++) for (int x = 0; x < FINER; x++)
    c += shown(texelFetch(light, first + ivec2(x, y), 0).rgb);
  vec3 noise = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)) + vec3(0.0, 0.33, 0.67))) - 0.5;
  vec4 said = texelFetch(words, ivec2(gl_FragCoord.xy), 0);
  color = vec4(mix(c / float(FINER * FINER) + noise / 255.0, said.rgb, said.a), 1.0);
}
"""


def lit(shown: float) -> float:
    """The light that is shown as a grey, 0..1: for lines, which are drawn before their light becomes a picture."""
    import math

    linear = shown / 12.92 if shown <= 0.04045 else ((shown + 0.055) / 1.055) ** 2.4
    return -math.log(1.0 - min(linear, 0.999)) / 1.9
