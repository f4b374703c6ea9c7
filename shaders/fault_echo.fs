/*{
  "DESCRIPTION": "What was here a moment ago is still here, beside itself, four times and fainter each time, in the colours that a tube keeps light in: pearl, then biolume, then plum. It should feel like memory, not like a trail.",
  "CREDIT": "The installation engine",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "fault", "living smiles"],
  "INPUTS": [
    {"NAME": "inputImage", "LABEL": "Picture", "TYPE": "image"},
    {"NAME": "strength", "LABEL": "How strong", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0},
    {"NAME": "phase", "LABEL": "From its start to its end", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
    {"NAME": "seed", "LABEL": "Its own number", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
    {"NAME": "area", "LABEL": "Where: x, y, width, height", "TYPE": "color", "DEFAULT": [0.1, 0.4, 0.6, 0.1]}
  ],
  "PASSES": [
    {"TARGET": "young", "WIDTH": "floor($WIDTH / 2)", "HEIGHT": "floor($HEIGHT / 2)", "PERSISTENT": true, "DESCRIPTION": "a quarter of a second behind"},
    {"TARGET": "old", "WIDTH": "floor($WIDTH / 4)", "HEIGHT": "floor($HEIGHT / 4)", "PERSISTENT": true, "DESCRIPTION": "more than a second behind"},
    {"DESCRIPTION": "the echoes over the picture"}
  ]
}*/

const float YOUNG_SECONDS = 0.25, OLD_SECONDS = 1.0;
const float STEP = 0.075;            // from one echo to the next, in canvas heights
const float SHRINK = 0.05;           // each goes a little further away
const float LINES = 180.0;
const float LIGHT = 0.75;

// One echo: what stood in the area, moved; nothing from outside the area has any.
vec3 echo(sampler2D kept, float number, vec2 way, float soft) {
  vec2 middle = area.xy + 0.5 * area.zw;
  vec2 from = (isf_FragNormCoord - middle - way * number) * (1.0 + SHRINK * number * strength) + middle;
  vec2 inside = 0.5 * area.zw - abs(from - middle), rim = max(0.06 * area.zw, 0.004);
  float there = smoothstep(0.0, 1.0, inside.x / rim.x) * smoothstep(0.0, 1.0, inside.y / rim.y);
  if (there <= 0.0) return vec3(0.0);
  vec2 d = soft / RENDERSIZE;
  return 0.5 * (IMG_NORM_PIXEL(kept, from + d).rgb + IMG_NORM_PIXEL(kept, from - d).rgb) * there;
}

// Towards what is new, by at least a step that eight bits can hold: nothing stays behind for good.
vec4 follow(vec4 was, vec4 now, float seconds) {
  vec4 way = now - was;
  return FRAMEINDEX == 0 ? now : was + sign(way) * min(abs(way), max(abs(way) * (1.0 - exp(-TIMEDELTA / seconds)), vec4(1.0 / 255.0)));
}

float level(vec3 c) { return dot(c, vec3(0.2126, 0.7152, 0.0722)); }

void main() {
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  if (PASSINDEX == 0) {
    gl_FragColor = follow(IMG_THIS_PIXEL(young), picture, YOUNG_SECONDS);
    return;
  }
  if (PASSINDEX == 1) {
    gl_FragColor = follow(IMG_THIS_PIXEL(old), IMG_THIS_PIXEL(young), OLD_SECONDS);
    return;
  }
  gl_FragColor = picture;
  if (strength <= 0.0) return;
  float turn = (seed * 2.0 - 1.0) * 0.7 + (fract(seed * 7.0) < 0.5 ? 0.0 : 3.14159) + 0.15 * (phase - 0.5);
  float wide = RENDERSIZE.x / RENDERSIZE.y, apart = STEP * (0.45 + 0.55 * strength) * (0.85 + 0.3 * phase);
  vec2 way = vec2(cos(turn) / wide, sin(turn)) * apart;
  // Light that a tube keeps turns colder, then darker; hue is left in the first echo only.
  vec3 one = echo(young, 1.0, way, 1.0), two = echo(young, 2.0, way, 1.8), three = echo(old, 3.0, way, 3.0), four = echo(old, 4.0, way, 4.5);
  vec3 kept = 0.62 * mix(one, level(one) * vec3(0.88, 0.88, 1.05), 0.6) + 0.46 * level(two) * vec3(0.42, 0.98, 0.98)
    + 0.36 * level(three) * vec3(0.30, 0.62, 0.95) + 0.30 * level(four) * vec3(0.62, 0.25, 0.60);
  kept *= 0.82 + 0.18 * cos(6.28318 * isf_FragNormCoord.y * LINES);
  kept *= strength * LIGHT;
  gl_FragColor.rgb += kept * (1.0 - picture.rgb);
}
