// Aurora: curtains of light over a lake. Dark gradients, the place where movies band first.

float hash(vec2 cell) { return fract(sin(dot(cell, vec2(127.1, 311.7))) * 43758.547); }

// One curtain: a bright lower hem that wanders, rays that reach up from it.
vec3 curtain(vec2 p, float number, float t) {
  float x = p.x + 0.35 * sin(1.1 * p.y + 0.4 * t + number);
  float hem = 0.02 + 0.13 * number + 0.16 * sin(1.3 * x + 0.5 * t + 2.1 * number) +
              0.06 * sin(3.7 * x - 0.8 * t + 1.3 * number);
  float rays = 0.62 + 0.24 * sin(9.0 * x + 1.7 * t + 5.0 * number) * sin(4.3 * x - 0.6 * t) +
               0.14 * sin(31.0 * x - 2.3 * t);
  float above = p.y - hem;
  float light = smoothstep(-0.05, 0.03, above) * exp(-max(above, 0.0) * (2.6 + 1.1 * number)) * rays;
  light *= 0.55 + 0.45 * sin(0.9 * x - 0.3 * t + 1.9 * number);
  vec3 tint = mix(vec3(0.16, 0.95, 0.55), vec3(0.52, 0.20, 0.86), smoothstep(0.05, 0.62, above));
  return tint * light;
}

float ridge(float x, float seed) {
  return 0.5 * abs(sin(1.3 * x + seed)) + 0.26 * abs(sin(2.9 * x + 2.0 * seed)) + 0.12 * abs(sin(7.3 * x + seed)) +
         0.035 * abs(sin(19.0 * x));
}

void mainImage(out vec4 color, in vec2 pixel) {
  vec2 p = (2.0 * pixel - iResolution.xy) / min(iResolution.x, iResolution.y);
  float t = iTime * 0.5;
  float px = 2.0 / min(iResolution.x, iResolution.y);

  // Below the shore the sky is seen again, upside down in moving water.
  const float kShore = -0.46;
  float depth = kShore - p.y;
  bool water = depth > 0.0;
  vec2 s = p;
  if (water) {
    float ripple = sin(60.0 * log(depth + 0.06) + 3.0 * t) * sin(5.0 * p.x + 9.0 * depth + t);
    s = vec2(p.x + 0.10 * depth * ripple, kShore + depth * (1.7 + 0.14 * ripple));
  }

  vec3 c = mix(vec3(0.030, 0.085, 0.13), vec3(0.006, 0.012, 0.040), smoothstep(kShore, 1.0, s.y));
  c += vec3(0.02, 0.11, 0.09) * exp(-3.0 * (s.y - kShore));
  vec2 cell = floor(s * 20.0);
  float chance = hash(cell);
  vec2 from_star = fract(s * 20.0) - 0.3 - 0.4 * vec2(fract(chance * 31.0), fract(chance * 57.0));
  float star = step(0.72, chance) * smoothstep(0.095, 0.0, length(from_star));
  c += star * (0.5 + 0.5 * sin(2.0 * t + 40.0 * chance)) * vec3(0.8, 0.9, 1.0) * smoothstep(kShore, 0.4, s.y);
  c += 0.95 * curtain(s, 0.0, t) + 0.75 * curtain(s, 1.0, t) + 0.55 * curtain(s, 2.0, t);

  float far = kShore + 0.06 + 0.27 * ridge(0.9 * s.x, 4.1);
  float near = kShore + 0.01 + 0.12 * ridge(1.7 * s.x, 1.2);
  c = mix(c, vec3(0.016, 0.040, 0.062), clamp(0.5 + (far - s.y) / px, 0.0, 1.0));
  c = mix(c, vec3(0.006, 0.014, 0.024), clamp(0.5 + (near - s.y) / px, 0.0, 1.0));
  if (water) c = c * mix(0.75, 0.45, clamp(depth * 1.6, 0.0, 1.0)) + vec3(0.0, 0.006, 0.012);
  color = vec4(1.0 - exp(-1.35 * c), 1.0);
}
