import { Problem } from "../../problem.ts";
import type { VoxelBox, VoxelSpace } from "../../volume/voxel-space.ts";
import type { ImageVoxels } from "../image-voxels.ts";
import type { EditAct, LabelDocument, LabelValue } from "../label-document.ts";
import { nucleusGone } from "../nucleus-acts.ts";
import { collectNucleusVoxels } from "../nucleus-voxels.ts";
import { smallerParts } from "../parts/parts-of.ts";
import { planeAxes, type SlicePlane } from "../slice-plane.ts";
import { VoxelSet } from "../voxel-set.ts";
import { fillHoles, fillHolesOfSlices, grow, shrink, smooth } from "./clean-up.ts";
import { copySlice, extrude } from "./copy-slice.ts";
import { interpolateSlices, planeWithGaps } from "./interpolate-slices.ts";
import { changeAct, changeOf, type NucleusRegion, readRegion, type ShapeChange, widenedBox } from "./nucleus-region.ts";
import { type Threshold, voxelsBeyond } from "./threshold-nucleus.ts";

/** What is to be done to the shape of a nucleus, as a value; `plane` is the one that is looked at. */
export type Reshape =
  | { readonly kind: "interpolate" | "fill-holes"; readonly plane: SlicePlane }
  | { readonly kind: "keep-largest" }
  /** `range`: intensities between which it can be set. */
  | (Threshold & { readonly kind: "threshold"; readonly range: readonly [least: number, most: number] })
  | { readonly kind: "smooth" | "grow" | "shrink"; readonly amountUm: number }
  | { readonly kind: "copy-slice"; readonly plane: SlicePlane; readonly from: number; readonly to: number }
  | { readonly kind: "extrude"; readonly plane: SlicePlane; readonly to: number };

/** What is worked out on dense arrays: parts may lie too far apart for that. */
type DenseReshape = Exclude<Reshape, { kind: "keep-largest" | "threshold" }>;

/** For the undo hint. */
export const reshapeNames: Readonly<Record<Reshape["kind"], string>> = {
  interpolate: "interpolate",
  "fill-holes": "fill holes",
  "keep-largest": "keep largest part",
  threshold: "threshold nucleus",
  smooth: "smooth",
  grow: "grow",
  shrink: "shrink",
  "copy-slice": "copy slice",
  extrude: "extrude",
};

/**
 * The voxels that a nucleus gets and loses. Loads the bricks that it lies in and those round it, no others; `knownBox` is
 * where the nucleus list saw it, `image` is asked for a threshold only. Never takes a voxel of another nucleus. Throws Problems `nucleus-gone`, `nothing-left`, and
 * `nucleus-too-large` beyond `MAX_REGION_VOXELS`.
 */
export async function reshapeNucleus(
  document: LabelDocument,
  label: LabelValue,
  reshape: Reshape,
  knownBox: VoxelBox | null,
  signal?: AbortSignal,
  image?: ImageVoxels,
): Promise<ShapeChange> {
  const group = document.membersOf(label);
  const voxels = await collectNucleusVoxels(document, group, knownBox, signal);
  const tight = voxels.boundingBox();
  if (!tight) throw nucleusGone(label);
  const nothing = new VoxelSet(document.shapeZyx);
  if (reshape.kind === "keep-largest") return { painted: nothing, erased: smallerParts(voxels) };
  if (reshape.kind === "threshold") {
    if (!image) throw new Error("a threshold needs the image");
    const erased = await voxelsBeyond(voxels, image, reshape, signal);
    if (erased.count === voxels.count) throw nothingLeft(label);
    return { painted: nothing, erased };
  }
  const box = boxOf(reshape, tight, document);
  if (!box) return { painted: nothing, erased: nothing };
  const region = await readRegion(document, group, box, signal);
  const change = changeOf(region, writesOf(reshape, region), document);
  if (reshape.kind === "shrink" && change.erased.count === voxels.count) throw nothingLeft(label);
  return change;
}

export const shapeAct = (label: LabelValue, kind: Reshape["kind"], change: ShapeChange): EditAct | null =>
  changeAct(reshapeNames[kind], label, change);

const nothingLeft = (label: LabelValue): Problem =>
  new Problem({
    tag: "nothing-left",
    what: "Nothing of this nucleus would be left.",
    where: `nucleus ${label}`,
    hint: "Take less of it away, or delete it.",
  });

/** The part of the volume that the work looks at; null where it would lie outside. */
function boxOf(reshape: DenseReshape, tight: VoxelBox, space: VoxelSpace): VoxelBox | null {
  if (reshape.kind === "smooth") return widenedBox(tight, 2 * reshape.amountUm, space);
  if (reshape.kind === "grow" || reshape.kind === "shrink") return widenedBox(tight, reshape.amountUm, space);
  if (reshape.kind !== "copy-slice" && reshape.kind !== "extrude") return tight;
  const { normal } = planeAxes(reshape.plane);
  const slices = reshape.kind === "copy-slice" ? [reshape.from, reshape.to] : [reshape.to];
  if (slices.some((slice) => slice < 0 || slice >= space.shapeZyx[normal])) return null;
  const min: [number, number, number] = [...tight.minZyx];
  const max: [number, number, number] = [...tight.maxZyx];
  min[normal] = Math.min(min[normal], ...slices);
  max[normal] = Math.max(max[normal], ...slices.map((slice) => slice + 1));
  return { minZyx: min, maxZyx: max };
}

function writesOf(reshape: DenseReshape, region: NucleusRegion): Uint8Array {
  const first = (plane: SlicePlane): number => region.box.minZyx[planeAxes(plane).normal];
  switch (reshape.kind) {
    case "interpolate": {
      const plane = planeWithGaps(region, reshape.plane);
      return plane ? interpolateSlices(region, plane) : new Uint8Array(region.own.length);
    }
    case "fill-holes": {
      const enclosed = fillHoles(region);
      return enclosed.includes(1) ? enclosed : fillHolesOfSlices(region, reshape.plane);
    }
    case "smooth":
      return smooth(region, reshape.amountUm);
    case "grow":
      return grow(region, reshape.amountUm);
    case "shrink":
      return shrink(region, reshape.amountUm);
    case "copy-slice":
      return copySlice(region, reshape.plane, reshape.from - first(reshape.plane), reshape.to - first(reshape.plane));
    case "extrude":
      return extrude(region, reshape.plane, reshape.to - first(reshape.plane));
  }
}
