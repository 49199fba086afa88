import { Problem } from "../../../core/problem.ts";
import type { SignedInUser } from "./sessions.ts";

/** How long a session counts as confirmed after the password was typed or somebody signed in. */
const CONFIRMED_FOR_MS = 10 * 60_000;

export const isConfirmed = ({ confirmedAt }: Pick<SignedInUser, "confirmedAt">): boolean =>
  Date.now() - confirmedAt.getTime() < CONFIRMED_FOR_MS;

/** What would outlast a session that somebody found open or stole asks for the person again. */
export function assertConfirmed(user: SignedInUser): void {
  if (!isConfirmed(user))
    throw new Problem({
      tag: "confirm-needed",
      what: "Type your password once more.",
      hint: "This protects your account where a browser was left open. Without a password: sign out, and sign in again.",
    });
}
