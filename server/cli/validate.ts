import { Problem } from "../../core/problem.ts";
import { validateBioimage } from "../export/bioimage/bioimage-rules.ts";
import { folderSource } from "../export/file-source.ts";
import { validateDataset } from "../export/validate/dataset-rules.ts";
import { runModel } from "./model/run-model.ts";

const USAGE = `karyoloop validate FOLDER

Checks an unpacked dataset that Karyoloop exported: every file against dataset.json and SHA256SUMS, README and licence, the
table of nuclei against the labels, which are measured anew, all formats against each other, voxel sizes, classes, the split by
specimen, the rules of each format; the model is loaded and run. Or an unpacked model package for bioimage.io: its description,
its files, and whether the weights make the test output of the test input. Prints what is wrong, a line each; exit code 1 then.`;

/** `karyoloop validate`; returns the exit code. */
export async function runValidate(args: readonly string[]): Promise<number> {
  const [folder, ...more] = args;
  if (folder === "--help" || folder === "-h") {
    console.log(USAGE);
    return 0;
  }
  if (folder === undefined || more.length > 0)
    throw new Problem({
      tag: "wrong-arguments",
      what: "Name one folder.",
      hint: "karyoloop validate --help explains.",
    });
  const files = await folderSource(folder);
  const isPackage = files.paths.includes("rdf.yaml") && !files.paths.includes("dataset.json");
  const violations = isPackage
    ? await validateBioimage(files, "", { run: true, publishable: true })
    : await validateDataset(files, runModel);
  for (const { rule, where, what } of violations) console.log(`${rule}: ${where}: ${what}`);
  console.log(violations.length === 0 ? "valid" : `${violations.length} things are wrong`);
  return violations.length === 0 ? 0 : 1;
}
