/*{
  "DESCRIPTION": "The picture over still dark water: below a line it is seen again, upside down, broken by slow rings and fading.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "geometry"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image", "LABEL": "Picture"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0, "LABEL": "From the picture to its reflection"},
    {"NAME": "centre", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.42], "LABEL": "A point on the line"},
    {"NAME": "angle", "TYPE": "float", "MIN": -180.0, "MAX": 180.0, "DEFAULT": 0.0, "LABEL": "How the line is turned, in degrees"},
    {"NAME": "fade", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "LABEL": "How much light the water keeps"},
    {"NAME": "ripple", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "LABEL": "How much it is stirred"}
  ]
}*/

const float FARTHEST = 0.022;        // canvas heights that a ripple bends the picture
const float DEPTH = 0.55;            // canvas heights in which the dark takes most of it
const vec3 WATER = vec3(0.82, 0.92, 1.02);

float square(float x) { return x * x; }

void main() {
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  vec2 frame = vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0), p = (isf_FragNormCoord - centre) * frame;
  float turn = radians(angle), c = cos(turn), s = sin(turn);
  vec2 q = vec2(c * p.x + s * p.y, c * p.y - s * p.x);           // along the line, above it
  float below = max(-q.y, 0.0), under = smoothstep(0.0, 1.5 / RENDERSIZE.y, -q.y);
  // Waves are seen flat near the line and from above further down.
  float far = 1.0 / (below + 0.10), x = q.x * 7.0;
  vec2 wave = vec2(sin(x * 0.9 + 5.0 * far - 0.50 * TIME), sin(x * 0.37 - 9.0 * far + 0.83 * TIME + sin(x * 0.8 + 0.3 * TIME)));
  float swell = wave.y * (0.6 + 0.4 * wave.x);
  vec2 bend = ripple * FARTHEST * vec2(0.45 * wave.x, swell) * smoothstep(0.0, 0.25, below);
  vec2 m = vec2(q.x, below) + bend;
  m.y = max(m.y, 0.0);
  vec4 there = IMG_NORM_PIXEL(inputImage, centre + vec2(c * m.x - s * m.y, s * m.x + c * m.y) / frame);
  float kept = mix(1.0, 0.80 * exp(-below / DEPTH), fade) * (1.0 + 0.5 * ripple * fade * swell * smoothstep(0.0, 0.2, below));
  vec4 water = vec4(there.rgb * kept * mix(vec3(1.0), WATER, fade), there.a);
  float line = exp(-square(q.y * 260.0)) * 0.25 * fade;         // where they touch, the water's edge is a thin dark lip
  vec4 shown = vec4(mix(picture, water, under).rgb * (1.0 - line), mix(picture.a, water.a, under));
  gl_FragColor = amount <= 0.0 ? picture : mix(picture, shown, amount);
}
