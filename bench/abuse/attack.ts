import type { SeededRandom } from "../co-editing/seeded-random.ts";
import type { AbuseWorld } from "./abuse-world.ts";

/** One way to do harm. Sends what it sends, whatever comes back, and gives up by itself. */
export interface Attack {
  readonly name: string;
  /** How often it is drawn, against the others' weights. */
  readonly weight: number;
  /** Resolves with the number of messages and requests that were sent. */
  send(world: AbuseWorld, random: SeededRandom): Promise<number>;
}

/** Nobody waits longer than this for an answer. */
export const PATIENCE_MS = 20_000;

/** A request whose answer is read and thrown away; failures are the attacker's own business. */
export async function request(
  world: AbuseWorld,
  path: string,
  init: RequestInit & { duplex?: "half" } = {},
): Promise<void> {
  try {
    const response = await fetch(world.address + path, {
      ...init,
      headers: { origin: world.address, ...init.headers },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.arrayBuffer();
  } catch {
    // refused, cut off, or not answered
  }
}

export const asJson = (cookie: string): Record<string, string> => ({ cookie, "content-type": "application/json" });

/** Bytes with a few of them changed, removed, doubled or cut: what a broken or hostile program sends. */
export function mutateBytes(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  let out = Array.from(bytes);
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const at = random.below(Math.max(1, out.length));
    const kind = random.below(5);
    if (kind === 0) out[at] = random.below(256);
    else if (kind === 1) out.splice(at, 1 + random.below(8));
    else if (kind === 2) out.splice(at, 0, ...out.slice(at, at + 1 + random.below(16)));
    else if (kind === 3) out.splice(at, 1, 0xff, 0xff, 0xff, 0xff, random.below(128));
    else out = out.slice(0, at);
  }
  return Uint8Array.from(out);
}
