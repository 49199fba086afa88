import { eq } from "drizzle-orm";
import type { Verdict } from "../../../core/review/review-state.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";
import type { Transaction } from "../../../db/client.ts";
import { volume } from "../../../db/schema/index.ts";
import type { NucleusCounts } from "../../events.ts";
import { failureLog } from "../../log/failure-log.ts";
import type { Claim } from "../../servers/leases.ts";
import type { Services } from "../../services.ts";
import { readInstallationSettings } from "../../settings/installation-settings.ts";
import { listBaseBricks, occupiedBricks } from "../base/base-bricks.ts";
import type { BaseStore } from "../base/base-store.ts";
import type { WorkBudgets } from "../gate/work-budget.ts";
import { PostgresRoomStore } from "../journal/postgres-room-store.ts";
import { LiveNuclei } from "../nuclei/live-nuclei.ts";
import { NucleusChanges } from "../nuclei/nucleus-changes.ts";
import { NucleusNumbers } from "../nuclei/nucleus-numbers.ts";
import { ReviewBook } from "../nuclei/review-book.ts";
import { UnnamedAuthors } from "../nuclei/unnamed-authors.ts";
import { VolumeLabels } from "../nuclei/volume-labels.ts";
import { Room } from "../room/room.ts";

/** R29: a turn every 25 to 50 ms while there is work; the first after a pause goes at once. */
const TICK_MS = 25;
const PRESENCE_MS = 60;
const TIDY_EVERY_MS = 60 * 60_000;

/** A room with its clock, its labels as voxels, and its database. */
export interface LiveVolume {
  readonly volumeId: string;
  readonly projectId: string;
  /** What its base is made of. */
  readonly baseLabels: string;
  readonly room: Room;
  readonly labels: VolumeLabels;
  readonly nuclei: LiveNuclei;
  readonly reviews: ReviewBook;
  /** The project's rule for reviews may have changed. */
  learnRule(): Promise<void>;
  /** What a reviewer says of a nucleus, or with null takes back, in the transaction that writes it down. */
  judge(label: number, verdict: Verdict | null, write: (tx: Transaction) => Promise<void>): Promise<void>;
  /** The list is as of now, and whoever had a hand in a nucleus is known to the database. */
  authorsAreWritten(): Promise<void>;
  /** Measures and writes down how many nuclei there are now. */
  count(): Promise<NucleusCounts>;
  /** When somebody last needed it, by the clock that never goes back. */
  usedAtMs: number;
  /** Works that go on in it (`LiveVolumes.use`): it is not closed under them. */
  users: number;
  readonly base: BaseStore;
  /** Bricks of the base as of a rev that are not all background. */
  occupiedBase(rev: number): Promise<BrickKey[]>;
  /** Forgets old history and what nobody reads of the base, now and then. */
  tidyWhenDue(): Promise<void>;
  /** Its lease, where there are several servers, is given back; resolves when it is. */
  close(): Promise<void>;
}

export async function openLiveVolume(
  services: Services,
  volumeId: string,
  budgets: WorkBudgets,
  listener: { onGone(error: unknown): void; onTrouble(error: unknown): void },
  lease: Claim | null,
): Promise<LiveVolume> {
  const { db, journalDb, blobs } = services;
  const store = new PostgresRoomStore(db, blobs, volumeId, journalDb);
  const stored = await store.open(lease);
  lease?.confirm();
  const [{ projectId, baseLabels }] = await db
    .select({ projectId: volume.projectId, baseLabels: volume.baseLabels })
    .from(volume)
    .where(eq(volume.id, volumeId));
  let tickTimer: NodeJS.Timeout | null = null;
  let presenceTimer: NodeJS.Timeout | null = null;
  let tickAtMs = 0;
  let lastTickMs = 0;
  let presenceAtMs = 0;
  let closed = false;
  let tidyAtMs = 0;
  const schedulePresence = () => {
    if (presenceTimer || closed) return;
    const waitMs = Math.max(PRESENCE_MS, presenceAtMs - performance.now());
    presenceTimer = setTimeout(() => {
      presenceTimer = null;
      presenceAtMs = performance.now() + room.presence.flush();
      if (room.presence.hasNews) schedulePresence();
    }, waitMs);
  };
  const fetchBlob = async (sha256: string) => {
    const bytes = await store.readBlobBytes(sha256);
    if (!bytes) throw new Error(`the voxels ${sha256} are missing`);
    return bytes;
  };

  const room: Room = await Room.open(store, stored, {
    onWork(waitMs) {
      if (closed) return;
      const now = performance.now();
      const dueMs = Math.max(lastTickMs + TICK_MS, now + waitMs);
      if (tickTimer && tickAtMs <= dueMs) return;
      if (tickTimer) clearTimeout(tickTimer);
      tickAtMs = dueMs;
      tickTimer = setTimeout(() => {
        tickTimer = null;
        lastTickMs = performance.now();
        void room.tick();
      }, dueMs - now);
    },
    onPresence: () => schedulePresence(),
    onRecords(touched, bricks, rows) {
      nuclei.touch(touched);
      unnamed.painted(rows);
      changes.onRecords(room.position);
      if (bricks.size > 0) labels.touch(bricks);
      if (bricks.size === 0 || !nuclei.isOpen) changes.tell();
    },
    onCrash: listener.onGone,
    onTrouble: listener.onTrouble,
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    budgets,
  });
  /** What was imported stays the same for as long as the room lives; listing it touches the store. */
  let imported: Promise<BrickKey[]> | null = null;
  const occupiedBase = async (rev: number): Promise<BrickKey[]> => {
    imported ??= listBaseBricks(blobs, volumeId).catch((error) => {
      imported = null;
      throw error;
    });
    await room.versions.reach(rev);
    return occupiedBricks(await imported, room.versions, rev);
  };
  const labels = new VolumeLabels(room.fold, {
    async fetchBrick(key, rev) {
      await room.versions.reach(rev, [key]);
      return store.base.readBrick(key, room.versions.asOf(key, rev));
    },
    fetchBlob,
    rev: () => room.rev,
    listBase: () => occupiedBase(room.rev),
    onChanged: (key, changed) => unnamed.measured(key, changed),
    onRefreshed() {
      changes.tell();
      void writeAuthors().catch((error) => failureLog.failed("whose work a nucleus is", error));
    },
  });
  const unnamed = new UnnamedAuthors();
  const writeAuthors = async () => {
    const authors = unnamed.take();
    if (authors.length === 0) return;
    await store.addAuthors(authors).catch((error) => {
      unnamed.putBack(authors);
      throw error;
    });
  };
  const reviews = new ReviewBook(db, projectId, volumeId);
  const nuclei: LiveNuclei = new LiveNuclei(db, volumeId, room, labels, {
    reviews,
    numbers: new NucleusNumbers(db, volumeId, (work) => store.whileOwned(work)),
  });
  const changes = new NucleusChanges(services, { projectId, volumeId }, nuclei, stored.position, (work) =>
    store.whileOwned(work),
  );
  return {
    volumeId,
    projectId,
    baseLabels,
    room,
    labels,
    nuclei,
    reviews,
    async learnRule() {
      if (!nuclei.isOpen || !(await reviews.readRule())) return;
      nuclei.touchAll();
      changes.tell();
    },
    async judge(label, verdict, write) {
      await store.whileOwned(write);
      reviews.set(label, verdict);
      nuclei.touch([label]);
      changes.tell();
    },
    async authorsAreWritten() {
      await nuclei.update();
      await writeAuthors();
    },
    count: () => changes.count(),
    usedAtMs: performance.now(),
    users: 0,
    base: store.base,
    occupiedBase,
    async tidyWhenDue() {
      if (closed || performance.now() < tidyAtMs) return;
      tidyAtMs = performance.now() + TIDY_EVERY_MS;
      const { labelHistoryDays } = await readInstallationSettings(db);
      await room.whileBaseRests(() => store.tidy(room.versions, labelHistoryDays));
    },
    async close() {
      closed = true;
      if (tickTimer) clearTimeout(tickTimer);
      if (presenceTimer) clearTimeout(presenceTimer);
      labels.close();
      changes.close();
      await lease?.release();
    },
  };
}
