import { z } from "zod";
import { labelStatuses } from "../../core/labels/label-status.ts";
import { roles } from "../../core/roles.ts";
import { tokenScopes } from "../../core/token-scope.ts";
import { datasetVersionStates, trainingJobStates, volumeStates } from "../../db/schema/index.ts";
import { trainingStarts } from "../jobs/request-training.ts";

/** What /api/v1 says and takes, as it stands in its document. All lists of three are z, y, x. */

const id = z.uuid();
const moment = z.iso.datetime().describe("UTC, RFC 3339");
const whole = z.int().min(0);
const zyx = (part: z.ZodType<number>) => z.tuple([part, part, part]);
export const labelValue = z.int().min(1).max(0xffff_ffff).describe("Of a nucleus or proposal, as in the label image");
const share = z.number().min(0).max(1);

/** The body of every answer that is no success. */
export const problem = z
  .object({
    tag: z.string().describe("Stable name of what went wrong"),
    what: z.string().describe("One sentence for a person"),
    where: z.string().optional(),
    hint: z.string().optional().describe("What to do next"),
    requestId: z.string().optional(),
    waitSeconds: z.number().optional(),
  })
  .meta({ id: "Problem" });

export const me = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    token: z.object({
      name: z.string(),
      scope: z.enum(tokenScopes),
      projectIds: z.array(id).nullable().describe("Null: all projects of the person"),
      expiresAt: moment,
    }),
  })
  .meta({ id: "Me" });

export const project = z
  .object({
    id,
    name: z.string(),
    description: z.string(),
    createdAt: moment,
    role: z.enum(roles),
    volumes: whole.describe("How many it has"),
  })
  .meta({ id: "Project" });

const importState = z.object({
  state: z.enum(["queued", "running", "done", "failed"]),
  percent: z.number(),
  phase: z.string(),
  problem: problem.nullable(),
});

export const volume = z
  .object({
    id,
    projectId: id,
    name: z.string(),
    specimen: z.string(),
    state: z.enum(volumeStates),
    shapeZyx: zyx(whole),
    voxelSizeZyx: zyx(z.number()).describe("Micrometres"),
    pixelType: z.string(),
    channels: z.array(z.object({ index: whole, name: z.string(), labelled: z.boolean() })),
    sourceFileName: z.string(),
    createdAt: moment,
    import: importState.nullable().describe("The last import into it: of the volume itself, or of labels"),
    arrays: z
      .object({ image: z.string(), labels: z.string(), known: z.string(), proposals: z.string() })
      .describe("Addresses of OME-Zarr 0.5 images on this server"),
  })
  .meta({ id: "Volume" });

export const made = z.object({ volumeId: id, volumeIds: z.array(id) }).meta({ id: "MadeVolumes" });
export const job = z.object({ jobId: id }).meta({ id: "Job" });
export const nothing = z.object({}).meta({ id: "Nothing" });

export const upload = z
  .object({
    uploadId: id,
    receivedBytes: whole.describe("Go on from here"),
    pieceBytes: whole.describe("At most so much in one piece"),
  })
  .meta({ id: "Upload" });
export const received = z.object({ receivedBytes: whole }).meta({ id: "Received" });
export const newUpload = z
  .strictObject({
    fileName: z.string().min(1).max(255),
    sizeBytes: z.int().min(1),
    fingerprint: z
      .string()
      .regex(/^[\w-]{16,128}$/)
      .describe("The same for the same file: an upload that broke off goes on"),
  })
  .meta({ id: "NewUpload" });

export const contents = z
  .object({
    fileName: z.string(),
    format: z.string(),
    notes: z.array(z.string()),
    images: z.array(
      z.object({
        path: z.string(),
        shapeZyx: zyx(whole),
        pixelType: z.string(),
        voxelSizeZyx: zyx(z.number()).nullable(),
        channels: z.array(z.string()),
        times: whole,
        looksLikeLabels: z.boolean(),
      }),
    ),
  })
  .meta({ id: "Contents" });

const chosenImage = {
  uploadId: id,
  image: z.string().max(1024).describe("`path` of one of the images in the upload"),
  time: z.int().min(0).max(1_000_000).optional(),
};
export const newLabels = z
  .strictObject({
    ...chosenImage,
    channel: z.int().min(0).max(65_535).optional(),
    mode: z.enum(["proposals", "accepted"]).describe("`proposals`: people judge them one by one"),
    complete: z.boolean().default(false).describe("Every nucleus is in it; of accepted ones only"),
    parts: z.enum(["as-numbered", "one-per-part"]).optional(),
    otherVoxelSize: z
      .boolean()
      .default(false)
      .describe("They belong to the volume although the file states another voxel size"),
  })
  .meta({ id: "NewLabels" });
const micrometres = z.number().min(1e-3).max(1e3);
export const newVolume = z
  .strictObject({
    name: z.string().min(1).max(200),
    specimen: z.string().min(1).max(200),
    image: z.strictObject({ ...chosenImage, channel: z.int().min(0).max(65_535).default(0) }),
    voxelSizeZyx: zyx(micrometres).nullable().default(null).describe("Micrometres; null: as the file says"),
    labels: newLabels.nullable().default(null),
  })
  .meta({ id: "NewVolume" });

export const nuclei = z
  .object({
    nuclei: z.array(
      z.object({
        label: labelValue,
        status: z.enum(labelStatuses),
        class: z.string().nullable(),
        voxels: whole,
        centroidZyx: zyx(z.number()),
        minZyx: zyx(whole),
        maxZyx: zyx(whole).describe("Half-open"),
        origin: z.string().nullable().describe("Prediction that it came from, or `import`"),
        uncertainty: share.nullable(),
        by: z.string().nullable().describe("Who changed it last"),
        changedAt: moment.nullable(),
      }),
    ),
    next: whole.nullable().describe("`after` of the next page; null: this is the last"),
  })
  .meta({ id: "Nuclei" });

export const queueState = z
  .object({
    waiting: whole,
    cutByBorder: whole,
    decisions: whole.describe("Since the last training"),
    retrainAfterDecisions: whole,
  })
  .meta({ id: "QueueState" });
const holder = z
  .string()
  .regex(/^[\w-]{8,64}$/)
  .optional()
  .describe("Of programs that ask at once each has a name of its own; a holder has one question");
export const askQuestion = z
  .strictObject({ holder, skipped: z.array(labelValue).max(1000).default([]) })
  .meta({ id: "AskQuestion" });
export const question = z
  .object({
    question: z
      .object({
        labelValue,
        kind: z.enum(["nucleus", "candidate"]),
        minZyx: zyx(whole),
        maxZyx: zyx(whole).describe("Half-open"),
        centroidZyx: zyx(z.number()),
        voxels: whole,
        uncertainty: z.number().nullable(),
        reason: z.string(),
      })
      .nullable()
      .describe("Null: nothing waits"),
    heldSeconds: whole.describe("So long nobody else is asked"),
  })
  .meta({ id: "NextQuestion" });
export const newDecision = z
  .strictObject({ holder, labelValue, kind: z.enum(["accepted", "rejected", "skipped"]) })
  .meta({ id: "NewDecision" });
export const decided = z
  .object({ labelValue, kind: z.enum(["accepted", "rejected", "skipped"]) })
  .meta({ id: "Decision" });

const trainingJob = z.object({
  id,
  kind: z.enum(["train", "predict"]),
  state: z.enum(trainingJobStates),
  progress: share,
  phase: z.string(),
  engine: z.string().nullable(),
  problem: problem.nullable(),
  note: z.string().nullable(),
  createdAt: moment,
  finishedAt: moment.nullable(),
});
export const training = z
  .object({
    jobs: z.array(trainingJob).describe("Newest first, twenty at most"),
    missing: z.array(z.string()).describe("What a training needs first, in words; empty: it can start"),
    trainMinutes: z.number(),
    currentCheckpointId: id.nullable(),
  })
  .meta({ id: "Training" });
export const startTraining = z
  .strictObject({ from: z.enum(trainingStarts).default("current") })
  .meta({ id: "StartTraining" });

export const version = z
  .object({
    id,
    version: whole,
    state: z.enum(datasetVersionStates),
    progress: share,
    problem: problem.nullable(),
    by: z.string(),
    createdAt: moment,
    licence: z.string().nullable(),
    volumes: z
      .array(
        z.object({
          name: z.string(),
          specimen: z.string(),
          split: z.string(),
          nuclei: whole,
          unfinishedNuclei: whole,
          knownShare: share,
          address: z.string().describe("OME-Zarr 0.5 on this server, with `labels/nuclei` and `labels/known`"),
        }),
      )
      .nullable()
      .describe("Null until it is ready"),
  })
  .meta({ id: "Version" });
export const newVersion = z
  .strictObject({ licence: z.string().max(500).trim().optional().describe("Absent: the licence of the project") })
  .meta({ id: "NewVersion" });
export const versionMade = z.object({ id }).meta({ id: "VersionMade" });
