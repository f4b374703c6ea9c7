/*{
  "DESCRIPTION": "A second picture says when each place changes: dark places first, bright ones last, behind a soft edge of light.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["transition", "compositing"],
  "INPUTS": [
    {"NAME": "startImage", "TYPE": "image", "LABEL": "What goes"},
    {"NAME": "endImage", "TYPE": "image", "LABEL": "What comes"},
    {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "LABEL": "How far the change has come"},
    {"NAME": "map", "TYPE": "image", "LABEL": "When: black is first, white is last"},
    {"NAME": "soft", "TYPE": "float", "MIN": 0.005, "MAX": 0.5, "DEFAULT": 0.10, "LABEL": "How soft the edge is"},
    {"NAME": "glow", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35, "LABEL": "How much the edge shines"},
    {"NAME": "invert", "TYPE": "bool", "DEFAULT": false, "LABEL": "Bright places first"},
    {"NAME": "edge", "TYPE": "color", "DEFAULT": [0.35, 0.88, 0.80, 1.0], "LABEL": "The colour of the edge"}
  ]
}*/

// Mixed as light, so that the middle is not dark; what is see-through adds nothing.
vec4 blend(vec4 a, vec4 b, float k) {
  float solid = mix(a.a, b.a, k);
  return vec4(sqrt(mix(a.rgb * a.rgb * a.a, b.rgb * b.rgb * b.a, k) / max(solid, 1e-4)), solid);
}

float grey(vec2 uv) {
  vec4 c = IMG_NORM_PIXEL(map, uv);
  float level = dot(c.rgb, vec3(0.2126, 0.7152, 0.0722));
  return invert ? 1.0 - level : level;
}

void main() {
  vec2 uv = isf_FragNormCoord, e = 1.5 / RENDERSIZE;
  // Five taps: a map of eight bits has steps, and the edge would show every one of them.
  float when = 0.2 * (grey(uv) + grey(uv + e) + grey(uv - e) + grey(uv + vec2(e.x, -e.y)) + grey(uv - vec2(e.x, -e.y)));
  bool without = IMG_SIZE(map).x <= 1.0;                               // no map: a plain dissolve
  float front = mix(-soft, 1.0 + soft, progress), past = (front - when) / soft;
  float done = without ? progress : smoothstep(-1.0, 1.0, past);
  vec4 a = IMG_THIS_PIXEL(startImage), b = IMG_THIS_PIXEL(endImage), seen = blend(a, b, done);
  float present = smoothstep(0.0, 0.06, progress) * smoothstep(1.0, 0.94, progress);
  float line = without ? 0.0 : glow * edge.a * present * exp(-4.0 * past * past);
  float under = max(max(seen.r, seen.g), seen.b);
  seen.rgb += edge.rgb * line * (0.10 + 0.90 * under) * (1.0 - seen.rgb);
  gl_FragColor = progress <= 0.0 ? IMG_THIS_PIXEL(startImage) : progress >= 1.0 ? IMG_THIS_PIXEL(endImage) : seen;
}
