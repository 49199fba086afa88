import type { IncomingMessage } from "node:http";
import { HttpRefusal } from "./route.ts";

/** Bodies everywhere but where files, labels and models come in. */
export const MAX_BODY_BYTES = 64 << 10;

/** A body that stands still, or is slower than an old telephone line, holds no memory. */
const IDLE_MS = 20_000;
const SLOWEST_BYTES_PER_MS = 16;

const tooLarge = (maxBytes: number) => new HttpRefusal(413, `At most ${maxBytes} bytes.`);

/** The whole body; refused above `maxBytes` with 413 before more is read, and with 408 where it does not come. */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  bounds = { idleMs: IDLE_MS, slowestBytesPerMs: SLOWEST_BYTES_PER_MS },
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const wholeMs = bounds.idleMs + maxBytes / bounds.slowestBytesPerMs;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (error: Error | null): void => {
      clearTimeout(idle);
      clearTimeout(whole);
      request.off("data", take).off("end", finish).off("error", broken).off("close", broken);
      if (error) {
        request.pause();
        reject(error);
      }
    };
    const late = () => end(new HttpRefusal(408, "The request's body did not come in time."));
    const idle = setTimeout(late, bounds.idleMs);
    const whole = setTimeout(late, wholeMs);
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      idle.refresh();
      if (size > maxBytes) end(tooLarge(maxBytes));
      else chunks.push(chunk);
    };
    const finish = (): void => {
      end(null);
      const bytes = new Uint8Array(size);
      let at = 0;
      for (const chunk of chunks) {
        bytes.set(chunk, at);
        at += chunk.length;
      }
      resolve(bytes);
    };
    const broken = () => end(new HttpRefusal(400, "The request broke off."));
    request.on("data", take).on("end", finish).on("error", broken).on("close", broken);
  });
}
