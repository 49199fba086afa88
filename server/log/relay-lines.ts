import { z } from "zod";
import { logLevels } from "./env.ts";
import type { Log } from "./log.ts";
import type { LogFields } from "./log-fields.ts";

const lineSchema = z.looseObject({ level: z.enum(logLevels), message: z.string() });

/** A file that takes an import process over, or a library in a loop, must not fill the disk with lines. */
const LINES_PER_WINDOW = 200;
const WINDOW_MS = 10_000;

/**
 * Lines of a process below this one, into this one's log: lines of our own format keep their level and fields, anything
 * else is text. Nothing of either is believed: both are cleaned as if they were said here.
 */
export function relayLines(log: Log, now: () => number = () => performance.now()): (line: string) => void {
  let since = now();
  let taken = 0;
  return (line) => {
    if (now() - since > WINDOW_MS) {
      if (taken > LINES_PER_WINDOW) log.warn(`${taken - LINES_PER_WINDOW} further lines were left out`);
      since = now();
      taken = 0;
    }
    taken++;
    if (taken > LINES_PER_WINDOW || line.trim() === "") return;
    const own = parseOwn(line);
    if (own) log[own.level](own.message, own as LogFields);
    else log.info(line);
  };
}

function parseOwn(line: string): z.infer<typeof lineSchema> | null {
  if (!line.startsWith("{")) return null;
  try {
    return lineSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null; // somebody else's braces
  }
}
