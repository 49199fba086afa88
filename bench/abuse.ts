import { writeFile } from "node:fs/promises";
import { runAbuse } from "./abuse/run-abuse.ts";
import { ms, numberAfter, report } from "./page/report.ts";

/*
 * A running server is attacked by strangers, a viewer, an annotator and the owner of another project while two people
 * paint: `node --import tsx bench/abuse.ts [--messages 2000] [--seed 1] [--json FILE]`. Every known attack once, then
 * random ones and mutations of honest frames.
 */
const COMMAND = "node --import tsx bench/abuse.ts";
const SAVE_MUST_MS = 2000;
const MEMORY_MUST_MB = 700;

const messages = numberAfter("--messages", 2000);
const seed = numberAfter("--seed", 1);
const jsonAt = process.argv.indexOf("--json");
const jsonFile = jsonAt < 0 ? null : process.argv[jsonAt + 1];

const figures = await runAbuse({ messages, seed });
if (jsonFile) await writeFile(jsonFile, `${JSON.stringify(figures, null, 2)}\n`);
const grownMb = figures.peakRssMb - figures.startRssMb;
report({ seed, ...figures }, [
  {
    what: `an honest stroke saved while ${figures.messages} hostile messages arrive, longest of ${figures.honestStrokes}`,
    must: `≤ ${SAVE_MUST_MS} ms`,
    command: COMMAND,
    figure: `${ms(figures.honestSaveMaxMs)}, 99 % ${ms(figures.honestSaveP99Ms)}; ${figures.lostStrokes} lost; memory ${Math.round(grownMb)} MB above its start of ${Math.round(figures.startRssMb)} MB; the process ended ${figures.exits} times`,
  },
]);
const held =
  figures.honestSaveMaxMs <= SAVE_MUST_MS &&
  grownMb <= MEMORY_MUST_MB &&
  figures.exits === 0 &&
  figures.lostStrokes === 0;
process.exit(held ? 0 : 1);
