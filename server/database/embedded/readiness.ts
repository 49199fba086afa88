import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/** `refuses`: it is up, but lets this role not in. `absent`: nothing listens. */
export type Answer = "ready" | "busy" | "refuses" | "absent";

/** Class 57, "cannot connect now": it starts, recovers from its log, or shuts down. */
const CANNOT_CONNECT_NOW = "57P03";
/** A PostgreSQL that says nothing at all for this long is given up. */
const PATIENCE_MS = 30_000;
const TELL_EVERY_MS = 10_000;
const LOOK_EVERY_MS = 20;

export async function askDatabase(config: pg.ClientConfig): Promise<Answer> {
  const client = new pg.Client(config);
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("select 1");
    return "ready";
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) return "absent";
    return error.code === CANNOT_CONNECT_NOW ? "busy" : "refuses";
  } finally {
    await client.end().catch(() => {});
  }
}

export interface Waiting {
  ask(): Promise<Answer>;
  /** Called between two questions; throws where there is nothing to wait for any more. */
  look?(): void | Promise<void>;
  /** For the person who waits, now and then. */
  say(text: string): void;
  /** Its own last words. */
  log(): string;
}

/**
 * Waits for an answer other than that it is on its way. A recovery takes as long as it takes: whoever ends it after a while
 * ends it at every start again.
 */
export async function waitForDatabase(waiting: Waiting): Promise<"ready" | "refuses"> {
  const beganAt = performance.now();
  let heardAt = beganAt;
  let toldAt = beganAt;
  for (;;) {
    const answer = await waiting.ask();
    if (answer === "ready" || answer === "refuses") return answer;
    await waiting.look?.();
    const now = performance.now();
    if (answer === "busy") heardAt = now;
    if (now - heardAt > PATIENCE_MS) throw new Error(`PostgreSQL did not answer within 30 s: ${waiting.log()}`);
    if (answer === "busy" && now - toldAt >= TELL_EVERY_MS) {
      toldAt = now;
      waiting.say(recoveryWords(Math.round((now - beganAt) / 1000), waiting.log()));
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** With PostgreSQL's own progress, "redo in progress, elapsed time: 20.00 s, current LSN: 0/3000148". */
function recoveryWords(seconds: number, log: string): string {
  const progress = log.match(/(?:syncing|resetting|redo in progress)[^\n]*elapsed time[^\n]*/g)?.at(-1);
  return `The database brings itself in order after it was cut short: ${seconds} s so far${progress ? ` (${progress})` : ""}. Let it finish; nothing is lost.`;
}
