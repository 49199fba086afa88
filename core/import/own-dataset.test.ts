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
    ...stacks("d/nifti/", ".nii"),
    "d/hdf5/train/e1.h5",
    "d/stardist/train/images/e1.tif",
    "d/stardist/train/masks/e1.tif",
    "d/tracking/01_GT/SEG/man_seg000.tif",
    "d/nnunet/nnUNet_raw/Dataset501_nuclei/dataset.json",
    "d/nnunet/nnUNet_raw/Dataset501_nuclei/imagesTr/e1_0000.nrrd",
    "d/cellpose/train/e1_box1_z0001_masks.tif",
  ];
  const { volumes, leftOut } = planFolder(files);
  expect(volumes).toMatchObject([{ name: "e1", image: "d/ome-zarr/e1.ome.zarr", labels: null }]);
  expect(volumes.length + leftOut.length).toBe(files.length);
  expect(leftOut.every(({ missed }) => !missed)).toBe(true);
});

it("takes NIfTI where there is nothing that says more, in pairs, without the mask", () => {
  const files = ["d/dataset.json", ...stacks("d/nifti/", ".nii"), ...stacks("d/nrrd/", ".nrrd"), "d/hdf5/test/e1.h5"];
  const { volumes } = planFolder(files);
  expect(volumes).toMatchObject([{ name: "e1", image: "d/nifti/e1_image.nii", labels: "d/nifti/e1_labels.nii" }]);
});

it("takes stacks as pairs, without the mask; a mask alone, or of somebody else, is a file like any", () => {
  const own = planFolder(stacks("ome-tiff/", ".ome.tif"));
  expect(own.volumes).toMatchObject([{ image: "ome-tiff/e1_image.ome.tif", labels: "ome-tiff/e1_labels.ome.tif" }]);
  expect(own.leftOut.map(({ file }) => file)).toEqual(["ome-tiff/e1_known.ome.tif"]);
  expect(planFolder(["e1_known.tif"]).volumes).toHaveLength(1);
  expect(planFolder(["x/imagej/e1.tif", "x/ome-tiff/e1.tif"]).volumes).toHaveLength(2);
});
