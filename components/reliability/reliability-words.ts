import { exactInterval } from "../../core/metrics/exact-interval.ts";
import type { ReliabilityBin } from "../../core/metrics/reliability.ts";

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Below this, what was said cannot be judged. */
export const LEAST_ANSWERS = 10;

/** Whether what the queue said of proposals came true, in one sentence. */
export function reliabilityWords(bins: readonly ReliabilityBin[]): string {
  const count = bins.reduce((sum, bin) => sum + bin.count, 0);
  if (count < LEAST_ANSWERS)
    return `The queue says how many of its proposals are wrong. From ${LEAST_ANSWERS} answers on it is seen here whether that is so; there ${count === 1 ? "is 1" : `are ${count}`}.`;
  const wrong = bins.reduce((sum, bin) => sum + bin.happened, 0);
  const said = bins.reduce((sum, bin) => sum + bin.count * bin.meanSaid, 0) / count;
  const { low, high } = exactInterval(wrong, count);
  const verdict =
    said < low ? "More were wrong than it said." : said > high ? "Fewer were wrong than it said." : "The two agree.";
  return `Of the last ${count} answers ${wrong} were corrections or rejections: ${percent(wrong / count)}. The queue had said ${percent(said)}. ${verdict}`;
}

/** One bin, for those who do not see the plot. */
export const binWords = ({ meanSaid, count, happened }: ReliabilityBin): string =>
  `said ${percent(meanSaid)}: ${happened} of ${count} wrong`;
