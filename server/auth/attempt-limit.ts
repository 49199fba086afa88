/** How attempts at one thing are slowed down: some are free, then each makes the wait for the next twice as long. */
export interface WaitRule {
  /** Keeps the keys of one rule apart from those of another. */
  readonly name: string;
  readonly free: number;
  readonly maxWaitSeconds: number;
  /** One attempt is forgotten after this time, again and again: who comes back tomorrow starts afresh. */
  readonly forgetOneAfterSeconds: number;
}

export interface AttemptKey {
  readonly rule: WaitRule;
  readonly key: string;
}

export type Reservation =
  /** The attempt is counted. `giveBack` once it turned out to be a good one; a second call does nothing. */
  | { readonly ok: true; giveBack(): void }
  /** Nothing was counted. */
  | { readonly ok: false; readonly waitSeconds: number };

/**
 * Counts attempts BEFORE they are made, so that any number at once are bounded like one after the other. An attempt
 * must pass every key it names. The process's memory is enough: an attacker gains one set of free attempts by a restart.
 */
export interface AttemptLimit {
  reserve(keys: readonly AttemptKey[]): Reservation;
  /** Forgets what was counted under these keys. */
  forget(keys: readonly AttemptKey[]): void;
}

interface Tally {
  /** As of `at`. */
  count: number;
  at: number;
}

const MAX_KEYS_PER_RULE = 10_000;

const waitMsAfter = (count: number, rule: WaitRule): number =>
  count < rule.free ? 0 : 1000 * Math.min(rule.maxWaitSeconds, 2 ** (count - rule.free));

export function createAttemptLimit(
  options: { readonly nowMs?: () => number; readonly maxKeysPerRule?: number } = {},
): AttemptLimit {
  // A clock that nobody sets back.
  const { nowMs = () => performance.now(), maxKeysPerRule = MAX_KEYS_PER_RULE } = options;
  const talliesOf = new Map<string, Map<string, Tally>>();
  const talliesFor = ({ name }: WaitRule): Map<string, Tally> => {
    const there = talliesOf.get(name) ?? new Map<string, Tally>();
    talliesOf.set(name, there);
    return there;
  };
  const blockedMs = ({ rule, key }: AttemptKey): number => {
    const tally = talliesFor(rule).get(key);
    return tally ? tally.at + waitMsAfter(tally.count, rule) - nowMs() : 0;
  };
  const count = ({ rule, key }: AttemptKey): Tally => {
    const tallies = talliesFor(rule);
    const before = tallies.get(key) ?? { count: 0, at: nowMs() };
    const left = Math.max(0, before.count - (nowMs() - before.at) / 1000 / rule.forgetOneAfterSeconds);
    // No count above the one that has the longest wait: all else would be remembered for ever.
    const most = rule.free + Math.ceil(Math.log2(rule.maxWaitSeconds));
    const tally = { count: Math.min(most, left + 1), at: nowMs() };
    tallies.delete(key);
    tallies.set(key, tally);
    // Bounded, longest unused first: somebody who tries many names cannot fill the memory.
    if (tallies.size > maxKeysPerRule) tallies.delete(tallies.keys().next().value ?? "");
    return tally;
  };
  return {
    reserve(keys) {
      const waitMs = Math.max(0, ...keys.map(blockedMs));
      if (waitMs > 0) return { ok: false, waitSeconds: Math.ceil(waitMs / 1000) };
      for (const key of keys) count(key);
      let given = false;
      return {
        ok: true,
        giveBack() {
          if (given) return;
          given = true;
          for (const { rule, key } of keys) {
            const tally = talliesFor(rule).get(key);
            if (tally) tally.count = Math.max(0, tally.count - 1);
          }
        },
      };
    },
    forget(keys) {
      for (const { rule, key } of keys) talliesFor(rule).delete(key);
    },
  };
}
