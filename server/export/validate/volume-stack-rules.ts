import type { PixelType } from "../../../core/volume/voxel-space.ts";
import type { FileSource, Say } from "../file-source.ts";
import type { FrozenVolume } from "../frozen/dataset-description.ts";
import { labelTypeOf } from "../stacks/volume-stacks.ts";
import { imagejTypes } from "../tiff/imagej-files.ts";
import { checkStack, valueGatherer } from "./stack-rules.ts";

export type StackKind = "image" | "labels" | "known";
export type StackFormat = "ome-tiff" | "imagej" | "nifti" | "nrrd";

export const stackFormats = ["ome-tiff", "imagej", "nifti", "nrrd"] as const satisfies readonly StackFormat[];

const endings: Readonly<Record<StackFormat, string>> = {
  "ome-tiff": ".ome.tif",
  imagej: ".tif",
  nifti: ".nii",
  nrrd: ".nrrd",
};

const ruleOf: Readonly<Record<StackFormat, string>> = {
  "ome-tiff": "tiff",
  imagej: "tiff",
  nifti: "nifti",
  nrrd: "nrrd",
};

/** Where one of the three images of a volume lies in a format of one file each. */
export const stackPath = (format: StackFormat, { fileName }: Pick<FrozenVolume, "fileName">, kind: StackKind): string =>
  `${format}/${fileName}_${kind}${endings[format]}`;

function typeOf(volume: FrozenVolume, kind: StackKind, format: StackFormat): PixelType {
  if (kind === "known") return "uint8";
  if (kind === "image") return format === "imagej" ? imagejTypes[volume.pixelType] : volume.pixelType;
  if (format === "imagej") return "uint16";
  return format === "ome-tiff" ? "uint32" : labelTypeOf(volume);
}

/** Checks a stack, and looks at every value of labels and masks. */
export async function validateStack(
  files: FileSource,
  volume: FrozenVolume,
  kind: StackKind,
  format: StackFormat,
  say: Say,
): Promise<void> {
  const path = stackPath(format, volume, kind);
  const rule = ruleOf[format];
  const { values, add } = valueGatherer();
  const found: Parameters<Say>[] = [];
  const expected = { ...volume, rule, pixelType: typeOf(volume, kind, format) };
  await checkStack(files, path, expected, (...one) => void found.push(one), kind === "image" ? undefined : add);
  for (const one of found) say(...one);
  if (found.some(([broken]) => /-(missing|shape|unreadable)$/.test(broken))) return;
  values.delete(0);
  if (kind === "known" && [...values].some((value) => value > 2))
    say(`${rule}-known-values`, path, "holds more than 0, 1 and 2");
  if (kind === "labels" && values.size !== volume.nuclei)
    say(`${rule}-label-values`, path, `holds ${values.size} nuclei, not ${volume.nuclei}`);
}
