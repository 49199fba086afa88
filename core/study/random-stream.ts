import { createSeededRandom } from "../simulator/seeded-random.ts";

export interface RandomStream {
  /** [0, 1) */
  uniform(): number;
  /** An integer in [0, count). */
  below(count: number): number;
}

/**
 * A stream of random numbers of its own for each purpose of a study: the same words give the same numbers, whatever was drawn
 * elsewhere before. So two arms of one seed meet the same annotator and the same cold start.
 */
export function randomStream(seed: number, ...words: readonly (string | number)[]): RandomStream {
  // FNV-1a over the seed and the words.
  let hash = 0x811c9dc5;
  for (const character of [seed, ...words].join("/")) {
    hash ^= character.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193);
  }
  const { uniform } = createSeededRandom(hash >>> 0);
  return { uniform, below: (count) => Math.floor(uniform() * count) };
}

/** All of them, in an order in which each is as likely as the next at every place. */
export function shuffled<T>(values: readonly T[], random: RandomStream): T[] {
  const mixed = [...values];
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [mixed[last], mixed[other]] = [mixed[other], mixed[last]];
  }
  return mixed;
}
