// Poster: flat colours, hard edges and type. What interfaces look like to an encoder: every blurred edge shows.
// It counts its frames in plain sight, so that a recording can be checked by eye.
// Lengths are in units of a 16 x 9 sheet unless they say pixels; text stands on whole pixels and is never smoothed.

const vec3 kPaper = vec3(0.957, 0.925, 0.867);
const vec3 kInk = vec3(0.102, 0.106, 0.129);
const vec3 kVermilion = vec3(0.894, 0.286, 0.180);
const vec3 kOchre = vec3(0.953, 0.714, 0.220);
const vec3 kTeal = vec3(0.110, 0.439, 0.451);
const vec3 kSky = vec3(0.620, 0.788, 0.820);

// A 5 x 7 dot font, drawn for this poster: bit 5 * row + column from the top left, rows 0-3 in x, 4-6 in y.
const uvec2 kFont[30] = uvec2[](  // 0123456789:,_.ACDEFGHILMNOPRST
  uvec2(0xae62eu, 0x3a33u), uvec2(0x210c4u, 0x3884u), uvec2(0x4422eu, 0x7c44u), uvec2(0x7420fu, 0x3e10u),
  uvec2(0x4a988u, 0x211fu), uvec2(0x83c3fu, 0x3a30u), uvec2(0x7844cu, 0x3a31u), uvec2(0x2221fu, 0x0842u),
  uvec2(0x7462eu, 0x3a31u), uvec2(0xf462eu, 0x1910u), uvec2(0x01080u, 0x0084u), uvec2(0x00000u, 0x0886u),
  uvec2(0x00000u, 0x0000u), uvec2(0x00000u, 0x18c0u), uvec2(0xfc62eu, 0x4631u), uvec2(0x0862eu, 0x3a21u),
  uvec2(0x8c62fu, 0x3e31u), uvec2(0x7843fu, 0x7c21u), uvec2(0x7843fu, 0x0421u), uvec2(0xe862eu, 0x3a31u),
  uvec2(0xfc631u, 0x4631u), uvec2(0x2108eu, 0x3884u), uvec2(0x08421u, 0x7c21u), uvec2(0xad771u, 0x4631u),
  uvec2(0xcd671u, 0x4631u), uvec2(0x8c62eu, 0x3a31u), uvec2(0x7c62fu, 0x0421u), uvec2(0x7c62fu, 0x4525u),
  uvec2(0x7043eu, 0x3e10u), uvec2(0x2109fu, 0x1084u));
const int kText[45] = int[](18, 27, 14, 23, 17, 28, 26, 25, 25, 22, 18, 27, 14, 23, 17, 12, 24, 25, 29, 20,
  21, 24, 19, 12, 16, 27, 25, 26, 26, 17, 16, 11, 12, 24, 25, 29, 20, 21, 24, 19, 12, 22, 25, 28, 29);

float coverage(float distance_px) { return clamp(0.5 - distance_px, 0.0, 1.0); }

float hash(vec2 cell) { return fract(sin(dot(cell, vec2(12.9898, 78.233))) * 43758.547); }

// Digit `place` (0: ones) of a whole number, without the integer division that software drivers are slow at.
float digit(float number, float place) { return floor(mod((number + 0.5) / pow(10.0, place), 10.0)); }

vec3 palette(float choice) {
  vec3 c = choice < 0.25 ? kVermilion : kOchre;
  c = choice >= 0.5 ? kTeal : c;
  return choice >= 0.75 ? kInk : c;
}

// One tile of the board, `u` from -1 to 1 across it: how far a point is outside its shape.
float tile_shape(vec2 u, float kind) {
  float corner = length(u + 1.0);
  float quarter = corner - 2.0;
  float leaf = max(quarter, length(u - 1.0) - 2.0);
  float bowl = length(u - vec2(0.0, -1.0)) - 1.0;
  float wedge = 0.7071 * (u.x + u.y);
  float arches = abs(abs(corner - 1.0) - 0.5) - 0.25;
  float d = kind < 0.2 ? quarter : leaf;
  d = kind >= 0.42 ? bowl : d;
  d = kind >= 0.6 ? wedge : d;
  return kind >= 0.8 ? arches : d;
}

vec3 board(vec2 p, float unit_px, vec3 ground) {
  vec2 at = p / 1.6;
  vec2 cell = floor(at);
  vec2 u = 2.0 * fract(at) - 1.0;
  float chance = hash(cell);
  // A quarter turn now and then, each tile at its own moment.
  float turns = iTime * 0.45 + 4.0 * chance;
  float angle = 1.5708 * (floor(turns) + smoothstep(0.0, 0.3, fract(turns)));
  float s = sin(angle), c = cos(angle);
  float d = tile_shape(mat2(c, s, -s, c) * u, fract(chance * 7.31));
  float pick = fract(chance * 3.77 + 0.125 * cell.y);
  vec3 back = pick < 0.5 ? kSky : (pick < 0.75 ? kOchre : kPaper * 0.94);
  vec3 front = palette(fract(chance * 11.3 + 0.25 * cell.x));
  front = distance(front, back) < 0.1 ? kInk : front;
  vec3 tile = mix(back, front, coverage(d * 0.8 * unit_px));
  vec2 inside = step(vec2(0.0), p) * step(p, vec2(6.4));
  return mix(ground, tile, inside.x * inside.y);
}

// A film leader: rings, cross hairs and a hand that wipes once a second.
vec3 leader(vec2 p, float unit_px, vec3 ground) {
  float r = length(p);
  float turn = fract(atan(p.x, p.y) / 6.28319);  // clockwise from the top
  vec3 c = mix(ground, mix(kSky, kSky * 0.86, step(turn, fract(iTime))), coverage((r - 1.8) * unit_px));
  float rings = min(abs(r - 1.8), abs(r - 1.5)) - 0.03;
  float hairs = max(min(abs(p.x), abs(p.y)) - 0.012, r - 2.0);
  return mix(c, kInk, coverage(min(rings, hairs) * unit_px));
}

// Sprocket holes run along the top and the bottom.
vec3 perforations(vec2 p, float unit_px, vec3 ground) {
  float from_edge = 4.5 - abs(p.y - 4.5);
  vec2 hole = vec2(abs(fract((p.x + iTime) / 0.8) - 0.5) * 0.8, abs(from_edge - 0.29));
  float d = length(max(hole - vec2(0.17, 0.08), 0.0)) - 0.06;
  vec3 film = mix(kInk, kPaper, coverage(d * unit_px));
  return mix(ground, film, coverage((from_edge - 0.58) * unit_px));
}

struct TextLine {
  vec2 origin;    // pixels from the lower left corner of the frame, whole
  float dot_px;   // pixels across one dot of a letter, whole
  float letters;
  float first;    // of its letters in kText, or what it counts: -1 time, -2 frames, -3 seconds left
};

// Whether the pixel lies in the line; if so the line is `found`.
void line_at(vec2 pixel, vec2 sheet, float unit_px, vec2 origin, float dot, float letters, float first,
             inout TextLine found) {
  TextLine line = TextLine(floor(sheet + origin * unit_px), max(1.0, floor(dot * unit_px + 0.5)), letters, first);
  vec2 at = pixel - line.origin;
  if (at.x >= 0.0 && at.y >= 0.0 && at.x < 6.0 * letters * line.dot_px && at.y < 7.0 * line.dot_px) found = line;
}

float text(vec2 pixel, TextLine line, float frames) {
  vec2 at = floor((pixel - line.origin) / line.dot_px);
  float letter = floor((at.x + 0.5) / 6.0);
  float column = at.x - 6.0 * letter, row = 6.0 - at.y;
  float seconds = floor((frames + 0.5) / 60.0);
  float glyph = 12.0;
  if (line.first >= 0.0) {
    glyph = float(kText[clamp(int(line.first + letter), 0, 44)]);
  } else if (line.first == -1.0) {  // MM:SS:FF
    float minutes = floor((seconds + 0.5) / 60.0);
    float field = letter < 2.5 ? minutes : (letter < 5.5 ? seconds - 60.0 * minutes : frames - 60.0 * seconds);
    float place = mod(letter, 3.0);
    glyph = place > 1.5 ? 10.0 : digit(field, 1.0 - place);
  } else if (line.first == -2.0) {
    glyph = digit(float(iFrame), 5.0 - letter);
  } else if (line.first == -3.0) {
    glyph = 9.0 - digit(seconds, 0.0);
  }
  uvec2 bits = kFont[clamp(int(glyph), 0, 29)];
  uint word = row < 3.5 ? bits.x : bits.y;
  uint bit = uint(max(column + 5.0 * (row < 3.5 ? row : row - 4.0), 0.0));
  return line.letters > 0.0 && column < 4.5 ? float((word >> bit) & 1u) : 0.0;
}

void mainImage(out vec4 color, in vec2 pixel) {
  float unit_px = min(iResolution.x / 16.0, iResolution.y / 9.0);
  vec2 sheet = floor(0.5 * (iResolution.xy - unit_px * vec2(16.0, 9.0)));
  vec2 p = (pixel - sheet) / unit_px;
  float frames = floor(iTime * 60.0 + 0.5);

  vec3 c = kPaper;
  c = board(p - vec2(8.8, 1.3), unit_px, c);
  c = leader(p - vec2(2.85, 4.63), unit_px, c);
  // A rule under the title fills up once in ten seconds.
  vec2 rule = abs(p - vec2(4.12, 6.86)) - vec2(3.32, 0.035);
  c = mix(c, p.x < 0.8 + 6.64 * fract(iTime / 10.0) ? kVermilion : kInk,
          coverage(max(rule.x, rule.y) * unit_px));
  c = perforations(p, unit_px, c);

  TextLine line = TextLine(vec2(0.0), 1.0, 0.0, 0.0);
  line_at(pixel, sheet, unit_px, vec2(0.8, 7.1), 0.1125, 10.0, 0.0, line);
  line_at(pixel, sheet, unit_px, vec2(0.8, 1.42), 0.1375, 8.0, -1.0, line);
  line_at(pixel, sheet, unit_px, vec2(5.24, 4.76), 0.0625, 5.0, 10.0, line);
  line_at(pixel, sheet, unit_px, vec2(5.24, 4.08), 0.0625, 6.0, -2.0, line);
  line_at(pixel, sheet, unit_px, vec2(0.8, 0.86), 0.0375, 29.0, 16.0, line);
  line_at(pixel, sheet, unit_px, vec2(2.2875, 3.8425), 0.225, 1.0, -3.0, line);
  c = mix(c, line.first == -2.0 ? kVermilion : kInk, text(pixel, line, frames));
  color = vec4(c, 1.0);
}
