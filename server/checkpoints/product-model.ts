import { createHash } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { type CheckpointFiles, loadCheckpoint, modelFileNames } from "../../core/checkpoint/checkpoint-files.ts";
import type { FileHashes } from "../../core/contract/trainer-job.ts";
import { namedConfiguration } from "../../core/contract/training-configuration.ts";
import type { Transaction } from "../../db/client.ts";
import { checkpoint, project } from "../../db/schema/index.ts";
import { readProductModelFiles } from "../product-model/read-product-model.ts";
import type { Services } from "../services.ts";

interface ProductModel {
  readonly files: CheckpointFiles;
  readonly sha256: FileHashes;
  readonly configuration: unknown;
}

let kept: Promise<ProductModel> | undefined;

/** Read and looked at once, as every model is before it is used. */
const readOnce = (): Promise<ProductModel> => {
  kept ??= read();
  return kept;
};

async function read(): Promise<ProductModel> {
  const files = await readProductModelFiles();
  const { config, thresholds, canonical, training } = loadCheckpoint(files).model;
  const hash = (name: (typeof modelFileNames)[number]) => createHash("sha256").update(files[name]).digest("hex");
  return {
    files,
    sha256: { "model.json": hash("model.json"), "weights.bin": hash("weights.bin") },
    configuration: namedConfiguration({ network: config, thresholds, canonical, ...training }),
  };
}

export const productModelFiles = async (): Promise<CheckpointFiles> => (await readOnce()).files;

/** The files, as a project's own: they go with it, and an export of it needs nothing else. */
export interface StoredProductModel {
  readonly projectId: string;
  readonly blobPrefix: string;
  readonly sha256: FileHashes;
  readonly configuration: unknown;
}

/** Copies the files that come with the product into the project, unless they are there. */
export async function storeProductModel({ blobs }: Services, projectId: string): Promise<StoredProductModel> {
  const { files, sha256, configuration } = await readOnce();
  // By both files: the next product may bring other thresholds for the same weights.
  const name = modelFileNames.map((file) => sha256[file].slice(0, 16)).join("-");
  const blobPrefix = `projects/${projectId}/models/product-${name}/`;
  for (const file of modelFileNames)
    if ((await blobs.head(blobPrefix + file)) === null) await blobs.put(blobPrefix + file, files[file]);
  return { projectId, blobPrefix, sha256, configuration };
}

/**
 * The project's checkpoint of these files: made when they are first wanted, and again when a newer product brings others. Two
 * at once find one: the row of the project lets one through after the other.
 */
export async function productCheckpoint(tx: Transaction, stored: StoredProductModel): Promise<string> {
  const { projectId, blobPrefix, sha256, configuration } = stored;
  await tx.select({ id: project.id }).from(project).where(eq(project.id, projectId)).for("update");
  const [there] = await tx
    .select({ id: checkpoint.id })
    .from(checkpoint)
    .where(
      and(
        eq(checkpoint.projectId, projectId),
        eq(checkpoint.origin, "product"),
        eq(checkpoint.blobPrefix, blobPrefix),
        sql`${checkpoint.sha256} = ${JSON.stringify(sha256)}::jsonb`,
      ),
    );
  if (there) return there.id;
  const [{ id }] = await tx
    .insert(checkpoint)
    .values({
      projectId,
      origin: "product",
      blobPrefix,
      sha256,
      configuration,
      nucleiLabelled: 0,
      activeMinutes: 0,
      promoted: true,
    })
    .returning({ id: checkpoint.id });
  return id;
}
