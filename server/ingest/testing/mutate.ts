import type { SeededRandom } from "../../../core/simulator/seeded-random.ts";

/** Numbers at the edges of what readers count with. */
const EDGES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff];

/** Some damage: flipped bits, numbers at their edges, pieces cut off, doubled, moved or wiped. */
export function mutate(whole: Uint8Array, random: SeededRandom): Buffer {
  let bytes = Buffer.from(whole);
  const below = (bound: number): number => Math.floor(random.uniform() * bound);
  for (let change = 1 + below(4); change > 0 && bytes.length > 16; change--) {
    // Half of all where the structure is: the ends.
    const near = Math.min(bytes.length, 1024);
    const place = random.uniform();
    const at = place < 0.25 ? below(near) : place < 0.5 ? bytes.length - 1 - below(near) : below(bytes.length);
    const length = Math.min(1 + below(64), bytes.length - at);
    switch (below(7)) {
      case 0:
        bytes[at] ^= 1 << below(8);
        break;
      case 1:
        bytes[at] = below(256);
        break;
      case 2: {
        const edge = EDGES[below(EDGES.length)];
        const width = ([1, 2, 4] as const)[below(3)];
        if (at + width > bytes.length) break;
        const value = edge % 2 ** (8 * width);
        if (below(2)) bytes.writeUIntLE(value, at, width);
        else bytes.writeUIntBE(value, at, width);
        break;
      }
      case 3:
        bytes = bytes.subarray(0, at);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
        break;
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      default:
        bytes.fill(below(2) ? 0 : 0xff, at, at + length);
    }
  }
  return bytes;
}
