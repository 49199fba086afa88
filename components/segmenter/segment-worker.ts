import type { ClickAnswer, ClickQuestion } from "../../core/click/answer-clicks.ts";
import type { ClickEngine } from "../../core/click/find-clicked-nucleus.ts";
import type { EdgeQuestion } from "../../core/click/region-by-edges.ts";
import { isSameLook } from "../../core/click/tile-engine.ts";
import type { IntensityWindow } from "../../core/perception/intensity-window.ts";
import type { LookAround } from "../../core/perception/look-around.ts";
import { Problem } from "../../core/problem.ts";
import type { VoxelSpace } from "../../core/volume/voxel-space.ts";
import type { OpenedModel, SegmentReply, SegmentRequest, SegmentResult, WasmBinaries } from "./segment-messages.ts";

/** Assets of the page's build; nothing is loaded until the worker asks for one of them. */
const binaries = (): WasmBinaries => {
  const absolute = (url: URL) => new URL(url, location.href).href;
  return {
    plain: absolute(new URL("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm", import.meta.url)),
    simd: absolute(new URL("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm", import.meta.url)),
    threads: absolute(
      new URL("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm", import.meta.url),
    ),
  };
};

type Wish<K extends SegmentRequest["kind"]> = Omit<Extract<SegmentRequest, { kind: K }>, "id" | "kind">;

/** The page's end of the segmenting worker: what is asked is answered in order. */
export class SegmentWorker implements ClickEngine {
  readonly #worker = new Worker(new URL("./segment.worker.ts", import.meta.url), { type: "module" });
  readonly #waiting = new Map<number, { resolve(value: never): void; reject(error: Problem): void }>();
  #nextId = 1;
  #seen: LookAround | null = null;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<SegmentReply>) => {
      const request = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ("problem" in data) request?.reject(new Problem(data.problem));
      else request?.resolve(data.result as never);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#seen = null;
      for (const { reject } of this.#waiting.values()) reject(workerStopped());
      this.#waiting.clear();
    };
  }

  open(packed: Uint8Array<ArrayBuffer>, volume: VoxelSpace, window: IntensityWindow): Promise<OpenedModel> {
    this.#seen = null;
    return this.#ask("open", { packed, volume, window, binaries: binaries() }, [packed.buffer]);
  }

  /** Diameter of the nuclei that an image shows, µm; null where it shows none. */
  measureDiameter(image: Float32Array<ArrayBuffer>, space: VoxelSpace): Promise<number | null> {
    return this.#ask("size", { image, space }, [image.buffer]);
  }

  hasSeen(look: LookAround): boolean {
    return this.#seen !== null && isSameLook(this.#seen, look);
  }

  answer(look: LookAround, image: Float32Array | null, question: ClickQuestion): Promise<ClickAnswer | null> {
    const answer = this.#ask("answer", { look, image, question });
    if (image) {
      this.#seen = look;
      answer.catch(() => {
        this.#seen = null;
      });
    }
    return answer;
  }

  findByEdges(question: EdgeQuestion): Promise<Uint8Array | null> {
    return this.#ask("edges", { question });
  }

  dispose(): void {
    this.#worker.terminate();
    this.#waiting.clear();
  }

  #ask<K extends keyof SegmentResult>(
    kind: K,
    wish: Wish<K>,
    transfer: Transferable[] = [],
  ): Promise<SegmentResult[K]> {
    const id = this.#nextId++;
    return new Promise<SegmentResult[K]>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: never) => void, reject });
      this.#worker.postMessage({ id, kind, ...wish }, transfer);
    });
  }
}

const workerStopped = (): Problem =>
  new Problem({ tag: "segmenting-stopped", what: "The model stopped working in this page.", hint: "Reload the page." });
