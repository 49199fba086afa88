import { report } from "./page/report.ts";
import { judgePool } from "./queue/judge-pool.ts";
import { queueCases } from "./queue/queue-cases.ts";
import { DOUBTS, scoreCandidates, scoreDoubts } from "./queue/score-doubts.ts";
import { seePools } from "./queue/seen-pools.ts";

/*
 * Can the queue be believed? Models of few labels predict embryos that they have not seen (bench/queue/queue-cases.ts): how well
 * the doubt and each of its parts tell the wrong proposals (IoU below 0.5 with every true nucleus) from the right ones, and how many of
 * the nuclei that a model missed are asked about by a candidate, at what share of the queue:
 *   KARYOLOOP_DATA_SETS=… node --import tsx bench/queue.ts --keep FOLDER [--only WORD …] [--json FILE]
 * Predictions are kept in FOLDER, so that scores are tried again without training.
 */
const after = (flag: string): string[] => {
  const at = process.argv.indexOf(flag);
  const values = at < 0 ? [] : process.argv.slice(at + 1);
  const end = values.findIndex((value) => value.startsWith("--"));
  return end < 0 ? values : values.slice(0, end);
};
const [folder] = after("--keep");
if (!folder) throw new Error("Name a folder where predictions are kept: --keep FOLDER");
const only = after("--only");
const SEEDS = 3;

const results = [];
for (const one of queueCases(SEEDS).filter(({ name }) => only.length === 0 || only.includes(name))) {
  const seen = await seePools(one, folder, (line) => console.error(line));
  const pools = seen.map(judgePool);
  const doubts = scoreDoubts(pools);
  results.push({
    ...one,
    trainSeconds: Math.round(seen[0].trainSeconds),
    pools: pools.map(({ pool, nuclei, missed, truths }) => ({
      pool,
      truths,
      nuclei: nuclei.length,
      wrong: nuclei.filter(({ isWrong }) => isWrong).length,
      missed: missed.length,
    })),
    ...doubts,
    candidates: scoreCandidates(pools),
  });
}

const figure = (value: number | null): string => (value === null ? "–" : value.toFixed(2));
console.log(
  `| AUROC, wrong of proposals | ${results.map(({ name, wrong, nuclei }) => `${name}: ${wrong} of ${nuclei}`).join(" | ")} |`,
);
for (const name of Object.keys(DOUBTS))
  console.log(`| ${name} | ${results.map(({ auroc }) => figure(auroc[name])).join(" | ")} |`);
console.log(
  `| missed nuclei asked about | ${results.map(({ candidates: c }) => `${c.asked} of ${c.missed} (inside proposals ${c.askedInside} of ${c.inside}) by ${c.queuedCandidates} candidates, ${Math.round(100 * c.shareOfQueue)} % of the queue; by any of ${c.candidates}: ${c.found}; shown by the first 30 % of all questions: ${c.shownEarly}`).join(" | ")} |`,
);
report({ results }, []);
