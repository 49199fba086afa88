import { z } from "zod";
import { boxKinds } from "../../../core/contract/snapshot-manifest.ts";
import { voxelBoxSchema } from "../../../core/contract/voxel-shapes.ts";
import type { LabelFacts } from "../../../core/import/label-facts.ts";
import { nameSchema } from "../../../core/text/name.ts";
import { knownBoxes } from "../labels/known-boxes.ts";
import type { EntryStore } from "../stores/entry-store.ts";
import { attributesOf } from "./group-attributes.ts";
import { parseZarrImage } from "./ome-zarr-metadata.ts";
import { type FoundImage, imageOfGroup } from "./zarr-image.ts";
import { sourceOfImage } from "./zarr-source.ts";

/** As in the settings of a project. */
const classNameSchema = nameSchema(40);

const nucleusSchema = z.object({ "label-value": z.int().min(1), class: z.string().nullable(), origin: z.string() });
const imageLabelSchema = z.object({ "image-label": z.object({ properties: z.array(z.unknown()) }) });
const boxesSchema = z.object({
  boxes: z.array(z.object({ kind: z.enum(boxKinds), box: voxelBoxSchema })).max(10_000),
});

/**
 * Classes out of the properties of a label image that this product wrote, and the boxes of the mask beside it. Null where it wrote
 * none: then nothing is known of its nuclei but their voxels.
 */
export async function readLabelFacts(store: EntryStore, { group, image }: FoundImage): Promise<LabelFacts | null> {
  const knownGroup = [...group.split("/").slice(0, -1), "known"].join("/");
  const attributes = await attributesOf(store, knownGroup);
  const metadata = parseZarrImage(attributes, knownGroup);
  if (!metadata?.isKnownMask) return null;
  const own = imageLabelSchema.safeParse((await attributesOf(store, group)).ome);
  const classes: [number, string][] = [];
  for (const property of own.data?.["image-label"].properties ?? []) {
    const nucleus = nucleusSchema.safeParse(property);
    const name = classNameSchema.safeParse(nucleus.data?.class);
    if (nucleus.success && name.success) classes.push([nucleus.data["label-value"], name.data]);
  }
  const stated = boxesSchema.safeParse(attributes.karyoloop);
  const mask = await imageOfGroup(store, knownGroup, metadata);
  if (!stated.success || typeof mask === "string") return { classes, boxes: [] };
  const isOnGrid = mask.found.image.shapeZyx.join() === image.shapeZyx.join();
  return { classes, boxes: isOnGrid ? await knownBoxes(sourceOfImage(mask.found, 0, 0), stated.data.boxes) : [] };
}
