import { z } from "zod";
import { boxKinds } from "../../../core/contract/snapshot-manifest.ts";
import { labelValueSchema, voxelBoxSchema } from "../../../core/contract/voxel-shapes.ts";
import { flagHint } from "../../../core/import/file-question.ts";
import type { ImageOrigin, ImportRequest } from "../../../core/import/import-request.ts";
import { type LabelFacts, MAX_SENT_CLASSES } from "../../../core/import/label-facts.ts";
import {
  labelChannelQuestion,
  labelTimeQuestion,
  labelVoxelSizeQuestion,
  mayBeColours,
} from "../../../core/import/open-questions.ts";
import { Problem } from "../../../core/problem.ts";
import { nameSchema } from "../../../core/text/name.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { assertSameShape } from "../../ingest/labels/label-source.ts";
import type { UploadOwner } from "../../ingest/uploads/upload-store.ts";
import type { Services } from "../../services.ts";
import { resolveOrigin, uploadedImageSchema } from "./import-input.ts";

const MAX_BOXES = 200;

const labelFactsSchema: z.ZodType<LabelFacts> = z.object({
  classes: z.array(z.tuple([labelValueSchema, nameSchema(40)])).max(MAX_SENT_CLASSES),
  boxes: z.array(z.object({ kind: z.enum(boxKinds), box: voxelBoxSchema })).max(MAX_BOXES),
});

/** Label images as a person chose them; what is left out was not asked, and is refused where it matters. */
export const labelsSchema = uploadedImageSchema.extend({
  channel: z.union([z.int().min(0).max(65_535), z.literal("colours")]).optional(),
  time: z.int().min(0).max(1_000_000).optional(),
  mode: z.enum(["accepted", "proposals"]),
  /** Every nucleus of the volume is in it; only for accepted ones. */
  complete: z.boolean().default(false),
  parts: z.enum(["as-numbered", "one-per-part"]).optional(),
  /** What a data set of ours says of them beyond their voxels. */
  facts: labelFactsSchema.optional(),
  /** They belong to the volume although they state another voxel size. */
  otherVoxelSize: z.boolean().default(false),
});

/** The volume that the labels are for. */
export interface LabelledVolume {
  readonly shapeZyx: Zyx;
  /** Null where nobody has said it yet. */
  readonly voxelSizeZyx: Zyx | null;
  /** Of the image's file; null where the volume is there already. */
  readonly image: { readonly times: number; readonly time: number } | null;
}

/** Looks the labels up in their file, and refuses what the file leaves open and nobody has answered. */
export async function resolveLabels(
  services: Services,
  owner: UploadOwner,
  chosen: z.output<typeof labelsSchema>,
  volume: LabelledVolume,
): Promise<{ origin: ImageOrigin; times: number; request: NonNullable<ImportRequest["labels"]> }> {
  const colours = chosen.channel === "colours";
  const time = chosen.time ?? volume.image?.time ?? 0;
  const channel = typeof chosen.channel === "number" ? chosen.channel : 0;
  const wanted = { uploadId: chosen.uploadId, image: chosen.image, channel, time };
  const { origin, image } = await resolveOrigin(services, owner, wanted, ({ times }) => (times === 1 ? 0 : time));
  assertSameShape(volume.shapeZyx, image.shapeZyx);
  if (colours && !mayBeColours(image))
    throw new Problem({
      tag: "labels-no-colours",
      what: "The label image does not have red, green and blue of 8 bits.",
      where: chosen.image,
      hint: "Choose the channel that holds the labels.",
    });
  const question =
    (chosen.channel === undefined && labelChannelQuestion(image)) ||
    (chosen.time === undefined && labelTimeQuestion(image, volume.image?.times ?? 1)) ||
    (!chosen.otherVoxelSize && labelVoxelSizeQuestion(image, volume.voxelSizeZyx));
  if (question)
    throw new Problem({
      tag: question.about,
      what: question.what,
      where: origin.kind === "upload" ? origin.fileName : chosen.image,
      hint: `Choose it where the labels are chosen. On the command line: ${flagHint(question)}`,
    });
  const { mode, complete, parts, facts } = chosen;
  const beyond = facts?.boxes.find(({ box }) => box.maxZyx.some((end, axis) => end > volume.shapeZyx[axis]));
  if (beyond)
    throw new Problem({
      tag: "box-outside",
      what: "A box that came with the labels reaches beyond the volume.",
      where: `${beyond.box.minZyx.join(", ")} to ${beyond.box.maxZyx.join(", ")}`,
      hint: "The labels are probably of another volume.",
    });
  return {
    origin,
    times: image.times,
    request: {
      origin,
      mode,
      // Proposals are never complete: nobody has judged them.
      complete: complete && mode === "accepted",
      ...(parts && { parts }),
      ...(facts && { facts }),
      ...(colours && { colours }),
    },
  };
}
