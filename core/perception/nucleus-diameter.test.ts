import { expect, it } from "vitest";
import { diameterObjection } from "./nucleus-diameter.ts";

it.each([
  [[2, 0.5, 0.4], [30, 80, 150], 0.8, 60],
  [[0.1, 0.12, 0.2], [40, 50, 30], 0.5, 6],
  [[5, 3, 4], [300, 200, 100], 6, 500],
] as const)(
  "voxels of %j µm, %j of them: nuclei are %d to %d µm wide",
  (voxelSizeZyx, shapeZyx, smallestUm, largestUm) => {
    const space = { shapeZyx, voxelSizeZyx };
    for (const diameterUm of [smallestUm, (smallestUm + largestUm) / 2, largestUm])
      expect(diameterObjection(diameterUm, space), `${diameterUm}`).toBeNull();
    for (const diameterUm of [0.99 * smallestUm, 1.01 * largestUm, 0, -5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(diameterObjection(diameterUm, space)?.hint, `${diameterUm}`).toContain(
        `${smallestUm} µm to ${largestUm} µm`,
      );
  },
);
