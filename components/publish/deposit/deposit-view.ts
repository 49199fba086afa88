import type { ProblemFields } from "../../../core/problem.ts";
import type { DepositPlace, DepositState } from "../../../core/publication/deposit.ts";

/** A dataset version at Zenodo, or on its way there, as the page shows it. */
export interface DepositView {
  readonly id: string;
  readonly versionId: string | null;
  readonly version: number;
  readonly place: DepositPlace;
  readonly state: DepositState;
  /** 0…1 of the bytes. */
  readonly progress: number;
  /** Of all files; null until they are laid out. */
  readonly bytes: number | null;
  readonly problem: ProblemFields | null;
  /** Number of the record that it is a new version of. */
  readonly newVersionOf: string | null;
  readonly recordId: string | null;
  readonly doi: string | null;
  /** Where it is seen there; a draft by its owner only. */
  readonly page: string | null;
  readonly publishedAt: Date | null;
  /** Null where their account is gone. */
  readonly by: string | null;
  readonly isOwn: boolean;
}
