import type { SnapshotManifest } from "../../../core/contract/snapshot-manifest.ts";
import { isTruth } from "../../../core/labels/label-status.ts";
import { createFullMeasurement, type FullMorphometry } from "../../../core/morphometry/tools/measure-fully.ts";
import type { StoredImage } from "../frozen/stored-image.ts";
import { mapLabels } from "../frozen/truth-labels.ts";

/** Shapes of the finished nuclei of a frozen volume, plane by plane; ascending labels. */
export async function measureFrozenVolume(
  manifest: SnapshotManifest,
  image: StoredImage,
  labels: StoredImage,
  onProgress: (done: number) => void,
): Promise<FullMorphometry[]> {
  const truth = new Map(
    manifest.nuclei.filter(({ status }) => isTruth(status)).map(({ label }) => [label, label] as const),
  );
  const measurement = createFullMeasurement(manifest);
  const imagePlanes = image.planes();
  let measured = 0;
  try {
    for await (const plane of labels.planes()) {
      const finished = new Uint32Array(plane.length);
      mapLabels(plane, finished, truth);
      const next = await imagePlanes.next();
      if (next.done) throw new RangeError("the image has fewer planes than its labels");
      measurement.addPlane({ labels: finished, image: next.value });
      onProgress(++measured / manifest.shapeZyx[0]);
    }
  } finally {
    await imagePlanes.return(undefined);
  }
  return measurement.finish();
}
