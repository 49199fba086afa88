import { Problem } from "../../../core/problem.ts";
import type { PixelType } from "../../../core/volume/voxel-space.ts";
import type { BrickVoxels } from "./brick-state.ts";
import { decodeChunk } from "./decode-chunk.ts";

/** A request that hangs is as good as none: it would hold one of the few places for ever. */
export const CHUNK_BOUND_MS = 30_000;

/** One chunk over HTTP. 404 means all fill value. Anything worth another try rejects with the tag `chunk-unreachable`. */
export async function fetchChunk(url: string, pixelType: PixelType, signal: AbortSignal): Promise<BrickVoxels> {
  let response: Response;
  let bytes: Uint8Array<ArrayBuffer>;
  const bound = new AbortController();
  const timer = setTimeout(() => bound.abort(), CHUNK_BOUND_MS);
  try {
    response = await fetch(url, { signal: AbortSignal.any([signal, bound.signal]) });
    if (response.status === 404) return null;
    if (response.status === 401 || response.status === 403)
      throw new Problem({
        tag: "chunk-forbidden",
        what: "You are not signed in to this volume any more.",
        hint: "Sign in again, then reload the page.",
      });
    if (!response.ok) throw unreachable(`HTTP ${response.status}`);
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    if (signal.aborted || error instanceof Problem) throw error;
    throw unreachable(undefined, error);
  } finally {
    clearTimeout(timer);
  }
  return decodeChunk(bytes, pixelType);
}

const unreachable = (where?: string, cause?: unknown): Problem =>
  new Problem(
    { tag: "chunk-unreachable", what: "A piece of the image did not arrive.", where, hint: "Check the connection." },
    { cause },
  );
