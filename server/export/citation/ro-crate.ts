import { licenceOf } from "../../../core/publication/licences.ts";
import { doiOf } from "../../../core/publication/publication.ts";
import type { DatasetDescription } from "../dataset-description.ts";
import type { FileDigest } from "../zip/packed-file.ts";

type Entity = {
  readonly "@id": string;
  readonly "@type": string | readonly string[];
  readonly [property: string]: unknown;
};

const reference = ({ "@id": id }: Entity) => ({ "@id": id });

/**
 * RO-Crate 1.2 (https://w3id.org/ro/crate/1.2): the folder as a graph. `files` are those before it, with paths from its folder; of an
 * OME-Zarr the store is one entity, not its thousands of chunks.
 */
export function roCrate(description: DatasetDescription, files: readonly FileDigest[]): object {
  const { publication, project, licence, version, createdAt, software } = description;
  const people = (publication?.creators ?? []).map(
    ({ givenName, familyName, affiliation, orcid }, index): Entity => ({
      "@id": orcid ? `https://orcid.org/${orcid}` : `#creator-${index + 1}`,
      "@type": "Person",
      name: [givenName, familyName].filter(Boolean).join(" "),
      familyName,
      ...(givenName && { givenName }),
      ...(affiliation && { affiliation }),
    }),
  );
  const known = licenceOf(licence);
  const terms: Entity = {
    "@id": known?.url ?? "#licence",
    "@type": "CreativeWork",
    name: known?.name ?? (licence || "No licence was given"),
    description: known?.words ?? (licence || "Without a licence nobody may reuse these data: ask the people named."),
  };
  const organisms = (publication?.organisms ?? []).map(
    ({ name, taxonId, strain }, index): Entity => ({
      "@id": taxonId ? `http://purl.obolibrary.org/obo/NCBITaxon_${taxonId}` : `#organism-${index + 1}`,
      "@type": "Taxon",
      name,
      ...(strain && { description: `strain ${strain}` }),
    }),
  );
  const works = (publication?.relatedWorks ?? []).map(
    ({ identifier }): Entity => ({
      "@id": doiOf(identifier) ? `https://doi.org/${identifier}` : identifier,
      "@type": "CreativeWork",
      name: identifier,
    }),
  );
  const program: Entity = {
    "@id": "#software",
    "@type": "SoftwareApplication",
    name: software.name,
    version: software.version,
  };
  const freezing: Entity = {
    "@id": "#frozen",
    "@type": "CreateAction",
    name: `Version ${version} was frozen`,
    endTime: createdAt,
    instrument: reference(program),
    result: { "@id": "./" },
  };
  const parts = partsOf(files);
  const abstract = publication?.summary || project.description;
  const root: Entity = {
    "@id": "./",
    "@type": "Dataset",
    name: publication?.title || `${project.name}, dataset version ${version}`,
    description: abstract || "3D microscopy volumes with labelled nuclei.",
    datePublished: createdAt,
    version: String(version),
    license: reference(terms),
    hasPart: parts.map(reference),
    mentions: reference(freezing),
    ...(people.length > 0 && { creator: unique(people).map(reference) }),
    ...(publication && publication.keywords.length > 0 && { keywords: publication.keywords.join(", ") }),
    ...(organisms.length > 0 && { about: unique(organisms).map(reference) }),
    ...(works.length > 0 && { citation: unique(works).map(reference) }),
  };
  const descriptor: Entity = {
    "@id": "ro-crate-metadata.json",
    "@type": "CreativeWork",
    about: { "@id": "./" },
    conformsTo: { "@id": "https://w3id.org/ro/crate/1.2" },
  };
  return {
    "@context": "https://w3id.org/ro/crate/1.2/context",
    "@graph": unique([descriptor, root, ...people, terms, ...organisms, ...works, freezing, program, ...parts]),
  };
}

const unique = (entities: readonly Entity[]): Entity[] => [
  ...new Map(entities.map((entity) => [entity["@id"], entity])).values(),
];

const MEDIA: readonly (readonly [RegExp, string])[] = [
  [/\.tiff?$/, "image/tiff"],
  [/\.csv$/, "text/csv"],
  [/\.json$/, "application/json"],
  [/\.md$/, "text/markdown"],
  [/\.cff$/, "application/yaml"],
];

function partsOf(files: readonly FileDigest[]): Entity[] {
  const stores = new Map<string, number>();
  const single: Entity[] = [];
  for (const { path, bytes, sha256 } of files) {
    const store = /^.*?\.ome\.zarr\//.exec(path)?.[0];
    if (store) stores.set(store, (stores.get(store) ?? 0) + bytes);
    else
      single.push({
        "@id": encodeURI(path),
        "@type": "File",
        name: path.split("/").at(-1),
        contentSize: String(bytes),
        sha256,
        encodingFormat: MEDIA.find(([ending]) => ending.test(path))?.[1] ?? "application/octet-stream",
      });
  }
  const folders = [...stores].map(
    ([path, bytes]): Entity => ({
      "@id": encodeURI(path),
      "@type": "Dataset",
      name: path.split("/").at(-2),
      description: `OME-Zarr of ${bytes} bytes`,
    }),
  );
  return [...single, ...folders];
}
