/** Licences of data that are usual, by their SPDX ids, with what they mean in plain words. */
export interface Licence {
  readonly id: string;
  readonly name: string;
  readonly words: string;
  readonly url: string;
  /** Authors must be named. */
  readonly by: boolean;
  /** Whoever passes it on changed does so under the same licence. */
  readonly sameLicence: boolean;
  readonly noMoney: boolean;
  /** Nothing changed may be passed on. */
  readonly noChanges: boolean;
}

const creativeCommons = (id: string, name: string, words: string): Licence => {
  const parts = id.split("-");
  return {
    id,
    name,
    words,
    url: `https://creativecommons.org/licenses/${parts.slice(1, -1).join("-").toLowerCase()}/${parts.at(-1)}/`,
    by: true,
    sameLicence: parts.includes("SA"),
    noMoney: parts.includes("NC"),
    noChanges: parts.includes("ND"),
  };
};

const plain = (id: string, name: string, words: string, url: string, by: boolean, sameLicence = false): Licence => ({
  id,
  name,
  words,
  url,
  by,
  sameLicence,
  noMoney: false,
  noChanges: false,
});

export const licences: readonly Licence[] = [
  plain(
    "CC0-1.0",
    "CC0 1.0",
    "no conditions: anybody may do anything with it",
    "https://creativecommons.org/publicdomain/zero/1.0/",
    false,
  ),
  creativeCommons("CC-BY-4.0", "CC BY 4.0", "anybody may use it who names the authors"),
  creativeCommons(
    "CC-BY-SA-4.0",
    "CC BY-SA 4.0",
    "name the authors, and pass on what is made of it under this licence",
  ),
  creativeCommons("CC-BY-NC-4.0", "CC BY-NC 4.0", "name the authors, and do not earn money with it"),
  creativeCommons("CC-BY-NC-SA-4.0", "CC BY-NC-SA 4.0", "name the authors, no money, pass on under this licence"),
  creativeCommons("CC-BY-ND-4.0", "CC BY-ND 4.0", "name the authors, and pass it on unchanged only"),
  creativeCommons("CC-BY-NC-ND-4.0", "CC BY-NC-ND 4.0", "name the authors, no money, unchanged only"),
  creativeCommons("CC-BY-3.0", "CC BY 3.0", "anybody may use it who names the authors (an older version)"),
  creativeCommons("CC-BY-SA-3.0", "CC BY-SA 3.0", "name the authors, share alike (an older version)"),
  creativeCommons("CC-BY-NC-3.0", "CC BY-NC 3.0", "name the authors, no money (an older version)"),
  creativeCommons("CC-BY-NC-SA-3.0", "CC BY-NC-SA 3.0", "name the authors, no money, share alike (an older version)"),
  plain(
    "PDDL-1.0",
    "PDDL 1.0",
    "public domain: no conditions",
    "https://opendatacommons.org/licenses/pddl/1-0/",
    false,
  ),
  plain("ODC-By-1.0", "ODC-By 1.0", "name the authors", "https://opendatacommons.org/licenses/by/1-0/", true),
  plain(
    "ODbL-1.0",
    "ODbL 1.0",
    "name the authors, share alike",
    "https://opendatacommons.org/licenses/odbl/1-0/",
    true,
    true,
  ),
  plain("MIT", "MIT", "keep the notice that names the authors", "https://opensource.org/license/mit", true),
  plain(
    "BSD-3-Clause",
    "BSD 3-Clause",
    "keep the notice that names the authors",
    "https://opensource.org/license/bsd-3-clause",
    true,
  ),
  plain(
    "Apache-2.0",
    "Apache 2.0",
    "keep the notice, say what was changed",
    "https://www.apache.org/licenses/LICENSE-2.0",
    true,
  ),
];

/** The licence with this id, in any case and with blanks for hyphens, as people type it; null where it is none of these. */
export function licenceOf(text: string): Licence | null {
  const wanted = text.trim().replaceAll(/\s+/g, "-").toLowerCase();
  return (
    licences.find(({ id, name }) => [id, name.replaceAll(" ", "-")].some((one) => one.toLowerCase() === wanted)) ?? null
  );
}

const family = (id: string): string => id.replace(/-[\d.]+$/, "");
const edition = (id: string): number => Number(/-([\d.]+)$/.exec(id)?.[1] ?? 0);

/**
 * Why images under one licence cannot be published with labels under another, as a sentence, or null where they can. Licences that
 * are not known here are not judged: null for the chosen one, a sentence for an origin's, which nobody else will look at.
 */
export function licenceConflict(origin: string, chosen: string): string | null {
  const to = licenceOf(chosen);
  if (!origin.trim()) return "They state no licence, so nobody may pass them on.";
  if (!to) return null;
  const from = licenceOf(origin);
  if (!from) return `What ${origin.trim()} allows is not known here.`;
  if (from.noChanges) return `${from.name} allows to pass them on unchanged only.`;
  if (from.sameLicence) {
    const same = family(from.id) === family(to.id) && edition(to.id) >= edition(from.id);
    return same ? null : `${from.name} asks for the same licence.`;
  }
  if (from.noMoney && !to.noMoney) return `${from.name} does not allow to earn money with them, ${to.name} does.`;
  if (from.by && !to.by) return `${from.name} asks to name the authors, ${to.name} does not.`;
  return null;
}
