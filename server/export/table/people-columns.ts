import type { FrozenNucleus } from "../frozen/dataset-description.ts";

/** What people did to a nucleus, each column with the names of those who did it, the first one first. */
export const peopleActs = ["drew", "corrected", "accepted", "classified"] as const;

export type PeopleAct = (typeof peopleActs)[number];

const BETWEEN = "; ";

export const peopleColumnName: Readonly<Record<PeopleAct, string>> = {
  drew: "drawn_by",
  corrected: "corrected_by",
  accepted: "accepted_by",
  classified: "classified_by",
};

/** A name as it stands among others in one cell. */
const amongOthers = (name: string): string => name.replaceAll(";", ",");

export const peopleColumns: readonly { readonly name: string; of(nucleus: FrozenNucleus): string | null }[] =
  peopleActs.map((act) => ({
    name: peopleColumnName[act],
    of: ({ people }) => people?.[act].map(amongOthers).join(BETWEEN) || null,
  }));

/** Whether a cell holds only names of these, each once. */
export function holdsNames(cell: string, names: readonly string[]): boolean {
  if (cell === "") return true;
  const known = new Set(names.map(amongOthers));
  const said = cell.split(BETWEEN);
  return new Set(said).size === said.length && said.every((name) => known.has(name));
}
