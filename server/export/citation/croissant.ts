import { doiOf, isWebAddress } from "../../../core/publication/publication.ts";
import { describeLicence } from "../../../core/publication/spdx/describe-licence.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";
import { tableRevisionOf } from "../frozen/table-revision.ts";
import { csvText } from "../table/csv-cells.ts";
import { nucleiCsvColumns } from "../table/nuclei-csv.ts";
import { peopleColumns } from "../table/people-columns.ts";
import type { FileDigest } from "../zip/packed-file.ts";

/** The context of Croissant 1.1 as its specification gives it; readers compare it by its keys. */
const CONTEXT = {
  "@language": "en",
  "@vocab": "https://schema.org/",
  arrayShape: "cr:arrayShape",
  citeAs: "cr:citeAs",
  column: "cr:column",
  conformsTo: "dct:conformsTo",
  containedIn: "cr:containedIn",
  cr: "http://mlcommons.org/croissant/",
  data: { "@id": "cr:data", "@type": "@json" },
  dataType: { "@id": "cr:dataType", "@type": "@vocab" },
  dct: "http://purl.org/dc/terms/",
  description: { "@container": "@language" },
  equivalentProperty: "cr:equivalentProperty",
  examples: { "@id": "cr:examples", "@type": "@json" },
  extract: "cr:extract",
  field: "cr:field",
  fileObject: "cr:fileObject",
  fileProperty: "cr:fileProperty",
  fileSet: "cr:fileSet",
  format: "cr:format",
  includes: "cr:includes",
  isArray: "cr:isArray",
  isLiveDataset: "cr:isLiveDataset",
  jsonPath: "cr:jsonPath",
  key: "cr:key",
  md5: "cr:md5",
  name: { "@container": "@language" },
  parentField: "cr:parentField",
  path: "cr:path",
  rai: "http://mlcommons.org/croissant/RAI/",
  recordSet: "cr:recordSet",
  references: "cr:references",
  regex: "cr:regex",
  repeated: "cr:repeated",
  replace: "cr:replace",
  samplingRate: "cr:samplingRate",
  sc: "https://schema.org/",
  separator: "cr:separator",
  source: "cr:source",
  subField: "cr:subField",
  transform: "cr:transform",
} as const;

/**
 * Croissant 1.1 (http://mlcommons.org/croissant/1.1): what is here for programs that learn from it, with the fields of responsible AI.
 * Volumes are sets of files: Croissant's masks are 2D, and ours are not said to be such. `files` are those before it.
 */
export function croissant(description: DatasetDescription, files: readonly FileDigest[]): object {
  const { publication, project, licence, version, createdAt, software } = description;
  const known = describeLicence(licence);
  const creators = (publication?.creators ?? []).map(({ givenName, familyName, affiliation, orcid }) => ({
    "@type": "sc:Person",
    name: [givenName, familyName].filter(Boolean).join(" "),
    ...(orcid && { url: `https://orcid.org/${orcid}` }),
    ...(affiliation && { affiliation: { "@type": "sc:Organization", name: affiliation } }),
  }));
  const title = publication?.title || `${project.name}, dataset version ${version}`;
  const page = (publication?.relatedWorks ?? []).map(({ identifier }) => addressOf(identifier)).find(isWebAddress);
  return {
    "@context": CONTEXT,
    "@type": "sc:Dataset",
    conformsTo: "http://mlcommons.org/croissant/1.1",
    name: title,
    description: publication?.summary || project.description || "3D microscopy volumes with labelled nuclei.",
    datePublished: createdAt.slice(0, 10),
    version: `${version}.0.0`,
    ...(licence && { license: known?.url ?? licence }),
    ...(page && { url: page }),
    creator:
      creators.length > 0
        ? creators
        : [{ "@type": "sc:Organization", name: `The people of the project ${project.name}` }],
    ...(publication && publication.keywords.length > 0 && { keywords: publication.keywords }),
    citeAs: citationOf(description, title),
    isLiveDataset: false,
    "rai:dataAnnotationProtocol": description.guidelines || "The project has no guidelines.",
    "rai:dataAnnotationPlatform": `${software.name} ${software.version}`,
    "rai:annotationsPerItem": "One: a nucleus is drawn, or accepted, by one person.",
    "rai:machineAnnotationTools": description.checkpoint
      ? `A 3D U-Net that learned from these labels (checkpoint ${description.checkpoint.id}) proposed nuclei; people accepted or corrected them. The column origin says which.`
      : "None",
    "rai:dataLimitations":
      "Volumes may be labelled in part. Not labelled is not background: the mask “known” says where the truth is known.",
    distribution: distributionOf(files),
    recordSet: [tableOfNuclei(description)],
  };
}

const addressOf = (identifier: string): string =>
  doiOf(identifier) ? `https://doi.org/${doiOf(identifier)}` : identifier;

function citationOf({ publication, version, createdAt, project }: DatasetDescription, title: string): string {
  const names = (publication?.creators ?? []).map(({ familyName, givenName }) =>
    [familyName, givenName].filter(Boolean).join(", "),
  );
  return `${names.join("; ") || project.name} (${createdAt.slice(0, 4)}): ${title}, version ${version}.`;
}

const TABLE = "nuclei.csv";
const MEDIA: Readonly<Record<string, string>> = {
  csv: "text/csv",
  json: "application/json",
  md: "text/markdown",
  cff: "application/yaml",
};

/** Files at the top by name, everything else as a set of files by folder. */
function distributionOf(files: readonly FileDigest[]): object[] {
  const folders = new Set(files.flatMap(({ path }) => (path.includes("/") ? [path.slice(0, path.indexOf("/"))] : [])));
  return [
    ...files
      .filter(({ path }) => !path.includes("/"))
      .map(({ path, bytes, sha256 }) => ({
        "@type": "cr:FileObject",
        "@id": path,
        name: path,
        contentUrl: path,
        contentSize: `${bytes} B`,
        encodingFormat: MEDIA[path.split(".").at(-1) ?? ""] ?? "text/plain",
        sha256,
      })),
    ...[...folders].map((folder) => ({
      "@type": "cr:FileSet",
      "@id": `folder-${folder}`,
      name: folder,
      description: `All files of ${folder}, with their digests in SHA256SUMS; README.md says what each is.`,
      encodingFormat: "application/octet-stream",
      includes: `${folder}/**`,
    })),
  ];
}

function tableOfNuclei(description: DatasetDescription): object {
  const { classes } = description;
  return {
    "@type": "cr:RecordSet",
    "@id": "nuclei",
    name: "nuclei",
    description: `A record per finished nucleus with what was measured on it.${
      classes.length > 0 ? ` Classes: ${classes.map(({ name }) => csvText(name)).join(", ")}.` : ""
    }`,
    field: nucleiCsvColumns(tableRevisionOf(description)).map((column) => ({
      "@type": "cr:Field",
      "@id": `nuclei/${column}`,
      name: column,
      description: `Column ${column} of ${TABLE}`,
      dataType: typeOf(column),
      source: { fileObject: { "@id": TABLE }, extract: { column } },
    })),
  };
}

function typeOf(column: string): string {
  if (TEXT.has(column)) return "sc:Text";
  if (column === "truncated_by_border" || column === "under_resolved") return "sc:Boolean";
  return column === "label" || column === "voxels" ? "sc:Integer" : "sc:Float";
}

const TEXT: ReadonlySet<string> = new Set([
  "volume",
  "specimen",
  "split",
  "status",
  "class",
  "annotator",
  "origin",
  "checkpoint",
  ...peopleColumns.map(({ name }) => name),
]);
