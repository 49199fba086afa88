import { expect, it } from "vitest";
import { planFolder } from "./folder-plan.ts";

const stacks = (folder: string, ending: string) =>
  ["image", "labels", "known"].map((kind) => `${folder}e1_${kind}${ending}`);

it("takes every volume of a data set of ours once, from the format that says most", () => {
  const files = [
    "d/dataset.json",
    "d/README.md",
    "d/ome-zarr/e1.ome.zarr",
    "d/ome-zarr/e1_channels/channel-1.ome.zarr",
    ...stacks("d/ome-tiff/", ".ome.tif"),
    ...stacks("d/imagej/", ".tif"),
  ];
  const { volumes, leftOut } = planFolder(files);
  expect(volumes).toMatchObject([{ name: "e1", image: "d/ome-zarr/e1.ome.zarr", labels: null }]);
  expect(volumes.length + leftOut.length).toBe(files.length);
  expect(leftOut.every(({ missed }) => !missed)).toBe(true);
});

it("takes stacks as pairs, without the mask; a mask alone, or of somebody else, is a file like any", () => {
  const own = planFolder(stacks("ome-tiff/", ".ome.tif"));
  expect(own.volumes).toMatchObject([{ image: "ome-tiff/e1_image.ome.tif", labels: "ome-tiff/e1_labels.ome.tif" }]);
  expect(own.leftOut.map(({ file }) => file)).toEqual(["ome-tiff/e1_known.ome.tif"]);
  expect(planFolder(["e1_known.tif"]).volumes).toHaveLength(1);
  expect(planFolder(["x/imagej/e1.tif", "x/ome-tiff/e1.tif"]).volumes).toHaveLength(2);
});
