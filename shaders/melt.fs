/*{
  "DESCRIPTION": "Bright places come loose and run down the wall in slow drops, each with its own colour, as wax or spit does.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "living smiles"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image", "LABEL": "Picture"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0, "LABEL": "How much comes loose"},
    {"NAME": "fall", "TYPE": "float", "MIN": 0.05, "MAX": 1.0, "DEFAULT": 0.4, "LABEL": "How far a drop runs, in canvas heights"},
    {"NAME": "seconds", "TYPE": "float", "MIN": 4.0, "MAX": 60.0, "DEFAULT": 14.0, "LABEL": "Seconds that a drop takes"},
    {"NAME": "gloss", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "LABEL": "How wet they are"}
  ],
  "PASSES": [
    {"TARGET": "drops", "WIDTH": "72", "HEIGHT": "1", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "one texel a drop: where it hangs, x and y; how old it is, 0 to 1; how bright its place was"},
    {"DESCRIPTION": "the drops over the picture"}
  ]
}*/

const float DROPS = 72.0;
const float ROWS = 40.0;             // places in a column that a new drop looks at
const float WIDE = 0.0105;           // half a drop's thread, in canvas heights
const float HEAD = 1.55;             // of the thread's width
const float DULLEST = 0.30;          // lightness from which a place can come loose
const vec2 LIGHT = vec2(-0.45, 0.60);

float square(float x) { return x * x; }

int only(int number) { return PASSINDEX == number ? 1 : 0; }

float hash(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * 0.1031);
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}

float level(vec4 c) { return dot(c.rgb, vec3(0.2126, 0.7152, 0.0722)) * c.a; }

// The brightest place of a column that a throw favours: x, y and its lightness.
vec3 loosest(float column, float round_, int runs) {
  vec3 found = vec3((column + 0.5) / DROPS, 0.5, 0.0);
  float best = 0.0, x = (column + 0.15 + 0.7 * hash(vec2(column, round_))) / DROPS;
  for (int i = 0; i < int(ROWS) * runs; i++) {
    float y = (float(i) + 0.5) / ROWS, here = level(IMG_NORM_PIXEL(inputImage, vec2(x, y)));
    float wanted = here * (0.35 + 0.65 * hash(vec2(float(i) + 7.0 * round_, column)));
    if (wanted > best) { best = wanted; found = vec3(x, y, here); }
  }
  return found;
}

void main() {
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  for (int once = 0; once < only(0); once++) {
    float column = floor(gl_FragCoord.x);
    vec4 was = IMG_THIS_PIXEL(drops);
    float own = 0.6 + 0.8 * hash(vec2(column, 3.0));
    float age = FRAMEINDEX == 0 ? hash(vec2(column, 1.0)) : was.z + TIMEDELTA / (seconds * own);
    bool anew = age >= 1.0 || FRAMEINDEX == 0;
    float round_ = mod(floor(TIME * 8.0), 512.0);
    vec3 place = loosest(column, round_, anew ? 1 : 0);
    gl_FragColor = anew ? vec4(place.xy, FRAMEINDEX == 0 ? age : 0.0, place.z) : vec4(was.xy, clamp(age, 0.0, 1.0), was.w);
  }
  for (int once = 0; once < only(1); once++) {
    float aspect = RENDERSIZE.x / RENDERSIZE.y, column = floor(isf_FragNormCoord.x * DROPS);
    vec2 p = isf_FragNormCoord * vec2(aspect, 1.0);
    float near = 1.0, thick = 0.0, gone = 0.0;
    vec2 side = vec2(0.0), from = isf_FragNormCoord;
    for (int i = -1; i <= 1; i++) {
      float n = clamp(column + float(i), 0.0, DROPS - 1.0);
      vec4 drop = IMG_NORM_PIXEL(drops, vec2((n + 0.5) / DROPS, 0.5));
      float own = hash(vec2(n, floor(drop.y * 511.0)));
      float loose = smoothstep(DULLEST, 0.75, drop.w) * step(1.0 - amount, 0.02 + 0.96 * own) * step(DULLEST, drop.w);
      // It swells, lets go, runs ever slower, and thins out until it has gone.
      float swells = smoothstep(0.0, 0.12, drop.z), leaves = smoothstep(1.0, 0.72, drop.z), t = max(drop.z - 0.08, 0.0) / 0.92;
      float run = fall * (0.35 + 0.65 * fract(own * 17.0)) * loose * (1.0 - (1.0 - t) * (1.0 - t)) + 0.02 * swells * loose;
      float wide = WIDE * (0.55 + 0.75 * fract(own * 7.0)) * swells * (0.25 + 0.75 * leaves) * (0.4 + 0.6 * loose);
      float down = drop.y - p.y, along = clamp(down / max(run, 1e-3), 0.0, 1.0);
      float sway = 0.006 * sin(p.y * 21.0 + 30.0 * own) * along;
      vec2 q = vec2(p.x - drop.x * aspect - sway, max(down - run, 0.0) + min(down, 0.0));
      float thread = wide * mix(mix(1.25, 0.42, smoothstep(0.0, 0.35, along)), HEAD, smoothstep(1.0 - 2.6 * wide / max(run, 1e-3), 1.0, along));
      float d = (length(vec2(q.x, q.y * (q.y > 0.0 ? 0.72 : 0.5))) - thread) / max(thread, 1e-4);
      if (loose > 0.0 && d < near) {
        near = d;
        thick = thread;
        gone = leaves;
        side = vec2(q.x, q.y) / max(thread, 1e-4);
        // The thread is drawn out of the place that it hangs from, so it has that place's colours, stretched.
        from = vec2(drop.x + q.x / aspect * 0.9, drop.y - min(0.06, run) * along * 0.35);
      }
    }
    float pixel = 1.0 / (RENDERSIZE.y * max(thick, 1e-3));
    float wet = smoothstep(0.5 * pixel, -0.9 * pixel, near) * min(thick * RENDERSIZE.y * 0.9, 1.0) * gone;
    vec4 colour = IMG_NORM_PIXEL(inputImage, from);
    float deep = clamp(-near, 0.0, 1.0), x = clamp(side.x, -1.0, 1.0);
    vec3 body = colour.rgb * (0.35 + 0.70 * sqrt(deep));
    float glint = exp(-square((x - LIGHT.x) / 0.20)) * smoothstep(0.0, 0.35, deep);
    body += gloss * 0.55 * glint * (0.4 + 0.6 * colour.rgb) * (1.0 - body);
    float shadow = 0.35 * amount * exp(-max(near, 0.0) * 1.6) * gone * (1.0 - wet) * step(near, 0.99);
    vec4 under = vec4(picture.rgb * (1.0 - shadow), picture.a);
    float solid = max(under.a, wet * colour.a);
    vec3 seen = mix(under.rgb * under.a, body * colour.a, wet) / max(mix(under.a, colour.a, wet), 1e-4);
    gl_FragColor = amount <= 0.0 ? picture : vec4(seen, solid);
  }
}
