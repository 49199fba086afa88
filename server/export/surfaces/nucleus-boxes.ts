import type { VoxelBox } from "../../../core/volume/voxel-space.ts";
import { datasetFolder } from "../frozen/dataset-blobs.ts";
import type { ReadableDataset, ReadableVolume } from "../frozen/frozen-dataset.ts";

/** The box round each nucleus of the table. Reads the labels once per version, and keeps what it found beside it. */
export async function nucleusBoxes(
  { blobs, description }: ReadableDataset,
  { volume, labels, nuclei }: ReadableVolume,
): Promise<ReadonlyMap<number, VoxelBox>> {
  const key = `${datasetFolder(description.id)}${volume.id}/nucleus-boxes.json`;
  const kept = await blobs.get(key);
  if (kept) return new Map(JSON.parse(Buffer.from(kept).toString()) as [number, VoxelBox][]); // written by us, below a prefix of ours
  const finder = new BoxFinder(volume.shapeZyx[2], new Set(nuclei.map(({ label }) => label)));
  for await (const plane of labels.planes()) finder.addPlane(plane);
  const found = finder.boxes();
  await blobs.put(key, Buffer.from(JSON.stringify([...found])));
  return found;
}

type Range = [zMin: number, yMin: number, xMin: number, zMax: number, yMax: number, xMax: number];

/** Boxes of labels that pass by plane after plane. */
export class BoxFinder {
  readonly #width: number;
  readonly #wanted: ReadonlySet<number>;
  readonly #ranges = new Map<number, Range>();
  #z = 0;

  constructor(width: number, wanted: ReadonlySet<number>) {
    this.#width = width;
    this.#wanted = wanted;
  }

  addPlane(labels: ArrayLike<number>): void {
    const z = this.#z++;
    // Voxels of a nucleus come in runs: the map is asked once for each.
    for (let start = 0; start < labels.length; ) {
      const label = labels[start];
      const rowEnd = (Math.floor(start / this.#width) + 1) * this.#width;
      let end = start + 1;
      while (end < rowEnd && labels[end] === label) end++;
      if (label !== 0 && this.#wanted.has(label)) {
        const y = rowEnd / this.#width - 1;
        this.#add(label, z, y, start - (rowEnd - this.#width), end - (rowEnd - this.#width));
      }
      start = end;
    }
  }

  #add(label: number, z: number, y: number, xMin: number, xMax: number): void {
    const range = this.#ranges.get(label);
    if (!range) return void this.#ranges.set(label, [z, y, xMin, z + 1, y + 1, xMax]);
    range[1] = Math.min(range[1], y);
    range[2] = Math.min(range[2], xMin);
    range[3] = z + 1;
    range[4] = Math.max(range[4], y + 1);
    range[5] = Math.max(range[5], xMax);
  }

  boxes(): Map<number, VoxelBox> {
    return new Map(
      [...this.#ranges].map(([label, [z0, y0, x0, z1, y1, x1]]) => [
        label,
        { minZyx: [z0, y0, x0] as const, maxZyx: [z1, y1, x1] as const },
      ]),
    );
  }
}
