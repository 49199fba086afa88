import type { Dataset } from "h5wasm";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { lengthInUm } from "../header/length-unit.ts";
import { numbersAttribute, textAttribute } from "./hdf5-attributes.ts";

export interface StatedVoxelSize {
  readonly voxelSizeZyx: Zyx | null;
  readonly voxelSizeNote: string;
}

/** Attributes of other programs, whose unit is an attribute of its own. */
const WITH_UNIT = ["resolution", "voxel_size", "pixel_size", "spacing"];

/** `inOrder`: the dataset is stored as z, y, x, as those who write such attributes mean them. */
export function statedVoxelSizeOf(dataset: Dataset, inOrder: boolean): StatedVoxelSize {
  const own = numbersAttribute(dataset, "element_size_um", 3);
  const ofFile = numbersAttribute(dataset.root, "element_size_um", 3);
  if (own && ofFile && own.join() !== ofFile.join())
    return {
      voxelSizeZyx: null,
      voxelSizeNote: `element_size_um says ${own.join(" × ")} µm for the dataset and ${ofFile.join(" × ")} µm for the file.`,
    };
  const sizes = own ?? ofFile;
  if (sizes) return inUm(sizes, "um", "element_size_um", inOrder);
  for (const name of WITH_UNIT) {
    const sizes = numbersAttribute(dataset, name, 3);
    if (!sizes) continue;
    const unit = textAttribute(dataset, "units") ?? textAttribute(dataset, "unit");
    if (unit !== null) return inUm(sizes, unit, `its attribute ${name}`, inOrder);
    return { voxelSizeZyx: null, voxelSizeNote: `The attribute ${name} says ${sizes.join(" × ")}, without a unit.` };
  }
  return { voxelSizeZyx: null, voxelSizeNote: "The file does not say its voxel size." };
}

function inUm(sizes: readonly number[], unit: string, source: string, inOrder: boolean): StatedVoxelSize {
  const [z, y, x] = sizes.map((size) => lengthInUm(size, unit));
  if (z === null || y === null || x === null)
    return {
      voxelSizeZyx: null,
      voxelSizeNote: `${source} says ${sizes.join(" × ")} (${unit.slice(0, 40)}), which is no size.`,
    };
  // For cubes the order is all the same.
  if (inOrder || (z === y && y === x)) return { voxelSizeZyx: [z, y, x], voxelSizeNote: source };
  return {
    voxelSizeZyx: null,
    voxelSizeNote: `${source} says ${sizes.join(" × ")} µm, but not whether as z, y, x or in the order of the dataset's axes.`,
  };
}
