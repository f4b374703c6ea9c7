/*{
  "DESCRIPTION": "The lights of the picture go out first, like lamps that cool, its shadows last; the next one comes up from its brightest places.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["transition", "light"],
  "INPUTS": [
    {"NAME": "startImage", "TYPE": "image", "LABEL": "What goes"},
    {"NAME": "endImage", "TYPE": "image", "LABEL": "What comes"},
    {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "LABEL": "How far the change has come"},
    {"NAME": "order", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.75, "LABEL": "All at once (0) or strictly by light (1)"},
    {"NAME": "ember", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "LABEL": "How red they cool"},
    {"NAME": "soft", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "LABEL": "By the light of a place (1) or of a point (0)"}
  ],
  "PASSES": [
    {"TARGET": "levels", "WIDTH": "floor($WIDTH / 8)", "HEIGHT": "floor($HEIGHT / 8)", "DESCRIPTION": "how bright a place is: red of what goes, green of what comes"},
    {"DESCRIPTION": "one light for the other"}
  ]
}*/

const float TAKES = 0.42;              // of the time, for one lamp to cool or to come up
const vec3 COOLS = vec3(0.9, 2.6, 4.6);   // how much sooner blue has gone than red

float level(vec4 c) { return sqrt(dot(c.rgb * c.rgb, vec3(0.2126, 0.7152, 0.0722)) * c.a); }

// Sixteen taps over what one small pixel covers, and a little more. Runs only when `runs` is 1.
vec2 places(int runs) {
  vec2 sum = vec2(0.0), e = 0.5 / RENDERSIZE;
  for (int i = 0; i < 16 * runs; i++) {
    float row = floor(float(i) / 4.0);
    vec2 uv = isf_FragNormCoord + (vec2(float(i) - 4.0 * row, row) - 1.5) * e;
    sum += vec2(level(IMG_NORM_PIXEL(startImage, uv)), level(IMG_NORM_PIXEL(endImage, uv)));
  }
  return sum / 16.0;
}

void main() {
  vec4 a = IMG_THIS_PIXEL(startImage), b = IMG_THIS_PIXEL(endImage);
  vec2 mean = places(PASSINDEX == 0 ? 1 : 0), d = 0.75 / IMG_SIZE(levels);
  vec2 kept = 0.25 * (IMG_NORM_PIXEL(levels, isf_FragNormCoord + d).rg + IMG_NORM_PIXEL(levels, isf_FragNormCoord - d).rg
    + IMG_NORM_PIXEL(levels, isf_FragNormCoord + vec2(d.x, -d.y)).rg + IMG_NORM_PIXEL(levels, isf_FragNormCoord - vec2(d.x, -d.y)).rg);
  vec2 bright = clamp(mix(vec2(level(a), level(b)), 1.3 * kept, soft), 0.0, 1.0);
  // Bright places start early; dark ones when those have nearly gone.
  vec2 takes = vec2(mix(1.0, TAKES, order)), starts = (1.0 - takes) * (1.0 - sqrt(bright));
  vec2 t = clamp((progress - starts) / takes, 0.0, 1.0);
  float left = 1.0 - t.x, come = t.y * t.y * (3.0 - 2.0 * t.y);
  // A lamp that cools loses its blue first; one that comes up is white at once.
  vec3 cools = pow(vec3(left), mix(vec3(1.6), COOLS, ember * smoothstep(0.02, 0.35, bright.x)));
  vec3 light = a.rgb * a.rgb * a.a * cools + b.rgb * b.rgb * b.a * come;
  float solid = max(a.a * left, b.a * come);
  solid = max(solid, mix(a.a, b.a, progress));
  vec4 seen = vec4(min(sqrt(light / max(solid, 1e-4)), 1.0), solid);
  gl_FragColor = PASSINDEX == 0 ? vec4(mean, 0.0, 1.0) : progress <= 0.0 ? a : progress >= 1.0 ? b : seen;
}
