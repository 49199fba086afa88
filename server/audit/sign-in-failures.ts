import type { AuditEvent } from "../../core/audit/audit-event.ts";
import type { RequestOrigin } from "./request-origin.ts";

/** What is known of an attempt to sign in that failed. */
export interface SignInFailure {
  /** As it was typed; null where the way of signing in names none. */
  readonly account: string | null;
  readonly reason: "refused" | "second-factor" | "too-many";
  readonly origin: RequestOrigin | null;
}

/** Rows that may be written at once, and how many more each minute: 10,000 a day whoever tries, and no disk is filled. */
const ROWS_AT_ONCE = 30;
const ROWS_PER_MINUTE = 6;
/** Names and addresses that a flood is counted by. */
const MAX_COUNTED = 10_000;

type Write = (event: AuditEvent, origin: RequestOrigin | null) => Promise<void>;

/**
 * Rows about failures: at once for the first of an account and address, then one a minute with their number. What goes
 * beyond the bound on rows is told in one row a minute: how many attempts, accounts and addresses.
 */
export class SignInFailures {
  readonly #write: Write;
  readonly #pairs = new Map<string, { readonly failure: SignInFailure; attempts: number }>();
  readonly #flood = { attempts: 0, accounts: new Set<string>(), addresses: new Set<string>() };
  #rowsLeft = ROWS_AT_ONCE;

  constructor(write: Write) {
    this.#write = write;
  }

  async note(failure: SignInFailure): Promise<void> {
    const known = this.#pairs.get(pairOf(failure));
    if (known) known.attempts++;
    else if (this.#rowsLeft === 0) this.#countAsFlood(failure, 1);
    else await this.#writeRow(failure, 1);
  }

  /** Once a minute, and when the server stops: rows about what was only counted. */
  async flush(): Promise<void> {
    const counted = [...this.#pairs.values()].filter(({ attempts }) => attempts > 0);
    this.#pairs.clear();
    this.#rowsLeft = Math.min(ROWS_AT_ONCE, this.#rowsLeft + ROWS_PER_MINUTE);
    for (const { failure, attempts } of counted)
      if (this.#rowsLeft > 0) await this.#writeRow(failure, attempts);
      else this.#countAsFlood(failure, attempts);
    const { attempts, accounts, addresses } = this.#flood;
    if (attempts === 0) return;
    const details = { attempts, accounts: accounts.size, addresses: addresses.size };
    this.#flood.attempts = 0;
    accounts.clear();
    addresses.clear();
    await this.#write({ act: "session.sign-in-flood", by: null, details }, null);
  }

  /** The pair is known for the next minute: its further failures are counted. */
  #writeRow(failure: SignInFailure, attempts: number): Promise<void> {
    this.#rowsLeft--;
    this.#pairs.set(pairOf(failure), { failure, attempts: 0 });
    const { account, reason, origin } = failure;
    return this.#write({ act: "session.sign-in-failed", by: null, details: { account, reason, attempts } }, origin);
  }

  #countAsFlood({ account, origin }: SignInFailure, attempts: number): void {
    const { accounts, addresses } = this.#flood;
    this.#flood.attempts += attempts;
    if (accounts.size < MAX_COUNTED) accounts.add(account ?? "");
    if (addresses.size < MAX_COUNTED) addresses.add(origin?.clientAddress ?? "");
  }
}

const pairOf = ({ account, origin }: SignInFailure): string => `${origin?.clientAddress ?? ""} ${account ?? ""}`;
