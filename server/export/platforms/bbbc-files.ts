import { describeLicence } from "../../../core/publication/spdx/describe-licence.ts";
import { type ExportFile, textFile } from "../export-file.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";
import type { ReadableDataset } from "../frozen/frozen-dataset.ts";
import { innerZip } from "../inner-zip.ts";
import { nucleiCsv } from "../table/nuclei-csv.ts";
import { omeTiffFiles } from "../tiff/ome-tiff-files.ts";

/** Zips of a benchmark, with what lies in each for every volume. */
export const bbbcZips = {
  images: { path: "bbbc/images.zip", kinds: ["image"] },
  truth: { path: "bbbc/ground_truth.zip", kinds: ["labels", "known"] },
} as const;

export const bbbcEntry = (zip: keyof typeof bbbcZips, fileName: string, kind: string): string =>
  zip === "images" ? `images/${fileName}.ome.tif` : `ground_truth/${fileName}_${kind}.ome.tif`;

/**
 * As benchmarks of the Broad Bioimage Benchmark Collection are handed out: a zip of images, a zip of ground truth, a page that says the
 * biological application and how to cite it.
 */
export async function* bbbcFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  yield textFile("bbbc/README.md", bbbcPage(dataset.description));
  yield { ...nucleiCsv(dataset), path: "bbbc/nuclei.csv" };
  const stacks = new Map<string, ExportFile>();
  for await (const file of omeTiffFiles(dataset)) stacks.set(file.path, file);
  for (const [zip, { path, kinds }] of Object.entries(bbbcZips) as [
    keyof typeof bbbcZips,
    (typeof bbbcZips)[keyof typeof bbbcZips],
  ][]) {
    const files = dataset.description.volumes.flatMap(({ fileName }) =>
      kinds.flatMap((kind) => {
        const file = stacks.get(`ome-tiff/${fileName}_${kind}.ome.tif`);
        return file ? [{ file, as: bbbcEntry(zip, fileName, kind) }] : [];
      }),
    );
    yield innerZip(dataset, "ome-tiff", files).file(path);
  }
}

function bbbcPage({
  publication,
  project,
  volumes,
  licence,
  version,
  createdAt,
  guidelines,
}: DatasetDescription): string {
  const title = publication?.title || project.name;
  const names = (publication?.creators ?? []).map(({ givenName, familyName }) =>
    [familyName, givenName].filter(Boolean).join(", "),
  );
  const nuclei = volumes.reduce((sum, volume) => sum + volume.nuclei, 0);
  const organisms = (publication?.organisms ?? []).map(({ name, strain }) => [name, strain].filter(Boolean).join(", "));
  const known = describeLicence(licence);
  return `# ${title}

## Biological application

${publication?.summary || project.description || "Nuclei in 3D microscopy volumes."}
${organisms.length > 0 ? `\nOrganism: ${organisms.join("; ")}.\n` : ""}
## Images

${volumes.length} volumes (\`images.zip\`), OME-TIFF, z × y × x voxels; sizes are micrometres.
${[publication?.stain, publication?.imagingMethod, publication?.acquisition].filter(Boolean).join(" ")}

| volume | specimen | split | voxels z × y × x | µm z × y × x |
|---|---|---|---|---|
${volumes.map(({ fileName, specimen, split, shapeZyx, voxelSizeZyx }) => `| ${[fileName, specimen.replaceAll("|", "\\|"), split, shapeZyx.join(" × "), voxelSizeZyx.join(" × ")].join(" | ")} |`).join("\n")}

## Ground truth

${nuclei} nuclei, outlined in three dimensions (\`ground_truth.zip\`): in \`<volume>_labels.ome.tif\` 0 is background and every nucleus has one number. **Not labelled is not
background**: \`<volume>_known.ome.tif\` says what was looked at (0 unknown, 1 background, 2 nucleus). Measure only where it is not 0. \`nuclei.csv\` has a line for every
nucleus.

${guidelines}

## Recommended citation

${names.join("; ") || `The people of the project ${project.name}`} (${createdAt.slice(0, 4)}): ${title}, version ${version}.

## Licence

${known ? `${known.name}: ${known.words}. ${known.url}` : licence || "None was given."}
`;
}
