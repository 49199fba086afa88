import { sha256 } from "@noble/hashes/sha2.js";
import { Problem, type ProblemFields } from "../problem.ts";

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

export interface UploadProgress {
  readonly sentBytes: number;
  /** False while the connection is broken. */
  readonly connected: boolean;
}

/** Sends a file in pieces and returns the upload's id. Goes on where an earlier attempt stopped; aborting keeps what is there. */
export async function uploadFile(
  target: UploadTarget,
  file: SendableFile,
  onProgress: (progress: UploadProgress) => void,
  signal: AbortSignal,
): Promise<string> {
  const fingerprint = await fingerprintFile(file);
  const root = `${target.address}/api/projects/${target.projectId}/uploads`;
  const request = createRequest(target.fetch, signal, () => onProgress({ sentBytes: sent, connected: false }));
  let sent = 0;
  const begun = (await request(root, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ fileName: file.name, sizeBytes: file.size, fingerprint }),
  })) as { uploadId: string; receivedBytes: number; pieceBytes: number };
  sent = begun.receivedBytes;
  onProgress({ sentBytes: sent, connected: true });
  while (sent < file.size) {
    const piece = await file.slice(sent, Math.min(file.size, sent + begun.pieceBytes)).arrayBuffer();
    const answer = (await request(`${root}/${begun.uploadId}?offset=${sent}`, { method: "PUT", body: piece })) as {
      receivedBytes: number;
    };
    sent = answer.receivedBytes;
    onProgress({ sentBytes: sent, connected: true });
  }
  return begun.uploadId;
}

/** Requests that outlive a broken connection; a refusal by the server is a Problem at once. */
function createRequest(send: typeof fetch, signal: AbortSignal, onLost: () => void) {
  return async (url: string, init: RequestInit): Promise<unknown> => {
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      const answer = await send(url, { ...init, signal }).catch((error: unknown) => {
        signal.throwIfAborted();
        if (!(error instanceof TypeError)) throw error;
        return null;
      });
      if (answer?.ok) return answer.json();
      // 5xx: a server that is being restarted; everything else is an answer.
      if (answer && answer.status < 500) throw new Problem(await refusalOf(answer));
      onLost();
      await pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)], signal);
    }
  };
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
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
