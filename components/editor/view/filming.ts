import type { ViewerHandle } from "../../viewer/viewer-contract.ts";
import type { EditorStore } from "../editor-state.ts";
import { saveFile } from "./save-file.ts";

interface FilmStage {
  readonly store: EditorStore;
  readonly viewer: Pick<ViewerHandle, "film"> | null;
  readonly volumeName: string;
  fail(error: unknown): void;
  say(text: string): void;
}

/** A film of the 3D view, one at a time; what it asks of the editor may be another viewer by then. */
export class Filming {
  readonly #stage: () => FilmStage;
  #abort: AbortController | null = null;

  constructor(stage: () => FilmStage) {
    this.#stage = stage;
  }

  async toggle(): Promise<void> {
    if (this.#abort) {
      this.stop();
      return;
    }
    const { store, viewer, volumeName, fail, say } = this.#stage();
    if (!viewer) return;
    const abort = new AbortController();
    this.#abort = abort;
    store.set({ filmPercent: 0 });
    try {
      const film = await viewer.film({
        signal: abort.signal,
        onProgress(share) {
          // Each is a render of the page, and frames are to be had for the film.
          const filmPercent = Math.floor(share * 10) * 10;
          if (filmPercent !== store.get().filmPercent) store.set({ filmPercent });
        },
      });
      saveFile(film, `${volumeName} 3D.webm`);
      say("The film is among your downloads.");
    } catch (error) {
      if (!abort.signal.aborted) fail(error);
    } finally {
      this.#abort = null;
      store.set({ filmPercent: null });
    }
  }

  /** False where none is made. */
  stop(): boolean {
    this.#abort?.abort();
    return this.#abort !== null;
  }
}
