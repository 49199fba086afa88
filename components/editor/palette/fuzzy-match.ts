/** How well a text answers what somebody typed. */
export interface FuzzyMatch {
  /** Higher is better; comparable for one query. */
  readonly score: number;
  /** Places in the text that were matched, rising. */
  readonly places: readonly number[];
}

const WORD_START = 8;
const NEXT_TO_LAST = 5;
const PLAIN = 1;

/**
 * The letters of the query in their order, with anything between them; spaces mean nothing. Starts of words and letters next to each
 * other count more, and of equal ones the shorter text. Null where a letter is missing. All placings are looked at, in
 * O(letters of the query × letters of the text).
 */
export function fuzzyMatch(query: string, text: string): FuzzyMatch | null {
  const letters = [...query.toLowerCase()].filter((letter) => letter !== " ");
  const within = [...text.toLowerCase()];
  if (letters.length === 0) return { score: 0, places: [] };
  // best[i][j]: the best score with letter i at place j; from[i][j]: where letter i - 1 then is.
  const best = letters.map(() => new Array<number>(within.length).fill(Number.NEGATIVE_INFINITY));
  const from = letters.map(() => new Array<number>(within.length).fill(-1));
  for (let i = 0; i < letters.length; i++) {
    let before = Number.NEGATIVE_INFINITY;
    let beforeAt = -1;
    for (let j = 0; j < within.length; j++) {
      if (within[j] === letters[i]) {
        const own = j === 0 || /[\s(:,;.\-/]/.test(within[j - 1]) ? WORD_START : PLAIN;
        if (i === 0) best[i][j] = own;
        else {
          const adjacent = j > 0 ? best[i - 1][j - 1] + NEXT_TO_LAST : Number.NEGATIVE_INFINITY;
          const isAdjacent = adjacent >= before;
          best[i][j] = own + Math.max(adjacent, before);
          from[i][j] = isAdjacent ? j - 1 : beforeAt;
        }
      }
      if (i > 0 && j > 0 && best[i - 1][j - 1] > before) {
        before = best[i - 1][j - 1];
        beforeAt = j - 1;
      }
    }
  }
  const last = best[letters.length - 1];
  const end = last.indexOf(Math.max(...last));
  if (last[end] === Number.NEGATIVE_INFINITY) return null;
  const places: number[] = [];
  for (let i = letters.length - 1, at = end; i >= 0; at = from[i][at], i--) places.unshift(at);
  return { score: last[end] - within.length / 1000, places };
}
