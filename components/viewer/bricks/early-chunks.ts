import type { PixelType } from "../../../core/volume/voxel-space.ts";
import type { ImageSource } from "../viewer-contract.ts";
import { type ChunkTransport, createChunkWorkers } from "./chunk-workers.ts";
import { firstPictureChunks } from "./first-picture-chunks.ts";

/**
 * What a viewer needs first, begun while its page is still being put together: the workers start with the page, and the
 * chunks of the first picture are asked for as soon as the image is known.
 */
export class EarlyChunks implements ChunkTransport {
  readonly #transport: ChunkTransport;
  readonly #coming = new Map<string, ReturnType<ChunkTransport["load"]>>();
  readonly #abort = new AbortController();

  constructor(transport: ChunkTransport) {
    this.#transport = transport;
  }

  askFor(image: ImageSource): void {
    for (const url of firstPictureChunks(image)) {
      if (this.#coming.has(url)) continue;
      const chunk = this.#transport.load(url, image.pixelType, this.#abort.signal);
      chunk.catch(() => this.#coming.delete(url)); // who needs it asks again, and says what is wrong
      this.#coming.set(url, chunk);
    }
  }

  /** Hands out an early chunk once: its voxels belong to whoever asked. */
  load(url: string, pixelType: PixelType, signal: AbortSignal): ReturnType<ChunkTransport["load"]> {
    const coming = this.#coming.get(url);
    this.#coming.delete(url);
    const ask = () => this.#transport.load(url, pixelType, signal);
    return coming ? coming.catch(ask) : ask();
  }

  dispose(): void {
    this.#coming.clear();
    this.#transport.dispose();
  }
}

let waiting: EarlyChunks | null = null;

/** Starts the workers of the viewer that is going to open; the returned function ends them if none did. */
export function startChunksEarly(): () => void {
  waiting ??= new EarlyChunks(createChunkWorkers());
  return () => {
    waiting?.dispose();
    waiting = null;
  };
}

/** Nothing where the viewer is open already. */
export const askForFirstPicture = (image: ImageSource): void => waiting?.askFor(image);

/** The workers started early, or new ones. */
export function takeChunkWorkers(): ChunkTransport {
  const taken = waiting ?? createChunkWorkers();
  waiting = null;
  return taken;
}
