/** Runs the drawers that asked for it, once per animation frame. Nothing runs while nothing changes. */
export class FrameLoop {
  readonly #pending = new Set<() => void>();
  #handle = 0;
  #isStopped = false;

  request(draw: () => void): void {
    if (this.#isStopped) return;
    this.#pending.add(draw);
    this.#handle ||= requestAnimationFrame(this.#run);
  }

  stop(): void {
    this.#isStopped = true;
    this.#pending.clear();
    cancelAnimationFrame(this.#handle);
  }

  readonly #run = (): void => {
    this.#handle = 0;
    const drawers = [...this.#pending];
    this.#pending.clear();
    for (const draw of drawers) {
      try {
        draw();
      } catch (error) {
        reportError(error); // the others of this frame are drawn all the same
      }
    }
  };
}
