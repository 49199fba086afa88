import { colorOf } from "../../../core/import/file-channels.ts";
import { Problem } from "../../../core/problem.ts";
import { meaningOf } from "../axes/array-axes.ts";
import { MAX_CHANNELS } from "../axes/plane-order.ts";

/** One resolution of an image. */
export interface ZarrLevel {
  /** Path of its array below the image's group. */
  readonly path: string;
  /** Of every axis, in the axis' unit; null where the file does not say it. */
  readonly scale: readonly number[] | null;
}

export interface ZarrAxis {
  readonly name: string;
  readonly unit: string | null;
}

/** The multiscales of an OME-Zarr image of any version; or what stands for them where an array is all that there is. */
export interface ZarrImage {
  readonly isOme: boolean;
  readonly levels: readonly ZarrLevel[];
  /** Null where the file names none: before 0.3 those of OME-Zarr were always t, c, z, y, x. */
  readonly axes: readonly ZarrAxis[] | null;
  readonly channelNames: readonly string[];
  readonly channelColors: readonly (string | null)[];
  readonly isLabel: boolean;
  /** The mask of known voxels that this product writes beside labels: no labels of nuclei. */
  readonly isKnownMask: boolean;
  /** Sentences for the person. */
  readonly notes: readonly string[];
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

/** An array without a word of OME-Zarr about it. */
export const bareArray: ZarrImage = {
  isOme: false,
  levels: [{ path: "", scale: null }],
  axes: null,
  channelNames: [],
  channelColors: [],
  isLabel: false,
  isKnownMask: false,
  notes: [],
};

/** Levels of a pyramid; each halves the one before. */
const MAX_LEVELS = 64;
const MAX_AXES = 8;

/** `attributes` of a group: 0.5 keeps all under `ome`, others at the top. Null where the group is no image. */
export function parseZarrImage(attributes: Json, where: string): ZarrImage | null {
  const ome = "ome" in attributes ? asObject(attributes.ome) : attributes;
  const multiscale = asObject(asList(ome.multiscales)[0]);
  if (!("datasets" in multiscale)) return null;
  const outer = scaleIn(multiscale);
  const channels = asList(asObject(ome.omero).channels).slice(0, MAX_CHANNELS).map(asObject);
  const levels = asList(multiscale.datasets)
    .slice(0, MAX_LEVELS)
    .map(asObject)
    .map((dataset, i) => {
      const { path } = dataset;
      if (typeof path !== "string" || !/^[\w.-]+(\/[\w.-]+)*$/.test(path) || path.includes(".."))
        throw refuse(`Level ${i + 1} has no usable path.`, `${where}, multiscales[0].datasets[${i}].path`);
      const inner = scaleIn(dataset);
      return { path, scale: inner && (outer ? inner.map((size, axis) => size * (outer[axis] ?? 1)) : inner) };
    });
  if (levels.length === 0) throw refuse("The image has no levels.", `${where}, multiscales[0].datasets`);
  return {
    isOme: true,
    levels,
    axes: axesIn(multiscale),
    channelNames: channels.map(({ label }, i) => (typeof label === "string" && label ? label : `channel ${i + 1}`)),
    channelColors: channels.map(({ color }) => colorOf(color)),
    isLabel: "image-label" in ome,
    isKnownMask: isKnownMask(asList(asObject(ome["image-label"]).properties)),
    notes: notesOn(asList(ome.multiscales).length, String(ome.version ?? multiscale.version ?? "")),
  };
}

const KNOWN_STATES = ["1 background", "2 nucleus"];

const isKnownMask = (properties: readonly unknown[]): boolean =>
  properties.length === KNOWN_STATES.length &&
  properties.map(asObject).every((one, i) => `${one["label-value"]} ${one.meaning}` === KNOWN_STATES[i]);

function notesOn(multiscales: number, version: string): string[] {
  const notes = [];
  if (multiscales > 1) notes.push(`Only the first of ${multiscales} multiscales of the image is taken.`);
  if (version && !/^0\.[1-5](\.|-|$)/.test(version))
    notes.push(
      `The image calls itself OME-Zarr ${version.slice(0, 20)}; it is read as 0.5, the newest that is known here.`,
    );
  return notes;
}

function axesIn(multiscale: Json): ZarrAxis[] | null {
  if (!("axes" in multiscale)) return null;
  const axes = asList(multiscale.axes)
    .slice(0, MAX_AXES)
    .map((axis) => (typeof axis === "string" ? { name: axis } : asObject(axis)))
    .map(({ name, unit, type }) => ({
      name: typeof name === "string" ? name.slice(0, 40) : "",
      unit: typeof unit === "string" ? unit : null,
      type,
    }));
  const spatial = axes.filter(({ type }) => type === "space");
  const knownByName = axes.some(({ name }) => ["Z", "Y", "X"].includes(meaningOf(name)));
  // Names of their own: axes of space stand in the order z, y, x.
  if (!knownByName && spatial.length === 3)
    return axes.map((axis) => ({ ...axis, name: "zyx"[spatial.indexOf(axis)] ?? axis.name }));
  return axes;
}

function scaleIn(owner: Json): number[] | null {
  const stated = asList(owner.coordinateTransformations)
    .map(asObject)
    .find(({ type }) => type === "scale");
  return stated ? asList(stated.scale).slice(0, MAX_AXES).map(Number) : null;
}
