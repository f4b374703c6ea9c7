/*{
  "DESCRIPTION": "The picture behind wet glass: bent, a little soft, and clear again where something wipes it.",
  "CREDIT": "",
  "ISFVSN": "2",
  "CATEGORIES": ["filter"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0, "LABEL": "How wet the glass is"},
    {"NAME": "fineness", "TYPE": "float", "MIN": 2.0, "MAX": 30.0, "DEFAULT": 9.0, "LABEL": "How fine the water lies"},
    {"NAME": "running", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.25, "LABEL": "How fast it runs down"},
    {"NAME": "tint", "TYPE": "color", "DEFAULT": [0.86, 0.95, 1.0, 1.0], "LABEL": "Colour of the glass"},
    {"NAME": "wiped", "TYPE": "image", "LABEL": "Where the glass is dry: white, such as camera.mask"}
  ],
  "PASSES": [
    {"TARGET": "across", "WIDTH": "max(floor($WIDTH / 4), 1)", "HEIGHT": "max(floor($HEIGHT / 4), 1)", "DESCRIPTION": "small, softened across"},
    {"TARGET": "soft", "WIDTH": "max(floor($WIDTH / 4), 1)", "HEIGHT": "max(floor($HEIGHT / 4), 1)", "DESCRIPTION": "and up and down"},
    {"DESCRIPTION": "the glass"}
  ]
}*/

// A filter: it changes a picture. The image named inputImage makes it one; lay it on a layer or a scene:
//
//     effects:
//       - {shader: STARTER.fs, params: {amount: 0.6}, inputs: {wiped: camera.mask}}
//
// The header is JSON, which has no comments, so it is explained here.
//
//   INPUTS   What can be set: from a scene file, a cue, OSC or an expression. TYPE: float (one number), point2D (vec2),
//            color (vec4), long (one of VALUES), bool, event (true for one frame), image (a picture; nothing fed is
//            black), audio and audioFFT (a sound, read as an image). LABEL says what it does.
//            IDENTITY is the value at which nothing changes; give the main input one: it is how an effect is faded in.
//   PASSES   Draws this file several times a frame; PASSINDEX says which one it is. A TARGET is a picture that later
//            passes read by its name. WIDTH and HEIGHT make it smaller, which is faster and softer: $WIDTH and $HEIGHT
//            are the wall's, and $amount would be an input's value. The last pass is what is seen.
//
// Always there: isf_FragNormCoord (this pixel's place, 0 to 1 from the bottom left), RENDERSIZE (pixels of this pass),
// TIME. A picture is read with IMG_THIS_PIXEL(name), or elsewhere with IMG_NORM_PIXEL(name, place).

const float BENDS = 0.003;   // how far the water moves the picture where it is steep

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

// The height of the water on the glass. It lies in long drops and runs down.
float water(vec2 place) {
  vec2 p = place * vec2(RENDERSIZE.x / RENDERSIZE.y, 0.5) * fineness;
  p.y += TIME * running;
  return 0.7 * hills(p) + 0.3 * hills(p * 2.7 + 5.0);
}

// Nine steps in a row through a picture, the middle ones heavier.
vec4 softened(sampler2D picture, vec2 step_) {
  vec4 sum = vec4(0.0);
  float weights = 0.0;
  for (int i = -4; i <= 4; i++) {
    float weight = exp(-float(i * i) / 8.0);
    sum += weight * IMG_NORM_PIXEL(picture, isf_FragNormCoord + float(i) * step_);
    weights += weight;
  }
  return sum / weights;
}

void main() {
  if (PASSINDEX == 0) {
    gl_FragColor = softened(inputImage, vec2(1.0, 0.0) / RENDERSIZE);
    return;
  }
  if (PASSINDEX == 1) {
    gl_FragColor = softened(across, vec2(0.0, 1.0) / RENDERSIZE);
    return;
  }

  // Water bends the picture where it is steep: the slope is the height's change from here to a little further.
  vec2 here = isf_FragNormCoord;
  float reach = 0.01, height = water(here);
  vec2 slope = vec2(water(here + vec2(reach, 0.0)), water(here + vec2(0.0, reach))) - height;

  float wet = amount * (1.0 - IMG_THIS_PIXEL(wiped).r);
  vec2 from = here + slope / reach * BENDS * wet;
  vec4 sharp = IMG_NORM_PIXEL(inputImage, from), blurred = IMG_NORM_PIXEL(soft, from);

  // Thin water is misty, thick water is clear, and the light catches on its upper edges.
  vec4 seen = mix(sharp, blurred, wet * smoothstep(0.7, 0.3, height));
  seen.rgb = mix(seen.rgb, seen.rgb * tint.rgb, wet);
  seen.rgb += wet * blurred.rgb * clamp(-slope.y / reach * 0.12, 0.0, 0.5);
  gl_FragColor = seen;
}
