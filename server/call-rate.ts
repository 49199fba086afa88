import { Problem } from "../core/problem.ts";
import { type AttemptLimit, createAttemptLimit, type WaitRule } from "./auth/attempt-limit.ts";
import type { Services } from "./services.ts";

const limits = new WeakMap<Services, AttemptLimit>();

/** Far more than a person asks for by hand, of what costs a computer minutes; `free` at once, then one in so many seconds. */
export const costlyCall = (name: string, free: number, secondsEach: number): WaitRule => ({
  name,
  free,
  maxWaitSeconds: Math.max(2, secondsEach),
  forgetOneAfterSeconds: secondsEach,
});

/** Counts a call of this person; too many are the Problem `too-many-calls`. */
export function countCall(services: Services, rule: WaitRule, person: string): void {
  const limit = limits.get(services) ?? createAttemptLimit();
  limits.set(services, limit);
  const reserved = limit.reserve([{ rule, key: person }]);
  if (reserved.ok) return;
  const { waitSeconds } = reserved;
  throw new Problem({
    tag: "too-many-calls",
    what: "You have asked for this very often in a short time.",
    hint: `What you asked for before goes on. Try again in ${waitSeconds === 1 ? "1 second" : `${waitSeconds} seconds`}.`,
    waitSeconds,
  });
}
