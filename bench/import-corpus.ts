import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { casesOf } from "./corpus/corpus-case.ts";
import { runCorpus } from "./corpus/run-corpus.ts";
import { report } from "./page/report.ts";

/*
 * Files of the field, whole and damaged, read by the importer and compared voxel by voxel with what is right:
 * `node --import tsx bench/import-corpus.ts [--folder DIR] [--json FILE] [--fast]`. Without a folder the corpus is made by
 * bench/corpus/make_corpus.py (KARYOLOOP_PEER_PYTHON names a Python with numpy, tifffile, imagecodecs, h5py, hdf5plugin,
 * numcodecs, nibabel, pynrrd and SimpleITK). A folder's files have `<name>.expected.npy` beside them where they have right
 * voxels; a pair is called `<name>_image`, `<name>_labels`.
 */
const { values } = parseArgs({
  options: { folder: { type: "string" }, json: { type: "string" }, fast: { type: "boolean", default: false } },
});

async function madeCorpus(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "kl-corpus-"));
  const script = fileURLToPath(new URL("./corpus/make_corpus.py", import.meta.url));
  const python = process.env.KARYOLOOP_PEER_PYTHON ?? "python3";
  execFileSync(python, ["-W", "ignore", script, folder, ...(values.fast ? ["--fast"] : [])], { stdio: "inherit" });
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

const corpus = values.folder ? { folder: values.folder, remove: async () => {} } : await madeCorpus();
try {
  const rows = await runCorpus(await casesOf(corpus.folder));
  const count = (verdict: string) => rows.filter((row) => row.verdict === verdict).length;
  const figures = {
    files: rows.length,
    right: count("right"),
    saidInWords: count("saidInWords"),
    refusedClearly: count("refusedClearly"),
    silentlyWrong: count("silentlyWrong"),
    crashed: count("crashed"),
  };
  if (values.json) await writeFile(values.json, `${JSON.stringify({ ...figures, rows }, null, 1)}\n`);
  for (const { name, verdict, why } of rows)
    if (verdict === "silentlyWrong" || verdict === "crashed") console.log(`${verdict}: ${name}: ${why}`);
  report(figures, [
    {
      what: `${figures.files} files of the import corpus`,
      must: "silently wrong 0, crashed 0",
      command: "node --import tsx bench/import-corpus.ts",
      figure: `${figures.right} right, ${figures.saidInWords} said in words, ${figures.refusedClearly} refused, ${figures.silentlyWrong} silently wrong, ${figures.crashed} crashed`,
    },
  ]);
  process.exitCode = figures.silentlyWrong + figures.crashed > 0 ? 1 : 0;
} finally {
  await corpus.remove();
}
