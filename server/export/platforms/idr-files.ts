import { doiOf, isWebAddress } from "../../../core/publication/publication.ts";
import { describeLicence } from "../../../core/publication/spdx/describe-licence.ts";
import { tsv } from "../bioimage-archive/file-lists.ts";
import { type ExportFile, textFile } from "../export-file.ts";
import type { DatasetDescription, FrozenVolume } from "../frozen/dataset-description.ts";
import type { ReadableDataset } from "../frozen/frozen-dataset.ts";
import { tableRevisionOf } from "../frozen/table-revision.ts";
import { nucleiCsv, nucleiCsvColumns } from "../table/nuclei-csv.ts";
import { omeTiffFiles } from "../tiff/ome-tiff-files.ts";

const EXPERIMENT = "idr/experimentA/";
export const IDR_STUDY = "idr/idr0000-study.txt";
export const IDR_ASSAYS = `${EXPERIMENT}idr0000-experimentA-assays.txt`;
export const IDR_PATHS = `${EXPERIMENT}idr0000-experimentA-filePaths.tsv`;
export const IDR_TABLE = `${EXPERIMENT}idr0000-experimentA-nuclei.csv`;

export const idrImages = ({ fileName }: Pick<FrozenVolume, "fileName">) =>
  [`images/${fileName}.ome.tif`, `images/${fileName}_nuclei.ome.tif`] as const;

/** Columns of the submitter's table of assays (https://github.com/IDR/idr0000-lastname-example, 2021). */
export const idrAssayColumns = [
  "Source Name",
  "Characteristics [Organism]",
  "Term Source 1 REF",
  "Term Source 1 Accession",
  "Characteristics [Cell Line]",
  "Term Source 2 REF",
  "Term Source 2 Accession",
  "Protocol REF",
  "Protocol REF",
  "Protocol REF",
  "Assay Name",
  "Experimental Condition [Split]",
  "Comment [Gene Identifier]",
  "Comment [Gene Symbol]",
  "Comment [Gene Annotation Comments]",
  "Dataset Name",
  "Image File",
  "Comment [Image File Path]",
  "Comment [Image File Comments]",
] as const;

/**
 * The submitter's templates of the Image Data Resource, filled in as far as a version says it, with the images that they name. Its curators
 * write the rest.
 */
export async function* idrFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  const { description } = dataset;
  yield textFile(IDR_STUDY, idrStudy(description));
  yield textFile(
    IDR_ASSAYS,
    tsv([idrAssayColumns, ...description.volumes.map((volume) => assayLine(description, volume))]),
  );
  yield textFile(
    IDR_PATHS,
    tsv(
      description.volumes.flatMap((volume) =>
        idrImages(volume).map((path) => [`Dataset:name:${volume.specimen}`, path]),
      ),
    ),
  );
  yield { ...nucleiCsv(dataset), path: IDR_TABLE };
  const stacks = new Map<string, ExportFile>();
  for await (const file of omeTiffFiles(dataset)) stacks.set(file.path, file);
  for (const volume of description.volumes)
    for (const [index, kind] of ["image", "labels"].entries()) {
      const stack = stacks.get(`ome-tiff/${volume.fileName}_${kind}.ome.tif`);
      if (stack) yield { ...stack, path: EXPERIMENT + idrImages(volume)[index] };
    }
}

const taxonOf = (taxonId: number | null): string => (taxonId === null ? "" : `NCBITaxon_${taxonId}`);

function assayLine({ publication }: DatasetDescription, volume: FrozenVolume): string[] {
  const [organism] = publication?.organisms ?? [];
  const [image, labels] = idrImages(volume);
  return [
    volume.specimen,
    organism?.name ?? "",
    organism ? "NCBITaxon" : "",
    taxonOf(organism?.taxonId ?? null),
    organism?.strain ?? "",
    "",
    "",
    "growth protocol",
    "image acquisition and feature extraction protocol",
    "data analysis protocol",
    volume.fileName,
    volume.split,
    "",
    "",
    "",
    volume.specimen,
    image.slice("images/".length),
    "images",
    `nuclei: ${labels}, voxel size x y z ${volume.voxelSizeZyx.toReversed().join(" ")} micrometre`,
  ];
}

type Line = readonly [key: string, ...values: string[]];

/** Keys of the template in its order; a value that nobody has said is empty. */
export function idrStudyLines(description: DatasetDescription): Line[] {
  const { publication, project, licence, volumes, createdAt, guidelines } = description;
  const creators = publication?.creators ?? [];
  const organisms = publication?.organisms ?? [];
  const works = publication?.relatedWorks ?? [];
  const known = describeLicence(licence);
  const size = (axis: 0 | 1 | 2): number =>
    Math.round(volumes.reduce((sum, { shapeZyx }) => sum + shapeZyx[axis], 0) / Math.max(1, volumes.length));
  return [
    ["Comment[IDR Study Accession]"],
    ["Study Title", publication?.title || project.name],
    ["Study Type"],
    ["Study Type Term Source REF"],
    ["Study Type Term Accession"],
    ["Study Description", publication?.summary || project.description],
    ["Study Key Words", ...(publication?.keywords ?? [])],
    ["Study Organism", ...organisms.map(({ name }) => name)],
    ["Study Organism Term Source REF", ...organisms.map(() => "NCBITaxon")],
    ["Study Organism Term Accession", ...organisms.map(({ taxonId }) => taxonOf(taxonId))],
    ["Study Experiments Number", "1"],
    ["Study External URL", ...works.map(({ identifier }) => identifier).filter(isWebAddress)],
    ["Study Public Release Date", createdAt.slice(0, 10)],
    ["Study PubMed ID"],
    ["Study Publication Title"],
    ["Study Author List"],
    ["Study PMC ID"],
    ["Study DOI", ...works.flatMap(({ identifier }) => doiOf(identifier) ?? [])],
    ["Study Person Last Name", ...creators.map(({ familyName }) => familyName)],
    ["Study Person First Name", ...creators.map(({ givenName }) => givenName)],
    ["Study Person Email", publication?.contact.email ?? ""],
    ["Study Person Address", ...creators.map(({ affiliation }) => affiliation)],
    ["Study Person ORCID", ...creators.map(({ orcid }) => orcid)],
    ["Study Person Roles", ...creators.map((_, index) => (index === 0 ? "submitter" : ""))],
    ["Study License", known?.name ?? licence],
    ["Study License URL", known?.url ?? ""],
    [
      "Study Copyright",
      creators.map(({ givenName, familyName }) => [givenName, familyName].filter(Boolean).join(" ")).join(", "),
    ],
    ["Study Data Publisher"],
    ["Study Data DOI"],
    ["Term Source Name", "NCBITaxon", "EFO", "CMPO", "FBbi"],
    [
      "Term Source URI",
      "http://purl.obolibrary.org/obo/",
      "http://www.ebi.ac.uk/efo/",
      "http://www.ebi.ac.uk/cmpo/",
      "http://purl.obolibrary.org/obo/",
    ],
    ["Experiment Number", "1"],
    ["Comment[IDR Experiment Name]"],
    ["Experiment Description", "Nuclei outlined in three dimensions, a label image for every image."],
    [
      "Experiment Size",
      `5D Images: ${volumes.length}`,
      `Average Image Dimension (XYZCT): ${size(2)} x ${size(1)} x ${size(0)} x 1 x 1`,
      "Total Tb: ",
    ],
    ["Experiment Example Images", ...volumes.slice(0, 1).map((volume) => idrImages(volume)[0])],
    ["Experiment Imaging Method", publication?.imagingMethod ?? ""],
    ["Experiment Imaging Method Term Source REF", "FBbi"],
    ["Experiment Imaging Method Term Accession"],
    ["Experiment Organism"],
    ["Experiment Organism Term Source REF"],
    ["Experiment Organism Term Accession"],
    ["Experiment Comments"],
    ["Experiment Assay File", IDR_ASSAYS.slice(EXPERIMENT.length)],
    ["Experiment Assay File Format", "tab-delimited text"],
    ["Assay Experimental Conditions", "Split"],
    ["Assay Experimental Conditions Term Source REF"],
    ["Assay Experimental Conditions Term Accession"],
    ["Quality Control Description", description.approvedOnly ? "Each nucleus was approved by a second person." : ""],
    ["Protocol Name", "growth protocol", "image acquisition and feature extraction protocol", "data analysis protocol"],
    ["Protocol Type", "growth protocol", "image acquisition and feature extraction protocol", "data analysis protocol"],
    ["Protocol Type Term Source REF", "EFO", "", ""],
    ["Protocol Type Term Accession", "EFO_0003789", "", ""],
    [
      "Protocol Description",
      publication?.specimenPreparation ?? "",
      [publication?.stain, publication?.imagingMethod, publication?.acquisition].filter(Boolean).join(" "),
      guidelines,
    ],
    ["Feature Level Data File Name", IDR_TABLE.slice(EXPERIMENT.length)],
    ["Feature Level Data File Format", "comma-separated text"],
    ["Feature Level Data File Description", "A line for every nucleus, with its shape in micrometres."],
    ["Feature Level Data Column Name", ...nucleiCsvColumns(tableRevisionOf(description))],
  ];
}

const idrStudy = (description: DatasetDescription): string => tsv(idrStudyLines(description));
