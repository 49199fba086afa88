import { findDarkBackground } from "../core/labels/dark-background.ts";
import { meanDiameterOf, REAL_KINDS, readKind } from "./simulator/real-kinds.ts";

/*
 * What share of the labelled nucleus voxels of every real set lies in the part that is taken for known, dark background:
 *   KARYOLOOP_DATA_SETS=… node --import tsx bench/dark-background.ts
 */
for (const kind of REAL_KINDS) {
  const volume = await readKind(kind);
  if (!volume.labels) continue;
  const { shapeZyx, voxelSizeZyx, image, labels } = volume;
  const found = findDarkBackground({ shapeZyx, voxelSizeZyx, image, labels, diameterUm: meanDiameterOf(volume) });
  const percent = (share: number | null) => (share === null ? "" : `${(100 * share).toFixed(2)} %`);
  console.log(
    `| ${kind.file} | ${percent(found.darkShare)} | ${percent(found.leakedShare)} | ${found.refusal ?? "used"} |`,
  );
}
