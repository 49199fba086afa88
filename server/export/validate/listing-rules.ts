import { digestOf, type FileSource, readAll, type Say } from "../file-source.ts";
import type { DatasetJson } from "../frozen/dataset-description.ts";
import { meshFormats } from "../surfaces/mesh-formats.ts";
import { CROISSANT, checkCitation, RO_CRATE } from "./citation-rules.ts";

const SUMS = "SHA256SUMS";
/** Whoever finds the folder in ten years needs these. */
const REQUIRED = ["README.md", "LICENSE", "GUIDELINES.md", "nuclei.csv", CROISSANT, RO_CRATE, SUMS];
const OPTIONAL = ["dataset.json", "CITATION.cff", "datacite.json"];

/** What is there against the lists of what should be, and against the formats and volumes that `dataset.json` names. */
export async function checkListing(files: FileSource, dataset: DatasetJson, say: Say): Promise<void> {
  for (const path of REQUIRED) if (!files.paths.includes(path)) say("dataset-required", path, "there is no such file");
  if (dataset.licence.trim() === "")
    say("dataset-licence", "dataset.json", "names no licence: without one nobody may reuse the data");
  checkNames(files, dataset, say);
  const listed = new Map(dataset.files.map((file) => [file.path, file]));
  if (listed.size !== dataset.files.length) say("dataset-listed-twice", "dataset.json", "lists a file twice");
  for (const path of files.paths)
    if (path !== "dataset.json" && path !== SUMS && !listed.has(path))
      say("dataset-unlisted", path, "is not in dataset.json");
  const sums = await readSums(files, say);
  for (const path of new Set([...files.paths, ...listed.keys(), ...sums.keys()])) {
    if (path === SUMS) continue;
    const digest = await digestOf(files, path);
    const file = listed.get(path);
    if (file && !digest) say("dataset-file-missing", path, "is listed in dataset.json only");
    else if (file && (digest?.sha256 !== file.sha256 || digest.bytes !== file.bytes))
      say("dataset-sha256", path, "is not the file that was exported");
    if (!digest || sums.get(path) !== digest.sha256) say("dataset-sums", path, `is not as ${SUMS} says`);
  }
  await checkCitation(files, dataset, listed, say);
}

/** No file of a format that was not asked for, of a volume that is not there, or of no known kind. */
function checkNames(files: FileSource, { formats, volumes }: DatasetJson, say: Say): void {
  const names = volumes.map(({ fileName }) => fileName.replaceAll(".", "\\.")).join("|") || "(?!)";
  const patterns: Readonly<Record<string, RegExp>> = {
    "ome-zarr": new RegExp(`^ome-zarr/(${names})(\\.ome\\.zarr|_channels/channel-\\d+\\.ome\\.zarr)/`),
    "ome-tiff": new RegExp(`^ome-tiff/(${names})_(image|labels|known)\\.ome\\.tif$`),
    imagej: new RegExp(`^imagej/(${names})_((image|labels|known)\\.tif|labels\\.csv)$`),
    nifti: new RegExp(`^nifti/(${names})_(image|labels|known)\\.nii$`),
    nrrd: new RegExp(`^nrrd/(${names})_(image|labels|known)\\.nrrd$`),
    nnunet: new RegExp(
      `^nnunet/(nnUNet_preprocessed/[^/]+/splits_final\\.json|nnUNet_raw/[^/]+/(dataset\\.json|images(Tr|Ts)/(${names})_0000\\.nrrd|labels(Tr|Ts)/(${names})\\.nrrd))$`,
    ),
    stardist: new RegExp(`^stardist/(train|test)/((images|masks)/(${names})\\.tif|(${names})_labels\\.csv)$`),
    cellpose: new RegExp(
      `^cellpose/(boxes\\.csv|(${names})_labels\\.csv|(train|test)/(${names})_box\\d+_z\\d+(_masks)?\\.tif)$`,
    ),
    tracking:
      /^tracking\/(sequences\.csv|\d+_labels\.csv|\d+\/t000\.tif|\d+_KNOWN\/known000\.tif|\d+_GT\/(SEG\/man_seg000\.tif|TRA\/man_track(\.txt|000\.tif)))$/,
    cellprofiler: /^cellprofiler\/(Image|Nuclei)\.csv$/,
    hdf5: new RegExp(`^hdf5/(train|test)/(${names})\\.h5$`),
    neuroglancer: new RegExp(
      `^neuroglancer/(${names})_((image|nuclei)/(info|s\\d+/[\\d_-]+)|nuclei/(segment_properties/info|mesh/(info|\\d+(\\.index)?)))$`,
    ),
    ...Object.fromEntries(
      meshFormats.map((format) => [format, new RegExp(`^${format}/(${names})/nucleus_\\d+\\.${format}$`)]),
    ),
    "bioimage-archive": new RegExp(
      `^bioimage-archive/(SUBMIT\\.md|(image_|annotation_)?file_list\\.tsv|ro-crate-metadata\\.json|mifa/(study|annotations|version)\\.json|images/(${names})(_channel-\\d+)?\\.ome\\.zarr\\.zip|annotations/(${names})_(nuclei|known)\\.(ome\\.tif|csv))$`,
    ),
    embedseg: new RegExp(
      `^embedseg/(boxes\\.csv|(${names})_labels\\.csv|(train|val|test)/(images|masks)/(${names})_box\\d+_z\\d+-\\d+\\.tif)$`,
    ),
    webknossos: new RegExp(`^webknossos/(${names})/(datasource-properties\\.json|nuclei\\.nml|\\1\\.ome\\.zarr/.+)$`),
    idr: new RegExp(
      `^idr/(idr0000-study\\.txt|experimentA/(idr0000-experimentA-(assays\\.txt|filePaths\\.tsv|nuclei\\.csv)|images/(${names})(_nuclei)?\\.ome\\.tif))$`,
    ),
    bbbc: /^bbbc\/(README\.md|nuclei\.csv|(images|ground_truth)\.zip)$/,
    model: /^model\/[^/]+$/,
  };
  const top = new Set([...REQUIRED, ...OPTIONAL]);
  for (const path of files.paths) {
    const [folder, below] = path.split("/", 2);
    const expected = patterns[folder];
    if (below === undefined ? !top.has(path) : expected && !(formats.includes(folder) && expected.test(path)))
      say("dataset-unexpected", path, "belongs to no format, volume or description that dataset.json names");
  }
}

/** Path -> SHA-256 as `sha256sum` writes them; a line that is none is said. */
async function readSums(files: FileSource, say: Say): Promise<ReadonlyMap<string, string>> {
  const sums = new Map<string, string>();
  for (const line of (await readAll(files, SUMS)).split("\n").filter(Boolean)) {
    const [, sha256, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (!path) say("dataset-sums", SUMS, `has a line that is none: ${line.slice(0, 80)}`);
    else if (sums.has(path)) say("dataset-sums", SUMS, `names ${path} twice`);
    else sums.set(path, sha256);
  }
  return sums;
}
