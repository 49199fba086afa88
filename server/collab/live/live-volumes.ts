import { eq } from "drizzle-orm";
import { isProblem, Problem } from "../../../core/problem.ts";
import { hasRole } from "../../../core/roles.ts";
import { CloseCode, RestartReason } from "../../../core/sync/link/messages.ts";
import { volume } from "../../../db/schema/index.ts";
import { membershipForVolume } from "../../access.ts";
import { failureLog } from "../../log/failure-log.ts";
import { logOf } from "../../log/log.ts";
import { HeldElsewhere } from "../../servers/leases.ts";
import type { Services } from "../../services.ts";
import { WorkBudgets } from "../gate/work-budget.ts";
import { RoomTaken } from "../journal/room-store.ts";
import type { RoomConnection } from "../room/room-connection.ts";
import { type LiveVolume, openLiveVolume } from "./live-volume.ts";
import { OpenSockets } from "./open-sockets.ts";
import { RestartPauses } from "./restart-pauses.ts";
import { RoomLog } from "./room-log.ts";

const log = logOf("collab");

/** Rooms nobody uses leave the memory after this. */
const IDLE_MS = 60_000;
/** Roles are asked again this often, and at once when the members of a project change. */
const CHECK_EVERY_MS = 20_000;

export const leaseOfRoom = (volumeId: string): string => `volume ${volumeId}`;

export const restarting = {
  tag: "volume-restarts",
  what: "This volume restarts after a failure.",
  hint: "It opens by itself in a moment.",
} as const;

/**
 * The volumes that are live in this process: one room each, loaded when somebody needs it (R45: one owner). Of several servers
 * the one that loads it holds its lease; what the others want of it they ask for (`in-room.ts`).
 */
export class LiveVolumes {
  readonly budgets = new WorkBudgets(() => performance.now());
  readonly sockets = new OpenSockets();
  readonly #services: Services;
  readonly #open = new Map<string, Promise<LiveVolume>>();
  readonly #pauses = new RestartPauses();
  readonly #log = new RoomLog((line) => log.error(line));
  readonly #timer: NodeJS.Timeout;
  readonly #unsubscribe: () => void;

  constructor(services: Services) {
    this.#services = services;
    this.#timer = setInterval(() => void this.#keepHouse(), CHECK_EVERY_MS);
    this.#timer.unref();
    this.#unsubscribe = services.events.subscribe((event) => {
      if (event.topic === "members") void this.#checkRoles(event.projectId);
      if (event.topic === "members" || event.topic === "project") void this.#learnRules(event.projectId);
      if (event.topic === "volume") void this.#checkVolume(event.volumeId).catch(() => {}); // a missed hint is no harm
    });
  }

  /** The one way in, and the only place where a room is opened. A failed load is not kept. */
  async #opened(volumeId: string): Promise<LiveVolume> {
    const { cluster } = this.#services;
    // After a pause of this process the room may be another's, and what is in memory old: it is lost here then.
    if (this.#open.has(volumeId)) await cluster?.leases.isHeld(leaseOfRoom(volumeId));
    let opening = this.#open.get(volumeId);
    if (!opening) {
      if (this.#pauses.remainingMs(volumeId) > 0) throw new Problem(restarting);
      const lease = cluster?.leases.claim(leaseOfRoom(volumeId), () => void this.#lose(volumeId)) ?? null;
      const started: Promise<LiveVolume> = openLiveVolume(
        this.#services,
        volumeId,
        this.budgets,
        {
          onGone: (error) => this.#forget(volumeId, started, error),
          onTrouble: (error) => this.#log.trouble(volumeId, error),
        },
        lease,
      );
      opening = started;
      this.#open.set(volumeId, started);
      started.catch(async (error) => {
        if (this.#open.get(volumeId) === started) this.#open.delete(volumeId);
        if (!isProblem(error) && !(error instanceof HeldElsewhere)) this.#pauses.failedToOpen(volumeId);
        await lease?.release().catch(() => {}); // it runs out by itself
      });
    }
    const live = await opening;
    // It may have been closed while this waited: nobody would be answered in a room that has no clock any more.
    if (this.#open.get(volumeId) !== opening) return this.#opened(volumeId);
    live.usedAtMs = performance.now();
    return live;
  }

  /**
   * Opens the room where it is not, and keeps it open until the work is over, however long nobody else comes. Rejects with a
   * Problem when the volume is not ready, or has crashed too often of late; with HeldElsewhere when its room is another server's.
   */
  async use<T>(volumeId: string, work: (live: LiveVolume) => Promise<T>): Promise<T> {
    const live = await this.#opened(volumeId);
    live.users++;
    try {
      return await work(live);
    } finally {
      live.users--;
      live.usedAtMs = performance.now();
    }
  }

  /** The room if it is loaded. */
  async peek(volumeId: string): Promise<LiveVolume | null> {
    return (await this.#open.get(volumeId)?.catch(() => null)) ?? null;
  }

  /** Ends a room: what its base is made of was replaced, or the volume is going to be deleted. */
  async end(volumeId: string, code: number, reason: string): Promise<void> {
    const opening = this.#open.get(volumeId);
    await opening?.catch(() => null);
    if (opening) await this.#close(volumeId, opening, code, reason);
  }

  /** The room is another server's: pages come again, and are passed on. */
  async #lose(volumeId: string): Promise<void> {
    const opening = this.#open.get(volumeId);
    log.warn("A room has passed to another server.", { volumeId });
    if (opening) await this.#close(volumeId, opening, CloseCode.restart, RestartReason.plain, new RoomTaken());
  }

  /**
   * The only place where a room is closed, whatever the reason: from now on nobody finds it, its sockets hear why, and whoever was
   * on the way to it is sent back to come again.
   */
  async #close(
    volumeId: string,
    opening: Promise<LiveVolume>,
    code: number,
    reason: string,
    error: Error = new Error(reason),
  ): Promise<void> {
    if (this.#open.get(volumeId) !== opening) return;
    this.#open.delete(volumeId);
    const live = await opening.catch(() => null);
    if (!live) return; // it went while it opened
    for (const connection of [...live.room.connections]) {
      connection.close(code, reason);
      live.room.disconnect(connection);
    }
    live.room.crash(error);
    // A lease that cannot be given back runs out.
    await live.close().catch((cause) => failureLog.failed("giving a room back", cause));
  }

  async counts(): Promise<{ readonly rooms: number; readonly connections: number }> {
    const live = await Promise.all([...this.#open.keys()].map((volumeId) => this.peek(volumeId)));
    const connections = live.reduce((sum, one) => sum + (one?.room.connections.size ?? 0), 0);
    return { rooms: live.length, connections };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#unsubscribe();
    for (const volumeId of [...this.#open.keys()]) await this.end(volumeId, 1001, "the server stops");
  }

  /** Looks up a person's role anew; a socket whose rights changed is closed and may come back with the new ones. */
  async checkRole(volumeId: string, connection: RoomConnection): Promise<void> {
    const membership = await membershipForVolume(this.#services.db, connection.userId, volumeId);
    if (!membership) connection.close(CloseCode.forbidden, "You are no longer a member of this project.");
    else if (hasRole(membership.role, "annotator") !== connection.canEdit)
      connection.close(CloseCode.forbidden, "Your role in this project has changed. Reload this page.");
    else connection.role = membership.role;
  }

  /** Ends sockets at once, in all volumes: those of a person who has left, say. */
  async closeSockets(which: (connection: RoomConnection) => boolean, code: number, reason: string): Promise<void> {
    for (const opening of [...this.#open.values()]) {
      const live = await opening.catch(() => null);
      for (const connection of [...(live?.room.connections ?? [])]) {
        if (!which(connection)) continue;
        connection.close(code, reason);
        live?.room.disconnect(connection);
      }
    }
  }

  async #checkRoles(projectId: string | null): Promise<void> {
    for (const opening of this.#open.values()) {
      const live = await opening.catch(() => null);
      if (!live || (projectId !== null && live.projectId !== projectId)) continue;
      for (const connection of [...live.room.connections])
        await this.checkRole(live.volumeId, connection).catch((error) =>
          failureLog.failed("the check of a role", error),
        );
    }
  }

  async #learnRules(projectId: string): Promise<void> {
    for (const volumeId of [...this.#open.keys()]) {
      const live = await this.peek(volumeId);
      if (live?.projectId === projectId)
        await live.learnRule().catch((error) => failureLog.failed("the rule for reviews", error));
    }
  }

  /** The volume may have been deleted, or its base imported: pages that have it open are told. */
  async #checkVolume(volumeId: string): Promise<void> {
    const live = await this.peek(volumeId);
    if (!live) return;
    const [row] = await this.#services.db
      .select({ baseLabels: volume.baseLabels })
      .from(volume)
      .where(eq(volume.id, volumeId));
    if (!row) await this.end(volumeId, CloseCode.volumeGone, "deleted");
    else if (row.baseLabels !== live.baseLabels) {
      await this.end(volumeId, CloseCode.epochChanged, "labels were imported");
      this.#services.events.publish({ topic: "nuclei", projectId: live.projectId, volumeId });
    }
  }

  async #keepHouse(): Promise<void> {
    await this.#checkRoles(null);
    for (const opening of [...this.#open.values()]) {
      const live = await opening.catch(() => null);
      await live?.tidyWhenDue().catch((error) => failureLog.failed("tidying up old labels", error));
    }
    await this.closeIdle(performance.now());
  }

  async closeIdle(nowMs: number): Promise<void> {
    for (const volumeId of [...this.#open.keys()]) await this.closeUnused(volumeId, nowMs - IDLE_MS);
  }

  /** Where nobody is in the volume and no work goes on, nor has since `sinceMs`. */
  async closeUnused(volumeId: string, sinceMs = Number.POSITIVE_INFINITY): Promise<void> {
    const opening = this.#open.get(volumeId);
    const live = await opening?.catch(() => null);
    if (!opening || !live?.room.isIdle || live.users > 0 || live.usedAtMs > sinceMs) return;
    await this.#close(volumeId, opening, CloseCode.restart, RestartReason.plain);
  }

  #forget(volumeId: string, opening: Promise<LiveVolume>, error: unknown): void {
    if (this.#open.get(volumeId) !== opening) return; // closed on purpose
    void this.#close(volumeId, opening, CloseCode.restart, RestartReason.plain);
    if (error instanceof RoomTaken) return;
    this.#log.restarts(volumeId, error, this.#pauses.crashed(volumeId));
  }
}

const ofServices = new WeakMap<Services, LiveVolumes>();

/** The one set of live volumes of a server process. */
export function liveVolumesOf(services: Services): LiveVolumes {
  let volumes = ofServices.get(services);
  if (!volumes) {
    volumes = new LiveVolumes(services);
    ofServices.set(services, volumes);
  }
  return volumes;
}

/** Before the database stops. */
export async function closeLiveVolumes(services: Services): Promise<void> {
  await ofServices.get(services)?.close();
  ofServices.delete(services);
}
