import { createHash } from "node:crypto";

export interface BegunUpload {
  readonly uploadId: string;
  readonly receivedBytes: number;
  readonly pieceBytes: number;
}

export async function beginUploadRequest(
  address: string,
  cookie: string,
  projectId: string,
  file: { fileName: string; sizeBytes: number; fingerprint: string },
): Promise<Response> {
  return fetch(`${address}/api/projects/${projectId}/uploads`, {
    method: "POST",
    headers: { cookie, "content-type": "application/json" },
    body: JSON.stringify(file),
  });
}

export const putPiece = (
  address: string,
  cookie: string,
  projectId: string,
  uploadId: string,
  offset: number,
  piece: Uint8Array,
): Promise<Response> =>
  fetch(`${address}/api/projects/${projectId}/uploads/${uploadId}?offset=${offset}`, {
    method: "PUT",
    headers: { cookie },
    body: Buffer.from(piece),
  });

export const fingerprintOf = (fileName: string, bytes: Uint8Array): string =>
  createHash("sha256").update(fileName).update(bytes).digest("hex");

/** Uploads a whole file through the real routes. */
export async function uploadBytes(
  address: string,
  cookie: string,
  projectId: string,
  fileName: string,
  bytes: Uint8Array,
): Promise<string> {
  const file = { fileName, sizeBytes: bytes.length, fingerprint: fingerprintOf(fileName, bytes) };
  const begun = (await (await beginUploadRequest(address, cookie, projectId, file)).json()) as BegunUpload;
  for (let offset = begun.receivedBytes; offset < bytes.length; ) {
    const piece = bytes.subarray(offset, offset + begun.pieceBytes);
    const answer = await putPiece(address, cookie, projectId, begun.uploadId, offset, piece);
    if (!answer.ok) throw new Error(`upload failed: ${answer.status} ${await answer.text()}`);
    offset = ((await answer.json()) as { receivedBytes: number }).receivedBytes;
  }
  return begun.uploadId;
}
