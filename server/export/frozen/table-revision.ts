/**
 * Which columns `nuclei.csv` has. A version keeps the ones it was frozen with, whichever release is asked for it, and is checked by them:
 * 1. shapes; sphericity is told of every nucleus
 * 2. `under_resolved`, and no sphericity where it is true
 * 3. who drew, corrected, accepted and classified; the columns of NucleusJ 2.0 and TANGO
 */
export const TABLE_REVISION = 3;

/** Versions from before this was written down are of one of these, the last one where they are written anew. */
const UNTOLD = [1, 2] as const;

export interface SaidTable {
  /** Absent in older versions. */
  readonly table?: number | undefined;
}

/** Of the table that is written for a version. */
export const tableRevisionOf = ({ table }: SaidTable): number => table ?? UNTOLD[1];

/** Of the tables that are right for a package. */
export const possibleRevisions = ({ table }: SaidTable): readonly number[] => (table === undefined ? UNTOLD : [table]);
