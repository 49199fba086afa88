import { expect, it } from "vitest";
import { reliabilityBins } from "../../core/metrics/reliability.ts";
import { binWords, reliabilityWords } from "./reliability-words.ts";

const answers = (said: number, right: number, wrong: number) =>
  Array.from({ length: right + wrong }, (_, i) => ({ said, happened: i >= right }));

it("says whether what was said came true, and that too few answers do not tell", () => {
  const wordsOf = (...pairs: ReturnType<typeof answers>[]) => reliabilityWords(reliabilityBins(pairs.flat()));
  expect(wordsOf()).toMatch(/there are 0\.$/);
  expect(wordsOf(answers(0.5, 1, 0))).toMatch(/there is 1\.$/);
  expect(wordsOf(answers(0.3, 14, 6), answers(0.8, 2, 8))).toBe(
    "Of the last 30 answers 14 were corrections or rejections: 47 %. The queue had said 47 %. The two agree.",
  );
  expect(wordsOf(answers(0.05, 5, 15))).toMatch(/More were wrong than it said\.$/);
  expect(wordsOf(answers(0.9, 15, 5))).toMatch(/Fewer were wrong than it said\.$/);
});

it("names each bin for those who do not see the plot", () => {
  expect(reliabilityBins([...answers(0.3, 14, 6), ...answers(1, 0, 2)]).map(binWords)).toEqual([
    "said 30 %: 6 of 20 wrong",
    "said 100 %: 2 of 2 wrong",
  ]);
});
