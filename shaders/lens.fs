/*{
  "DESCRIPTION": "A drop lies on the picture and bends what is under it; its rim is dark on one side and lit on the other.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "optics"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image", "LABEL": "Picture"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0, "LABEL": "How strongly it bends"},
    {"NAME": "centre", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5], "LABEL": "Where it lies"},
    {"NAME": "radius", "TYPE": "float", "MIN": 0.03, "MAX": 0.7, "DEFAULT": 0.28, "LABEL": "Its radius, in canvas heights"},
    {"NAME": "split", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35, "LABEL": "How far its rim parts the colours"},
    {"NAME": "gloss", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "LABEL": "How much it shines"}
  ]
}*/

const float MAGNIFY = 0.62;         // of the way to its middle, at full amount
const float WOBBLE = 0.035;         // of its radius: no drop is a circle
const vec3 PEARL = vec3(0.86, 0.82, 0.95), BIOLUME = vec3(0.134, 0.882, 0.815);

void main() {
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  vec2 frame = vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0), p = (isf_FragNormCoord - centre) * frame;
  float turn = atan(p.y, p.x), breath = sin(0.83 * TIME);
  float round_ = radius * (1.0 + WOBBLE * (0.6 * sin(2.0 * turn + 0.31 * TIME) + 0.4 * sin(3.0 * turn - 0.23 * TIME + 1.0) + 0.25 * breath));
  float r = length(p) / round_, pixel = 1.5 / (RENDERSIZE.y * round_);
  float inside = smoothstep(1.0 + pixel, 1.0 - pixel, r), q = min(r, 1.0);
  float dome = sqrt(max(1.0 - q * q, 0.0));
  // Steep at the rim: there the whole surroundings are seen, small and upside down.
  float reach = 1.0 - amount * MAGNIFY * dome + amount * 0.30 * smoothstep(0.80, 1.0, q);
  float apart = amount * split * 0.045 * q * q * q;
  vec2 red = centre + p * (reach - apart) / frame, green = centre + p * reach / frame, blue = centre + p * (reach + apart) / frame;
  vec4 there = IMG_NORM_PIXEL(inputImage, green);
  vec3 seen = vec3(IMG_NORM_PIXEL(inputImage, red).r, there.g, IMG_NORM_PIXEL(inputImage, blue).b);
  vec2 slope = p / round_;
  float lift = amount * gloss;
  vec2 light = vec2(-0.42 + 0.06 * sin(0.11 * TIME), 0.52);
  // Bright rim on the side away from the light, dark on the near one: light gathers behind water.
  float rim = smoothstep(0.72, 0.97, q) * inside, facing = dot(normalize(slope + 1e-5), normalize(light));
  seen *= 1.0 - amount * rim * (0.40 + 0.35 * facing);
  vec2 streak = (slope - light) * mat2(0.78, 0.63, -0.63, 0.78);
  float glint = exp(-dot(streak * streak, vec2(34.0, 260.0))) + 0.35 * exp(-dot(streak * streak, vec2(8.0, 40.0)));
  float gathered = smoothstep(0.25, 1.0, -facing) * smoothstep(0.80, 0.95, q) * smoothstep(1.0, 0.95, q);
  vec3 shine = PEARL * glint * 0.85 + mix(PEARL, BIOLUME, 0.35) * gathered * 0.45 + PEARL * 0.10 * rim;
  seen += shine * lift * inside * (1.0 - seen);
  // What the drop keeps from the wall around it.
  float shadow = amount * 0.45 * exp(-7.0 * max(length(p + 0.04 * round_ * vec2(-1.0, 1.6)) / round_ - 1.0, 0.0)) * (1.0 - inside);
  vec4 outside = vec4(picture.rgb * (1.0 - shadow), picture.a);
  float solid = max(there.a, min(lift * max(shine.r, max(shine.g, shine.b)), 1.0));
  gl_FragColor = amount <= 0.0 ? picture : mix(outside, vec4(seen, solid), inside);
}
