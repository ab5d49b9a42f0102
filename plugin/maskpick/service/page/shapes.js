// A mask as a tint with an outline, drawn in the screen's pixels: what it costs depends on the screen, not the picture.

const FILL = 0.34;

// `coverage` holds 0..255 for each pixel of `box` (x, y, width, height, in the picture's pixels); `scale` is screen
// pixels for one of the picture's. Returns a canvas and its place on the screen.
export function draw(coverage, [x, y, width, height], scale, colour, thick) {
  const left = Math.floor(x * scale), top = Math.floor(y * scale);
  const columns = Math.max(1, Math.ceil((x + width) * scale) - left);
  const rows = Math.max(1, Math.ceil((y + height) * scale) - top);
  const seen = sampled(coverage, width, height, columns, rows, (left + 0.5) / scale - x, (top + 0.5) / scale - y, scale);
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const rgb = (colour[2] << 16) | (colour[1] << 8) | colour[0]; // every browser's machine is little-endian
  const inside = (column, row) =>
    column >= 0 && row >= 0 && column < columns && row < rows && seen[row * columns + column] >= 128;
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const value = seen[at];
      if (value === 0) continue;
      const edge = value >= 128
        && !(inside(column - thick, row) && inside(column + thick, row) && inside(column, row - thick) && inside(column, row + thick));
      pixels[at] = (((edge ? 255 : value * FILL) << 24) | rgb) >>> 0;
    }
  }
  const canvas = new OffscreenCanvas(columns, rows);
  canvas.getContext("2d").putImageData(image, 0, 0);
  return { canvas, left, top, size: columns * rows };
}

// The nearest value for each screen pixel; 0 beyond the box.
function sampled(coverage, width, height, columns, rows, startX, startY, scale) {
  const seen = new Uint8Array(columns * rows);
  const from = new Int32Array(columns);
  for (let column = 0; column < columns; column++) from[column] = Math.floor(startX + column / scale);
  for (let row = 0; row < rows; row++) {
    const line = Math.floor(startY + row / scale);
    if (line < 0 || line >= height) continue;
    for (let column = 0; column < columns; column++) {
      const place = from[column];
      if (place >= 0 && place < width) seen[row * columns + column] = coverage[line * width + place];
    }
  }
  return seen;
}
