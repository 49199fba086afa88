/** `character_not_in_repertoire` and `untranslatable_character`: what PostgreSQL says to a NUL in a text or in JSON. */
const CODES: ReadonlySet<unknown> = new Set(["22021", "22P05"]);

/** True where the database refused a text for a character that it cannot hold: the fault of whoever sent it. */
export function isUnfitText(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause)
    if (CODES.has((one as { code?: unknown }).code)) return true;
  return false;
}
