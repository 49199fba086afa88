import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { proposedClassSchema } from "../../../core/contract/class-scores.ts";
import { nucleusShapeSchema, scoreFactsSchema } from "../../../core/contract/predicted-instance.ts";
import type { BlockPlan } from "../../../core/contract/shared-blocks.ts";
import { labelValueSchema, strictVoxelBoxSchema } from "../../../core/contract/voxel-shapes.ts";
import { growBox } from "../../../core/labels/object-boxes.ts";
import { boxShape, type VoxelBox, type VoxelSpace, voxelCount } from "../../../core/volume/voxel-space.ts";
import { regionOf } from "../bricks/region.ts";
import type { BlockFindings } from "./judge-block.ts";
import { readRuns, writeRuns } from "./label-runs.ts";
import { marginsOf } from "./plan-blocks.ts";

/*
 * The findings in a block as one trainer hands them to another: a gzip of the length of a JSON text (32 bits, little-endian), the
 * text, and the runs of two label images, the owned nuclei in the region and the places in the core. JSON keeps every bit of a
 * number.
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

const textSchema = z.strictObject({
  region: strictVoxelBoxSchema,
  core: strictVoxelBoxSchema,
  seeds: z.array(z.strictObject({ height: z.number(), voxel: count, label: labelValueSchema.nullable() })),
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
  placeTallies: z.array(tallySchema),
  labelledVoxels: z.array(z.tuple([labelValueSchema, z.int().min(1)])),
  isSettled: z.boolean(),
  /** Of the runs of the nuclei; those of the places are the rest. */
  labelBytes: count,
});

export function packFindings(findings: BlockFindings): Promise<Uint8Array> {
  const { region, core, seeds, nuclei, placeTallies, labelledVoxels, isSettled } = findings;
  const labels = writeRuns(findings.labels, (label) => nuclei.has(label));
  const places = writeRuns(findings.places, () => true);
  const text = Buffer.from(
    JSON.stringify({
      region: region.box,
      core,
      seeds,
      nuclei: [...nuclei],
      placeTallies,
      labelledVoxels: [...labelledVoxels],
      isSettled,
      labelBytes: labels.length,
    }),
  );
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(text.length);
  return compress(Buffer.concat([length, text, labels, places]), { level: 1 });
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
  const places = new Uint32Array(voxelCount(boxShape(core)));
  const labelEnd = textEnd + text.labelBytes;
  check(labelEnd <= bytes.length, "it is cut off");
  const nucleusVoxels = readRuns(bytes.subarray(textEnd, labelEnd), labels);
  const placeVoxels = readRuns(bytes.subarray(labelEnd), places);
  const nuclei = new Map(text.nuclei);
  const placeTallies = text.placeTallies;
  check(
    nuclei.size === nucleusVoxels.size && placeTallies.length === placeVoxels.size,
    "its lists differ from its images",
  );
  for (const [label, { tally }] of nuclei)
    check(nucleusVoxels.get(label) === tally.voxels, "a nucleus has another size");
  for (const [index, { voxels }] of placeTallies.entries())
    check(placeVoxels.get(index + 1) === voxels, "a place has another size");
  const seeded = new Set(text.seeds.flatMap(({ label }) => label ?? []));
  check(
    [...nuclei.keys()].every((label) => seeded.has(label)),
    "a nucleus has no seed",
  );
  const { seeds, isSettled } = text;
  return {
    region,
    core,
    seeds,
    labels,
    nuclei,
    places,
    placeTallies,
    labelledVoxels: new Map(text.labelledVoxels),
    isSettled,
  };
}

const isSameBox = (a: VoxelBox, b: VoxelBox): boolean =>
  a.minZyx.every((min, axis) => min === b.minZyx[axis] && a.maxZyx[axis] === b.maxZyx[axis]);

function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new RangeError(otherwise);
}
