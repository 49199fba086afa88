import type { Command } from "./commands.ts";
import type { KeyMap } from "./key-map.ts";
import { ANY_DIGIT, type PressedKey, partsOfStroke, strokesOf } from "./stroke.ts";

export type ReadKey =
  | { readonly kind: "command"; readonly command: Command; readonly digit: number | null }
  /** The first stroke of a longer key: the next one ends it. */
  | { readonly kind: "begun"; readonly stroke: string }
  /** A second stroke that means nothing: what was begun is over, and nothing happens. */
  | { readonly kind: "dropped" }
  | { readonly kind: "none" };

/** How long a first stroke waits for its second. */
const WAIT_MS = 3000;

/** From presses to commands. */
export class KeyReader {
  #begun: { readonly stroke: string; readonly atMs: number } | null = null;

  read(event: PressedKey, map: KeyMap, nowMs: number): ReadKey {
    const strokes = strokesOf(event);
    if (strokes.length === 0) return { kind: "none" };
    const begun = this.#begun && nowMs - this.#begun.atMs < WAIT_MS ? this.#begun.stroke : null;
    this.#begun = null;
    for (const stroke of strokes) {
      const command = map.commandOf(begun === null ? stroke : `${begun} ${stroke}`);
      if (command) return { kind: "command", command, digit: digitOf(stroke, strokes) };
      if (begun === null && map.begins(stroke)) {
        this.#begun = { stroke, atMs: nowMs };
        return { kind: "begun", stroke };
      }
    }
    return begun === null ? { kind: "none" } : { kind: "dropped" };
  }
}

/** Which key of a row it was. */
function digitOf(stroke: string, strokes: readonly string[]): number | null {
  if (partsOfStroke(stroke).key !== ANY_DIGIT) return null;
  const one = strokes.map((name) => partsOfStroke(name).key).find((key) => /^[1-9]$/.test(key));
  return one === undefined ? null : Number(one);
}
