// A mask as a tint with an outline, drawn in the screen's pixels: what it costs depends on the screen, not the picture.

const FILL = 0.34;

// The shape of mask `id` in `colour`, where a pixel of the picture takes `scale` of the screen's: a canvas, and where
// on the screen it belongs.
export async function shape(masks, id, scale, colour, thick) {
  const grid = gridOver(masks.masks.get(id).box, scale);
  // The map of regions is at hand; a mask's own values have to be unpacked, which takes long for large ones. They are
  // worth it where the picture is shown enlarged, and its pixels would be seen as stairs.
  const seen = scale > 1 ? blended(await masks.coverage(id), grid) : mapped(masks, masks.members(id), grid);
  return { canvas: drawn(seen, grid, colour, thick), left: grid.left, top: grid.top, size: seen.length };
}

// The screen's pixels over a box (x, y, width, height) of the picture.
function gridOver([x, y, width, height], scale) {
  const left = Math.floor(x * scale), top = Math.floor(y * scale);
  const columns = Math.max(1, Math.ceil((x + width) * scale) - left);
  const rows = Math.max(1, Math.ceil((y + height) * scale) - top);
  return { x, y, width, height, scale, left, top, columns, rows };
}

// 255 where a region of the mask lies under the middle of a screen pixel, 0 elsewhere.
function mapped(masks, members, { scale, left, top, columns, rows }) {
  const seen = new Uint8Array(columns * rows);
  const from = Int32Array.from({ length: columns }, (_, column) => Math.min(masks.width - 1, Math.floor((left + column + 0.5) / scale)));
  for (let row = 0, at = 0; row < rows; row++) {
    const line = Math.min(masks.height - 1, Math.floor((top + row + 0.5) / scale)) * masks.width;
    for (let column = 0; column < columns; column++, at++) seen[at] = members[masks.index[line + from[column]]];
  }
  return seen;
}

// The coverage 0..255 at the middle of each screen pixel, blended from the four around it; 0 beyond the box.
function blended(coverage, { x, y, width, height, scale, left, top, columns, rows }) {
  const seen = new Uint8Array(columns * rows);
  const value = (place, line) =>
    place >= 0 && line >= 0 && place < width && line < height ? coverage[line * width + place] : 0;
  for (let row = 0, at = 0; row < rows; row++) {
    const down = (top + row + 0.5) / scale - y - 0.5, line = Math.floor(down), lower = down - line;
    for (let column = 0; column < columns; column++, at++) {
      const right = (left + column + 0.5) / scale - x - 0.5, place = Math.floor(right), further = right - place;
      seen[at] = (1 - lower) * ((1 - further) * value(place, line) + further * value(place + 1, line))
        + lower * ((1 - further) * value(place, line + 1) + further * value(place + 1, line + 1));
    }
  }
  return seen;
}

function drawn(seen, { columns, rows }, colour, thick) {
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
  return canvas;
}
