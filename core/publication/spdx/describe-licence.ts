import { licenceOf } from "../licences.ts";
import { type SpdxLicence, spdxLicences } from "./spdx-list.ts";

export interface LicenceWords {
  readonly id: string;
  readonly name: string;
  readonly words: string;
  readonly url: string;
}

const byId = new Map(spdxLicences.map((licence) => [licence.id.toLowerCase(), licence]));

/** The entry of the SPDX list that a text names, in any case and with blanks for hyphens; null where it is none. */
export const spdxLicenceOf = (text: string): SpdxLicence | null =>
  byId.get(text.trim().replaceAll(/\s+/g, "-").toLowerCase()) ?? null;

/** What a licence is, in words: of the usual ones what they mean, of any other of the SPDX list its name. Null where a text names none. */
export function describeLicence(text: string): LicenceWords | null {
  const usual = licenceOf(text);
  if (usual) return usual;
  const other = spdxLicenceOf(text);
  return (
    other && {
      id: other.id,
      name: other.name,
      words: other.forData ? "read there what it asks for" : "written for programs: read there what it means for data",
      url: `https://spdx.org/licenses/${other.id}.html`,
    }
  );
}

/** Entries whose id or name holds every word of a text, those for data first. */
export function findLicences(text: string, most: number): readonly SpdxLicence[] {
  const words = text
    .trim()
    .toLowerCase()
    .split(/[\s-]+/)
    .filter(Boolean);
  const found = spdxLicences.filter(({ id, name }) => {
    const all = `${id} ${name}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  return [...found.filter(({ forData }) => forData), ...found.filter(({ forData }) => !forData)].slice(0, most);
}
