/** What a data set says about itself, filled in once per project. Texts may be empty: what is missing is said, and nothing is made up. */
export interface Publication {
  readonly title: string;
  /** REMBI Study description; of a few paragraphs. */
  readonly summary: string;
  readonly creators: readonly Creator[];
  readonly contact: { readonly name: string; readonly email: string };
  readonly keywords: readonly string[];
  readonly funding: readonly Funding[];
  readonly relatedWorks: readonly RelatedWork[];
  readonly organisms: readonly Organism[];
  /** REMBI Specimen: how the sample was grown, fixed, mounted. */
  readonly specimenPreparation: string;
  /** REMBI Biosample and image channel: what was stained or expressed, in which channel. */
  readonly stain: string;
  /** REMBI Image acquisition: e.g. confocal microscopy. */
  readonly imagingMethod: string;
  /** Instrument, objective, settings. */
  readonly acquisition: string;
}

export interface Creator {
  readonly givenName: string;
  readonly familyName: string;
  readonly affiliation: string;
  /** `0000-0002-1825-0097`, or empty. */
  readonly orcid: string;
}

export interface Funding {
  readonly funder: string;
  /** Number of the grant, or empty. */
  readonly award: string;
}

/** Words of DataCite's relationType that people need here, in the direction "this data set … the work". */
export const workRelations = ["IsSupplementTo", "IsDerivedFrom", "IsDocumentedBy", "References"] as const;
export type WorkRelation = (typeof workRelations)[number];

export interface RelatedWork {
  /** A DOI without `https://doi.org/`, or an address. */
  readonly identifier: string;
  readonly relation: WorkRelation;
}

export interface Organism {
  readonly name: string;
  /** Number in the NCBI Taxonomy; null where it was typed freely. */
  readonly taxonId: number | null;
  readonly strain: string;
}

/** Where the images of a volume come from. */
export type VolumeOrigin =
  | { readonly kind: "own" }
  | {
      readonly kind: "others";
      readonly citation: string;
      /** An SPDX id or a sentence. */
      readonly licence: string;
      /** Address or DOI, or empty. */
      readonly link: string;
    };

export const EMPTY_PUBLICATION: Publication = {
  title: "",
  summary: "",
  creators: [],
  contact: { name: "", email: "" },
  keywords: [],
  funding: [],
  relatedWorks: [],
  organisms: [],
  specimenPreparation: "",
  stain: "",
  imagingMethod: "",
  acquisition: "",
};

export const PUBLICATION_BOUNDS = {
  title: 300,
  text: 5000,
  word: 200,
  creators: 100,
  keywords: 50,
  funding: 50,
  relatedWorks: 50,
  organisms: 20,
} as const;

/** The number behind a DOI's address or `doi:`, or null where a text is no DOI. */
export function doiOf(text: string): string | null {
  const bare = text.trim().replace(/^(https?:\/\/(dx\.)?doi\.org\/|doi:\s*)/i, "");
  return /^10\.\d{4,9}\/\S+$/.test(bare) ? bare : null;
}

export const isWebAddress = (text: string): boolean => /^https?:\/\/[^\s/]+\.[^\s/]+/i.test(text.trim());

/** Fields that differ, whatever order the database gave their parts back in. */
export const changedFields = (before: Publication, after: Publication): (keyof Publication)[] =>
  (Object.keys(after) as (keyof Publication)[]).filter((field) => inOrder(before[field]) !== inOrder(after[field]));

const inOrder = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) =>
    one !== null && typeof one === "object" && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
