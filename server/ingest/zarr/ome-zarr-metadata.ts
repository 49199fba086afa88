import { Problem } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { lengthInUm } from "../length-unit.ts";

/** The multiscales of an OME-Zarr 0.4 or 0.5 image, as far as the finest level needs it. */
export interface ZarrImage {
  readonly name: string;
  /** Path of the finest array below the image's group. */
  readonly arrayPath: string;
  /** Position of each axis in the array; null where it has none. */
  readonly axes: {
    readonly t: number | null;
    readonly c: number | null;
    readonly z: number;
    readonly y: number;
    readonly x: number;
  };
  readonly voxelSizeZyx: Zyx | null;
  readonly channelNames: readonly string[];
  readonly isLabel: boolean;
}

const refuse = (what: string, where: string): Problem =>
  new Problem({
    tag: "ome-zarr-metadata",
    what,
    where,
    hint: "Write the image again with a program that makes OME-Zarr 0.4 or 0.5.",
  });

type Json = Readonly<Record<string, unknown>>;
const asObject = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** `attributes` of a group: 0.5 keeps all under `ome`, 0.4 at the top. Null where the group is no image. */
export function parseZarrImage(attributes: Json, where: string): ZarrImage | null {
  const ome = "ome" in attributes ? asObject(attributes.ome) : attributes;
  const multiscale = asObject(asList(ome.multiscales)[0]);
  if (!("datasets" in multiscale)) return null;
  const axes = asList(multiscale.axes).map((axis) => (typeof axis === "string" ? { name: axis } : asObject(axis)));
  const position = (name: string): number | null => {
    const at = axes.findIndex((axis) => axis.name === name);
    return at < 0 ? null : at;
  };
  const [z, y, x] = [position("z"), position("y"), position("x")];
  if (z === null || y === null || x === null)
    throw refuse(
      `The image has the axes ${axes.map((a) => String(a.name)).join(", ") || "(none)"}; z, y and x are needed.`,
      where,
    );
  const dataset = asObject(asList(multiscale.datasets)[0]);
  if (typeof dataset.path !== "string" || !/^[\w.-]+(\/[\w.-]+)*$/.test(dataset.path) || dataset.path.includes(".."))
    throw refuse("The finest level has no usable path.", `${where}, multiscales[0].datasets[0].path`);
  const scaleOf = (owner: Json, at: number): number => {
    const scales = asList(owner.coordinateTransformations)
      .map(asObject)
      .filter((t) => t.type === "scale");
    const value = scales.length ? Number(asList(scales[0].scale)[at]) : 1;
    return Number.isFinite(value) && value > 0 ? value : Number.NaN;
  };
  const hasScale = asList(dataset.coordinateTransformations).some((t) => asObject(t).type === "scale");
  const sizeUm = (at: number): number | null => {
    const unit = axes[at].unit;
    return hasScale && typeof unit === "string"
      ? lengthInUm(scaleOf(dataset, at) * scaleOf(multiscale, at), unit)
      : null;
  };
  const [sz, sy, sx] = [sizeUm(z), sizeUm(y), sizeUm(x)];
  const channels = asList(asObject(ome.omero).channels).map((c, i) => String(asObject(c).label ?? `channel ${i + 1}`));
  return {
    name: typeof multiscale.name === "string" ? multiscale.name : "",
    arrayPath: dataset.path,
    axes: { t: position("t"), c: position("c"), z, y, x },
    voxelSizeZyx: sz !== null && sy !== null && sx !== null ? [sz, sy, sx] : null,
    channelNames: channels,
    isLabel: "image-label" in ome,
  };
}
