import type { Publication, VolumeOrigin } from "./publication.ts";

/** Where a data set can go, as people call it. */
export const publicationTargets = ["DataCite", "Zenodo", "BioImage Archive", "IDR", "bioimage.io"] as const;
export type PublicationTarget = (typeof publicationTargets)[number];

/** What a target can miss: a field of the form, the licence, or where volumes come from. */
export type DescribedField = keyof Publication | "licence" | "origins";

/** As people read them. */
export const fieldWords: Readonly<Record<DescribedField, string>> = {
  title: "title",
  summary: "description",
  creators: "creators",
  contact: "contact's e-mail",
  keywords: "keywords",
  funding: "funding",
  relatedWorks: "related works",
  organisms: "organism",
  specimenPreparation: "preparation of the specimen",
  stain: "stain",
  imagingMethod: "imaging method",
  acquisition: "acquisition",
  licence: "a licence that is known by its SPDX name",
  origins: "where each volume comes from",
};

export interface Described {
  readonly publication: Publication;
  readonly licence: string;
  /** Null: nobody has said it. */
  readonly origins: readonly (VolumeOrigin | null)[];
}

/** What a text names, of all licences that a form takes: the list of SPDX is large, so that pages load it when they need it. */
export type FindLicence = (text: string) => { readonly id: string } | null;

const has = (text: string): boolean => text.trim() !== "";
const isNamed = (described: Described): boolean =>
  described.publication.creators.some(({ familyName, givenName }) => has(familyName) || has(givenName));

/** Whether a field says enough for somebody. */
const said: Readonly<Record<DescribedField, (described: Described, findLicence: FindLicence) => boolean>> = {
  title: ({ publication }) => has(publication.title),
  summary: ({ publication }) => has(publication.summary),
  creators: isNamed,
  contact: ({ publication }) => has(publication.contact.email),
  keywords: ({ publication }) => publication.keywords.length > 0,
  funding: ({ publication }) => publication.funding.some(({ funder }) => has(funder)),
  relatedWorks: ({ publication }) => publication.relatedWorks.length > 0,
  organisms: ({ publication }) => publication.organisms.some(({ name }) => has(name)),
  specimenPreparation: ({ publication }) => has(publication.specimenPreparation),
  stain: ({ publication }) => has(publication.stain),
  imagingMethod: ({ publication }) => has(publication.imagingMethod),
  acquisition: ({ publication }) => has(publication.acquisition),
  licence: ({ licence }, findLicence) => findLicence(licence) !== null,
  origins: ({ origins }) => origins.every((origin) => origin?.kind === "own" || (origin && has(origin.citation))),
};

/**
 * What each target requires: DataCite 4 (titles, creators, descriptions for a useful record), Zenodo's depositions, REMBI and MIFA of
 * the BioImage Archive, IDR's study template, bioimage.io's model description.
 */
const required: Readonly<Record<PublicationTarget, readonly DescribedField[]>> = {
  DataCite: ["title", "creators"],
  Zenodo: ["title", "creators", "summary", "licence", "origins"],
  "BioImage Archive": [
    "title",
    "summary",
    "creators",
    "contact",
    "keywords",
    "funding",
    "organisms",
    "specimenPreparation",
    "stain",
    "imagingMethod",
    "acquisition",
    "licence",
    "origins",
  ],
  IDR: [
    "title",
    "summary",
    "creators",
    "contact",
    "keywords",
    "organisms",
    "imagingMethod",
    "acquisition",
    "licence",
    "origins",
  ],
  "bioimage.io": ["summary", "creators", "licence"],
};

/** Of every field that is not said, the targets that ask for it. */
export function missingFields(
  described: Described,
  findLicence: FindLicence,
): ReadonlyMap<DescribedField, readonly PublicationTarget[]> {
  const missing = new Map<DescribedField, PublicationTarget[]>();
  for (const target of publicationTargets)
    for (const field of required[target])
      if (!said[field](described, findLicence)) missing.set(field, [...(missing.get(field) ?? []), target]);
  return missing;
}

/** What is not said, of what this target asks for. */
export const missingFor = (
  target: PublicationTarget,
  described: Described,
  findLicence: FindLicence,
): DescribedField[] => required[target].filter((field) => !said[field](described, findLicence));
