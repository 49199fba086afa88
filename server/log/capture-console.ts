import { describeError } from "./describe-error.ts";
import { type Log, logOf } from "./log.ts";

/** Objects stay out: what a library prints may be a request, with its cookies. */
const wordsOf = (value: unknown): string =>
  typeof value === "object" && value !== null ? "" : typeof value === "symbol" ? "" : String(value);

/**
 * What libraries print by themselves (Next, better-auth, TensorFlow, Node's warnings) goes through the log as well, once
 * for a process.
 */
export function captureConsole(log: Log = logOf("library")): void {
  const take =
    (say: (message: string) => void) =>
    (...values: readonly unknown[]): void => {
      const error = values.find((value) => value instanceof Error);
      const words = values.map(wordsOf).filter(Boolean).join(" ");
      if (error) log.failed(words || "a library failed", error);
      else if (words) say(words);
    };
  Object.assign(console, {
    error: take(log.error),
    warn: take(log.warn),
    log: take(log.info),
    info: take(log.info),
    debug: take(log.debug),
    trace: take(log.debug),
  });
  process.removeAllListeners("warning");
  process.on("warning", (warning) => log.warn(describeError(warning).words, { errorName: warning.name }));
}
