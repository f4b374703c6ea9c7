/*{
  "DESCRIPTION": "A movement pushes the picture as a hand pushes wet paint: it gives at once and comes back slowly.",
  "CREDIT": "Living Smiles",
  "ISFVSN": "2",
  "CATEGORIES": ["filter", "movement"],
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image", "LABEL": "Picture"},
    {"NAME": "map", "TYPE": "image", "LABEL": "Movement: red to the right, green upwards"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 0.3, "DEFAULT": 0.10, "IDENTITY": 0.0, "LABEL": "How far it gives, in canvas heights"},
    {"NAME": "linger", "TYPE": "float", "MIN": 0.1, "MAX": 6.0, "DEFAULT": 1.5, "LABEL": "Seconds until it is back"},
    {"NAME": "smear", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "LABEL": "How much it smears"},
    {"NAME": "grey", "TYPE": "bool", "DEFAULT": false, "LABEL": "The map is a picture: half grey is still"}
  ],
  "PASSES": [
    {"TARGET": "pushed", "WIDTH": "floor(120.0 * $WIDTH / $HEIGHT)", "HEIGHT": "120", "PERSISTENT": true, "FLOAT": true,
     "DESCRIPTION": "how far every place is pushed: red and green, of the amount; blue: where it piles up"},
    {"DESCRIPTION": "the picture, moved"}
  ]
}*/

const float GIVES = 0.08;        // seconds in which it gives
const float SPREAD = 6.0;        // how fast a push spreads to its neighbours, to a second
const float HARDEST = 1.0;       // a push beyond this does no more
const float TAPS = 6.0;
const float LIT = 40.0;          // where pushed paint piles up it catches light, where it thins it is darker
const float LONGEST = 0.45;      // of the push, that a smear is long

int only(int number) { return PASSINDEX == number ? 1 : 0; }

vec2 asked(vec2 uv) {
  vec2 d = 1.5 / vec2(213.0, 120.0);
  vec2 way = 0.25 * (IMG_NORM_PIXEL(map, uv + d).rg + IMG_NORM_PIXEL(map, uv - d).rg
    + IMG_NORM_PIXEL(map, uv + vec2(d.x, -d.y)).rg + IMG_NORM_PIXEL(map, uv - vec2(d.x, -d.y)).rg);
  way = grey ? 2.0 * way - 1.0 : way;
  way *= smoothstep(0.01, 0.05, length(way));                 // half grey in eight bits is not quite still
  return HARDEST * way / (HARDEST + length(way));
}

vec2 push_at(vec2 uv) { return IMG_NORM_PIXEL(pushed, uv).rg; }

float hash(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * 0.1031);
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}

void main() {
  vec2 uv = isf_FragNormCoord;
  for (int i = 0; i < only(0); i++) {
    vec2 e = 1.0 / RENDERSIZE, was = push_at(uv), now = asked(uv);
    vec2 east = push_at(uv + vec2(e.x, 0.0)), west = push_at(uv - vec2(e.x, 0.0)), north = push_at(uv + vec2(0.0, e.y)), south = push_at(uv - vec2(0.0, e.y));
    vec2 around = 0.25 * (east + west + north + south);
    float harder = step(dot(was, was), dot(now, now));
    was = mix(was, around, 1.0 - exp(-SPREAD * TIMEDELTA));
    was = mix(was, now, 1.0 - exp(-TIMEDELTA / mix(linger, GIVES, harder)));
    gl_FragColor = vec4(clamp(was, -1.0, 1.0), east.x - west.x + north.y - south.y, 1.0);
  }
  for (int i = 0; i < only(1); i++) {
    vec3 state = IMG_NORM_PIXEL(pushed, uv).rgb;
    vec2 push = state.rg * amount * vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0);
    vec4 sum = vec4(0.0);
    float count = length(push) * smear * RENDERSIZE.y < 1.0 ? 1.0 : TAPS;
    float between = hash(gl_FragCoord.xy);   // neighbours fill each other's gaps
    for (int k = 0; k < int(count); k++) {
      float share = 1.0 - smear * LONGEST * (float(k) + between) / TAPS;   // from all the way back towards where it lies
      vec4 there = IMG_NORM_PIXEL(inputImage, uv - push * share);
      sum += vec4(there.rgb * there.rgb * there.a, there.a);
    }
    sum /= count;
    sum.rgb *= clamp(1.0 - LIT * amount * state.b, 0.5, 1.7);
    gl_FragColor = amount <= 0.0 ? IMG_THIS_PIXEL(inputImage) : vec4(sqrt(sum.rgb / max(sum.a, 1e-4)), sum.a);
  }
}
