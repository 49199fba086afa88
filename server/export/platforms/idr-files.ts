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

/**
 * Columns of the submitter's table of assays (https://github.com/IDR/idr0000-lastname-example, 2021), a row for each file. What stands in brackets is the
 * submitter's to name.
 */
export const idrAssayColumns = [
  "Source Name",
  "Characteristics [Organism]",
  "Term Source 1 REF",
  "Term Source 1 Accession",
  "Characteristics [Strain]",
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
  "Comment [Image File Type]",
  "Channels",
  "Protocol REF",
  "Processed Data File",
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
    tsv([idrAssayColumns, ...description.volumes.flatMap((volume) => assayLines(description, volume))]),
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

/** Of an image and its labels. Curators put their folder before the path, which names the file too. */
function assayLines({ publication }: DatasetDescription, volume: FrozenVolume): string[][] {
  const [organism] = publication?.organisms ?? [];
  const voxel = `voxel size x y z ${volume.voxelSizeZyx.toReversed().join(" ")} micrometre`;
  return idrImages(volume).map((path, index) => [
    volume.specimen,
    organism?.name ?? "",
    organism ? "NCBITaxon" : "",
    taxonOf(organism?.taxonId ?? null),
    organism?.strain ?? "",
    "",
    "",
    ...protocols.slice(0, 3),
    volume.fileName,
    volume.split,
    "",
    "",
    "",
    volume.specimen,
    path.slice("images/".length),
    path,
    index === 0 ? voxel : `segmentation: 0 is background, every nucleus has a number of its own; ${voxel}`,
    index === 0 ? "raw" : "derived",
    index === 0 ? (publication?.stain ?? "") : "nuclei",
    protocols[3],
    "",
  ]);
}

const protocols = [
  "growth protocol",
  "treatment protocol",
  "image acquisition and feature extraction protocol",
  "data analysis protocol",
] as const;

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
    ["Experiment Organism Term Source REF", "NCBITaxon"],
    ["Experiment Organism Term Accession"],
    ["Experiment Comments"],
    ["Experiment Assay File", IDR_ASSAYS.slice(EXPERIMENT.length)],
    ["Experiment Assay File Format", "tab-delimited text"],
    ["Assay Experimental Conditions", "Split"],
    ["Assay Experimental Conditions Term Source REF"],
    ["Assay Experimental Conditions Term Accession"],
    ["Quality Control Description", description.approvedOnly ? "Each nucleus was approved by a second person." : ""],
    ["Protocol Name", ...protocols],
    ["Protocol Type", ...protocols],
    ["Protocol Type Term Source REF", "EFO", "EFO", "", ""],
    ["Protocol Type Term Accession", "EFO_0003789", "EFO_0003969", "", ""],
    [
      "Protocol Description",
      publication?.specimenPreparation ?? "",
      "",
      [publication?.stain, publication?.imagingMethod, publication?.acquisition].filter(Boolean).join(" "),
      guidelines,
    ],
    ["Phenotype Name"],
    ["Phenotype Description"],
    ["Phenotype Score Type"],
    ["Phenotype Term Source REF", "CMPO"],
    ["Phenotype Term Name"],
    ["Phenotype Term Accession"],
    ["Feature Level Data File Name", IDR_TABLE.slice(EXPERIMENT.length)],
    ["Feature Level Data File Format", "comma-separated text"],
    ["Feature Level Data File Description", "A line for every nucleus, with its shape in micrometres."],
    ["Feature Level Data Column Name", ...nucleiCsvColumns(tableRevisionOf(description))],
    ["Feature Level Data Column Description"],
    ["Processed Data File Name"],
    ["Processed Data File Format"],
    ["Processed Data File Description"],
    ["Processed Data Column Name"],
    ["Processed Data Column Type"],
    ["Processed Data Column Annotation Level"],
    ["Processed Data Column Description"],
    ["Processed Data Column Link To Assay File"],
  ];
}

const idrStudy = (description: DatasetDescription): string => tsv(idrStudyLines(description));
