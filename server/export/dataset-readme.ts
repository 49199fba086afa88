import { LEAST_THICKNESS, MOST_SPHERICITY } from "../../core/morphometry/under-resolved.ts";
import { doiOf, EMPTY_PUBLICATION, type Publication, type WorkRelation } from "../../core/publication/publication.ts";
import { describeLicence } from "../../core/publication/spdx/describe-licence.ts";
import { agreementWords } from "./agreement/agreement-words.ts";
import type { ExportFormat } from "./export-formats.ts";
import type { DatasetDescription, FrozenVolume } from "./frozen/dataset-description.ts";
import { tableRevisionOf } from "./frozen/table-revision.ts";
import { toolColumns } from "./table/tool-columns.ts";

const row = (cells: readonly (string | number)[]): string =>
  `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|").replaceAll(/\s+/g, " ")).join(" | ")} |`;

const volumeRow = (volume: FrozenVolume): string =>
  row([
    volume.fileName,
    volume.name,
    volume.specimen,
    volume.split,
    volume.shapeZyx.join(" × "),
    volume.voxelSizeZyx.join(" × "),
    volume.nuclei,
    `${(100 * volume.knownShare).toFixed(1)} %`,
  ]);

const surfaceWords = (ending: string, what: string): string =>
  `- \`${ending}/<file>/nucleus_<label>.${ending}\`: the surface of every nucleus, ${what}. x, y, z are micrometres from the outer corner of the
  volume's first voxel. It is closed, its triangles are counter-clockwise from outside, and it encloses the \`volume_um3\` of nuclei.csv within 1 %: steps of
  voxels are smoothed by less than half a voxel. A nucleus that is few slices thick has no more surface than its slices tell; one of millions of faces has none here.`;

const formatWords: Readonly<Record<ExportFormat, string>> = {
  "ome-zarr": `- \`ome-zarr/<file>.ome.zarr\`: OME-Zarr 0.5 (Zarr v3), image with the label images \`labels/nuclei\` (uint32) and \`labels/known\`
  (uint8). \`labels/nuclei/zarr.json\` has status, class, annotator and uncertainty of every nucleus under \`image-label.properties\`.
  Opens in napari (napari-ome-zarr), Neuroglancer, and \`zarr.open\` of zarr-python 3. Where a volume was imported with other channels,
  each is an image of its own in \`<file>_channels/channel-<n>.ome.zarr\`, with the same voxels; \`channels\` of \`dataset.json\` has
  their names, and says which one is labelled. The other formats hold the labelled channel only.`,
  "ome-tiff": `- \`ome-tiff/<file>_image.ome.tif\`, \`_labels.ome.tif\` (uint32, the same values as in nuclei.csv), \`_known.ome.tif\`.
  Opens in Fiji (Bio-Formats), QuPath, tifffile.`,
  imagej: `- \`imagej/<file>_image.tif\`, \`_labels.tif\`, \`_known.tif\`: stacks that ImageJ opens by drag and drop. Its labels have 16 bits, so the
  nuclei are numbered 1, 2, 3… here; \`<file>_labels.csv\` says which number is which label of nuclei.csv.`,
  nifti: `- \`nifti/<file>_image.nii\`, \`_labels.nii\`, \`_known.nii\`: NIfTI-1, for nibabel, 3D Slicer, ITK-SNAP, SimpleITK. Sizes are
  millimetres there (0.5 µm is 0.0005 mm). Labels have the numbers of nuclei.csv, in 16 bits where they fit, else in 32.`,
  nrrd: `- \`nrrd/<file>_image.nrrd\`, \`_labels.nrrd\`, \`_known.nrrd\`: NRRD, for 3D Slicer, SimpleITK, pynrrd; sizes are micrometres (\`space
  units\`). Labels have the numbers of nuclei.csv, in 16 bits where they fit, else in 32.`,
  cellprofiler: `- \`cellprofiler/Image.csv\`, \`Nuclei.csv\`: tables as CellProfiler writes them, for CellProfiler Analyst, pycytominer, R. Its own measures count
  voxels; columns that begin with \`Karyoloop_\` are in micrometres. \`Metadata_Label\` is the label of nuclei.csv.`,
  nnunet: `- \`nnunet/\`: for nnU-Net v2, with \`nnUNet_raw\` and \`nnUNet_preprocessed\` set to the folders of these names here. It learns classes
  of voxels, not nuclei: 0 background, 1 the inside of a nucleus, 2 its border, 3 *ignore* where nothing is known. A border voxel touches
  something else in its plane, or another nucleus in the next; pieces of class 1, grown into class 2, are nuclei again. Sizes are
  micrometres. \`splits_final.json\` holds whole specimens out; with one specimen there is none: train with fold \`all\`. Volumes of
  split \`test\` are in \`imagesTs\` and \`labelsTs\`.`,
  stardist: `- \`stardist/train/images\` and \`masks\`, \`stardist/test/…\`: pairs of TIFF stacks of the same name for StarDist. In a mask 0 is
  background and **-1 is unknown**, where StarDist switches its losses off. Nuclei are numbered 1, 2, 3… here; \`<file>_labels.csv\`
  says which number is which label of nuclei.csv.`,
  cellpose: `- \`cellpose/train\`, \`cellpose/test\`: planes \`<name>.tif\` with \`<name>_masks.tif\` for Cellpose. It has no way to say unknown, so that only
  planes of boxes are here in which every voxel is known; \`boxes.csv\` says where they lie. They are planes of constant z, in the size
  they have. Boxes kept for validation and volumes of split \`test\` are in \`test\`.`,
  embedseg: `- \`embedseg/train\`, \`val\`, \`test\`: \`images\` and \`masks\` of the same names for EmbedSeg. It has no way to say unknown, so that only parts of boxes are
  here in which every voxel is known; \`boxes.csv\` says where they lie. Boxes kept for validation are in \`val\`, volumes of split \`test\` in \`test\`. Nuclei are
  numbered 1, 2, 3…; \`<file>_labels.csv\` says which is which label of nuclei.csv.`,
  tracking: `- \`tracking/\`: the layout of the Cell Tracking Challenge, each volume a sequence of one frame; \`sequences.csv\` says which volume is
  which sequence. Nuclei are numbered 1, 2, 3…; \`<sequence>_labels.csv\` says which is which label of nuclei.csv. The ground truth has no
  word for unknown: a nucleus that is not in it may be there; \`<sequence>_KNOWN\` has the mask.`,
  hdf5: `- \`hdf5/train/<file>.h5\`, \`hdf5/test/…\`: \`raw\`, \`label\` (the numbers of nuclei.csv) and \`known\` in one file, for PlantSeg, pytorch-3dunet,
  ilastik; \`element_size_um\` is z, y, x. Give \`known\` as the weight, so that nothing unknown is learned.`,
  neuroglancer: `- \`neuroglancer/<file>_image\`, \`neuroglancer/<file>_nuclei\`: Neuroglancer's precomputed volumes (uint32, the numbers of nuclei.csv) with
  several resolutions, and class, status, volume and surface (\`mesh\`, nanometres) of every nucleus. Put the folder on a web server and open
  \`precomputed://https://…/<file>_nuclei\`; a chunk that is not there is 0.`,
  ply: surfaceWords("ply", "binary PLY for MeshLab, CloudCompare, Blender"),
  obj: surfaceWords("obj", "OBJ, text, for Blender and most programs of 3D graphics"),
  vtk: surfaceWords("vtk", "VTK's legacy format for ParaView, 3D Slicer, PyVista"),
  webknossos: `- \`webknossos/<file>/\`: a data set of webKnossos: the OME-Zarr with image, nuclei and mask, \`datasource-properties.json\`, which says what to read of it, and
  \`nuclei.nml\`, an annotation with every nucleus as a segment. Zip a folder and upload it, or give webKnossos its address.`,
  idr: `- \`idr/\`: the submitter's templates of the Image Data Resource (study, assays, paths of files), filled in as far as this version says it, and the images that they name.
  What is empty is for you or for its curators to fill in.`,
  bbbc: `- \`bbbc/\`: \`images.zip\`, \`ground_truth.zip\`, a table and a page about them, as benchmarks of the Broad Bioimage Benchmark Collection are handed out.`,
  "bioimage-archive": `- \`bioimage-archive/\`: what the BioImage Archive takes: an \`.ome.zarr.zip\` per image with its labels, nuclei and mask as OME-TIFF and a table per
  volume, the lists of files (\`*.tsv\`), MIFA (\`mifa/\`), an RO-Crate 1.1; \`SUBMIT.md\` says in words what to do with it.`,
  model: "- `model/`: the trained model; its own README.md says how to run it.",
  bioimageio: `- \`bioimageio/\`: the trained model as a package for bioimage.io, with ONNX weights and \`nuclei.py\`; its own README.md says how to run it.`,
};

const heading = (title: string, lines: readonly string[]): string =>
  lines.length > 0 ? `\n## ${title}\n\n${lines.join("\n")}\n` : "";

function howToCite({ publication, version, createdAt, project }: DatasetDescription): string {
  if (!publication) return "";
  const { creators, contact, funding, relatedWorks, keywords, title } = publication;
  const names = creators.map(({ givenName, familyName }) => [familyName, givenName].filter(Boolean).join(", "));
  const people = creators.map(({ givenName, familyName, affiliation, orcid }) => {
    const beside = [affiliation, orcid && `https://orcid.org/${orcid}`].filter(Boolean).join(", ");
    return `- ${[givenName, familyName].filter(Boolean).join(" ")}${beside && ` (${beside})`}`;
  });
  return [
    heading(
      "How to cite",
      names.length > 0
        ? [
            `${names.join("; ")} (${createdAt.slice(0, 4)}): ${title || project.name}, version ${version}.`,
            "",
            ...people,
          ]
        : [],
    ),
    heading("Contact", contact.email ? [[contact.name, contact.email].filter(Boolean).join(", ")] : []),
    heading(
      "Funding",
      funding.map(({ funder, award }) => `- ${[funder, award].filter(Boolean).join(", ")}`),
    ),
    heading(
      "Related works",
      relatedWorks.map(({ identifier, relation }) => `- ${relationWords[relation]}: ${addressOf(identifier)}`),
    ),
    heading("Keywords", keywords.length > 0 ? [keywords.join(", ")] : []),
  ].join("");
}

const relationWords: Readonly<Record<WorkRelation, string>> = {
  IsSupplementTo: "belongs to",
  IsDerivedFrom: "made from",
  IsDocumentedBy: "described in",
  References: "refers to",
};

const addressOf = (identifier: string): string => (doiOf(identifier) ? `https://doi.org/${identifier}` : identifier);

function specimenAndImaging(about: Publication): string {
  const organisms = about.organisms.map(
    ({ name, taxonId, strain }) =>
      `- ${name}${taxonId ? ` (NCBI Taxonomy ${taxonId})` : ""}${strain ? `, strain ${strain}` : ""}`,
  );
  return [
    heading("Organism", organisms),
    heading("Specimen", about.specimenPreparation ? [about.specimenPreparation] : []),
    heading("Stain", about.stain ? [about.stain] : []),
    heading("Imaging", [about.imagingMethod, about.acquisition].filter(Boolean)),
  ].join("");
}

/** Null where none was given: a file that says nothing would be taken for a licence. */
export function licenceText(description: DatasetDescription): string | null {
  const { licence, publication, project, version } = description;
  if (licence === "") return null;
  const creators = (publication?.creators ?? []).map(({ givenName, familyName }) =>
    [givenName, familyName].filter(Boolean).join(" "),
  );
  return [
    `${publication?.title || project.name}, dataset version ${version}`,
    ...(creators.length > 0 ? [`by ${creators.join(", ")}`] : []),
    "",
    licenceWords(licence),
    originWords(description.volumes),
  ].join("\n");
}

function licenceWords(licence: string): string {
  const known = describeLicence(licence);
  if (known) return `${known.name} (${known.id}): ${known.words}. ${known.url}`;
  return licence || "None was given. Without one nobody may reuse these data: ask the people named below.";
}

/** Images of others, with what they ask for. */
function originWords(volumes: readonly FrozenVolume[]): string {
  const lines = volumes.flatMap(({ name, origin }) =>
    origin?.kind === "others"
      ? [
          `- ${name}: ${origin.citation} Licence: ${origin.licence || "none stated"}.${origin.link && ` ${addressOf(origin.link)}`}`,
        ]
      : [],
  );
  return lines.length > 0
    ? `\nThe images of these volumes are of others, under their own licence:\n\n${lines.join("\n")}\n`
    : "";
}

const peopleWords = (revision: number): string =>
  revision < 3
    ? ""
    : `| annotator | who drew, corrected or accepted it last |
| drawn_by | who began it by hand; empty where a model or a file did |
| corrected_by | who changed its voxels after that, in order |
| accepted_by | who accepted it as a proposal, or marked it as finished |
| classified_by | who gave the class that it has |
| checkpoint | the model whose proposal it was |
`;

const toolWords = (revision: number): string =>
  revision < 3
    ? ""
    : `
Measures of other programs, under their names. NucleusJ 2.0: doi:10.1080/19491034.2020.1845012, its class Measure3D; its measures of the background are of an image
and not of a nucleus, and its medians are not here. TANGO: doi:10.1093/bioinformatics/btt276, its class Simple_MeasureGeometrical, by mcib3d; l0 ≤ l1 ≤ l2 are
the eigenvalues of above, and the border are voxels with a face towards the outside. Cells are empty where a nucleus is in two pieces with a plane between them.

| column | what |
|---|---|
${toolColumns.map(({ name, words }) => `| ${name} | ${words} |`).join("\n")}
`;

/** Written for somebody who finds this folder in ten years and has never heard of us. */
export function datasetReadme(description: DatasetDescription, formats: readonly ExportFormat[]): string {
  const { project, volumes } = description;
  const nuclei = volumes.reduce((sum, volume) => sum + volume.nuclei, 0);
  const unfinished = volumes.reduce((sum, volume) => sum + volume.unfinishedNuclei, 0);
  const specimens = new Set(volumes.map(({ specimen }) => specimen)).size;
  const test = volumes.filter(({ split }) => split === "test").length;
  const about = description.publication ?? EMPTY_PUBLICATION;
  return `# ${about.title || project.name}, dataset version ${description.version}

${about.summary || project.description || "(The project has no description.)"}
${howToCite(description)}${specimenAndImaging(about)}
${nuclei} labelled nuclei in ${volumes.length} 3D volumes of ${specimens} specimens.
${description.approvedOnly ? "Each of them was approved by a second person, who had not drawn, corrected or accepted it.\n" : ""}Frozen on ${description.createdAt} from label snapshot ${description.snapshotId}; written by ${description.software.name} ${description.software.version}.

## Licence

${licenceWords(description.licence)}
${originWords(volumes)}
## What is here

${formats.map((format) => formatWords[format]).join("\n")}
- \`nuclei.csv\`: a line per nucleus, with its shape.
- \`CITATION.cff\` and \`datacite.json\`, where a title and creators were given: how to cite it, for programs.
- \`ro-crate-metadata.json\`: the folder as an RO-Crate. \`croissant.json\`: the same as Croissant, for programs that learn from data.
- \`dataset.json\`: all of this for programs, with the size and SHA-256 of every file.
- \`SHA256SUMS\`: \`sha256sum --check SHA256SUMS\` in this folder says whether every file arrived whole.
- \`LICENSE\`: under which terms you may use all of it, where a licence was given.
- \`GUIDELINES.md\`: what the annotators were told.

All axes are z, y, x. Sizes are micrometres. In label images 0 is background and every nucleus has one positive whole number, unique in its volume.

## Not labelled is not background

People label a volume little by little. The mask \`known\` says what was looked at: **0 unknown, 1 background, 2 nucleus**. Train and measure only where
it is not 0. Nuclei that a model proposed and nobody judged are not in the labels${unfinished ? `, nor are ${unfinished} nuclei that were begun and not finished${description.approvedOnly ? " or that no second person had approved" : ""}; both are unknown in the mask` : "; they are unknown in the mask"}.

## Splits

A specimen (embryo, organoid, plate well) is never divided: its volumes are all in \`train\` or all in \`test\`.
${test ? `${test} volumes are kept out for testing.` : "No specimen was kept out for testing. Before you report a score, hold out whole specimens of your own choice."}
Boxes of kind \`validation\` in dataset.json were kept out of the training of the model that helped with labelling.

| file | volume | specimen | split | voxels z × y × x | µm z × y × x | nuclei | known |
|---|---|---|---|---|---|---|---|
${volumes.map(volumeRow).join("\n")}

## How the labels were made

People painted them, or accepted or corrected proposals of a model that was trained on their labels; nuclei.csv says which, under \`origin\`.
${description.checkpoint ? `The last model was checkpoint ${description.checkpoint.id}${description.checkpoint.approvedOnly ? ", which learned from nuclei that a second person had approved" : ""}.` : "No model was involved."}

| annotator | finished nuclei |
|---|---|
${description.annotators.map((annotator) => row([annotator.name, annotator.nuclei])).join("\n")}

A nucleus counts for whoever drew, corrected or accepted it last; who only gave classes has none of their own. Each person chose to stand here by name or
by pseudonym; who chose nothing has a pseudonym.
${agreementWords(description)}
## Columns of nuclei.csv

| column | what |
|---|---|
${peopleWords(tableRevisionOf(description))}| volume_um3 | number of voxels × voxel volume |
| surface_crofton13_um2 | Crofton's formula over 13 directions; within about 1 % for nuclei of 5 voxels' radius and more |
| surface_voxel_faces_um2 | summed faces of voxels: half too large for round things at every resolution; for comparison only |
| sphericity_36piV2_over_S3_crofton13 | 36 π V² / S³ with the surface of Crofton's formula; 1 for a sphere, at most ${MOST_SPHERICITY}; empty where under_resolved |
| under_resolved | too few slices thick for a surface: less than ${LEAST_THICKNESS} lengths of the thickest voxel, or rounder than noise explains. Its sphericity is not told; leave its surface out of statistics |
| flatness_sqrt_l1_over_l0, elongation_sqrt_l2_over_l1 | from the eigenvalues l0 ≤ l1 ≤ l2 of the covariance of the voxel centres in µm |
| centroid_z_um, … | from the outer corner of the first voxel |
| mean_intensity | of the image, in its own units |
| truncated_by_border | cut by the border of the volume: leave its shape out of statistics |
| uncertainty_0_to_1 | how unsure the model was of its proposal; empty for nuclei drawn by hand |
${toolWords(tableRevisionOf(description))}`;
}
