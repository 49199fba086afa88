import { expect, it } from "vitest";
import { readProductModel, readProductModelFiles } from "./read-product-model.ts";

it("comes with the product: whole, finite, small, and by the size of nuclei in each image", async () => {
  const { config, canonical, outlineUm, thresholds } = await readProductModel();
  expect(config.heads).toEqual(["foreground", "distance"]);
  expect(canonical).toMatchObject({ voxelsPerDiameter: 16, diameterFrom: "image" });
  expect(outlineUm).toBeNull();
  expect(thresholds.minVolumeUm3).toBeLessThan(thresholds.maxVolumeUm3);
  expect((await readProductModelFiles())["weights.bin"].byteLength).toBeLessThan(3 << 20);
});
