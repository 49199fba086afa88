import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { isProblem } from "../core/problem.ts";
import { readEnvironment } from "../server/env.ts";
import { convertFile } from "../server/ingest/convert/convert-file.ts";
import { findConverter } from "../server/ingest/convert/find-converter.ts";
import { casesOf } from "./corpus/corpus-case.ts";
import { type CorpusRow, runCorpus } from "./corpus/run-corpus.ts";
import { report } from "./page/report.ts";

/*
 * Files of microscopes' own formats, converted by the real bioformats2raw or bfconvert as an upload is, then read by the importer
 * and compared voxel by voxel with what their writers were given: `node --import tsx bench/converted-files.ts [--json FILE]`.
 * KARYOLOOP_CONVERTER names the converter, KARYOLOOP_PEER_PYTHON a Python with numpy, pylibCZIrw and mrcfile.
 */
const converter = await findConverter(readEnvironment(process.env));
if (!converter) throw new Error("KARYOLOOP_CONVERTER names no bioformats2raw or bfconvert of a version that is known.");
const folder = await mkdtemp(path.join(os.tmpdir(), "kl-converted-"));
try {
  const script = fileURLToPath(new URL("./corpus/make_corpus.py", import.meta.url));
  execFileSync(process.env.KARYOLOOP_PEER_PYTHON ?? "python3", [script, folder, "--converted"], { stdio: "inherit" });
  const rows: CorpusRow[] = [];
  const read = [];
  for (const one of await casesOf(folder)) {
    const conversion = { file: one.file, fileName: one.name, scratch: `${one.file}-scratch`, maxBytes: 1e9 };
    try {
      await convertFile(converter, conversion, () => {}, new AbortController().signal);
      read.push(one);
    } catch (error) {
      const why = isProblem(error) ? `${error.what} ${error.hint ?? ""}` : String(error);
      rows.push({ name: one.name, verdict: isProblem(error) ? "refusedClearly" : "crashed", why });
    }
  }
  rows.push(...(await runCorpus(read)));
  const count = (verdict: string) => rows.filter((row) => row.verdict === verdict).length;
  for (const { name, verdict, why } of rows) console.log(`${verdict}: ${name}: ${why}`);
  const [wrong, crashed] = [count("silentlyWrong"), count("crashed")];
  report({ converter: `${converter.name} ${converter.version}`, files: rows.length, rows }, [
    {
      what: `${rows.length} files that need ${converter.name} ${converter.version}`,
      must: "silently wrong 0, crashed 0",
      command: "node --import tsx bench/converted-files.ts",
      figure: `${count("right")} right, ${count("saidInWords")} said in words, ${count("refusedClearly")} refused, ${wrong} silently wrong, ${crashed} crashed`,
    },
  ]);
  process.exitCode = wrong + crashed > 0 ? 1 : 0;
} finally {
  await rm(folder, { recursive: true });
}
