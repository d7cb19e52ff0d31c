// Letters for the map, drawn by this browser from the system's own font, so that no label needs a call to a font server.
//
// MapLibre asks for ranges of 256 letters as signed distance fields in a protocol buffer; this answers in their place.
// Distances: the squared Euclidean transform of Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled
// Functions" (2012), once for the inside and once for the outside of each letter.

const SIZE = 24;
const BORDER = 3;
const RADIUS = 8;
const CUTOFF = 0.25;
const FAR = 1e20;
// Where MapLibre expects the top of the line, in pixels above the baseline at 24 pixels.
const LINE_TOP = 27;

export const glyphURL = "parvis-glyphs://{fontstack}/{range}";

/** Makes `parvis-glyphs:` addresses known to MapLibre. */
export function registerGlyphs(maplibregl) {
  maplibregl.addProtocol("parvis-glyphs", async ({ url }) => {
    const [stack, range] = url.slice("parvis-glyphs://".length).split("/");
    return { data: drawRange(decodeURIComponent(stack), Number.parseInt(range, 10)) };
  });
}

function drawRange(stack, first) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE * 3;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const family = getComputedStyle(document.body).fontFamily;
  context.font = `${/bold/i.test(stack) ? 600 : 500} ${SIZE}px ${family}`;
  context.textBaseline = "alphabetic";
  context.fillStyle = "#000";
  const glyphs = [];
  for (let code = first; code < first + 256; code += 1) {
    if (code < 32 || (code > 126 && code < 160)) continue;
    glyphs.push(drawGlyph(context, code));
  }
  return encode(stack, `${first}-${first + 255}`, glyphs);
}

function drawGlyph(context, code) {
  const text = String.fromCodePoint(code);
  const metrics = context.measureText(text);
  const top = Math.ceil(metrics.actualBoundingBoxAscent);
  const left = Math.floor(-metrics.actualBoundingBoxLeft);
  const width = Math.max(0, Math.min(SIZE * 2, Math.ceil(metrics.actualBoundingBoxRight) - left));
  const height = Math.max(0, Math.min(SIZE * 2, top + Math.ceil(metrics.actualBoundingBoxDescent)));
  const glyph = { code, width, height, left, top: top - LINE_TOP, advance: Math.round(metrics.width), bitmap: null };
  if (width === 0 || height === 0) return { ...glyph, width: 0, height: 0 };
  const fullWidth = width + 2 * BORDER;
  const fullHeight = height + 2 * BORDER;
  context.clearRect(0, 0, fullWidth, fullHeight);
  context.fillText(text, BORDER - left, BORDER + top);
  glyph.bitmap = distances(context.getImageData(0, 0, fullWidth, fullHeight).data, fullWidth, fullHeight);
  return glyph;
}

function distances(pixels, width, height) {
  const outside = new Float64Array(width * height);
  const inside = new Float64Array(width * height);
  for (let at = 0; at < outside.length; at += 1) {
    const cover = pixels[at * 4 + 3] / 255;
    // An edge pixel counts by how far its edge is from the middle.
    outside[at] = cover === 1 ? 0 : cover === 0 ? FAR : Math.max(0, 0.5 - cover) ** 2;
    inside[at] = cover === 0 ? 0 : cover === 1 ? FAR : Math.max(0, cover - 0.5) ** 2;
  }
  transform(outside, width, height);
  transform(inside, width, height);
  const bitmap = new Uint8Array(width * height);
  for (let at = 0; at < bitmap.length; at += 1) {
    const distance = Math.sqrt(outside[at]) - Math.sqrt(inside[at]);
    bitmap[at] = Math.max(0, Math.min(255, Math.round(255 - 255 * (distance / RADIUS + CUTOFF))));
  }
  return bitmap;
}

function transform(grid, width, height) {
  const length = Math.max(width, height);
  const work = { f: new Float64Array(length), v: new Uint16Array(length), z: new Float64Array(length + 1) };
  for (let x = 0; x < width; x += 1) transformLine(grid, x, width, height, work);
  for (let y = 0; y < height; y += 1) transformLine(grid, y * width, 1, width, work);
}

function transformLine(grid, offset, stride, length, { f, v, z }) {
  v[0] = 0;
  z[0] = -FAR;
  z[1] = FAR;
  f[0] = grid[offset];
  for (let q = 1, k = 0; q < length; q += 1) {
    f[q] = grid[offset + q * stride];
    let s;
    do {
      const r = v[k];
      s = (f[q] - f[r] + q * q - r * r) / (q - r) / 2;
    } while (s <= z[k] && --k > -1);
    k += 1;
    v[k] = q;
    z[k] = s;
    z[k + 1] = FAR;
  }
  for (let q = 0, k = 0; q < length; q += 1) {
    while (z[k + 1] < q) k += 1;
    const r = v[k];
    grid[offset + q * stride] = f[r] + (q - r) * (q - r);
  }
}

// --- Protocol buffer: glyphs { fontstack = 1 { name = 1, range = 2, glyph = 3 { id, bitmap, width, height, left, top, advance } } }

function encode(name, range, glyphs) {
  const stack = [];
  putBytes(stack, 1, new TextEncoder().encode(name));
  putBytes(stack, 2, new TextEncoder().encode(range));
  for (const glyph of glyphs) {
    const one = [];
    putNumber(one, 1, glyph.code);
    if (glyph.bitmap) putBytes(one, 2, glyph.bitmap);
    putNumber(one, 3, glyph.width);
    putNumber(one, 4, glyph.height);
    putNumber(one, 5, zigzag(glyph.left));
    putNumber(one, 6, zigzag(glyph.top));
    putNumber(one, 7, glyph.advance);
    putBytes(stack, 3, one);
  }
  const all = [];
  putBytes(all, 1, stack);
  return new Uint8Array(all).buffer;
}

const zigzag = (value) => (value << 1) ^ (value >> 31);

function putVarint(out, value) {
  let rest = value >>> 0;
  while (rest > 127) {
    out.push((rest & 127) | 128);
    rest >>>= 7;
  }
  out.push(rest);
}

function putNumber(out, field, value) {
  out.push(field << 3);
  putVarint(out, value);
}

function putBytes(out, field, bytes) {
  out.push((field << 3) | 2);
  putVarint(out, bytes.length);
  for (const byte of bytes) out.push(byte);
}
