// Petals: translucent layers over nothing. The background is transparent, so alpha matters: export it with --alpha
// and lay it over anything. Colours are premultiplied by alpha, as blending leaves them in a framebuffer.

vec4 over(vec4 top, vec4 bottom) { return top + bottom * (1.0 - top.a); }

// A ring of petals around the middle, each laid over the one before.
vec4 ring(vec2 p, float count, float reach, float width, vec3 root, vec3 tip, float px, vec4 below) {
  float angle = 6.28319 / count;
  mat2 turn = mat2(cos(angle), sin(angle), -sin(angle), cos(angle));
  vec4 sum = below;
  for (float i = 0.0; i < count; ++i) {
    p = turn * p;
    // Two circles cross in the shape of a petal from the middle out to `reach`.
    vec2 q = vec2(abs(p.x), p.y - 0.5 * reach);
    float bulge = 0.25 * reach * reach / width - 0.25 * width;
    float d = length(q + vec2(bulge, 0.0)) - (bulge + 0.5 * width);
    float along = clamp(p.y / reach, 0.0, 1.0);
    float inside = clamp(0.5 - d / px, 0.0, 1.0);
    float rim = exp(-90.0 * d * d);
    float vein = exp(-3000.0 * p.x * p.x) * (1.0 - along);
    float alpha = inside * (0.20 + 0.34 * along + 0.30 * rim + 0.2 * vein);
    vec3 tint = mix(root, tip, along) + 0.30 * rim + 0.35 * vein;
    sum = over(vec4(min(tint, 1.0), 1.0) * alpha, sum);
  }
  return sum;
}

void mainImage(out vec4 color, in vec2 pixel) {
  float px = 2.0 / min(iResolution.x, iResolution.y);
  vec2 p = (2.0 * pixel - iResolution.xy) * 0.5 * px;
  float breath = 0.5 - 0.5 * cos(iTime * 0.9);
  float slow = 0.22 * iTime;
  mat2 one = mat2(cos(slow), sin(slow), -sin(slow), cos(slow));
  mat2 other = mat2(cos(slow), -sin(slow), sin(slow), cos(slow));

  float r2 = dot(p, p);
  color = vec4(1.0, 0.45, 0.62, 1.0) * (0.16 * exp(-3.5 * r2));
  color = ring(one * p, 8.0, 0.80 + 0.12 * breath, 0.40, vec3(0.33, 0.16, 0.78), vec3(0.18, 0.50, 0.96), px, color);
  color = ring(other * p, 6.0, 0.56 + 0.10 * breath, 0.32, vec3(0.92, 0.16, 0.46), vec3(1.0, 0.46, 0.42), px, color);
  color = ring(one * p, 5.0, 0.30 + 0.06 * breath, 0.20, vec3(1.0, 0.55, 0.20), vec3(1.0, 0.86, 0.45), px, color);
}
