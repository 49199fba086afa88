import { type FileSource, readAll, type Say } from "../../file-source.ts";
import type { DatasetJson } from "../../frozen/dataset-description.ts";
import { bbbcEntry, bbbcZips } from "../../platforms/bbbc-files.ts";
import { startsWithHeader } from "../../table/nuclei-csv.ts";
import { checkStack, valueGatherer } from "../stack-rules.ts";
import { zipSource } from "./zip-source.ts";

const PAGE = "bbbc/README.md";

/** A page with the parts that the collection asks for, and two zips with every stack of every volume. */
export async function checkBbbc(files: FileSource, dataset: DatasetJson, say: Say): Promise<void> {
  const { volumes } = dataset;
  const page = await readAll(files, PAGE);
  for (const heading of ["Biological application", "Images", "Ground truth", "Recommended citation", "Licence"])
    if (!page.includes(`\n## ${heading}\n`)) say("bbbc-page", PAGE, `has no part “${heading}”`);
  if (!startsWithHeader(await readAll(files, "bbbc/nuclei.csv"), dataset))
    say("bbbc-table", "bbbc/nuclei.csv", "is no table of nuclei");
  for (const zip of ["images", "truth"] as const) {
    const { path, kinds } = bbbcZips[zip];
    const bytes = await files.open(path);
    if (!bytes) {
      say("bbbc-missing", path, "there is no such file");
      continue;
    }
    try {
      const source = await zipSource(bytes, path, "");
      if (!source) {
        say("bbbc-zip", path, "is no zip, or not a whole one");
        continue;
      }
      const expected = volumes.flatMap(({ fileName }) => kinds.map((kind) => bbbcEntry(zip, fileName, kind)));
      for (const name of source.paths)
        if (!expected.includes(name)) say("bbbc-entry", path, `holds ${name}, which is of no volume`);
      for (const volume of volumes)
        for (const kind of kinds) {
          const { values, add } = valueGatherer();
          const type = kind === "image" ? volume.pixelType : kind === "labels" ? "uint32" : "uint8";
          const inZip: Say = (rule, where, what) => say(rule, `${path}: ${where}`, what);
          await checkStack(
            source,
            bbbcEntry(zip, volume.fileName, kind),
            { ...volume, rule: "bbbc", pixelType: type },
            inZip,
            add,
          );
          values.delete(0);
          if (kind === "labels" && values.size > 0 && values.size !== volume.nuclei)
            inZip("bbbc-labels", volume.fileName, `holds ${values.size} nuclei, not ${volume.nuclei}`);
        }
    } finally {
      await bytes.close();
    }
  }
}
