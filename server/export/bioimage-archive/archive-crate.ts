import { describeLicence } from "../../../core/publication/spdx/describe-licence.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";
import { annotationKinds, annotationPath, FILE_LIST, imageZip } from "./archive-places.ts";
import { archivedImages, tsv } from "./file-lists.ts";
import { annotationCoverage, annotationMethod, mifaDocuments } from "./mifa.ts";

const IMAGES = "#Images";
const ANNOTATIONS = "#Annotations";
const SPECIMEN = "#Specimen";
const METHOD = "#Annotation%20method";

/** Columns of the crate's own list of files, and what each is in the archive's words. */
const columns = [
  ["file_path", "http://bia/filePath"],
  ["size_in_bytes", "http://bia/sizeInBytes"],
  ["dataset", "http://schema.org/isPartOf"],
  ["type", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"],
  ["label", "http://schema.org/name"],
  ["source_image_label", "http://bia/sourceImageLabel"],
  ["associated_specimen", "http://bia/associatedSubject"],
  ["associated_annotation_method", "http://bia/associatedAnnotationMethod"],
  ["associated_protocol", "http://bia/associatedProtocol"],
] as const;
export const crateColumns: readonly string[] = columns.map(([name]) => name);

/** `sizeOf` a path of the package, in bytes. */
export async function crateFileList(
  description: DatasetDescription,
  sizeOf: (path: string) => Promise<number>,
): Promise<string> {
  const specimen = hasSpecimen(description) ? SPECIMEN : "";
  const lines: string[][] = [];
  for (const { name } of archivedImages(description)) {
    const path = imageZip(name);
    lines.push([path, String(await sizeOf(path)), IMAGES, "http://bia/Image", name, "", specimen, "", ""]);
  }
  for (const volume of description.volumes)
    for (const { kind } of annotationKinds) {
      const path = annotationPath(volume, kind);
      const label = path.slice(path.indexOf("/") + 1);
      lines.push([
        path,
        String(await sizeOf(path)),
        ANNOTATIONS,
        "http://bia/AnnotationData",
        label,
        volume.fileName,
        "",
        METHOD,
        "",
      ]);
    }
  return tsv([crateColumns, ...lines]);
}

const hasSpecimen = ({ publication }: DatasetDescription): boolean =>
  (publication?.organisms.length ?? 0) > 0 && (publication?.specimenPreparation ?? "") !== "";

const TERMS = {
  accessionId: "schema:identifier",
  affiliation: "schema:memberOf",
  annotationCoverage: "bia:annotationCoverage",
  annotationCriteria: "bia:annotationCriteria",
  associatedAnnotationMethod: "bia:associatedAnnotationMethod",
  associatedImageAcquisitionProtocol: "bia:associatedImageAcquisitionProtocol",
  associatedSpecimen: "bia:associatedSubject",
  biologicalEntity: "bia:sampleOf",
  biologicalEntityDescription: "bia:biologicalEntityDescription",
  column: "csvw:column",
  columnName: "csvw:name",
  contributor: "schema:author",
  displayName: "schema:name",
  imagingInstrumentDescription: "bia:imagingInstrumentDescription",
  imagingMethodName: "bia:imagingMethodName",
  imagingPreparationProtocol: "bia:imagingPreparationProtocol",
  keyword: "schema:keywords",
  methodType: "bia:annotationMethodType",
  organismClassification: "schema:taxonomicRange",
  propertyUrl: "csvw:propertyUrl",
  protocolDescription: "schema:description",
  scientificName: "http://rs.tdwg.org/dwc/terms/scientificName",
  tableSchema: "csvw:tableSchema",
  title: "schema:name",
} as const;

type Entity = { readonly "@id": string; readonly "@type": string | readonly string[] } & Readonly<
  Record<string, unknown>
>;
const to = (id: string) => ({ "@id": id });

/** RO-Crate 1.1 in the terms of the BioImage Archive (https://github.com/BioImage-Archive/bia-integrator, bia-ro-crate, 2026). */
export function archiveCrate(description: DatasetDescription): object {
  const { project, licence, createdAt, guidelines } = description;
  const { study } = mifaDocuments(description) as { study: { title: string; description: string; keywords: string[] } };
  const people = peopleOf(description);
  const specimen = hasSpecimen(description) ? specimenOf(description) : [];
  const acquisition = acquisitionOf(description);
  const tableColumns = columns.map(
    ([columnName, propertyUrl], index): Entity => ({
      "@id": `_:column${index}`,
      "@type": ["csvw:Column"],
      columnName,
      propertyUrl,
    }),
  );
  const graph: Entity[] = [
    {
      "@id": "ro-crate-metadata.json",
      "@type": "CreativeWork",
      conformsTo: to("https://w3id.org/ro/crate/1.1"),
      about: to("./"),
    },
    {
      "@id": "./",
      "@type": ["Dataset", "bia:Study"],
      name: study.title,
      description: study.description,
      contributor: people.filter(({ "@type": type }) => type.includes("bia:Contributor")).map((one) => to(one["@id"])),
      license: describeLicence(licence)?.url ?? licence,
      datePublished: createdAt.slice(0, 10),
      keyword: study.keywords,
      hasPart: [FILE_LIST, IMAGES, ANNOTATIONS].map(to),
      // The archive gives the number.
      accessionId: `to be assigned (${project.name})`,
    },
    ...people,
    {
      "@id": IMAGES,
      "@type": ["Dataset", "bia:Dataset"],
      name: "Images",
      description: "One OME-Zarr 0.5 per image, zipped, with the labels in it.",
      ...(specimen.length > 0 && { associatedSpecimen: to(SPECIMEN) }),
      ...(acquisition && { associatedImageAcquisitionProtocol: [to(acquisition["@id"])] }),
    },
    {
      "@id": ANNOTATIONS,
      "@type": ["Dataset", "bia:Dataset"],
      name: "Annotations",
      description: "Of every image: nuclei, what was looked at, and a table.",
      associatedAnnotationMethod: [to(METHOD)],
    },
    {
      "@id": METHOD,
      "@type": ["bia:AnnotationMethod"],
      title: "Nuclei outlined in three dimensions",
      protocolDescription: annotationMethod(description),
      annotationCriteria: guidelines || "The project has no guidelines.",
      annotationCoverage: annotationCoverage(description),
      methodType: ["segmentation_mask"],
    },
    ...specimen,
    ...(acquisition ? [acquisition] : []),
    { "@id": FILE_LIST, "@type": ["File", "bia:FileList", "csvw:Table"], tableSchema: to("_:columns") },
    { "@id": "_:columns", "@type": ["csvw:Schema"], column: tableColumns.map((one) => to(one["@id"])) },
    ...tableColumns,
  ];
  return {
    "@context": [
      "https://w3id.org/ro/crate/1.1/context",
      {
        bia: "http://bia/",
        csvw: "http://www.w3.org/ns/csvw#",
        schema: "http://schema.org/",
        ...Object.fromEntries(Object.entries(TERMS).map(([term, id]) => [term, to(id)])),
      },
    ],
    "@graph": [...new Map(graph.map((one) => [one["@id"], one])).values()],
  };
}

function acquisitionOf({ publication }: DatasetDescription): Entity | null {
  if (!publication?.imagingMethod && !publication?.acquisition) return null;
  return {
    "@id": "#Imaging",
    "@type": ["bia:ImageAcquisitionProtocol"],
    title: publication.imagingMethod || "Imaging",
    protocolDescription: publication.acquisition || publication.imagingMethod,
    imagingInstrumentDescription: publication.acquisition || "Not stated.",
    imagingMethodName: publication.imagingMethod ? [publication.imagingMethod] : [],
  };
}

function specimenOf({ publication }: DatasetDescription): Entity[] {
  const organisms = (publication?.organisms ?? []).map(
    ({ name, taxonId, strain }, index): Entity & { readonly words: string } => ({
      "@id": taxonId ? `NCBI:txid${taxonId}` : `#organism-${index + 1}`,
      "@type": ["bia:Taxon"],
      scientificName: name,
      words: [name, strain && `strain ${strain}`].filter(Boolean).join(", "),
    }),
  );
  return [
    {
      "@id": SPECIMEN,
      "@type": ["bia:Specimen"],
      biologicalEntity: [to("#Biosample")],
      imagingPreparationProtocol: [to("#Preparation")],
    },
    {
      "@id": "#Biosample",
      "@type": ["bia:BioSample"],
      title: "Biosample",
      biologicalEntityDescription: organisms.map(({ words }) => words).join("; "),
      organismClassification: organisms.map((one) => to(one["@id"])),
    },
    {
      "@id": "#Preparation",
      "@type": ["bia:SpecimenImagingPreparationProtocol"],
      title: "Preparation",
      protocolDescription: [publication?.specimenPreparation, publication?.stain].filter(Boolean).join("\n"),
    },
    ...organisms.map(({ words, ...organism }) => organism as Entity),
  ];
}

function peopleOf({ publication, project }: DatasetDescription): Entity[] {
  const creators = publication?.creators ?? [];
  if (creators.length === 0)
    return [
      {
        "@id": "#people",
        "@type": ["Organization", "bia:Contributor"],
        displayName: `The people of the project ${project.name}`,
      },
    ];
  const idOf = (affiliation: string) => `#organization-${encodeURIComponent(affiliation)}`;
  return creators.flatMap(({ givenName, familyName, affiliation, orcid }, index): Entity[] => [
    {
      "@id": orcid ? `https://orcid.org/${orcid}` : `#person-${index + 1}`,
      "@type": ["Person", "bia:Contributor"],
      displayName: [givenName, familyName].filter(Boolean).join(" "),
      affiliation: affiliation ? [to(idOf(affiliation))] : [],
    },
    ...(affiliation
      ? [{ "@id": idOf(affiliation), "@type": ["Organization", "bia:Affiliation"], displayName: affiliation } as Entity]
      : []),
  ]);
}
