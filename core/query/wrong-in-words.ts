const SHARES: readonly (readonly [share: number, words: string])[] = [
  [1 / 20, "about one in twenty of these is wrong"],
  [1 / 10, "about one in ten of these is wrong"],
  [1 / 5, "about one in five of these is wrong"],
  [1 / 4, "about one in four of these is wrong"],
  [1 / 3, "about one in three of these is wrong"],
  [1 / 2, "about half of these are wrong"],
  [2 / 3, "about two in three of these are wrong"],
  [3 / 4, "about three in four of these are wrong"],
  [9 / 10, "about nine in ten of these are wrong"],
];

/** A probability as a person would say it: the nearest of a few shares. */
export function wrongInWords(probability: number): string {
  if (probability < 1 / 30) return "hardly any of these is wrong";
  if (probability > 0.95) return "nearly all of these are wrong";
  const [, words] = SHARES.reduce((best, one) =>
    Math.abs(one[0] - probability) < Math.abs(best[0] - probability) ? one : best,
  );
  return words;
}
