import { inflateRaw } from "node:zlib";
import { withPauses } from "../../../core/steps.ts";
import { malformed } from "../../../core/sync/bytes/bytes.ts";
import type { LabelGrid } from "../../../core/sync/record/label-grid.ts";
import { blobSteps } from "../../../core/sync/record/paint-ref-codec.ts";
import {
  type Beside,
  type PaintBody,
  type PaintBounds,
  recordLimits,
  storedBlobBounds,
} from "../../../core/sync/record/record.ts";
import { pauseWhenDue } from "./next-turn.ts";

/** Each may hold an inflated blob of 64 MiB. */
const AT_ONCE = 2;

let running = 0;
const waiting: (() => void)[] = [];

async function oneOfFew<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await work();
  } finally {
    // The place goes to the next one without ever being free.
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

/** Stops at the bound, and refuses what follows the last block. In a thread of zlib's. */
function inflateBeside(blob: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    // With `info` the result says how much was read; the types of Node 20 do not know it.
    const done = (error: Error | null, result: unknown) => {
      if (error) return reject(error);
      const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } };
      if (engine.bytesWritten !== blob.length) return reject(new Error("bytes after the deflate stream"));
      resolve(new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength));
    };
    inflateRaw(blob, { maxOutputLength: maxBytes, info: true }, done);
  });
}

/** `decodeBlob` beside the event loop: inflated in another thread, read with pauses, few at a time. */
export function decodeBlobBeside(
  blob: Uint8Array,
  grid: LabelGrid,
  bounds: PaintBounds = storedBlobBounds,
): Promise<PaintBody> {
  return oneOfFew(async () => {
    if (blob.length > recordLimits.blobBytes) malformed("blob above 16 MiB");
    const body = await inflateBeside(blob, bounds.bodyBytes).catch((error: NodeJS.ErrnoException) =>
      malformed(
        error.code === "ERR_BUFFER_TOO_LARGE" ? `inflated body above ${bounds.bodyBytes} bytes` : error.message,
      ),
    );
    return withPauses(blobSteps(blob, body, grid, bounds), pauseWhenDue);
  });
}

/** For blobs that have been accepted before. */
export const besideEverythingElse: Beside = {
  inflate: (blob) => oneOfFew(() => inflateBeside(blob, recordLimits.blobBodyBytes)),
  pause: pauseWhenDue,
};
