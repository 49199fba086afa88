import { pixelsOf } from "../../../ingest/voxels/pixel-bytes.ts";
import { type FileSource, readAll, type Say } from "../../file-source.ts";
import type { DatasetJson } from "../../frozen/dataset-description.ts";
import { vouchedBoxes } from "../../training/complete-planes.ts";
import { embedsegLayout, embedsegName, embedsegSide, embedsegSides } from "../../training/embedseg-files.ts";
import { csvRows } from "../csv-rows.ts";

const BOXES = "embedseg/boxes.csv";

/** Pairs of stacks that `boxes.csv` lists, each in a box that people vouched for, on its side, with numbers that the table has. */
export async function checkEmbedseg(files: FileSource, { volumes }: DatasetJson, say: Say): Promise<void> {
  const [header, ...rows] = csvRows(await readAll(files, BOXES)) ?? [];
  if (header?.length !== 9) return say("embedseg-boxes", BOXES, "is no table of boxes");
  const listed = new Set<string>();
  for (const [name, fileName, side, ...cells] of rows) {
    const volume = volumes.find((one) => one.fileName === fileName);
    const [z0, y0, x0, z1, y1, x1] = cells.map(Number);
    const box = { minZyx: [z0, y0, x0], maxZyx: [z1, y1, x1] } as const;
    const vouched = (volume ? vouchedBoxes(volume) : []).map((one, index) => ({ ...one, number: index + 1 }));
    const of = vouched.find(
      (one) =>
        [0, 1, 2].every((k) => box.minZyx[k] >= one.box.minZyx[k] && box.maxZyx[k] <= one.box.maxZyx[k]) &&
        volume &&
        embedsegName(volume, { ...one, box }) === name,
    );
    if (!volume || !of || !(z1 > z0)) {
      say("embedseg-boxes", BOXES, `${name} lies in no box that dataset.json has`);
      continue;
    }
    if (side !== embedsegSide(volume, of)) say("embedseg-side", BOXES, `${name} is in ${side}`);
    listed.add(`embedseg/${side}/images/${name}`).add(`embedseg/${side}/masks/${name}`);
    for (const kind of ["images", "masks"] as const) {
      const path = `embedseg/${side}/${kind}/${name}`;
      const layout = embedsegLayout(volume, box, kind === "masks" ? "uint16" : volume.pixelType);
      const bytes = await files.read(path);
      if (!bytes) {
        say("embedseg-missing", path, "there is no such file");
        continue;
      }
      const { length } = layout.head;
      if (bytes.length !== layout.totalBytes || Buffer.compare(bytes.subarray(0, length), layout.head) !== 0)
        say("embedseg-tiff", path, "is not a stack of its box's size, type and voxel size");
      else if (kind === "masks") {
        const voxels = bytes.slice(length, length + layout.planeBytes * (z1 - z0));
        if (pixelsOf("uint16", voxels).some((value) => value > volume.nuclei))
          say("embedseg-numbers", path, `has numbers above ${volume.nuclei}`);
      }
    }
  }
  for (const side of embedsegSides)
    for (const path of files.paths)
      if (path.startsWith(`embedseg/${side}/`) && !listed.has(path))
        say("embedseg-unlisted", path, `is not in ${BOXES}`);
}
