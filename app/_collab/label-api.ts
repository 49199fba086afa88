import { Problem } from "../../core/problem.ts";
import { ServerTrouble, type SessionLease } from "../../core/sync/document-ports.ts";
import { decodeBrickKeys } from "../../core/sync/fold/brick-keys.ts";
import { RestartReason } from "../../core/sync/link/messages.ts";
import type { BrickKey } from "../../core/volume/brick.ts";

/** The plain HTTP routes of a volume's labels. What the server decided is a Problem; anything else may be tried again. */
export interface LabelApi {
  startSession(after: string | null, lookOnly: boolean): Promise<SessionLease>;
  fetchBrick(key: BrickKey, rev: number, signal?: AbortSignal): Promise<Uint32Array | null>;
  fetchOccupied(rev: number): Promise<readonly BrickKey[]>;
  fetchFacts(rev: number): Promise<Uint8Array | null>;
  fetchBlob(sha256: string): Promise<Uint8Array>;
  uploadBlob(sha256: string, bytes: Uint8Array): Promise<void>;
}

/** A request that hangs is as good as none: it is made again. */
const SESSION_BOUND_MS = 10_000;
const BRICK_BOUND_MS = 20_000;
/** 16 MiB over half a megabit a second. */
const BLOB_BOUND_MS = 5 * 60_000;

const INSUFFICIENT_STORAGE = 507;
/** 410: the document moves on in a moment, and a newer state of the labels is asked for then (R50). */
const NOT_FINAL: ReadonlySet<number> = new Set([408, 410, 429]);
const DECIDED = (status: number): boolean => status >= 400 && status < 500 && !NOT_FINAL.has(status);
/** Of voxels: what they are, not whose. After signing in again, or with the role back, they are taken. */
const DECIDED_OF_VOXELS = (status: number): boolean => status === 400 || status === 413 || status === 422;

async function refusal(response: Response, isDecided: (status: number) => boolean): Promise<Error> {
  if (response.status === INSUFFICIENT_STORAGE) return new ServerTrouble(RestartReason.diskFull);
  if (!isDecided(response.status)) return new Error(`the server answered ${response.status}`);
  const body: unknown = await response.json().catch(() => null);
  const { tag, what, where, hint } = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  return new Problem({
    tag: text(tag) ?? "refused",
    what: text(what) ?? "The server refused this.",
    where: text(where),
    hint: text(hint) ?? (response.status === 401 ? "Reload the page and sign in." : undefined),
  });
}

export function createLabelApi(volumeId: string): LabelApi {
  const send = async (path: string, init: RequestInit, isDecided = DECIDED): Promise<Response> => {
    const response = await fetch(`/api/volumes/${volumeId}/${path}`, init);
    if (!response.ok) throw await refusal(response, isDecided);
    return response;
  };
  return {
    async startSession(after, lookOnly) {
      const response = await send("sessions", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ after, lookOnly }),
        signal: AbortSignal.timeout(SESSION_BOUND_MS),
      });
      return (await response.json()) as SessionLease;
    },
    async fetchBrick(key, rev, signal) {
      const bound = AbortSignal.timeout(BRICK_BOUND_MS);
      const response = await send(`bricks/${key}?rev=${rev}`, {
        signal: signal ? AbortSignal.any([signal, bound]) : bound,
      });
      return response.status === 204 ? null : new Uint32Array(await response.arrayBuffer());
    },
    async fetchOccupied(rev) {
      const response = await send(`bricks?rev=${rev}`, { signal: AbortSignal.timeout(BRICK_BOUND_MS) });
      return decodeBrickKeys(new Uint8Array(await response.arrayBuffer()));
    },
    async fetchFacts(rev) {
      const response = await send(`facts?rev=${rev}`, { signal: AbortSignal.timeout(BLOB_BOUND_MS) });
      return response.status === 204 ? null : new Uint8Array(await response.arrayBuffer());
    },
    async fetchBlob(sha256) {
      const response = await send(`paint/${sha256}`, { signal: AbortSignal.timeout(BLOB_BOUND_MS) });
      return new Uint8Array(await response.arrayBuffer());
    },
    async uploadBlob(sha256, bytes) {
      const signal = AbortSignal.timeout(BLOB_BOUND_MS);
      await send(`paint/${sha256}`, { method: "PUT", body: Uint8Array.from(bytes), signal }, DECIDED_OF_VOXELS);
    },
  };
}
