/*{
  "DESCRIPTION": "Light stays where it was and drifts off like breath in the cold, first pearl, then biolume, then plum.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "memory"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image", "LABEL": "Picture"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0, "LABEL": "How much stays"},
    {"NAME": "seconds", "TYPE": "float", "MIN": 0.1, "MAX": 12.0, "DEFAULT": 2.0, "LABEL": "Seconds until it has gone"},
    {"NAME": "drift", "TYPE": "point2D", "MIN": [-0.2, -0.2], "MAX": [0.2, 0.2], "DEFAULT": [0.0, 0.03], "LABEL": "Where it drifts, in canvas heights a second"},
    {"NAME": "colour", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "LABEL": "Its own colours (0) or those of cooling light (1)"}
  ],
  "PASSES": [
    {"TARGET": "trail", "WIDTH": "floor($WIDTH / 2)", "HEIGHT": "floor($HEIGHT / 2)", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "what stays, as light; alpha: how young it is"},
    {"DESCRIPTION": "the trails behind the picture"}
  ]
}*/

const float STEPS = 30.0;            // a second: it drifts in whole steps, so any frame rate draws the same
const float CURL = 0.010;            // canvas heights a second that it wanders sideways
const float FAINT = 0.0015;          // a second, taken off: what is left of eight bits must end too
const float DIM = 0.10, BRIGHT = 0.30;   // shown: what is darker leaves nothing, what is brighter all of it
const vec3 COLD = vec3(0.09, 0.80, 0.74), LAST = vec3(0.38, 0.09, 0.34), PEARL = vec3(0.86, 0.82, 0.98);

int only(int number) { return PASSINDEX == number ? 1 : 0; }

float level(vec3 c) { return dot(c, vec3(0.2126, 0.7152, 0.0722)); }

void main() {
  vec2 uv = isf_FragNormCoord, to_uv = vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0);
  vec4 picture = IMG_THIS_PIXEL(inputImage);
  vec3 own = picture.rgb * picture.rgb * picture.a;
  for (int i = 0; i < only(0); i++) {
    float steps = floor(TIME * STEPS) - floor((TIME - TIMEDELTA) * STEPS);
    vec2 p = uv / to_uv;
    vec2 wander = CURL * vec2(sin(9.0 * p.y + 0.7 * TIME + 3.0 * sin(4.0 * p.x)), sin(8.0 * p.x - 0.5 * TIME));
    vec4 was = IMG_NORM_PIXEL(trail, uv - (drift + wander) * to_uv * clamp(steps, 0.0, 4.0) / STEPS);
    was *= exp(-3.0 * TIMEDELTA / seconds);
    was = FRAMEINDEX == 0 ? vec4(0.0) : max(was - vec4(vec3(FAINT * TIMEDELTA), 0.0), 0.0);
    float now = level(own), leaves = smoothstep(DIM, BRIGHT, sqrt(now));
    float fresh = leaves * smoothstep(0.5, 1.0, now / (level(was.rgb) + 1e-4));
    gl_FragColor = min(vec4(max(was.rgb, own * leaves), max(was.a, fresh)), 4.0);
  }
  for (int i = 0; i < only(1); i++) {
    vec4 kept = IMG_THIS_PIXEL(trail);
    float young = clamp(kept.a, 0.0, 1.0), bright = level(kept.rgb);
    vec3 cooled = bright * (young > 0.4 ? mix(COLD, PEARL, (young - 0.4) / 0.6) : mix(LAST, COLD, young / 0.4));
    vec3 lit = amount * (0.25 + 0.75 * young * young) * max(mix(kept.rgb, cooled, colour) - own, 0.0);
    vec3 sum = own + lit * (1.0 - own);
    float solid = max(picture.a, min(2.0 * level(lit) * amount, 1.0));
    gl_FragColor = amount <= 0.0 ? picture : vec4(min(sqrt(sum / max(solid, 1e-4)), 1.0), solid);
  }
}
