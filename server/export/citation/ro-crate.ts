import { doiOf } from "../../../core/publication/publication.ts";
import { describeLicence } from "../../../core/publication/spdx/describe-licence.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";
import { storeOf } from "../frozen/stored-folders.ts";
import type { FileDigest } from "../zip/packed-file.ts";

type Entity = {
  readonly "@id": string;
  readonly "@type": string | readonly string[];
  readonly [property: string]: unknown;
};

const reference = ({ "@id": id }: Entity) => ({ "@id": id });

/** One stands alone, as RO-Crate recommends. */
const references = (entities: readonly Entity[]) =>
  entities.length === 1 ? reference(entities[0]) : entities.map(reference);

const organizationId = (name: string): string => `#organization-${encodeURIComponent(name)}`;

/**
 * RO-Crate 1.2 (https://w3id.org/ro/crate/1.2): the folder as a graph. `files` are those before it, with paths from its folder; a store
 * of thousands of chunks is one entity.
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
      ...(affiliation && { affiliation: { "@id": organizationId(affiliation) } }),
    }),
  );
  const organizations = (publication?.creators ?? []).flatMap(({ affiliation }): Entity[] =>
    affiliation ? [{ "@id": organizationId(affiliation), "@type": "Organization", name: affiliation }] : [],
  );
  const known = describeLicence(licence);
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
    // A SoftwareApplication must have an address, and this program has none of its own.
    "@type": "CreativeWork",
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
    hasPart: references(parts),
    mentions: reference(freezing),
    ...(people.length > 0 && { creator: references(unique(people)) }),
    ...(publication && publication.keywords.length > 0 && { keywords: publication.keywords.join(", ") }),
    ...(organisms.length > 0 && { about: references(unique(organisms)) }),
    ...(works.length > 0 && { citation: references(unique(works)) }),
  };
  const descriptor: Entity = {
    "@id": "ro-crate-metadata.json",
    "@type": "CreativeWork",
    about: { "@id": "./" },
    conformsTo: { "@id": "https://w3id.org/ro/crate/1.2" },
  };
  return {
    "@context": "https://w3id.org/ro/crate/1.2/context",
    "@graph": unique([
      descriptor,
      root,
      ...people,
      ...organizations,
      terms,
      ...organisms,
      ...works,
      freezing,
      program,
      ...parts,
    ]),
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
    const store = storeOf(path);
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
      description: `Folder of ${bytes} bytes`,
    }),
  );
  return [...single, ...folders];
}
