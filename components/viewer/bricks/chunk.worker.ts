import { isProblem, type ProblemFields } from "../../../core/problem.ts";
import type { ChunkReply, ChunkRequest } from "./chunk-messages.ts";
import { fetchChunk } from "./fetch-chunk.ts";

/** Fetches, inflates and decodes chunks off the page's thread. */
const running = new Map<number, AbortController>();

const reply = (message: ChunkReply, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });

self.onmessage = async ({ data }: MessageEvent<ChunkRequest>) => {
  if (data.kind === "cancel") {
    running.get(data.id)?.abort();
    return;
  }
  const { id, url, pixelType } = data;
  const abort = new AbortController();
  running.set(id, abort);
  try {
    const voxels = await fetchChunk(url, pixelType, abort.signal);
    if (!abort.signal.aborted) reply({ kind: "loaded", id, voxels }, voxels ? [voxels.buffer] : []);
  } catch (error) {
    if (!abort.signal.aborted) reply({ kind: "failed", id, problem: problemFieldsOf(error) });
  } finally {
    running.delete(id);
  }
};

const problemFieldsOf = (error: unknown): ProblemFields =>
  isProblem(error) ? error.toJSON() : { tag: "chunk-decode", what: "A piece of the image cannot be read." };
