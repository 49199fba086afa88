import { Problem } from "../../../core/problem.ts";
import type { PixelType } from "../../../core/volume/voxel-space.ts";
import type { BrickVoxels } from "./brick-state.ts";
import type { ChunkReply, ChunkRequest } from "./chunk-messages.ts";

/** How bricks reach the page. An abort leaves the promise unanswered: nobody waits for it any more. */
export interface ChunkTransport {
  load(url: string, pixelType: PixelType, signal: AbortSignal): Promise<BrickVoxels>;
  dispose(): void;
}

interface Waiting {
  readonly worker: Worker;
  resolve(voxels: BrickVoxels): void;
  reject(problem: Problem): void;
}

export function createChunkWorkers(count = workerCount()): ChunkTransport {
  const waiting = new Map<number, Waiting>();
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(new URL("./chunk.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<ChunkReply>) => {
      const request = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.kind === "loaded") request?.resolve(data.voxels);
      else request?.reject(new Problem(data.problem));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      for (const [id, request] of waiting) {
        if (request.worker !== worker) continue;
        waiting.delete(id);
        request.reject(
          new Problem({ tag: "chunk-worker", what: "The image decoder stopped.", hint: "Reload the page." }),
        );
      }
    };
    return worker;
  });
  const send = (worker: Worker, message: ChunkRequest): void => worker.postMessage(message);
  let nextId = 1;

  return {
    load: (url, pixelType, signal) =>
      new Promise<BrickVoxels>((resolve, reject) => {
        const id = nextId++;
        const worker = workers[id % workers.length];
        waiting.set(id, { worker, resolve, reject });
        signal.addEventListener("abort", () => {
          if (waiting.delete(id)) send(worker, { kind: "cancel", id });
        });
        send(worker, { kind: "load", id, url: new URL(url, location.href).href, pixelType });
      }),
    dispose() {
      for (const worker of workers) worker.terminate();
      waiting.clear();
    },
  };
}

/** One core is left for the page itself; more than four workers only compete for the connection. */
const workerCount = (): number => Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1));
