/*{
  "DESCRIPTION": "Rings of light that spread over dark water and cross each other.",
  "CREDIT": "",
  "ISFVSN": "2",
  "CATEGORIES": ["generator"],
  "INPUTS": [
    {"NAME": "fineness", "TYPE": "float", "MIN": 4.0, "MAX": 40.0, "DEFAULT": 16.0, "LABEL": "How many rings fit in the height"},
    {"NAME": "centre", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.32, 0.42], "LABEL": "Where the rings begin"},
    {"NAME": "tint", "TYPE": "color", "DEFAULT": [1.0, 0.62, 0.36, 1.0], "LABEL": "Colour of the light"},
    {"NAME": "sources", "TYPE": "long", "VALUES": [1, 2, 3], "LABELS": ["one", "two", "three"], "DEFAULT": 3, "LABEL": "How many sources"},
    {"NAME": "grain", "TYPE": "bool", "DEFAULT": true, "LABEL": "A little grain, so that the dark has no bands"},
    {"NAME": "drop", "TYPE": "event", "LABEL": "Lets a drop fall"}
  ],
  "PASSES": [
    {"TARGET": "memory", "PERSISTENT": true, "FLOAT": true, "WIDTH": 1, "HEIGHT": 1, "DESCRIPTION": "one pixel that remembers the last drop"},
    {"DESCRIPTION": "the picture"}
  ]
}*/

// A generator: it draws from nothing. The header above is JSON, which has no comments, so it is explained here.
//
//   INPUTS   What can be set: from a scene file, a cue, OSC or an expression. NAME is the word in this file, LABEL says what
//            it does, MIN, MAX and DEFAULT its range and where it begins. TYPE says what it is here:
//              float    one number                 float
//              point2D  a place, x and y           vec2
//              color    red, green, blue, alpha    vec4, each 0 to 1
//              long     one of VALUES              int
//              bool     yes or no                  bool
//              event    yes for one frame          bool
//              image    a picture that is fed in:  read with IMG_NORM_PIXEL(name, place); the scene says what feeds it,
//                       such as   inputs: {name: camera.mask}
//              audio, audioFFT                     a sound's samples or spectrum, read as an image
//   PASSES   Draws this file several times a frame; PASSINDEX says which one it is. A TARGET is a picture that other
//            passes read by its name; PERSISTENT keeps it until the next frame, FLOAT keeps more than 0 to 1. The last
//            pass is what is seen. Without PASSES there is one.
//
// Always there: isf_FragNormCoord (this pixel's place, 0 to 1 from the bottom left), RENDERSIZE (pixels), TIME (seconds),
// TIMEDELTA, FRAMEINDEX. The answer goes to gl_FragColor.

const float SPEED = 1.6;       // of the rings
const float FALLS_OFF = 2.2;   // how fast the light fades away from a source
const float LONG_AGO = 100.0;  // seconds: no drop is seen any more

// A number that looks like chance, 0 to 1, always the same for the same place.
float chance(vec2 place) {
  return fract(sin(dot(place, vec2(12.9898, 78.233))) * 43758.5453);
}

// The height of the water that one source makes at `p`: -1 to 1, fading with the distance.
float rings(vec2 p, vec2 from) {
  float far = distance(p, from);
  return sin(far * fineness * 6.2831853 - TIME * SPEED) * exp(-far * FALLS_OFF);
}

void main() {
  if (PASSINDEX == 0) {
    // The memory: how long ago the last drop fell. At the first frame there was none.
    float since = FRAMEINDEX == 0 ? LONG_AGO : IMG_NORM_PIXEL(memory, vec2(0.5)).r + TIMEDELTA;
    gl_FragColor = vec4(drop ? 0.0 : since, 0.0, 0.0, 1.0);
    return;
  }

  // Places are measured in heights of the picture, so that circles are round on every wall.
  vec2 wide = vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  vec2 p = isf_FragNormCoord * wide;
  vec2 first = centre * wide;

  // The other sources wander slowly. Their heights add up, as on water.
  float height = rings(p, first);
  if (sources > 1) height += rings(p, wide * (0.5 + 0.35 * vec2(cos(TIME * 0.11), sin(TIME * 0.17))));
  if (sources > 2) height += rings(p, wide * (0.5 + 0.42 * vec2(sin(TIME * 0.07 + 2.0), cos(TIME * 0.05))));

  // A drop is one bright ring that grows from the centre and fades.
  float since = IMG_NORM_PIXEL(memory, vec2(0.5)).r;
  float ring = exp(-pow((distance(p, first) - 0.4 * since) * 40.0, 2.0)) * exp(-1.2 * since);

  // Light gathers on the crests, and a cold shine lies in the troughs.
  float crest = pow(max(height, 0.0), 4.0);
  float trough = pow(max(-height, 0.0), 2.0);
  vec3 light = tint.rgb * crest * 2.6 + vec3(0.02, 0.07, 0.11) * trough + vec3(0.010, 0.008, 0.018);
  light += (tint.rgb + 0.2) * ring * 0.9;

  vec3 seen = pow(1.0 - exp(-light), vec3(1.0 / 1.8));   // soft where it is bright, as film is
  if (grain) seen += (chance(gl_FragCoord.xy + fract(TIME) * 60.0) - 0.5) * 0.02;
  gl_FragColor = vec4(seen, 1.0);
}
