import { Problem } from "../../../core/problem.ts";
import type { BlobStore } from "../../storage/blob-store.ts";
import { exportSource } from "../file-source.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";
import { openDataset } from "../frozen/frozen-dataset.ts";
import { validateOmeZarr } from "../validate/ome-zarr-rules.ts";
import { channelFolder, omeZarrFiles } from "../zarr/ome-zarr-files.ts";

/** The writer's own look at what it wrote, before anybody is told that it is ready. */
export async function assertReadable(blobs: BlobStore, description: DatasetDescription): Promise<void> {
  const files = await exportSource(omeZarrFiles(openDataset(blobs, description)));
  for (const { fileName, name, channels = [] } of description.volumes) {
    const found = await validateOmeZarr(files, `ome-zarr/${fileName}.ome.zarr/`);
    for (const { index, labelled } of channels)
      if (!labelled) found.push(...(await validateOmeZarr(files, channelFolder(fileName, index), false)));
    const [first] = found;
    if (first)
      throw new Problem({
        tag: "export-invalid",
        what: `The export of ${name} is not valid: ${first.what}.`,
        where: `${first.where} (rule ${first.rule})`,
        hint: "Please report this with the server's log; nothing was exported.",
      });
  }
}
