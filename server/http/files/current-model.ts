import { createHash } from "node:crypto";
import { and, desc, eq, isNotNull } from "drizzle-orm";
import { packModel } from "../../../core/checkpoint/packed-model.ts";
import { isForest } from "../../../core/forest/forest-model.ts";
import { checkpoint, prediction, project } from "../../../db/schema/index.ts";
import { productModelFiles } from "../../checkpoints/product-model.ts";
import { readStoredFiles } from "../../checkpoints/read-stored-model.ts";
import type { HttpRoute, RouteRequest } from "../../entrance/route.ts";
import type { Services } from "../../services.ts";

/**
 * The model that proposes nuclei in a volume's project, for the page's own look at it (click to segment): the project's current
 * checkpoint, or what comes with the product. For those who label; a model leaves the platform by an export, which is written down.
 */
async function sendCurrentModel({ services, parameters, projectId, request, response }: RouteRequest): Promise<void> {
  const packed = await packCurrentModel(services, projectId, parameters.volumeId);
  const etag = `"${createHash("sha256").update(packed).digest("base64url")}"`;
  response.setHeader("etag", etag);
  response.setHeader("cache-control", "private, no-cache");
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304);
    response.end();
    return;
  }
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": packed.length });
  response.end(packed);
}

async function packCurrentModel({ db, blobs }: Services, projectId: string, volumeId: string): Promise<Uint8Array> {
  const [current] = await db
    .select({
      id: checkpoint.id,
      origin: checkpoint.origin,
      blobPrefix: checkpoint.blobPrefix,
      sha256: checkpoint.sha256,
    })
    .from(project)
    .innerJoin(checkpoint, and(eq(checkpoint.id, project.currentCheckpointId), eq(checkpoint.projectId, projectId)))
    .where(eq(project.id, projectId));
  const files = current && (await readStoredFiles(blobs, current));
  // The page runs networks only: beside a pixel classifier clicks are answered by what comes with the product.
  if (!current || !files || isForest(files))
    return packModel({ checkpointId: null, origin: "product", outlineUm: null }, await productModelFiles());
  const [learned] = await db
    .select({ outlineUm: prediction.outlineUm })
    .from(prediction)
    .where(
      and(eq(prediction.volumeId, volumeId), eq(prediction.checkpointId, current.id), isNotNull(prediction.outlineUm)),
    )
    .orderBy(desc(prediction.createdAt))
    .limit(1);
  const about = {
    checkpointId: current.id,
    origin: current.origin === "product" ? ("product" as const) : ("training" as const),
    outlineUm: learned?.outlineUm ?? null,
  };
  return packModel(about, files);
}

export const currentModelRoutes: readonly HttpRoute[] = [
  {
    method: "GET",
    path: "/api/volumes/:volumeId/current-model",
    access: { kind: "volume", role: "annotator" },
    maxBodyBytes: 0,
    handle: sendCurrentModel,
  },
];
