import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { smallCzi } from "../testing/small-czi.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { bytesInMemory } from "../voxels/random-access.ts";
import { assertReadAsStated, assertScenesKept } from "./assert-as-stated.ts";
import { readCziPlan } from "./czi-plan.ts";

/** The real judge is bench/converted-files.ts: files by Zeiss' own libCZI and by mrcfile, converted by the real Bio-Formats. */
const look = (bytes: Uint8Array) => assertReadAsStated(bytesInMemory(new Uint8Array(bytes)), "a");
const truncated = expect.objectContaining({ tag: "file-truncated", where: "a" });

function mrc(mode: number, voxelBytes: number, extended = 0): Buffer {
  const [columns, rows, sections] = [11, 7, 5];
  const out = Buffer.alloc(1024 + extended + columns * rows * sections * voxelBytes);
  for (const [at, value] of [
    [0, columns],
    [4, rows],
    [8, sections],
    [12, mode],
    [92, extended],
  ])
    out.writeInt32LE(value, at);
  out.write("MAP ", 208, "latin1");
  out[212] = 0x44;
  return out;
}

describe("before a file is converted", () => {
  it("a CZI is whole, or is refused wherever it was cut off", async () => {
    const whole = smallCzi([
      [8, 11],
      [5, 9],
    ]);
    await look(whole);
    for (let length = 10; length < whole.length; length += 37)
      await expect(look(whole.subarray(0, length)), `${length}`).rejects.toEqual(truncated);
    await expect(look(whole.subarray(0, -1))).rejects.toEqual(truncated);
  });

  it("an MRC has all of its voxels, behind its longer header too; one of signed bytes is refused", async () => {
    for (const whole of [mrc(1, 2), mrc(2, 4), mrc(6, 2, 512)]) {
      await look(whole);
      await expect(look(whole.subarray(0, -1))).rejects.toEqual(truncated);
    }
    await expect(look(mrc(0, 1))).rejects.toMatchObject({ tag: "mrc-bytes" });
  });

  it("an ND2 ends as it should", async () => {
    const begin = Buffer.from([0xda, 0xce, 0xbe, 0x0a, ...Buffer.alloc(500)]);
    const end = Buffer.concat([Buffer.from("ND2 CHUNK MAP SIGNATURE 0000001!"), Buffer.alloc(8)]);
    await look(Buffer.concat([begin, end]));
    await expect(look(begin)).rejects.toEqual(truncated);
    await expect(look(Buffer.concat([begin, end.subarray(0, -3)]))).rejects.toEqual(truncated);
  });

  it("files of other kinds are taken as they are", async () => {
    for (const bytes of [Buffer.alloc(3), Buffer.from("ics_version\t2.0"), Buffer.alloc(5000)]) await look(bytes);
  });
});

it("scenes of a CZI are as large as they were, or what was made of them is refused", async () => {
  const scenesYx = [
    [8, 11],
    [5, 9],
  ] as const;
  const file = path.join(temporaryFolder(), "a.czi");
  await writeFile(file, smallCzi(scenesYx));
  expect(await readCziPlan(bytesInMemory(new Uint8Array(smallCzi(scenesYx))))).toMatchObject({ scenesYx });
  const made = (...sizes: (readonly [number, number])[]) => sizes.map(([y, x]) => ({ shapeZyx: [4, y, x] as const }));
  await assertScenesKept(file, made([5, 9], [8, 11]));
  await assertScenesKept(file, made([5, 9], [900, 300], [8, 11]));
  await expect(assertScenesKept(file, made([5, 9], [5, 9]))).rejects.toMatchObject({
    tag: "scenes-differ",
    what: expect.stringContaining("2 scenes of 5 × 9, 8 × 11 pixels; converted, they are 5 × 9, 5 × 9"),
  });
  await expect(assertScenesKept(file, made([8, 20]))).rejects.toMatchObject({ tag: "scenes-differ" });
});
