// Reads a mask file (docs/mask-file.md): what lies at a pixel is one read from the region map.

const MAGIC = [0x89, 0x4d, 0x53, 0x4b, 0x0d, 0x0a, 0x1a, 0x0a];
const KINDS = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array };

export class MaskFile {
  static async open(buffer) {
    const bytes = new Uint8Array(buffer);
    const view = new DataView(buffer);
    const whole = buffer.byteLength >= 32 && Number(view.getBigUint64(16, true)) === buffer.byteLength;
    if (!whole || MAGIC.some((byte, place) => bytes[place] !== byte) || view.getUint32(8, true) !== 1) {
      throw new Error("The service's answer cannot be read.");
    }
    const length = view.getUint32(12, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(32, 32 + length)));
    const file = new MaskFile();
    file.blocks = bytes.subarray(Math.ceil((32 + length) / 64) * 64);
    [file.width, file.height] = header.size;
    file.masks = new Map(header.masks.map((mask) => [mask.id, mask]));
    const { index, starts, ids } = header.regions;
    [file.index, file.starts, file.ids] = await Promise.all([index, starts, ids].map((block) => file.numbers(block)));
    return file;
  }

  // The ids of the masks at a pixel, smallest first; other names of the same thing and what lies behind are left out.
  at(x, y) {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return [];
    const region = this.index[y * this.width + x];
    const stack = Array.from(this.ids.subarray(this.starts[region], this.starts[region + 1]));
    return stack.filter((id) => this.masks.get(id).alternate_of === null);
  }

  // The place in a stack of the mask that is most likely meant, as in the editors (maskpick_bridge/picking.py).
  likeliest(stack) {
    const worth = (id) => Math.max(0.02, this.masks.get(id).confidence) ** 2.5 / Math.max(1, this.masks.get(id).area);
    return stack.reduce((best, id, place) => (worth(id) > worth(stack[best]) ? place : best), 0);
  }

  // For each region, 255 where it lies in a mask and 0 where not.
  members(id) {
    const members = new Uint8Array(this.starts.length - 1);
    for (let region = 0; region < members.length; region++) {
      if (this.ids.subarray(this.starts[region], this.starts[region + 1]).includes(id)) members[region] = 255;
    }
    return members;
  }

  coverage(id) {
    return this.numbers(this.masks.get(id).coverage);
  }

  async numbers(block) {
    let part = this.blocks.slice(block.offset, block.offset + block.length);
    if (block.codec === "zlib") {
      const unpacked = new Blob([part]).stream().pipeThrough(new DecompressionStream("deflate"));
      part = new Uint8Array(await new Response(unpacked).arrayBuffer());
    }
    return new KINDS[block.dtype](part.buffer, 0, part.byteLength / KINDS[block.dtype].BYTES_PER_ELEMENT);
  }
}
