/*{
  "DESCRIPTION": "A thick edge of enamel crosses the wall and pushes the picture out; near things move faster, and light bends in the edge.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["transition", "optics", "living smiles"],
  "INPUTS": [
    {"NAME": "startImage", "TYPE": "image", "LABEL": "What goes"},
    {"NAME": "endImage", "TYPE": "image", "LABEL": "What comes"},
    {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "LABEL": "How far it has been pushed"},
    {"NAME": "angle", "TYPE": "float", "MIN": -180.0, "MAX": 180.0, "DEFAULT": 12.0, "LABEL": "Which way it pushes, in degrees"},
    {"NAME": "depth", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "LABEL": "How deep the pictures are"},
    {"NAME": "thickness", "TYPE": "float", "MIN": 0.03, "MAX": 0.4, "DEFAULT": 0.17, "LABEL": "How thick the edge is, in canvas heights"}
  ]
}*/

const float LEAVES = 0.34, ARRIVES = 0.40;    // canvas widths that the pictures travel beside the edge
const float NEAR = 0.07;                      // of the way that the brightest parts run ahead
const float BENDS = 1.9;                      // of the edge's thickness
const vec3 PEARL = vec3(0.86, 0.82, 0.95), AMBER = vec3(0.96, 0.84, 0.66);

float square(float x) { return x * x; }

float level(vec4 c) { return dot(c.rgb, vec3(0.2126, 0.7152, 0.0722)) * c.a; }

const float SOFT = 0.02;                       // canvas heights: a thing is near as a whole, not point by point

// A picture moved by `way` uv, its bright parts by more: they are nearer. Its edge is mirrored, never smeared.
vec2 mirrored(vec2 uv) { return 1.0 - abs(1.0 - mod(uv + 2.0, 2.0)); }

vec4 moved(sampler2D image, vec2 uv, vec2 way) {
  vec2 e = SOFT * vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0), at = uv - way * (1.0 + 0.5 * NEAR);
  float near = 0.25 * (level(IMG_NORM_PIXEL(image, mirrored(at + e))) + level(IMG_NORM_PIXEL(image, mirrored(at - e)))
    + level(IMG_NORM_PIXEL(image, mirrored(at + vec2(e.x, -e.y)))) + level(IMG_NORM_PIXEL(image, mirrored(at - vec2(e.x, -e.y)))));
  return IMG_NORM_PIXEL(image, mirrored(uv - way * (1.0 + NEAR * near)));
}

void main() {
  vec2 uv = isf_FragNormCoord, frame = vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0), p = (uv - 0.5) * frame;
  float turn = radians(angle), s = progress * progress * (3.0 - 2.0 * progress);
  vec2 way = vec2(cos(turn), sin(turn));
  float span = 0.5 * (abs(way.x) * frame.x + abs(way.y)) + thickness, along = dot(p, way), across = dot(p, vec2(-way.y, way.x));
  // The edge isn't straight: enamel is grown, not cut.
  float grown = 0.022 * sin(across * 5.0 + 1.3) + 0.010 * sin(across * 13.0 + 4.0);
  float d = along - mix(-span, span, s) + grown * smoothstep(0.0, 0.1, s) * smoothstep(1.0, 0.9, s);   // ahead of the edge's middle
  float r = clamp(d / thickness, -1.0, 1.0), within = smoothstep(1.0, 0.94, abs(r)), dome = sqrt(max(1.0 - r * r, 0.0));
  // Through a rounded edge the picture is seen turned about, drawn thin at the rims.
  vec2 bend = way * (-r * dome * BENDS * thickness) / frame;
  vec2 out_ = way * LEAVES * depth * s, in_ = -way * ARRIVES * depth * (1.0 - s);
  vec4 a = moved(startImage, uv + bend, out_), b = moved(endImage, uv + bend, in_);
  float done = smoothstep(0.25, -0.25, r + 0.10 * sin(across * 9.0));
  vec4 seen = mix(a, b, done);
  // Inside: amber where it is thick, a streak of the lamp, pearl where it turns away, dark at the very rim.
  float present = within * smoothstep(0.0, 0.05, progress) * smoothstep(1.0, 0.95, progress), rim = smoothstep(0.70, 1.0, abs(r));
  seen.rgb = mix(seen.rgb, seen.rgb * AMBER * (0.95 - 0.55 * rim) + AMBER * 0.035 * dome, present);
  float swell = 0.5 + 0.5 * sin(across * 6.2 + 0.7), lamp = 0.42 + 0.06 * sin(0.17 * TIME);
  float streak = exp(-square((r + lamp + 0.05 * sin(across * 7.0)) / (0.05 + 0.07 * swell))) * (0.15 + 0.85 * swell);
  float second = exp(-square((r - 0.70) / 0.04)) * 0.45 * (1.0 - swell);
  vec3 tone = 0.5 + 0.5 * cos(6.28318 * (0.8 * r + 0.6 * across + vec3(0.0, 0.33, 0.62)));
  seen.rgb += present * (PEARL * (0.42 * streak + second * 0.5) + PEARL * tone * 0.13 * rim) * (1.0 - seen.rgb);
  // Behind it the wall is in its shade for a moment.
  seen.rgb *= 1.0 - 0.50 * smoothstep(0.0, 0.05, progress) * smoothstep(1.0, 0.9, progress) * exp(-max(abs(d) - thickness, 0.0) / 0.05) * (1.0 - within);
  seen.a = max(seen.a, present * 0.3 * dome * max(a.a, b.a));
  gl_FragColor = progress <= 0.0 ? IMG_THIS_PIXEL(startImage) : progress >= 1.0 ? IMG_THIS_PIXEL(endImage) : seen;
}
