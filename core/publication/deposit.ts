/** Where a dataset version can be deposited: Zenodo itself, or the place beside it where nothing counts. Each has accounts of its own. */
export const depositPlaces = ["zenodo", "sandbox"] as const;
export type DepositPlace = (typeof depositPlaces)[number];

export const placeNames: Readonly<Record<DepositPlace, string>> = {
  zenodo: "Zenodo",
  sandbox: "Zenodo's sandbox",
};

/**
 * A deposit from its first file to its DOI.
 *
 * `uploading`: the draft is made and its files are sent, by and by. `stopped`: somebody cancelled that, or it failed; it goes on where it
 * was. `draft`: all files are there, and nobody sees them. `publishing`: asked for, not answered yet. `published`: for ever.
 * `discarding`: the draft is deleted there, and then its row.
 */
export const depositStates = ["uploading", "stopped", "draft", "publishing", "published", "discarding"] as const;
export type DepositState = (typeof depositStates)[number];

/** What people ask of a deposit, from which states, and what it is then. Only the server makes `draft` and `published`, and a row go. */
export const depositActs = {
  goOn: { from: ["stopped"], to: "uploading" },
  cancel: { from: ["uploading"], to: "stopped" },
  publish: { from: ["draft"], to: "publishing" },
  discard: { from: ["stopped", "draft"], to: "discarding" },
} as const satisfies Record<string, { readonly from: readonly DepositState[]; readonly to: DepositState }>;
export type DepositAct = keyof typeof depositActs;

/** While one of these, a program works on it. */
export const busyStates = ["uploading", "publishing", "discarding"] as const satisfies readonly DepositState[];

/** Of one record, as Zenodo states them. */
export const ZENODO_LIMITS = { files: 100, bytes: 50e9 } as const;

/** The number of a record, out of its address or DOI or as it is; null where it is none. Of either place. */
export function recordNumberOf(text: string): string | null {
  const found =
    /^(?:https?:\/\/)?(?:(?:sandbox\.)?zenodo\.org\/(?:records?|deposit|uploads)\/|(?:(?:dx\.)?doi\.org\/)?(?:doi:\s*)?10\.\d{4,9}\/zenodo\.)?(\d{1,12})\/?$/i.exec(
      text.trim(),
    );
  return found ? found[1] : null;
}
