import type { PointerSample, PointerTool } from "../viewer/viewer-contract.ts";

/** One state of a tool. Every handler names the state that follows; `cancel` must leave nothing half done. */
export interface ToolState {
  /** Null: this press is not for the tool, the viewer may pan or pick. */
  down?(sample: PointerSample): ToolState | null;
  /** Only while the pointer is captured. */
  drag?(samples: readonly PointerSample[]): ToolState;
  up?(sample: PointerSample): ToolState;
  cancel(): ToolState;
}

export interface ToolLook {
  readonly name: string;
  readonly cursor: string;
  /** Asked each time it is drawn; null = no ring. */
  ringRadiusUm(): number | null;
}

/** Lets a state that waits for data go on later, if it is still the current one. */
export interface ToolMachine {
  go(from: ToolState, to: ToolState): void;
}

/** A tool is its current state. */
export class StateTool implements PointerTool, ToolMachine {
  readonly #look: ToolLook;
  #state: ToolState;
  #captured = false;

  constructor(look: ToolLook, start: (machine: ToolMachine) => ToolState) {
    this.#look = look;
    this.#state = start(this);
  }

  get name(): string {
    return this.#look.name;
  }

  get cursor(): string {
    return this.#look.cursor;
  }

  get ringRadiusUm(): number | null {
    return this.#look.ringRadiusUm();
  }

  /** A press of the pointer belongs to the tool and has not ended. */
  get isCaptured(): boolean {
    return this.#captured;
  }

  down(sample: PointerSample): boolean {
    const next = this.#state.down?.(sample) ?? null;
    if (!next) return false;
    this.#state = next;
    this.#captured = true;
    return true;
  }

  move(samples: readonly PointerSample[]): void {
    if (this.#captured && samples.length > 0 && this.#state.drag) this.#state = this.#state.drag(samples);
  }

  up(sample: PointerSample): void {
    this.#captured = false;
    if (this.#state.up) this.#state = this.#state.up(sample);
  }

  cancel(): void {
    this.#captured = false;
    this.#state = this.#state.cancel();
  }

  go(from: ToolState, to: ToolState): void {
    if (this.#state === from) this.#state = to;
  }
}
