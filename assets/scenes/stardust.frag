// Stardust: a flight through stars on grainy film. Noise that never repeats: nothing in it compresses.

// A good hash of integers (PCG by Mark Jarzynski and Marc Olano, "Hash Functions for GPU Rendering", 2020).
uvec3 hash(uvec3 v) {
  v = v * 1664525u + 1013904223u;
  v.x += v.y * v.z;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v ^= v >> 16u;
  v.x += v.y * v.z;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  return v;
}

vec3 random(uvec3 v) { return vec3(hash(v) >> 8u) / 16777216.0; }

// One layer of stars, in one of three cells, the layer coming closer as `depth` goes from 0 to 1.
vec3 stars(vec2 p, float layer, float depth) {
  float angle = 1.1 * layer;  // no two layers share a grid
  vec2 at = mat2(cos(angle), sin(angle), -sin(angle), cos(angle)) * p * mix(20.0, 1.5, depth) + 40.0 + 17.0 * layer;
  vec2 cell = floor(at);
  vec3 chance = random(uvec3(ivec3(cell, int(layer))));
  vec2 from_star = at - cell - 0.25 - 0.5 * chance.xy;
  float born = fract(chance.z * 3.0);
  float size = chance.z < 0.34 ? 0.0006 + 0.006 * pow(born, 6.0) : 0.0;
  float light = size / (dot(from_star, from_star) + 0.0003) * smoothstep(0.25, 0.02, length(from_star));
  vec3 tint = mix(vec3(1.0, 0.70, 0.48), vec3(0.60, 0.77, 1.0), fract(chance.z * 97.0));
  return 1.6 * tint * light * smoothstep(0.0, 0.35, depth) * smoothstep(1.0, 0.85, depth);
}

void mainImage(out vec4 color, in vec2 pixel) {
  vec2 p = (2.0 * pixel - iResolution.xy) / min(iResolution.x, iResolution.y);
  float t = iTime * 0.06;

  // Clouds: the plane bent three times.
  vec2 q = 1.1 * p + vec2(1.7, 0.4);
  for (int i = 1; i <= 3; ++i) {
    float k = float(i);
    q += 0.55 / k * sin(k * 1.7 * q.yx + vec2(2.0 * t, -1.5 * t) + 1.3 * k);
  }
  float mist = sin(q.x) + sin(q.y) + 0.6 * sin(1.7 * (q.x - q.y)) - 0.25 * sin(4.0 * q.x);
  float cloud = 1.0 / (1.0 + exp(-1.3 * mist));
  float edge = dot(p, p);
  vec3 c = mix(vec3(0.008, 0.012, 0.030), vec3(0.07, 0.04, 0.16), cloud);
  c += vec3(0.26, 0.07, 0.12) * cloud * cloud * cloud * (0.7 + 0.3 * sin(2.3 * q.y + q.x));
  c += vec3(0.01, 0.07, 0.11) * (1.0 - cloud) * (0.5 + 0.5 * sin(q.x - 1.3 * q.y));

  for (int i = 0; i < 5; ++i) {
    float layer = float(i);
    c += stars(p, layer, fract(t + 0.2 * layer));
  }
  c = 1.0 - exp(-1.5 * c);

  // Film grain: new in every frame, strongest in the middle tones.
  vec3 grain = random(uvec3(uvec2(pixel), uint(iFrame))) + random(uvec3(uvec2(pixel), uint(iFrame) + 0x9e3779b9u)) - 1.0;
  float bright = dot(c, vec3(0.2126, 0.7152, 0.0722));
  c += (0.07 + 0.16 * sqrt(bright) * (1.0 - bright)) * mix(vec3(grain.x), grain, 0.35);
  color = vec4(c * (1.0 - 0.12 * edge), 1.0);
}
