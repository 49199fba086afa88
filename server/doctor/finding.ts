import { isProblem } from "../../core/problem.ts";

/** `look`: works, but not as it should; `broken`: people lose something, or others get in, or it does not run. */
export type Verdict = "ok" | "look" | "broken";

export interface Finding {
  /** Stable name, kebab-case. */
  readonly check: string;
  readonly verdict: Verdict;
  /** What was seen, in a sentence. */
  readonly what: string;
  /** What to do; always there unless all is well. */
  readonly hint?: string;
}

export const ok = (check: string, what: string): Finding => ({ check, verdict: "ok", what });
export const look = (check: string, what: string, hint: string): Finding => ({ check, verdict: "look", what, hint });
export const broken = (check: string, what: string, hint: string): Finding => ({
  check,
  verdict: "broken",
  what,
  hint,
});

/** A check that fails is a finding too. */
export async function guarded(check: string, run: () => Finding[] | Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await run();
  } catch (error) {
    const hint = "Mend this first, then run the command again.";
    if (isProblem(error)) return [broken(check, error.what, error.hint ?? hint)];
    return [broken(check, `It could not be checked: ${error instanceof Error ? error.message : error}`, hint)];
  }
}
