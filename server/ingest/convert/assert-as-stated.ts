import { Problem } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { openFileForReading, type RandomAccessBytes } from "../voxels/random-access.ts";
import { readCziPlan } from "./czi-plan.ts";

const MRC_HEADER_BYTES = 1024;
/** By the header's MODE: int8, int16, float32, two int16, two float32, uint16, float16, 4 bits. */
const MRC_BITS: Readonly<Record<number, number>> = { 0: 8, 1: 16, 2: 32, 3: 32, 4: 64, 6: 16, 12: 16, 101: 4 };
const ND2_END_BYTES = 40;
const ND2_END = "ND2 CHUNK MAP SIGNATURE 0000001!";

/**
 * Refuses a file that Bio-Formats would read otherwise than the file says: one that ends before its own header does, as what is missing
 * would be zeros, and signed bytes of MRC. Looks into CZI, ND2 and MRC; other formats are taken as they are.
 */
export async function assertReadAsStated(bytes: RandomAccessBytes, fileName: string): Promise<void> {
  const head = await bytes.read(0, Math.min(MRC_HEADER_BYTES, bytes.size), "the header");
  const ascii = (at: number, length: number) => Buffer.from(head.subarray(at, at + length)).toString("latin1");
  if (ascii(0, 10) === "ZISRAWFILE") {
    const plan = await readCziPlan(bytes).catch(() => null);
    if (!plan || plan.endsAt > bytes.size) throw cutOff(fileName);
  } else if (head[0] === 0xda && head[1] === 0xce && head[2] === 0xbe && head[3] === 0x0a) {
    const end = await bytes.read(
      Math.max(0, bytes.size - ND2_END_BYTES),
      Math.min(ND2_END_BYTES, bytes.size),
      "the end",
    );
    if (!Buffer.from(end).toString("latin1").startsWith(ND2_END)) throw cutOff(fileName);
  } else if (head.length === MRC_HEADER_BYTES && ascii(208, 4) === "MAP ") {
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    // The machine stamp: 0x44 for little-endian.
    const little = head[212] === 0x44;
    const [columns, rows, sections, mode] = [0, 4, 8, 12].map((at) => view.getInt32(at, little));
    const bits = MRC_BITS[mode];
    const needed =
      MRC_HEADER_BYTES + Math.max(0, view.getInt32(92, little)) + (columns * rows * sections * (bits ?? 0)) / 8;
    if (needed > bytes.size) throw cutOff(fileName);
    if (mode === 0)
      throw new Problem({
        tag: "mrc-bytes",
        what: "This MRC file has voxels of 8 bits: its standard counts them from -128 to 127, Bio-Formats from 0 to 255.",
        where: fileName,
        hint: "Save it with 16 bits, for instance by newstack -mode 1 of IMOD or with mrcfile in Python.",
      });
  }
}

const cutOff = (fileName: string): Problem =>
  new Problem({
    tag: "file-truncated",
    what: "The file ends before its own header says: a part of it is missing.",
    where: fileName,
    hint: "The copy or download was probably cut off; compare its size with the original and upload it again.",
  });

/**
 * Refuses what a converter made of a CZI whose scenes are not as large as their directory says: scenes of unequal sizes can come out
 * as one, cropped or filled up.
 */
export async function assertScenesKept(path: string, images: readonly { readonly shapeZyx: Zyx }[]): Promise<void> {
  const bytes = await openFileForReading(path);
  try {
    const head = Buffer.from(await bytes.read(0, Math.min(10, bytes.size), "the header")).toString("latin1");
    const plan = head === "ZISRAWFILE" ? await readCziPlan(bytes).catch(() => null) : null;
    if (!plan || plan.scenesYx.length < 2) return;
    const sizes = (list: readonly (readonly number[])[]) => list.map((yx) => yx.join(" × ")).sort();
    const stated = sizes(plan.scenesYx);
    const made = sizes(images.map(({ shapeZyx: [, y, x] }) => [y, x]));
    // Pictures of the slide and its label come as images beside the scenes.
    const left = [...made];
    const isThere = (one: string) => left.includes(one) && left.splice(left.indexOf(one), 1).length === 1;
    if (stated.every(isThere)) return;
    throw new Problem({
      tag: "scenes-differ",
      what: `The file has ${stated.length} scenes of ${stated.join(", ")} pixels; converted, they are ${made.join(", ")}.`,
      where: "the scenes",
      hint: "In ZEN, split the scenes into files of their own (Process > Utilities > Split Scenes), and import those.",
    });
  } finally {
    await bytes.close();
  }
}
