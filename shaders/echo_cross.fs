/*{
  "DESCRIPTION": "The picture leaves in echoes that grow past the viewer, each fainter and deeper in colour; the next one gathers out of its own.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["transition", "memory"],
  "INPUTS": [
    {"NAME": "startImage", "TYPE": "image", "LABEL": "What goes"},
    {"NAME": "endImage", "TYPE": "image", "LABEL": "What comes"},
    {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "LABEL": "How far the change has come"},
    {"NAME": "centre", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5], "LABEL": "Where they come from"},
    {"NAME": "reach", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "LABEL": "How far they go"},
    {"NAME": "colour", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "LABEL": "Their own colours (0) or those of cooling light (1)"}
  ]
}*/

const float ECHOES = 5.0;
const vec3 PEARL = vec3(0.86, 0.82, 0.98), COLD = vec3(0.10, 0.82, 0.76), LAST = vec3(0.45, 0.10, 0.38);

// The sum of a picture's echoes, as light; `out_` 0 is the picture itself, 1 its echoes far apart. Alpha beside it.
vec4 echoes(sampler2D image, float out_, float grows) {
  vec4 sum = vec4(0.0);
  float weights = 0.0;
  for (int i = 0; i < int(ECHOES); i++) {
    float n = float(i) / (ECHOES - 1.0), far = out_ * reach * (0.10 + 1.1 * n * n) * grows;
    vec2 from = centre + (isf_FragNormCoord - centre) / exp(far);
    float weight = mix(i == 0 ? 1.0 : 0.0, 1.0 - 0.85 * n, smoothstep(0.0, 0.35, out_));
    vec4 c = IMG_NORM_PIXEL(image, from);
    vec2 rim = smoothstep(vec2(0.0), vec2(0.06), from) * smoothstep(vec2(1.0), vec2(0.94), from);
    float there = mix(1.0, rim.x * rim.y, smoothstep(0.0, 0.02, abs(far)));
    vec3 light = c.rgb * c.rgb * c.a * there, hue = n < 0.45 ? mix(PEARL, COLD, n / 0.45) : mix(COLD, LAST, (n - 0.45) / 0.55);
    light = mix(light, dot(light, vec3(0.2126, 0.7152, 0.0722)) * hue * 1.5, colour * min(1.6 * n, 1.0) * smoothstep(0.0, 0.3, out_));
    sum += weight * vec4(light, c.a * there);
    weights += weight;
  }
  return sum / mix(1.0, 0.85 * weights, smoothstep(0.0, 0.35, out_));
}

void main() {
  float leaves = smoothstep(0.0, 0.75, progress), comes = smoothstep(1.0, 0.25, progress);
  vec4 a = echoes(startImage, leaves, 1.0), b = echoes(endImage, comes, -0.75);
  float left = 1.0 - smoothstep(0.12, 0.88, progress), come = smoothstep(0.12, 0.88, progress);
  float solid = mix(IMG_THIS_PIXEL(startImage).a, IMG_THIS_PIXEL(endImage).a, progress);
  vec3 light = a.rgb * left + b.rgb * come;
  solid = max(solid, min(a.a * left + b.a * come, 1.0));
  vec4 seen = vec4(min(sqrt(light / max(solid, 1e-4)), 1.0), solid);
  gl_FragColor = progress <= 0.0 ? IMG_THIS_PIXEL(startImage) : progress >= 1.0 ? IMG_THIS_PIXEL(endImage) : seen;
}
