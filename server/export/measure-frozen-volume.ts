import { setImmediate as letOthersRun } from "node:timers/promises";
import type { SnapshotManifest } from "../../core/contract/snapshot-manifest.ts";
import { isTruth } from "../../core/labels/label-status.ts";
import { createNucleusMeasurement } from "../../core/morphometry/measure-nuclei.ts";
import type { NucleusMorphometry } from "../../core/morphometry/nucleus-morphometry.ts";
import type { StoredImage } from "./stored-image.ts";
import { mapLabels } from "./truth-labels.ts";

/** Shapes of the finished nuclei of a frozen volume, plane by plane; ascending labels. */
export async function measureFrozenVolume(
  manifest: SnapshotManifest,
  image: StoredImage,
  labels: StoredImage,
  signal: AbortSignal,
): Promise<NucleusMorphometry[]> {
  const truth = new Map(
    manifest.nuclei.filter(({ status }) => isTruth(status)).map(({ label }) => [label, label] as const),
  );
  const measurement = createNucleusMeasurement(manifest);
  const imagePlanes = image.planes(signal);
  try {
    for await (const plane of labels.planes(signal)) {
      const finished = new Uint32Array(plane.length);
      mapLabels(plane, finished, truth);
      const next = await imagePlanes.next();
      if (next.done) throw new RangeError("the image has fewer planes than its labels");
      measurement.addPlane({ labels: finished, image: next.value });
      await letOthersRun();
    }
  } finally {
    await imagePlanes.return(undefined);
  }
  return measurement.finish();
}
