import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../../core/simulator/seeded-random.ts";
import { bytesInMemory } from "../voxels/random-access.ts";
import { blocksOf, readWholeVolume } from "../voxels/read-whole-volume.ts";
import { type ArrayAxis, type AxisName, checkArray, type StoredArray, sourceOfArray } from "./stored-array.ts";

const SIZES: Readonly<Record<AxisName, number>> = { z: 3, y: 5, x: 4, c: 2, t: 3 };

/** Every number says where it is. */
function arrayOf(names: readonly AxisName[], littleEndian: boolean): { array: StoredArray; at: Map<string, number> } {
  const axes: ArrayAxis[] = names.map((name) => ({ name, size: SIZES[name] }));
  const at = new Map<string, number>();
  const count = axes.reduce((product, { size }) => product * size, 1);
  const bytes = Buffer.alloc(7 + 2 * count);
  for (let i = 0; i < count; i++) {
    let left = i;
    const place: Partial<Record<AxisName, number>> = {};
    for (const { name, size } of axes.toReversed()) {
      place[name] = left % size;
      left = Math.floor(left / size);
    }
    const value = 1000 + i * 7;
    at.set([place.z, place.y, place.x, place.c ?? 0, place.t ?? 0].join(" "), value);
    if (littleEndian) bytes.writeUInt16LE(value, 7 + 2 * i);
    else bytes.writeUInt16BE(value, 7 + 2 * i);
  }
  return { array: { bytes: bytesInMemory(bytes), offset: 7, type: "uint16", littleEndian, axes }, at };
}

function shuffledAxes(seed: number): AxisName[] {
  const random = createSeededRandom(seed);
  const names: AxisName[] = ["z", "y", "x"];
  if (random.uniform() < 0.7) names.push("c");
  if (random.uniform() < 0.7) names.push("t");
  return names
    .map((name) => [random.uniform(), name] as const)
    .sort(([a], [b]) => a - b)
    .map(([, name]) => name);
}

describe("an array of any order of axes", () => {
  it.each(Array.from({ length: 40 }, (_, seed) => [shuffledAxes(seed).join(""), seed]))(
    "%s: every voxel of every channel and time is the one that is meant",
    async (names, seed) => {
      const { array, at } = arrayOf([...String(names)] as AxisName[], Number(seed) % 2 === 0);
      expect(checkArray(array, "array")).toEqual([]);
      for (let t = 0; t < (String(names).includes("t") ? SIZES.t : 1); t++)
        for (let c = 0; c < (String(names).includes("c") ? SIZES.c : 1); c++) {
          const source = sourceOfArray(array, c, t);
          const { pixels } = await readWholeVolume(source);
          const part = await source.read(1, 2, 2, 4);
          for (let z = 0; z < SIZES.z; z++)
            for (let y = 0; y < SIZES.y; y++)
              for (let x = 0; x < SIZES.x; x++) {
                const wanted = at.get(`${z} ${y} ${x} ${c} ${t}`);
                expect(pixels[(z * SIZES.y + y) * SIZES.x + x]).toBe(wanted);
                if (z === 1 && y >= 2 && y < 4) expect(part[(y - 2) * SIZES.x + x]).toBe(wanted);
              }
        }
    },
  );

  it("is refused where the file is shorter or the header absurd, and says what lies behind", async () => {
    const { array } = arrayOf(["z", "y", "x"], true);
    const short = { ...array, bytes: bytesInMemory(new Uint8Array(array.bytes.size - 30)) };
    expect(() => checkArray(short, "array")).toThrow(/ends after 2 of 3 slices/);
    const long = { ...array, bytes: bytesInMemory(new Uint8Array(array.bytes.size + 30)) };
    expect(checkArray(long, "array")).toEqual([expect.stringContaining("30 bytes behind")]);
    const wide: ArrayAxis[] = [
      { name: "z", size: 2 },
      { name: "y", size: 2 },
      { name: "x", size: 2 ** 30 },
    ];
    expect(() => checkArray({ ...array, axes: wide }, "array")).toThrow(/claims an array/);
  });

  it("names a voxel that does not fit", async () => {
    const bytes = Buffer.alloc(2 * 3 * 4 * 8);
    bytes.writeBigInt64LE(2n ** 40n, (1 * 12 + 2 * 4 + 3) * 8);
    const axes: ArrayAxis[] = [
      { name: "z", size: 2 },
      { name: "y", size: 3 },
      { name: "x", size: 4 },
    ];
    const source = sourceOfArray(
      { bytes: bytesInMemory(bytes), offset: 0, type: "int64", littleEndian: true, axes },
      0,
      0,
    );
    const all = async () => {
      for await (const { pixels } of blocksOf(source)) expect(pixels.length).toBeGreaterThan(0);
    };
    await expect(all()).rejects.toMatchObject({ tag: "number-too-large", where: "z 1, y 2, x 3" });
  });
});
