// Silk: folds of light. Smooth gradients in slow motion, hard for an encoder because every step shows as a band.
// Shadertoy convention: mainImage is called for each pixel; iTime, iResolution, iFrame and iMouse are there to use.

void mainImage(out vec4 color, in vec2 pixel) {
  vec2 p = (2.0 * pixel - iResolution.xy) / min(iResolution.x, iResolution.y);
  float t = iTime * 0.35;

  // Each turn bends the plane by waves that cross those of the turn before.
  vec2 q = p * 0.9;
  for (int i = 1; i <= 4; ++i) {
    float k = float(i);
    q += vec2(0.62 / k * sin(k * 1.3 * q.y + t + 0.8 * k), 0.48 / k * cos(k * 1.5 * q.x - 0.8 * t + 1.7 * k));
  }
  float fold = sin(q.x * 1.6 + q.y * 1.1);
  // Pleats: fine waves along the folds, lit from one side.
  float along = q.x * 1.1 - q.y * 1.6;
  float pleats = sin(9.0 * along + 2.0 * fold) * smoothstep(-0.7, 0.6, fold);
  float sheen = pow(0.5 + 0.5 * sin(q.x * 2.3 - q.y * 1.9 + t), 6.0);

  vec3 night = vec3(0.045, 0.045, 0.145);
  vec3 violet = vec3(0.36, 0.16, 0.62);
  vec3 coral = vec3(0.98, 0.42, 0.34);
  vec3 cream = vec3(1.0, 0.88, 0.72);
  vec3 c = mix(night, violet, smoothstep(-1.15, 0.2, fold));
  c = mix(c, coral, smoothstep(-0.1, 0.95, fold) * (0.55 + 0.45 * sin(q.y)));
  c = mix(c, cream, 0.75 * sheen * smoothstep(-0.6, 1.0, fold));
  c *= 1.0 + vec3(0.06, 0.11, 0.12) * pleats;
  color = vec4(c, 1.0);
}
