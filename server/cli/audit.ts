import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Problem } from "../../core/problem.ts";
import { verifyAuditFile } from "../audit/verify-file.ts";

const USAGE = `karyoloop audit verify FILE

Checks an audit log that was exported as JSON Lines, without a server: that every row is what was written, and follows
from the row before it. Prints what is wrong, a line each; exit code 1 then. The last line names the end of the chain:
note it in another place, and a later export that does not hold this hash at this position was rewritten.`;

/** `karyoloop audit`; returns the exit code. */
export async function runAudit(args: readonly string[]): Promise<number> {
  const [verb, file, ...more] = args;
  if (verb === "--help" || verb === "-h") {
    console.log(USAGE);
    return 0;
  }
  if (verb !== "verify" || file === undefined || more.length > 0)
    throw new Problem({
      tag: "wrong-arguments",
      what: "Say `verify` and one file.",
      hint: "karyoloop audit --help explains.",
    });
  const there = await stat(file).catch(() => null);
  if (!there?.isFile()) throw new Problem({ tag: "no-such-file", what: "There is no such file.", where: file });
  const { rows, gaps, first, last, faults } = await verifyAuditFile(createInterface({ input: createReadStream(file) }));
  for (const fault of faults) console.log(fault);
  if (gaps > 0) console.log(`rows are left out in ${gaps} places: by a filter, or somebody took them away`);
  if (!first || !last) console.log("the file holds no rows");
  else {
    console.log(`${faults.length === 0 ? "right" : "not right"}: ${rows} rows, ${first.position} to ${last.position}`);
    console.log(`end of the chain: ${last.position} ${last.hash}`);
  }
  return faults.length === 0 && gaps === 0 && rows > 0 ? 0 : 1;
}
