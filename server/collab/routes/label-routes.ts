import { createHash, webcrypto } from "node:crypto";
import { z } from "zod";
import { isProblem, Problem } from "../../../core/problem.ts";
import { hasRole } from "../../../core/roles.ts";
import { MalformedBytes } from "../../../core/sync/bytes/bytes.ts";
import type { SessionLease } from "../../../core/sync/document-ports.ts";
import { encodeBrickKeys } from "../../../core/sync/fold/brick-keys.ts";
import { brickExtent, type LabelGrid } from "../../../core/sync/record/label-grid.ts";
import { acceptedBlobBounds, recordLimits } from "../../../core/sync/record/record.ts";
import { labelBlob } from "../../../db/schema/index.ts";
import { HttpRefusal, type HttpRoute, sendJson } from "../../entrance/route.ts";
import { objectionToGzip } from "../../label-images/gzip-objection.ts";
import { damagedBrick, LABEL_BRICK_BYTES } from "../../label-images/read-label-chunk.ts";
import type { Operation } from "../../servers/operation.ts";
import type { Services } from "../../services.ts";
import { readInstallationSettings } from "../../settings/installation-settings.ts";
import { FACTS_KEY } from "../base/base-store.ts";
import { baseBrickKey, paintBlobKey } from "../base/label-blob-keys.ts";
import { decodeBlobBeside } from "../event-loop/decode-blob-beside.ts";
import type { WorkBudget } from "../gate/work-budget.ts";
import { sizeUnits, units } from "../gate/work-units.ts";
import type { SessionRow } from "../journal/room-store.ts";
import { startSession } from "../journal/start-session.ts";
import { inRoom, roomOperation } from "../live/in-room.ts";
import type { LiveVolume } from "../live/live-volume.ts";
import { liveVolumesOf, restarting } from "../live/live-volumes.ts";
import { PersonTurns } from "./person-turns.ts";

/** Plain HTTP beside the socket: what a page needs before it connects, base bricks, and voxels too many for a record. */

const sessionRequestSchema = z.object({
  /** Last record of the page's outbox: base36 session and seq. */
  after: z
    .string()
    .regex(/^[0-9a-z]{1,11}\.[0-9a-z]{1,7}$/)
    .nullable(),
  /** A second tab of the same person: it takes no numbers. */
  lookOnly: z.boolean().default(false),
});

/** A volume that restarts is no answer for good: the page asks again. */
const askOwner = <I, O>(services: Services, operation: Operation<I, O>, volumeId: string, input: I): Promise<O> =>
  inRoom(services, operation, volumeId, input).catch((error) => {
    throw isProblem(error) && error.tag === restarting.tag ? new HttpRefusal(503, error.message) : error;
  });

/** What a page is told before it connects. With a session that has just been leased, the room learns of it. */
export const enterOperation = roomOperation(
  "enter",
  async ({ room, baseLabels }, _services, started: { row: SessionRow; labelCounter: number } | null) => {
    if (started) room.addSession(started.row, started.labelCounter);
    return { epoch: room.epoch, hasBase: baseLabels !== "none", grid: room.fold.grid };
  },
);

/** Null: a page may not read the base as of this rev any more. */
export const occupiedOperation = roomOperation("occupied-bricks", async (live, _services, rev: number) =>
  isReadable(live, rev) ? await live.occupiedBase(rev) : null,
);

/** The name of a brick of the base, or of the facts, as of a rev; `imported`: there is no version of it. */
export const baseVersionOperation = roomOperation(
  "base-version",
  async (live, _services, { key, rev }: { key: number; rev: number }) => {
    if (key !== FACTS_KEY && !brickExtent(live.room.fold.grid, key)) return { kind: "no-brick" } as const;
    if (!isReadable(live, rev)) return { kind: "gone" } as const;
    await live.room.versions.reach(rev, [key]);
    const version = live.room.versions.asOf(key, rev);
    return version ? ({ kind: "version", blob: version.blob } as const) : ({ kind: "imported" } as const);
  },
);

const isReadable = ({ room }: LiveVolume, rev: number): boolean =>
  Number.isSafeInteger(rev) && rev >= 0 && rev <= room.rev && (rev === 0 || rev >= room.versions.readableFrom);

/** Takes work off the person's budget; one that is spent is an answer that is not final. */
function spend(services: Services, userId: string, cost: number): WorkBudget {
  const budget = liveVolumesOf(services).budgets.of(userId);
  if (budget.waitMs > 0) throw new HttpRefusal(429, "You send faster than this server works. It goes on by itself.");
  budget.charge(cost);
  return budget;
}

const parseAfter = (after: string | null) => {
  if (after === null) return null;
  const [session, seq] = after.split(".").map((part) => Number.parseInt(part, 36));
  return { session, seq };
};

const postSession: HttpRoute = {
  method: "POST",
  path: "/api/volumes/:volumeId/sessions",
  access: { kind: "volume", role: "viewer" },
  maxBodyBytes: 1024,
  async handle({ services, parameters: { volumeId }, user, role, response, readBody }) {
    const parsed = sessionRequestSchema.safeParse(parseJson(await readBody()));
    if (!parsed.success) throw new HttpRefusal(400, "A body like {after} is needed.");
    const entered = await askOwner(services, enterOperation, volumeId, null);
    const { labelHistoryDays: historyDays } = await readInstallationSettings(services.db);
    if (!user || parsed.data.lookOnly || !hasRole(role, "annotator")) {
      const { epoch, hasBase } = entered;
      sendJson(response, 200, {
        session: 0,
        epoch,
        canEdit: false,
        firstLabel: 0,
        labelCount: 0,
        hasBase,
        historyDays,
      } satisfies SessionLease);
      return;
    }
    spend(services, user.id, units.labelLease);
    const started = await startSession(services.db, volumeId, user.id, parseAfter(parsed.data.after));
    const { row, labelCounter } = started;
    await askOwner(services, enterOperation, volumeId, { row, labelCounter });
    const { epoch, firstLabel, labelCount, hasBase, sealKey } = started;
    sendJson(response, 200, {
      session: started.row.session,
      epoch,
      canEdit: true,
      firstLabel,
      labelCount,
      hasBase,
      historyDays,
      sealKey,
    } satisfies SessionLease);
  },
};

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** The rev of its document that a page names. */
const revAsked = (url: URL): number => Number(url.searchParams.get("rev") ?? "0");
const gone = () => new HttpRefusal(410, "This state of the labels is gone.");

/** What holds a part of the base as of the page's rev; undefined for what was imported. */
async function blobAsked(
  services: Services,
  volumeId: string,
  key: number,
  url: URL,
): Promise<{ readonly blob: string | null } | undefined> {
  const asked = await askOwner(services, baseVersionOperation, volumeId, { key, rev: revAsked(url) });
  if (asked.kind === "no-brick") throw new HttpRefusal(404, "There is no such brick.");
  if (asked.kind === "gone") throw gone();
  return asked.kind === "version" ? asked : undefined;
}

function sendGzip(
  { request, response }: Pick<Parameters<HttpRoute["handle"]>[0], "request" | "response">,
  gzipped: Uint8Array,
  etag: string,
): void {
  response.setHeader("etag", etag);
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-encoding": "gzip",
    "content-length": gzipped.length,
  });
  response.end(gzipped);
}

/** R50: a brick of the base as of a rev. */
const getBrick: HttpRoute = {
  method: "GET",
  path: "/api/volumes/:volumeId/bricks/:key",
  access: { kind: "volume", role: "viewer" },
  maxBodyBytes: 0,
  async handle({ services, parameters: { volumeId, key }, url, request, response }) {
    const number = Number(key);
    if (!Number.isSafeInteger(number) || number === FACTS_KEY) throw new HttpRefusal(404, "There is no such brick.");
    const version = await blobAsked(services, volumeId, number, url);
    const name = version ? version.blob : baseBrickKey(volumeId, number);
    const gzipped = name === null ? null : await services.blobs.get(name);
    // Asked each time: labels may be imported before anybody has painted, and a restored backup counts its revs anew.
    response.setHeader("cache-control", "private, no-cache");
    if (!gzipped || name === null) {
      if (version?.blob) throw damagedBrick("it is missing", version.blob);
      response.writeHead(204).end();
      return;
    }
    const objection = objectionToGzip(gzipped, LABEL_BRICK_BYTES);
    if (objection) throw damagedBrick(objection, name);
    const digest = createHash("sha256").update(gzipped).digest("hex").slice(0, 16);
    sendGzip({ request, response }, gzipped, `"${digest}"`);
  },
};

/** Which bricks of the base have labels, as of a rev: a page asks for no other. */
const getOccupied: HttpRoute = {
  method: "GET",
  path: "/api/volumes/:volumeId/bricks",
  access: { kind: "volume", role: "viewer" },
  maxBodyBytes: 0,
  async handle({ services, parameters: { volumeId }, url, response }) {
    const keys = await askOwner(services, occupiedOperation, volumeId, revAsked(url));
    if (!keys) throw gone();
    const bytes = encodeBrickKeys(keys);
    response.writeHead(200, {
      "content-type": "application/octet-stream",
      "content-length": bytes.length,
      "cache-control": "private, no-store",
    });
    response.end(bytes);
  },
};

/** Fields and merges of the base as of a rev; nothing where there are none. */
const getFacts: HttpRoute = {
  method: "GET",
  path: "/api/volumes/:volumeId/facts",
  access: { kind: "volume", role: "viewer" },
  maxBodyBytes: 0,
  async handle({ services, parameters: { volumeId }, url, request, response }) {
    const version = await blobAsked(services, volumeId, FACTS_KEY, url);
    response.setHeader("cache-control", "private, no-cache");
    if (!version?.blob) {
      response.writeHead(204).end();
      return;
    }
    const gzipped = await services.blobs.get(version.blob);
    if (!gzipped) throw damagedBrick("it is missing", version.blob);
    sendGzip({ request, response }, gzipped, `"${version.blob.split("/").at(-1)}"`);
  },
};

const SHA256 = /^[0-9a-f]{64}$/;

/** Of a person, each held in memory as a whole: uploads, and downloads beside each other. */
const uploads = new PersonTurns(2, 8);
const downloads = new PersonTurns(4, 256);

/** Voxels are inflated and read to their end before anything is stored, within what new ones may cost. */
async function checkBlob(budget: WorkBudget, bytes: Uint8Array, grid: LabelGrid): Promise<void> {
  const bounds = acceptedBlobBounds(bytes.length);
  try {
    const { size, bricks } = await decodeBlobBeside(bytes, grid, bounds);
    budget.charge(sizeUnits(size, bricks.length));
  } catch (cause) {
    budget.charge(bounds.bodyBytes * units.byteInflated);
    if (!(cause instanceof MalformedBytes)) throw cause;
    throw new Problem({
      tag: "blob-malformed",
      what: "The server does not take these voxels.",
      where: cause.message,
      hint: "The edit is kept on this computer: save it to a file, and make it again in smaller parts.",
    });
  }
}

const putBlob: HttpRoute = {
  method: "PUT",
  path: "/api/volumes/:volumeId/paint/:sha256",
  access: { kind: "volume", role: "annotator" },
  maxBodyBytes: recordLimits.blobBytes,
  async handle({ services, parameters: { volumeId, sha256 }, user, response, readBody }) {
    if (!user || !SHA256.test(sha256)) throw new HttpRefusal(400, "The name is the SHA-256 of the bytes.");
    await uploads.take(user.id, async () => {
      const budget = spend(services, user.id, units.lookUp);
      const bytes = await readBody();
      budget.charge(bytes.length * units.byteStored);
      const digest = await webcrypto.subtle.digest("SHA-256", Uint8Array.from(bytes));
      if (Buffer.from(digest).toString("hex") !== sha256)
        throw new HttpRefusal(400, "The bytes do not have this SHA-256.");
      const { grid } = await askOwner(services, enterOperation, volumeId, null);
      await checkBlob(budget, bytes, grid);
      await services.blobs.put(paintBlobKey(volumeId, sha256), bytes, { maySpendReserve: true });
      await services.db
        .insert(labelBlob)
        .values({ volumeId, sha256, sizeBytes: bytes.length, createdBy: user.id })
        .onConflictDoNothing();
    });
    response.writeHead(204).end();
  },
};

const getBlob: HttpRoute = {
  method: "GET",
  path: "/api/volumes/:volumeId/paint/:sha256",
  access: { kind: "volume", role: "viewer" },
  maxBodyBytes: 0,
  async handle({ services, parameters: { volumeId, sha256 }, user, response, signal }) {
    await downloads.take(user?.id ?? "", async () => {
      const bytes = SHA256.test(sha256) ? await services.blobs.get(paintBlobKey(volumeId, sha256)) : null;
      if (!bytes) throw new HttpRefusal(404, "There are no such voxels.");
      response.writeHead(200, {
        "content-type": "application/octet-stream",
        "content-length": bytes.length,
        "cache-control": "private, max-age=31536000, immutable",
      });
      response.end(bytes);
      // Its bytes are held until they have left, or the page has.
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    });
  },
};

export const labelRoutes: readonly HttpRoute[] = [postSession, getOccupied, getBrick, getFacts, putBlob, getBlob];
