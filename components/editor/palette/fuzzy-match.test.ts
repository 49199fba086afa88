import { expect, it } from "vitest";
import { fuzzyMatch } from "./fuzzy-match.ts";

/** Every placing, one by one. */
function naiveScore(query: string, text: string): number | null {
  const letters = [...query.toLowerCase()].filter((letter) => letter !== " ");
  const within = [...text.toLowerCase()];
  const tryFrom = (i: number, last: number): number => {
    if (i === letters.length) return 0;
    let best = Number.NEGATIVE_INFINITY;
    for (let j = last + 1; j < within.length; j++) {
      if (within[j] !== letters[i]) continue;
      const own = j === 0 || " (:,;.-/".includes(within[j - 1]) ? 8 : 1;
      best = Math.max(best, own + (i > 0 && j === last + 1 ? 5 : 0) + tryFrom(i + 1, j));
    }
    return best;
  };
  const score = tryFrom(0, -1);
  return score === Number.NEGATIVE_INFINITY ? null : score - within.length / 1000;
}

it("finds the best placing there is, at places that hold the letters in their order", () => {
  let seed = 3;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const word = (length: number) => Array.from({ length }, () => "ab -c"[random(5)]).join("");
  let found = 0;
  for (let run = 0; run < 800; run++) {
    const [query, text] = [word(random(5)), word(1 + random(12))];
    const letters = [...query].filter((letter) => letter !== " ");
    const match = fuzzyMatch(query, text);
    if (letters.length === 0) expect(match).toEqual({ score: 0, places: [] });
    else expect(match?.score ?? null, `${query} in ${text}`).toEqual(naiveScore(query, text));
    if (!match) continue;
    found++;
    expect(match.places.map((at) => text[at])).toEqual(letters);
    expect(match.places).toEqual([...match.places].sort((a, b) => a - b));
  }
  expect(found).toBeGreaterThan(100);
});

it("puts what people mean first", () => {
  const texts = ["Smaller brush", "Larger brush", "Brush", "Show or hide labels", "Split a nucleus", "Set bookmark 1"];
  const first = (query: string) =>
    texts
      .flatMap((text) => {
        const match = fuzzyMatch(query, text);
        return match ? [{ text, score: match.score }] : [];
      })
      .sort((a, b) => b.score - a.score)[0]?.text;
  expect(["brush", "sb", "lbr", "hide", "SPLIT n", "xyz"].map(first)).toEqual([
    "Brush",
    "Smaller brush",
    "Larger brush",
    "Show or hide labels",
    "Split a nucleus",
    undefined,
  ]);
});
