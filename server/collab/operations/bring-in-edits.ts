import { createHmac, timingSafeEqual } from "node:crypto";
import { and, eq, inArray } from "drizzle-orm";
import { Problem } from "../../../core/problem.ts";
import { MalformedBytes } from "../../../core/sync/bytes/bytes.ts";
import { acceptedBounds, type PaintBody } from "../../../core/sync/record/record.ts";
import { decodeRecord } from "../../../core/sync/record/record-codec.ts";
import { decodePiece, type SealedEdit } from "../../../core/sync/unsent/sealed-piece.ts";
import { volume, volumeSession } from "../../../db/schema/index.ts";
import type { Services } from "../../services.ts";
import { pauseWhenDue } from "../event-loop/next-turn.ts";
import { recordUnits, units } from "../gate/work-units.ts";
import type { SessionRow } from "../journal/room-store.ts";
import type { PendingRecord } from "../journal/session-journal.ts";
import type { LiveVolume } from "../live/live-volume.ts";

/** Edits that have been looked at: all of one person, each new one next in its session. */
export interface CheckedEdits {
  readonly userId: string;
  /** Not in the history yet, in order. */
  readonly fresh: readonly PendingRecord[];
  readonly alreadyThere: number;
  readonly blobs: ReadonlyMap<string, PaintBody>;
}

/** What others wait for in one turn of the room. */
const TURN_UNITS = 100_000;

/**
 * Looks at edits from a file (`core/sync/unsent/kept-edits-file.ts`) as the gate looks at those of a socket; who made them is what the
 * seals say. Numbers are the author's own, so that what is brought in twice, or comes from the author's browser as well, is there
 * once. Refuses (Problem) the whole lot when one of them is wrong: nothing is written here.
 */
export async function checkEdits(
  live: LiveVolume,
  services: Services,
  volumeId: string,
  piece: Uint8Array,
): Promise<CheckedEdits> {
  const { room } = live;
  const edits = readable(() => decodePiece(piece));
  const records: PendingRecord[] = [];
  for (const { stored } of edits) {
    const record = readable(() => decodeRecord(stored, room.fold.grid, acceptedBounds(stored.length)));
    records.push({ record, stored });
    await pauseWhenDue();
  }
  const userId = await checkSeals(live, services, volumeId, edits, records);
  const reached = new Map<number, number>();
  const reachedOf = (session: number): number => reached.get(session) ?? room.journal.reached(session);
  const fresh: PendingRecord[] = [];
  for (const pending of records) {
    const { session, seq, id } = pending.record;
    if (seq <= reachedOf(session)) continue;
    const after = room.journal.followedBy(session);
    if (seq !== reachedOf(session) + 1 || (after && reachedOf(after.session) < after.seq))
      throw new Problem({
        tag: "edits-missing",
        what: "Edits that were made before these are missing from the file.",
        where: `before edit ${id}`,
        hint: "Bring in the whole file, as the browser saved it.",
      });
    reached.set(session, seq);
    fresh.push(pending);
  }
  const blobs = await readBlobs(live, fresh);
  for (const pending of fresh) refuseObjection(live, pending, userId, blobs);
  return { userId, fresh, alreadyThere: records.length - fresh.length, blobs };
}

/** Writes them under their own numbers. Resolves when they are durable; what somebody else brought meanwhile stays as it is. */
export async function writeEdits(live: LiveVolume, { fresh, blobs, userId }: CheckedEdits): Promise<void> {
  const { room } = live;
  for (let from = 0; from < fresh.length; ) {
    const turn: PendingRecord[] = [];
    for (let cost = 0; from < fresh.length && (turn.length === 0 || cost < TURN_UNITS); from++) {
      turn.push(fresh[from]);
      cost += recordUnits(fresh[from]);
    }
    let objection: string | null = null;
    await room.author(() => {
      const rows = turn.filter(({ record }) => record.seq > room.journal.reached(record.session));
      for (const pending of rows) objection ??= room.gate.objectionTo(pending, userId, blobs);
      if (objection) return null;
      return rows.map(({ record, stored }) => {
        const body = record.kind === 8 ? blobs.get(record.sha256) : undefined;
        const blob = record.kind === 8 && body ? { sha256: record.sha256, body } : undefined;
        return { id: record.id, stored, ...(blob && { blob }) };
      });
    });
    const missing = turn.find(({ record }) => record.seq > room.journal.reached(record.session));
    if (objection) throw refused(turn[0].record.id, objection);
    if (missing) throw refused(missing.record.id, "it is being folded at this moment; bring the file in once more");
  }
}

const refused = (id: string, reason: string) =>
  new Problem({
    tag: "edits-refused",
    what: "The server does not take an edit of this file.",
    where: `edit ${id}: ${reason}`,
    hint: "Those before it may have been brought in; bringing the file in again does them no harm.",
  });

function readable<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    throw new Problem({
      tag: "edits-unreadable",
      what: "An edit of this file cannot be read in this volume.",
      where: error.message,
      hint: "The file is damaged, or of another volume. Nothing of it was brought in.",
    });
  }
}

/** Who made all of these. Sessions that the room does not know yet become known to it. */
async function checkSeals(
  live: LiveVolume,
  { db }: Services,
  volumeId: string,
  edits: readonly SealedEdit[],
  records: readonly PendingRecord[],
): Promise<string> {
  const sessions = [...new Set(records.map(({ record }) => record.session))];
  const rows = await db
    .select()
    .from(volumeSession)
    .where(and(eq(volumeSession.volumeId, volumeId), inArray(volumeSession.session, sessions)));
  const bySession = new Map(rows.map((row) => [row.session, row]));
  const isGenuine = edits.every(({ stored, seal }, i) => {
    const key = bySession.get(records[i].record.session)?.sealKey;
    if (!key) return false;
    return timingSafeEqual(createHmac("sha256", key).update(stored).digest(), seal);
  });
  const people = new Set(rows.map(({ userId }) => userId));
  if (!isGenuine || people.size !== 1)
    throw new Problem({
      tag: "edits-not-genuine",
      what: "These edits are not what one person made in this volume.",
      where: "their seals do not fit",
      hint: "The file was changed, is of another volume, or of a browser that kept them before this version. The person's own browser can still send them.",
    });
  const [{ labelCounter }] = await db
    .select({ labelCounter: volume.labelCounter })
    .from(volume)
    .where(eq(volume.id, volumeId));
  for (const { session, userId, afterSession, afterSeq } of rows) {
    const after = afterSession !== null && afterSeq !== null ? { session: afterSession, seq: afterSeq } : null;
    live.room.addSession({ session, userId, after } satisfies SessionRow, labelCounter);
  }
  return rows[0].userId;
}

/** Uploaded before, through the route that pages use for them. */
async function readBlobs(live: LiveVolume, records: readonly PendingRecord[]): Promise<Map<string, PaintBody>> {
  const blobs = new Map<string, PaintBody>();
  for (const { record } of records) {
    if (record.kind !== 8 || blobs.has(record.sha256)) continue;
    const body = live.room.fold.blob(record.sha256) ?? (await live.base.readBlob(record.sha256, live.room.fold.grid));
    if (body) blobs.set(record.sha256, body);
  }
  return blobs;
}

function refuseObjection(
  live: LiveVolume,
  pending: PendingRecord,
  userId: string,
  blobs: ReadonlyMap<string, PaintBody>,
): void {
  const objection = live.room.gate.objectionTo(pending, userId, blobs);
  if (objection) throw refused(pending.record.id, objection);
}

export const editsUnits = ({ fresh, alreadyThere, blobs }: CheckedEdits): number =>
  fresh.reduce(
    (sum, pending) => sum + recordUnits(pending),
    (1 + blobs.size) * units.lookUp + alreadyThere * units.record,
  );
