import { sha256 } from "@noble/hashes/sha2.js";
import { isProblem, Problem, type ProblemFields } from "../problem.ts";
import { isConvertible, otherFormat, SIGNATURE_BYTES } from "./other-formats.ts";
import { tiffNotRead } from "./tiff-peek.ts";

/** A file to be sent: a browser's File fits, and so does one of Node's. */
export interface SendableFile {
  readonly name: string;
  readonly size: number;
  /** Milliseconds. */
  readonly lastModified: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

export interface UploadTarget {
  readonly projectId: string;
  /** Empty in the browser; with address and session in the command line. */
  readonly address: string;
  readonly fetch: typeof fetch;
  /** The server has a converter: files of microscopes may be sent. */
  readonly converts?: boolean;
}

const SAMPLES = 16;
const SAMPLE_BYTES = 64 * 1024;

/**
 * The same file chosen again has the same fingerprint: name, size, time and sampled content. Hashed in JavaScript, as
 * browsers withhold `crypto.subtle` over plain http.
 */
export async function fingerprintFile(file: SendableFile): Promise<string> {
  const hash = sha256.create();
  hash.update(new TextEncoder().encode(`${file.name}\n${file.size}\n${file.lastModified}\n`));
  for (let i = 0; i < SAMPLES; i++) {
    const start = Math.floor((i * Math.max(0, file.size - SAMPLE_BYTES)) / Math.max(1, SAMPLES - 1));
    hash.update(new Uint8Array(await file.slice(start, Math.min(file.size, start + SAMPLE_BYTES)).arrayBuffer()));
  }
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** After a lost connection: tried again with growing pauses, for as long as the page is open. */
const RETRY_MS = [500, 1000, 2000, 4000, 8000];
/** A connection that died without a word; a piece of 8 MB takes this long at 28 kB/s. */
const SILENCE_MS = 300_000;

/** The reason to abort an upload with, where what has arrived of it is to be removed too. */
export const UPLOAD_DROPPED = new Error("the upload was dropped");

export interface UploadProgress {
  /** Null until the server has answered for the first time. */
  readonly uploadId: string | null;
  readonly sentBytes: number;
  /** False while the server gives no answer, or none that helps. */
  readonly connected: boolean;
}

/**
 * Sends a file in pieces and returns the upload's id; a Problem before anything is sent where the file is of a format that is
 * not read. Goes on where an earlier attempt stopped. Aborting keeps what is
 * there, so that the file can be chosen again, unless the reason is `UPLOAD_DROPPED`.
 */
export async function uploadFile(
  target: UploadTarget,
  file: SendableFile,
  onProgress: (progress: UploadProgress) => void,
  signal: AbortSignal,
): Promise<string> {
  await assertMayBeRead(file, target.converts ?? false);
  const fingerprint = await fingerprintFile(file);
  const root = `${target.address}/api/projects/${target.projectId}/uploads`;
  const request = createRequest(target.fetch, signal, () =>
    onProgress({ uploadId, sentBytes: sent, connected: false }),
  );
  let uploadId: string | null = null;
  let sent = 0;
  // Not cut short by an abort: what the server has begun must be known to be dropped.
  const begun = (await request(root, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ fileName: file.name, sizeBytes: file.size, fingerprint }),
  })) as { uploadId: string; receivedBytes: number; pieceBytes: number };
  uploadId = begun.uploadId;
  sent = begun.receivedBytes;
  try {
    onProgress({ uploadId, sentBytes: sent, connected: true });
    while (sent < file.size) {
      const piece = await file.slice(sent, Math.min(file.size, sent + begun.pieceBytes)).arrayBuffer();
      const answer = await request(`${root}/${uploadId}?offset=${sent}`, { method: "PUT", body: piece, signal });
      sent = (answer as { receivedBytes: number }).receivedBytes;
      onProgress({ uploadId, sentBytes: sent, connected: true });
    }
    signal.throwIfAborted();
  } catch (error) {
    if (signal.reason === UPLOAD_DROPPED) await dropUpload(target, uploadId);
    throw error;
  }
  return uploadId;
}

/** Refuses at once what the server would refuse by its first bytes after all of it has been sent. */
async function assertMayBeRead(file: SendableFile, converts: boolean): Promise<void> {
  const head = new Uint8Array(await file.slice(0, Math.min(SIGNATURE_BYTES, file.size)).arrayBuffer());
  if (converts && isConvertible(head, file.name)) return;
  const problem = otherFormat(head, file.name) ?? (await tiffNotRead(head, file));
  if (problem) throw problem;
}

/** Removes what has arrived of a file. Where the server does not hear it, it does so by itself after a week. */
export async function dropUpload(target: UploadTarget, uploadId: string): Promise<void> {
  const url = `${target.address}/api/projects/${target.projectId}/uploads/${uploadId}`;
  await target.fetch(url, { method: "DELETE", keepalive: true }).catch(() => {});
}

/** Requests that outlive a broken connection; a refusal by the server is a Problem at once. */
function createRequest(send: typeof fetch, signal: AbortSignal, onLost: () => void) {
  return async (url: string, init: RequestInit): Promise<unknown> => {
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      const answer = await sendOnce(send, url, init);
      if (answer) return answer.body;
      signal.throwIfAborted();
      onLost();
      await pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)], signal);
    }
  };
}

/** Null where it is worth trying again: no answer, half of one, or one of a server that is being restarted. */
async function sendOnce(send: typeof fetch, url: string, init: RequestInit): Promise<{ body: unknown } | null> {
  const silence = AbortSignal.timeout(SILENCE_MS);
  try {
    const answer = await send(url, {
      ...init,
      signal: init.signal ? AbortSignal.any([init.signal, silence]) : silence,
    });
    if (answer.ok) return { body: await answer.json() };
    // A full disk stays full for longer than anybody looks at a bar that stands still.
    if (answer.status === 507) throw new Problem(await refusalOf(answer));
    if (answer.status >= 500 || answer.status === 408 || answer.status === 429) return null;
    throw new Problem(await refusalOf(answer));
  } catch (error) {
    if (isProblem(error)) throw error;
    // A failed fetch and a cut body are TypeErrors, half of a JSON text is a SyntaxError.
    if (error instanceof TypeError || error instanceof SyntaxError || silence.aborted || init.signal?.aborted)
      return null;
    throw error;
  }
}

async function refusalOf(answer: Response): Promise<ProblemFields> {
  const body: unknown = await answer.json().catch(() => null);
  if (typeof body === "object" && body !== null && "what" in body && typeof body.what === "string")
    return body as unknown as ProblemFields;
  return {
    tag: "upload-refused",
    what: `The server refused the file (${answer.status}).`,
    hint: "Reload the page and try again.",
  };
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener("abort", wake);
  });
