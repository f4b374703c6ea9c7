/*{
  "DESCRIPTION": "The next picture grows in from many places, with a warm light along its edge.",
  "CREDIT": "",
  "ISFVSN": "2",
  "CATEGORIES": ["transition"],
  "INPUTS": [
    {"NAME": "startImage", "TYPE": "image"},
    {"NAME": "endImage", "TYPE": "image"},
    {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "LABEL": "How far the change has come"},
    {"NAME": "fineness", "TYPE": "float", "MIN": 2.0, "MAX": 40.0, "DEFAULT": 4.0, "LABEL": "How small the patches are"},
    {"NAME": "softness", "TYPE": "float", "MIN": 0.01, "MAX": 0.5, "DEFAULT": 0.06, "LABEL": "How soft their edge is"},
    {"NAME": "edge", "TYPE": "color", "DEFAULT": [1.0, 0.55, 0.25, 1.0], "LABEL": "Light along the edge; its alpha is how much"},
    {"NAME": "centre", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.4], "LABEL": "Where it begins"}
  ]
}*/

// A transition: it leads from one scene to the next. The images startImage and endImage and the float progress make it one;
// the fade of a cue moves progress from 0 to 1:
//
//     cues:
//       - {number: 2, scene: noon, fade: 5, transition: STARTER.fs}
//
// The header is JSON, which has no comments, so it is explained here.
//
//   INPUTS   TYPE: float (one number), point2D (a place, vec2), color (vec4), long (one of VALUES, int), bool, image (a
//            picture). Cues move progress; the others stand at their DEFAULT. LABEL says what an input does.
//
// Two things make a good one. At progress 0 it must be startImage and nothing else, at 1 endImage: else the wall jumps
// when a fade begins and ends. And nothing should happen all at once: the eye wants to see where the new picture comes from.

// A number that looks like chance, 0 to 1, always the same for the same place.
float chance(vec2 place) {
  return fract(sin(dot(place, vec2(12.9898, 78.233))) * 43758.5453);
}

// Soft hills between 0 and 1.
float hills(vec2 p) {
  vec2 cell = floor(p), f = smoothstep(0.0, 1.0, fract(p));
  float low = mix(chance(cell), chance(cell + vec2(1, 0)), f.x);
  return mix(low, mix(chance(cell + vec2(0, 1)), chance(cell + vec2(1, 1)), f.x), f.y);
}

// Hills with smaller hills on them, each turned a little so that no squares show.
float ground(vec2 p) {
  float sum = 0.0, share = 0.5;
  for (int i = 0; i < 5; i++) {
    sum += share * hills(p);
    p = mat2(0.8, 0.6, -0.6, 0.8) * p * 2.03 + 7.0;
    share *= 0.5;
  }
  return sum;
}

void main() {
  vec2 wide = vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  vec2 p = isf_FragNormCoord * wide;

  // When this place changes, 0 to 1: earlier near the centre, and in patches.
  float far = distance(p, centre * wide) / length(wide);
  float when = 0.55 * smoothstep(0.0, 0.6, far) + 0.45 * smoothstep(0.15, 0.8, ground(p * fineness));

  // The front runs from before the first place to behind the last one, so that both ends are clean.
  float front = mix(-softness, 1.0 + softness, progress);
  float done = smoothstep(when - softness, when + softness, front);
  float glow = pow(4.0 * done * (1.0 - done), 3.0) * edge.a * smoothstep(0.0, 0.1, progress) * smoothstep(1.0, 0.9, progress);

  vec4 before = IMG_THIS_PIXEL(startImage), after = IMG_THIS_PIXEL(endImage);
  vec4 seen = mix(before, after, done);
  gl_FragColor = vec4(seen.rgb + edge.rgb * glow * 0.8, seen.a);
}
