import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { hasDataSets } from "../server/ingest/testing/data-sets.ts";
import { startTestServer } from "../server/testing/test-server.ts";
import { ask, peerJudges, type Verdict } from "./real-kinds/judges.ts";
import { realKinds } from "./real-kinds/kinds.ts";
import { type Published, publishKind } from "./real-kinds/publish-kind.ts";

/*
 * Every format of an export of the two real kinds of volume, an embryo and an organoid, in the eyes of programs that this project did not write:
 * `node --import tsx bench/real-kinds.ts [--kind KIND] [--keep FOLDER] [--only WORD] [--json FILE]`. Volumes lie below KARYOLOOP_DATA_SETS; KARYOLOOP_PEER_PYTHON has the judges,
 * KARYOLOOP_WEBKNOSSOS_PYTHON webknossos, KARYOLOOP_IMAGEJ is ImageJ's ij.jar (Maven: net.imagej:ij). Who is not there is skipped by name. Exit code 1
 * where somebody disagrees.
 */
const { values } = parseArgs({
  options: {
    keep: { type: "string" },
    only: { type: "string" },
    json: { type: "string" },
    kind: { type: "string", multiple: true },
  },
});
if (!hasDataSets) {
  console.log("skipped: no volumes below KARYOLOOP_DATA_SETS");
  process.exit(0);
}

interface Row extends Verdict {
  readonly kind: string;
  readonly target: string;
}

const kinds = realKinds.filter(({ kind }) => !values.kind || values.kind.includes(kind));
if (kinds.length === 0) throw new Error(`--kind: one of ${realKinds.map(({ kind }) => kind).join(", ")}`);
const folder = values.keep ?? (await mkdtemp(path.join(os.tmpdir(), "kl-kinds-")));
const rows: Row[] = [];
function add(row: Row): void {
  rows.push(row);
  console.log(`${row.outcome}: ${row.kind}, ${row.target}, ${row.judge}: ${row.said}`);
}

/** Our own rules, beside the others'. */
function ownVerdict(one: Published): Verdict {
  const judge = "karyoloop validate";
  if ("refused" in one) return { outcome: "disagrees", judge, said: one.refused };
  const [first = "valid", ...more] = one.violations;
  return {
    outcome: first === "valid" ? "agrees" : "disagrees",
    judge,
    said: more.length === 0 ? first : `${first}, and ${more.length} more`,
  };
}

const server = await startTestServer();
try {
  const owner = await server.signUp("Ada Lovelace");
  for (const kind of kinds) {
    const place = path.join(folder, kind.kind);
    await mkdir(place, { recursive: true });
    const { fileName, published } = await publishKind(server, owner, kind, place);
    for (const one of published) add({ kind: kind.kind, target: one.format, ...ownVerdict(one) });
    for (const judge of peerJudges) {
      if (values.only && !`${judge.target} ${judge.by}`.includes(values.only)) continue;
      const of = published.find(({ format }) => format === judge.format);
      if (of && "folder" in of)
        add({ kind: kind.kind, target: judge.target, ...(await ask(judge, kind, of.folder, fileName)) });
    }
  }
} finally {
  await server.close();
  if (!values.keep) await rm(folder, { recursive: true, force: true });
}
if (values.json) await writeFile(values.json, `${JSON.stringify(rows, null, 1)}\n`);
console.log(
  `\n| target | judge | ${kinds.map(({ kind }) => kind).join(" | ")} |\n|---|---|${"---|".repeat(kinds.length)}`,
);
for (const { target, judge } of rows.filter(({ kind }) => kind === kinds[0]?.kind)) {
  const cells = kinds.map(({ kind }) => {
    const row = rows.find((one) => one.kind === kind && one.target === target && one.judge === judge);
    return row ? `${row.outcome}: ${row.said}` : "-";
  });
  console.log(`| ${target} | ${judge} | ${cells.join(" | ")} |`);
}
process.exitCode = rows.some(({ outcome }) => outcome === "disagrees") ? 1 : 0;
