import type { VoxelBox } from "../../../../core/volume/voxel-space.ts";
import { pixelsOf } from "../../../ingest/voxels/pixel-bytes.ts";
import { type FileSource, readAll, type Say } from "../../file-source.ts";
import type { FrozenVolume } from "../../frozen/dataset-description.ts";
import { cellposeSide, planeLayout } from "../../training/cellpose-files.ts";
import { vouchedBoxes } from "../../training/complete-planes.ts";
import { csvRows } from "../csv-rows.ts";

const BOXES = "cellpose/boxes.csv";

/** Planes in pairs, of the boxes that dataset.json names, on the right side, with the nuclei that the table beside them has. */
export async function checkCellpose(files: FileSource, volume: FrozenVolume, say: Say): Promise<void> {
  const { fileName } = volume;
  const rows = (csvRows(await readAll(files, BOXES)) ?? []).filter(([name]) => name === fileName);
  const boxes = vouchedBoxes(volume);
  if (rows.length !== boxes.length)
    say("cellpose-boxes", BOXES, `has ${rows.length} boxes of ${fileName}, not ${boxes.length}`);
  for (const [index, { kind, box }] of boxes.entries()) {
    const side = cellposeSide(volume, kind);
    const [, number, said, ...cells] = rows[index] ?? [];
    const count = Number(cells.pop());
    if (Number(number) !== index + 1 || said !== side || cells.join() !== [...box.minZyx, ...box.maxZyx].join())
      say("cellpose-boxes", `${BOXES}: ${fileName}`, `line ${index + 1} is not the box that dataset.json has`);
    const prefix = `${fileName}_box${index + 1}_z`;
    const planes = files.paths.filter((path) => path.startsWith(`cellpose/${side}/${prefix}`));
    const misplaced = files.paths.some((path) =>
      path.startsWith(`cellpose/${side === "test" ? "train" : "test"}/${prefix}`),
    );
    if (misplaced) say("cellpose-side", fileName, `has planes of box ${index + 1} outside ${side}`);
    if (planes.length !== 2 * count)
      say(
        "cellpose-planes",
        fileName,
        `has ${planes.length} files of box ${index + 1}, not two for each of ${count} planes`,
      );
    for (const path of planes) await checkPlane(files, path, { volume, box }, say);
  }
}

async function checkPlane(
  files: FileSource,
  path: string,
  { volume, box }: { readonly volume: FrozenVolume; readonly box: VoxelBox },
  say: Say,
): Promise<void> {
  const isMask = path.endsWith("_masks.tif");
  const pair = isMask ? path.replace(/_masks\.tif$/, ".tif") : path.replace(/\.tif$/, "_masks.tif");
  if (!files.paths.includes(pair)) say("cellpose-pair", path, `has no ${pair} beside it`);
  const z = Number(/_z(\d+)(_masks)?\.tif$/.exec(path)?.[1]);
  if (!(z >= box.minZyx[0] && z < box.maxZyx[0])) say("cellpose-planes", path, "is no plane of its box");
  // The importer takes volumes only: a plane is compared with how it is written.
  const layout = planeLayout(volume, box, isMask ? "uint16" : volume.pixelType);
  const bytes = (await files.read(path)) ?? new Uint8Array();
  const { length } = layout.head;
  if (bytes.length !== layout.totalBytes || Buffer.compare(bytes.subarray(0, length), layout.head) !== 0)
    return say("cellpose-tiff", path, "is not a plane of its box's size, type and voxel size");
  if (!isMask) return;
  const numbers = pixelsOf("uint16", bytes.slice(length, length + layout.planeBytes));
  if (numbers.some((value) => value > volume.nuclei))
    say("cellpose-numbers", path, `has numbers above ${volume.nuclei}`);
}
