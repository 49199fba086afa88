import type { LabelTouch } from "./room-store.ts";

/** Who touched each label last, in columns: a hundred thousand objects would hold the loop while they are handed to another process. */
export interface TouchColumns {
  readonly label: Uint32Array;
  /** Index into `people`. */
  readonly by: Uint32Array;
  /** Milliseconds since 1970. */
  readonly atMs: Float64Array;
  /** Ids. */
  readonly people: readonly string[];
}

export function touchColumnsOf(touches: ReadonlyMap<number, LabelTouch>): TouchColumns {
  const people = new Map<string, number>();
  const [label, by] = [new Uint32Array(touches.size), new Uint32Array(touches.size)];
  const atMs = new Float64Array(touches.size);
  let i = 0;
  for (const touch of touches.values()) {
    let person = people.get(touch.userId);
    if (person === undefined) {
      person = people.size;
      people.set(touch.userId, person);
    }
    [label[i], by[i], atMs[i]] = [touch.label, person, touch.at.getTime()];
    i++;
  }
  return { label, by, atMs, people: [...people.keys()] };
}

/** The latest touch of any of some labels; null where nobody has touched them. */
export function lastTouchIn({ label, by, atMs, people }: TouchColumns) {
  const places = new Map<number, number>();
  label.forEach((value, place) => {
    places.set(value, place);
  });
  return (labels: readonly number[]): { readonly userId: string; readonly at: Date } | null => {
    const touched = labels.flatMap((value) => places.get(value) ?? []);
    if (touched.length === 0) return null;
    const last = touched.reduce((a, b) => (atMs[b] > atMs[a] ? b : a));
    return { userId: people[by[last]], at: new Date(atMs[last]) };
  };
}
