import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { runRounds } from "./two-servers/rounds.ts";

/**
 * Two real servers on one PostgreSQL and one bucket, two people who paint, `kill -9` of the owner of the room in turn:
 * `node --import tsx bench/two-servers.ts --rounds 200 --standstills 5 --json FILE` writes `rounds`, `lost`, `doubled` and
 * `takeoverMsMax`. Ends with 1 when something was lost or is there twice.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    /** So many of the rounds, the last ones, stop the owner (SIGSTOP) until the other has taken over. */
    standstills: { type: "string", default: "1" },
    json: { type: "string" },
  },
});
const report = await runRounds({ rounds: Number(values.rounds), standstills: Number(values.standstills) }, (line) =>
  console.log(line),
);
if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
process.exit(report.lost + report.doubled > 0 ? 1 : 0);
