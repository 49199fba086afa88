import type { Described, FindLicence } from "./missing-fields.ts";
import type { Publication, WorkRelation } from "./publication.ts";

/**
 * Metadata of a deposit as Zenodo's deposition API takes them (https://developers.zenodo.org, "Deposit metadata"); `description`,
 * `method` and `notes` are HTML.
 */
export interface ZenodoMetadata {
  readonly upload_type: "dataset";
  /** YYYY-MM-DD */
  readonly publication_date: string;
  readonly title: string;
  readonly creators: readonly ZenodoPerson[];
  readonly description: string;
  readonly access_right: "open";
  readonly license: string;
  readonly version: string;
  readonly notes: string;
  readonly keywords?: readonly string[];
  readonly method?: string;
  readonly contributors?: readonly (ZenodoPerson & { readonly type: "ContactPerson" })[];
  readonly related_identifiers?: readonly { readonly identifier: string; readonly relation: string }[];
  readonly references?: readonly string[];
}

interface ZenodoPerson {
  /** `Family, Given` */
  readonly name: string;
  readonly affiliation?: string;
  readonly orcid?: string;
}

const relations: Readonly<Record<WorkRelation, string>> = {
  IsSupplementTo: "isSupplementTo",
  IsDerivedFrom: "isDerivedFrom",
  IsDocumentedBy: "isDocumentedBy",
  References: "references",
};

/**
 * `described` has to say all that `missingFields` asks for Zenodo. `date` is the day of the draft. `marker` stands in the notes: by it a
 * draft is found again whose making was not answered. Funders have numbers of Zenodo's own that nobody types: they are told in the notes.
 */
export function zenodoMetadata(
  { publication, licence, origins }: Described,
  given: { readonly version: number; readonly date: string; readonly software: string; readonly marker: string },
  findLicence: FindLicence,
): ZenodoMetadata {
  const others = origins.flatMap((origin) => (origin?.kind === "others" ? [origin] : []));
  const method = methodOf(publication);
  const keywords = [...new Set([...publication.keywords, ...publication.organisms.map(({ name }) => name)])];
  const related = [
    ...publication.relatedWorks.map(({ identifier, relation }) => ({ identifier, relation: relations[relation] })),
    ...others.flatMap(({ link }) => (link ? [{ identifier: link, relation: relations.IsDerivedFrom }] : [])),
  ];
  const citations = others.map(({ citation, licence: theirs }) =>
    theirs ? `${citation} Licence: ${theirs}.` : citation,
  );
  const funding = publication.funding.map(({ funder, award }) => (award ? `${funder} (${award})` : funder));
  return {
    upload_type: "dataset",
    publication_date: given.date,
    title: publication.title,
    creators: publication.creators.map(({ familyName, givenName, affiliation, orcid }) => ({
      name: [familyName, givenName].filter(Boolean).join(", "),
      ...(affiliation && { affiliation }),
      ...(orcid && { orcid }),
    })),
    description: paragraphs(publication.summary),
    access_right: "open",
    // Its vocabulary has the SPDX ids in small letters.
    license: findLicence(licence)?.id.toLowerCase() ?? "",
    version: String(given.version),
    notes: escaped(
      [
        ...(funding.length > 0 ? [`Funded by ${funding.join("; ")}.`] : []),
        `Made with ${given.software}. ${given.marker}`,
      ].join(" "),
    ),
    ...(keywords.length > 0 && { keywords }),
    ...(method && { method }),
    ...(publication.contact.name && {
      contributors: [{ name: publication.contact.name, type: "ContactPerson" as const }],
    }),
    ...(related.length > 0 && { related_identifiers: unique(related) }),
    ...(citations.length > 0 && { references: [...new Set(citations)] }),
  };
}

const unique = <T>(values: readonly T[]): T[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];

function methodOf(publication: Publication): string {
  const { organisms, specimenPreparation, stain, imagingMethod, acquisition } = publication;
  const said = organisms.map(({ name, taxonId, strain }) =>
    [name, taxonId && `NCBI Taxonomy ${taxonId}`, strain && `strain ${strain}`].filter(Boolean).join(", "),
  );
  const parts: readonly (readonly [string, string])[] = [
    ["Organism", said.join("; ")],
    ["Preparation of the specimen", specimenPreparation],
    ["Stain", stain],
    ["Imaging method", imagingMethod],
    ["Acquisition", acquisition],
  ];
  return parts
    .filter(([, text]) => text.trim() !== "")
    .map(([name, text]) => paragraphs(`${name}: ${text}`))
    .join("");
}

/** Plain text as HTML: an empty line begins a paragraph, and nothing that was typed is taken for a tag. */
const paragraphs = (text: string): string =>
  text
    .split(/\n\s*\n/)
    .filter((part) => part.trim() !== "")
    .map((part) => `<p>${escaped(part.trim()).replaceAll("\n", "<br>")}</p>`)
    .join("");

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
