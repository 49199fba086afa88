/** Counts failures per key in a sliding window; the process's memory is enough, as a restart costs an attacker nothing gained. */
export interface AttemptLimit {
  isBlocked(key: string): boolean;
  countFailure(key: string): void;
  forget(key: string): void;
}

const MAX_KEYS = 10_000;

export function createAttemptLimit(options: {
  readonly failures: number;
  readonly windowMs: number;
  now?(): number;
}): AttemptLimit {
  const now = options.now ?? Date.now;
  const failuresOf = new Map<string, number[]>();
  const recent = (key: string): number[] => (failuresOf.get(key) ?? []).filter((at) => now() - at < options.windowMs);
  return {
    isBlocked: (key) => recent(key).length >= options.failures,
    countFailure(key) {
      const failures = [...recent(key), now()].slice(-options.failures);
      failuresOf.delete(key);
      failuresOf.set(key, failures);
      // Bounded, oldest key first: somebody who tries many names cannot fill the memory.
      if (failuresOf.size > MAX_KEYS) failuresOf.delete(failuresOf.keys().next().value ?? "");
    },
    forget: (key) => void failuresOf.delete(key),
  };
}
