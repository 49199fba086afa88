import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { proposedClassSchema } from "../../../core/contract/class-scores.ts";
import { nucleusShapeSchema, scoreFactsSchema } from "../../../core/contract/predicted-instance.ts";
import type { BlockPlan } from "../../../core/contract/shared-blocks.ts";
import { labelValueSchema, strictVoxelBoxSchema } from "../../../core/contract/voxel-shapes.ts";
import { growBox } from "../../../core/labels/object-boxes.ts";
import { boxShape, isSameBox, type VoxelBox, type VoxelSpace, voxelCount } from "../../../core/volume/voxel-space.ts";
import { regionOf } from "../bricks/region.ts";
import type { BlockFindings } from "./judge-block.ts";
import { readRuns, writeRuns } from "./label-runs.ts";
import { marginsOf } from "./plan-blocks.ts";

/*
 * The findings in a block as one trainer hands them to another: a gzip of the length of a JSON text (32 bits, little-endian), the
 * text, and the runs of a label image, the owned nuclei and places in the region. JSON keeps every bit of a number.
 */

const compress = promisify(gzip);
const decompress = promisify(gunzip);

const LENGTH_BYTES = 4;
/** A nucleus of twenty voxels takes 600 bytes in the lists; a run takes fifteen at most. */
const MAX_BYTES_PER_VOXEL = 45;
const LEAST_BOUND_BYTES = 1 << 20;
const MAX_BYTES = 1 << 30;

const count = z.int().min(0);
const share = z.number().min(0).max(1);

const tallySchema = z.strictObject({
  voxels: z.int().min(1),
  sumZyx: z.tuple([count, count, count]),
  entropy: z.number().min(0),
  minZyx: z.tuple([count, count, count]),
  maxZyx: z.tuple([count, count, count]),
  first: count,
});

const seedsSchema = z.array(z.strictObject({ height: z.number(), voxel: count, label: labelValueSchema.nullable() }));

const textSchema = z.strictObject({
  region: strictVoxelBoxSchema,
  core: strictVoxelBoxSchema,
  seeds: seedsSchema,
  places: seedsSchema,
  nuclei: z.array(
    z.tuple([
      labelValueSchema,
      z.strictObject({
        scores: z.strictObject({ u1: share, u2: share, u3: share, u4: share }),
        facts: scoreFactsSchema,
        tally: tallySchema,
        shape: nucleusShapeSchema.nullable(),
        class: proposedClassSchema.nullable(),
      }),
    ]),
  ),
  placeTallies: z.array(z.tuple([labelValueSchema, tallySchema])),
  isSettled: z.boolean(),
});

export function packFindings(findings: BlockFindings): Promise<Uint8Array> {
  const { region, core, seeds, places, nuclei, placeTallies, isSettled } = findings;
  const labels = writeRuns(findings.labels, (label) => nuclei.has(label) || placeTallies.has(label));
  const text = Buffer.from(
    JSON.stringify({
      region: region.box,
      core,
      seeds,
      places,
      nuclei: [...nuclei],
      placeTallies: [...placeTallies],
      isSettled,
    }),
  );
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(text.length);
  return compress(Buffer.concat([length, text, labels]), { level: 1 });
}

export interface ExpectedBlock {
  readonly volume: VoxelSpace;
  readonly core: VoxelBox;
  readonly plan: Pick<BlockPlan, "marginZyx" | "maxBlockVoxels">;
}

/** Null where the bytes are anything else than findings in this very block. Takes no more memory than the plan allows. */
export async function unpackFindings(packed: Uint8Array, expected: ExpectedBlock): Promise<BlockFindings | null> {
  try {
    return await unpack(packed, expected);
  } catch {
    return null;
  }
}

async function unpack(packed: Uint8Array, { volume, core, plan }: ExpectedBlock): Promise<BlockFindings> {
  const margins = marginsOf(core, plan.marginZyx, volume.shapeZyx, plan.maxBlockVoxels);
  const boxes = margins.map((marginZyx) => growBox(core, marginZyx, volume.shapeZyx));
  const largest = Math.max(...boxes.map((box) => voxelCount(boxShape(box))));
  const maxOutputLength = Math.min(MAX_BYTES, LEAST_BOUND_BYTES + MAX_BYTES_PER_VOXEL * largest);
  const bytes = await decompress(packed, { maxOutputLength });
  const textEnd = LENGTH_BYTES + bytes.readUInt32LE(0);
  const text = textSchema.parse(JSON.parse(bytes.toString("utf8", LENGTH_BYTES, textEnd)));
  const box = boxes.find((one) => isSameBox(one, text.region));
  check(box !== undefined && isSameBox(core, text.core), "it is another block");
  const region = regionOf(text.region, volume);
  const labels = new Uint32Array(voxelCount(region.shapeZyx));
  check(textEnd <= bytes.length, "it is cut off");
  const voxelsOf = readRuns(bytes.subarray(textEnd), labels);
  const nuclei = new Map(text.nuclei);
  const placeTallies = new Map(text.placeTallies);
  check(nuclei.size + placeTallies.size === voxelsOf.size, "its lists differ from its image");
  for (const [label, { tally }] of nuclei) check(voxelsOf.get(label) === tally.voxels, "a nucleus has another size");
  for (const [label, { voxels }] of placeTallies) check(voxelsOf.get(label) === voxels, "a place has another size");
  const { seeds, places, isSettled } = text;
  const hasSeeds = (labelled: Iterable<number>, of: typeof seeds) => {
    const seeded = new Set(of.flatMap(({ label }) => label ?? []));
    return [...labelled].every((label) => seeded.has(label));
  };
  check(hasSeeds(nuclei.keys(), seeds) && hasSeeds(placeTallies.keys(), places), "an object has no seed");
  return {
    region,
    core,
    seeds,
    places,
    labels,
    nuclei,
    placeTallies,
    isSettled,
  };
}

function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new RangeError(otherwise);
}
