import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { nameSchema } from "../../../core/text/name.ts";
import { isUuid } from "../../access.ts";
import { HttpRefusal, type HttpRoute, type RouteRequest, sendJson } from "../../entrance/route.ts";
import { endPreparation } from "../../ingest/preparations/where-prepared.ts";
import {
  appendPiece,
  beginUpload,
  dropUpload,
  findUpload,
  MAX_UPLOAD_BYTES,
  UPLOAD_PIECE_BYTES,
  type UploadOwner,
} from "../../ingest/uploads/upload-store.ts";

/**
 * Files come in pieces. POST says which file; the answer says how much of it is already here. PUT appends the piece
 * that starts at `?offset=`; its answer says where to go on, so a lost answer or a second tab does no harm.
 */
const access = { kind: "project", role: "reviewer" } as const;

const beginSchema = z.strictObject({
  fileName: nameSchema(255),
  sizeBytes: z.int().min(1).max(MAX_UPLOAD_BYTES),
  /** Name, size, time and sampled content, hashed by the sender. */
  fingerprint: z.string().regex(/^[\w-]{16,128}$/),
});

function ownerOf({ projectId, user }: RouteRequest): UploadOwner {
  if (!user) throw new HttpRefusal(401, "Sign in first.");
  return { projectId, userId: user.id };
}

function uploadIdOf({ parameters }: RouteRequest): string {
  if (!isUuid(parameters.uploadId)) throw new HttpRefusal(404, "There is no such upload.");
  return parameters.uploadId;
}

export const beginUploadRoute: HttpRoute = {
  method: "POST",
  path: "/api/projects/:projectId/uploads",
  access,
  maxBodyBytes: 4096,
  async handle(route) {
    const parsed = beginSchema.safeParse(parseJson(await route.readBody()));
    if (!parsed.success)
      throw new Problem({
        tag: "upload-refused",
        what: "This file cannot be uploaded.",
        where: parsed.error.issues
          .map((issue) => (issue.code === "unrecognized_keys" ? issue.keys.join(", ") : issue.path.join(".")))
          .join(", "),
        hint: "Empty files and files over 256 GB are not taken, nor names with invisible characters, nor fields of other names.",
      });
    const row = await beginUpload(route.services, ownerOf(route), parsed.data);
    sendJson(route.response, 200, {
      uploadId: row.id,
      receivedBytes: row.receivedBytes,
      pieceBytes: UPLOAD_PIECE_BYTES,
    });
  },
};

export const appendPieceRoute: HttpRoute = {
  method: "PUT",
  path: "/api/projects/:projectId/uploads/:uploadId",
  access,
  maxBodyBytes: UPLOAD_PIECE_BYTES,
  async handle(route) {
    const offset = Number(route.url.searchParams.get("offset"));
    if (!Number.isSafeInteger(offset) || offset < 0) throw new HttpRefusal(400, "An offset is needed.");
    const uploadId = uploadIdOf(route);
    const receivedBytes = await appendPiece(route.services, ownerOf(route), uploadId, offset, await route.readBody());
    sendJson(route.response, 200, { receivedBytes });
  },
};

export const dropUploadRoute: HttpRoute = {
  method: "DELETE",
  path: "/api/projects/:projectId/uploads/:uploadId",
  access,
  maxBodyBytes: 0,
  async handle(route) {
    const uploadId = uploadIdOf(route);
    await findUpload(route.services, ownerOf(route), uploadId);
    await endPreparation(route.services, uploadId);
    await dropUpload(route.services, uploadId);
    sendJson(route.response, 200, {});
  },
};

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new HttpRefusal(400, "JSON is needed.");
  }
}

export const uploadRoutes: readonly HttpRoute[] = [beginUploadRoute, appendPieceRoute, dropUploadRoute];
