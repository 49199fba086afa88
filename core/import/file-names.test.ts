import { expect, it } from "vitest";
import { isLabelFileName, isVolumeFileName, nameOfTime, volumeNameOf } from "./file-names.ts";

it.each([
  ["Emb01_t401_image.tif", "Emb01_t401", false],
  ["Emb01_t401_labels.tif", "Emb01_t401", true],
  ["embryo 3.ome.tiff", "embryo 3", false],
  ["embryo-mask.h5", "embryo", true],
  ["stack.ome.zarr.zip", "stack", false],
  ["brain_mask.nii.gz", "brain", true],
  ["brain.nrrd", "brain", false],
  ["labels.tif", "labels", false],
  ["embryo_cp_masks.tif", "embryo", true],
  ["embryo_masks.tif", "embryo", true],
  ["mask-embryo 3.tif", "embryo 3", true],
  ["image-embryo 3.tif", "embryo 3", false],
  ["embryo_labels_final.tif", "embryo", true],
  ["embryo_labels_final_v2.tif", "embryo", true],
  ["embryo_annotation.tif", "embryo", true],
  ["embryo_seg.h5", "embryo", true],
  ["embryo_gt.tif", "embryo", true],
  ["embryo.labels.tif", "embryo", true],
  ["seg_image.tif", "seg", false],
  ["masked_embryo.tif", "masked_embryo", false],
  ["gtpase_embryo.tif", "gtpase_embryo", false],
  [".tif", ".tif", false],
])("%s is the volume %s", (fileName, name, isLabels) => {
  expect(volumeNameOf(fileName)).toBe(name);
  expect(isLabelFileName(fileName)).toBe(isLabels);
});

it("names the volumes of a file's times so that they sort, and stays within a name's length", () => {
  const names = [0, 1, 9, 10, 119].map((time) => nameOfTime("Emb01", time, 120));
  expect(names).toEqual(["Emb01 t001", "Emb01 t002", "Emb01 t010", "Emb01 t011", "Emb01 t120"]);
  expect(names.toSorted()).toEqual(names);
  expect(nameOfTime("x".repeat(200), 6, 12)).toBe(`${"x".repeat(196)} t07`);
});

it("knows the endings that are read", () => {
  expect(
    ["a.tif", "a.TIFF", "a.ome.tif", "a.h5", "a.ims", "a.zarr.zip", "a.nii", "a.nii.gz", "a.mha", "a.npy"].every(
      isVolumeFileName,
    ),
  ).toBe(true);
  expect(["a.png", "tif", "notes.txt", "a.tif.md", "a.gz"].some(isVolumeFileName)).toBe(false);
});
