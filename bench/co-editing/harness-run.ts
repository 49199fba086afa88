import * as Y from "yjs";
import { baseOf } from "../../core/sync/document/document-layout.ts";
import { decodeFacts } from "../../core/sync/fold/base-facts.ts";
import { allBrickKeys, type LabelGrid } from "../../core/sync/record/label-grid.ts";
import { recordIdOf } from "../../core/sync/record/record.ts";
import { decodeRecord } from "../../core/sync/record/record-codec.ts";
import { FACTS_KEY } from "../../server/collab/base/base-store.ts";
import type { Room } from "../../server/collab/room/room.ts";
import { HarnessServer } from "./harness-server.ts";
import { HarnessUser } from "./harness-user.ts";
import {
  baseAlone,
  liveRecords,
  type NaiveBase,
  type NaiveState,
  naiveState,
  type PlacedRecord,
  volumeOf,
} from "./naive-state.ts";
import { SeededRandom } from "./seeded-random.ts";
import { localFolds } from "./watch-folds.ts";

/** 8×48×48 voxels in bricks of 16³: nine bricks in one layer. */
export const harnessGrid: LabelGrid = { shapeZyx: [8, 48, 48], brickSize: 16 };

const USERS = 5;
const BASE_LABELS = 40;

export interface RunOptions {
  readonly crashes: boolean;
  /** Two of five are away most of the time. */
  readonly longOffline: boolean;
  /** Things that happen before everybody comes to rest. */
  readonly steps?: number;
}

const LONG = 700;

/** Every third run without crashes, every fourth with two people mostly away. */
export const optionsOf = (seed: number): RunOptions => ({ crashes: seed % 3 !== 0, longOffline: seed % 4 === 0 });

/** A stroke as its author meant it. */
interface Stroke {
  readonly user: number;
  readonly groups: readonly { readonly label: number; readonly runs: Int32Array }[];
  undone: boolean;
}

export interface RunResult {
  /** Names of invariants that do not hold, with what was seen. */
  readonly failures: readonly string[];
  readonly strokes: number;
  readonly undos: number;
  readonly redos: number;
  readonly facts: number;
  readonly reloads: number;
  readonly crashes: number;
  readonly seals: number;
  readonly roles: number;
  readonly folds: number;
  /** Loaded bricks that pages folded by themselves. */
  readonly localFolds: number;
  readonly repairs: number;
  readonly records: number;
  readonly blobs: number;
}

/** Lets everything that is ready to run in this process run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function ballRuns(random: SeededRandom): Int32Array {
  const [cz, cy, cx] = [random.below(8), random.below(48), random.below(48)];
  const radius = 1 + random.next() * 5;
  const flat = random.chance(0.7);
  const runs: number[] = [];
  for (let z = 0; z < 8; z++)
    for (let y = 0; y < 48; y++) {
      const rest = radius ** 2 - (flat ? (z === cz ? 0 : Number.POSITIVE_INFINITY) : (z - cz) ** 2) - (y - cy) ** 2;
      if (rest < 0) continue;
      const half = Math.floor(Math.sqrt(rest));
      runs.push(z, y, Math.max(0, cx - half), Math.min(48, cx + half + 1));
    }
  return Int32Array.from(runs);
}

/** One seeded history of five people at one volume, then quiet, then the invariants. */
export class HarnessRun {
  readonly #random: SeededRandom;
  readonly #options: RunOptions;
  readonly #server: HarnessServer;
  readonly #users: HarnessUser[];
  readonly #strokes = new Map<string, Stroke>();
  readonly #counts = { undos: 0, redos: 0, facts: 0, reloads: 0, crashes: 0, seals: 0, roles: 0 };
  readonly #base = new Map<number, Uint32Array>();
  readonly #acknowledged = new Set<string>();

  constructor(seed: number, options: RunOptions) {
    this.#random = new SeededRandom(seed);
    this.#options = options;
    for (const key of allBrickKeys(harnessGrid)) if (this.#random.chance(0.6)) this.#base.set(key, this.#randomBase());
    this.#server = new HarnessServer(harnessGrid, BASE_LABELS + 60);
    this.#server.store.base.imported = (key) => this.#base.get(key) ?? null;
    this.#users = Array.from(
      { length: USERS },
      (_, i) =>
        new HarnessUser(`u${i}`, this.#server, harnessGrid, this.#random, {
          bodyBytes: 160,
          inlineRecords: 1,
        }),
    );
  }

  async run(): Promise<RunResult> {
    const before = { ...localFolds };
    await this.#server.boot();
    for (const user of this.#users) user.openPage();
    for (let i = 0; i < 40; i++) await this.#move();
    for (let i = 0; i < (this.#options.steps ?? LONG); i++) await this.#act();
    await this.#comeToRest();
    const room = this.#server.room;
    if (!room) throw new Error("no room at the end");
    const failures = this.#check(room);
    if (localFolds.otherwise > before.otherwise) failures.push("I14: a page folded a brick otherwise than the server");
    for (const user of this.#users) user.page?.close();
    room.crash(new Error("the run is over"));
    return {
      failures,
      strokes: this.#strokes.size,
      ...this.#counts,
      folds: baseOf(room.doc).foldedGeneration,
      localFolds: localFolds.same - before.same,
      repairs: room.rev - baseOf(room.doc).foldedGeneration,
      records: this.#server.store.journal.length,
      blobs: this.#server.store.blobs.size,
    };
  }

  #randomBase(): Uint32Array {
    const base = new Uint32Array(harnessGrid.brickSize ** 3);
    for (let i = 0; i < 30; i++) {
      const start = this.#random.below(16 * 16 * 8 - 16);
      base.fill(1 + this.#random.below(BASE_LABELS), start, start + 16);
    }
    return base;
  }

  async #act(): Promise<void> {
    const index = this.#random.below(USERS);
    const user = this.#users[index];
    const x = this.#random.next();
    if (this.#options.longOffline && index < 2 && user.online && this.#random.chance(0.3)) user.goOffline();
    if (x < 0.16) this.#stroke(index);
    else if (x < 0.235) this.#undoOrRedo(user);
    else if (x < 0.265) this.#fact(user);
    else if (x < 0.295) this.#partition(index);
    else if (x < 0.304) this.#reload(user);
    else if (x < 0.306) this.#changeRole(user);
    else if (x < 0.33) {
      this.#server.seal();
      this.#counts.seals++;
    } else if (x < 0.34 && this.#options.crashes) await this.#crash();
    else for (let i = 0; i < 4; i++) await this.#move();
    await settle();
  }

  #stroke(index: number): void {
    const { page } = this.#users[index];
    if (!page?.canEdit) return;
    const count = this.#random.chance(0.15) ? 1 + this.#random.below(3) : 1;
    const groups = Array.from({ length: count }, () => ({
      label: this.#random.chance(0.1) ? 0 : BASE_LABELS + 1 + this.#random.below(60),
      runs: ballRuns(this.#random),
    })).filter(({ runs }) => runs.length > 0);
    if (groups.length === 0) return;
    const name = `stroke ${this.#strokes.size}`;
    this.#strokes.set(name, { user: index, groups, undone: false });
    void page.commit({
      name,
      records: groups.length === 1 ? [{ kind: "paint", ...groups[0] }] : [{ kind: "paintGroups", groups }],
    });
  }

  #undoOrRedo({ page }: HarnessUser): void {
    if (!page?.canEdit) return;
    const undo = this.#random.chance(0.65);
    const done = undo ? page.undo() : page.redo();
    if (!done) return;
    this.#counts[undo ? "undos" : "redos"]++;
    const stroke = this.#strokes.get(done.name);
    if (stroke) stroke.undone = undo;
  }

  #fact({ page }: HarnessUser): void {
    if (!page?.canEdit) return;
    this.#counts.facts++;
    const a = 1 + this.#random.below(12);
    const b = 1 + this.#random.below(12);
    const record = this.#random.chance(0.5)
      ? ({
          kind: "field",
          label: a,
          field: "status",
          value: this.#random.pick(["accepted", "rejected", null]),
        } as const)
      : ({ kind: this.#random.chance(0.6) ? "merge" : "unmerge", a, b } as const);
    void page.commit({ name: `fact ${this.#counts.facts}`, records: [record] });
  }

  #partition(index: number): void {
    const user = this.#users[index];
    if (user.online) user.goOffline();
    else if (!this.#options.longOffline || index >= 2 || this.#random.chance(0.1)) user.goOnline();
  }

  #reload(user: HarnessUser): void {
    this.#noteAcknowledged();
    this.#counts.reloads++;
    user.openPage();
  }

  /** To one who may only look and back; the page is told to reload. */
  #changeRole(user: HarnessUser): void {
    const isViewer = this.#server.roleOf(user.userId) === "viewer";
    this.#server.setRole(user.userId, isViewer ? "annotator" : "viewer");
    this.#counts.roles++;
    for (const socket of user.sockets) {
      socket.drop(4403, "Your role in this project has changed. Reload this page.");
      this.#server.hangUp(socket);
    }
    this.#reload(user);
  }

  async #crash(): Promise<void> {
    this.#counts.crashes++;
    await this.#server.crash(this.#users.flatMap(({ sockets }) => sockets));
    await settle();
  }

  /** Something small happens somewhere. */
  async #move(): Promise<void> {
    const user = this.#random.pick(this.#users);
    const x = this.#random.next();
    if (x < 0.2) this.#server.tick();
    else if (x < 0.35) this.#server.store.fsync();
    else if (x < 0.4) this.#server.runChore(this.#random);
    else if (x < 0.5 && user.chores.length > 0) user.runChore();
    else this.#moveSocket(user);
    await settle();
  }

  #moveSocket(user: HarnessUser): void {
    if (user.online) user.reconnect();
    for (const socket of user.sockets) {
      if (socket.readyState === 0 && user.online) this.#server.accept(socket, user.userId);
      else if (this.#random.chance(0.5)) this.#server.deliverUp(socket);
      else socket.deliverDown();
    }
    // Sockets of pages that are gone may still have frames on their way to the server.
    for (const gone of user.sockets.filter(({ readyState, up }) => readyState === 3 && up.length === 0))
      user.sockets.splice(user.sockets.indexOf(gone), 1);
  }

  #noteAcknowledged(): void {
    for (const { id } of this.#server.store.journal) this.#acknowledged.add(id);
  }

  async #comeToRest(): Promise<void> {
    for (const user of this.#users) {
      if (this.#server.roleOf(user.userId) === "viewer") this.#changeRole(user);
      user.goOnline();
    }
    for (let round = 0; round < 60; round++) {
      // What could not be loaded is asked for again, as a pane does.
      if (round % 10 === 0) for (const user of this.#users) user.look();
      for (const user of this.#users) {
        while (user.chores.length > 0) {
          user.runChore();
          await settle();
          if (this.#random.chance(0.02)) break;
        }
        for (let i = 0; i < 30; i++) this.#moveSocket(user);
      }
      if (round > 20 && this.#isAtRest) break;
      while (this.#server.chores.length > 0) {
        this.#server.runChore(this.#random);
        await settle();
      }
      if (this.#server.room) await this.#server.store.finish(this.#server.room.tick());
      await settle();
    }
  }

  get #isAtRest(): boolean {
    return this.#users.every(
      ({ page, chores, sockets }) =>
        page?.saveState.kind === "saved" &&
        chores.length === 0 &&
        sockets.every(({ up, down }) => up.length === 0 && down.length === 0),
    );
  }

  #check(room: Room): string[] {
    const failures: string[] = [];
    const fail = (rule: string, what: string) => failures.push(`${rule}: ${what}`);
    const { store } = this.#server;
    const live = liveRecords(Y.encodeStateAsUpdate(room.doc), harnessGrid);
    const base: NaiveBase = {
      brick: (key) => store.base.brickOf(key, room.versions.newest(key)),
      facts: decodeFacts(store.base.factsOf(room.versions.newest(FACTS_KEY))),
      carried: baseOf(room.doc).carried,
    };
    const truth = naiveState(live, harnessGrid, base, store.blobs);
    this.#checkHistory(live, truth, fail);
    for (const user of this.#users) {
      const page = user.page;
      if (!page) continue;
      if (page.unsavedRecords().length > 0 || user.store.rows.length > 0)
        fail("I15", `${user.userId} keeps ${page.unsavedRecords().length} records (${JSON.stringify(page.saveState)})`);
      const shown = volumeOf(harnessGrid, (key) => page.readBrick(key));
      const wrong = shown.findIndex((label, i) => label !== truth.voxels[i]);
      if (wrong >= 0) fail("I1/I9", `${user.userId} shows ${shown[wrong]} at ${wrong}, not ${truth.voxels[wrong]}`);
      for (let label = 1; label <= 12; label++) {
        const status = page.membersOf(label).length === 1 ? (page.fieldsOf(label).status ?? null) : undefined;
        if (status !== undefined && status !== (truth.fields.get(`${label}:1`) ?? null))
          fail("R15", `status of ${label}`);
        if (page.canonicalLabel(label) !== naiveCanonical(label, truth.edges)) fail("I16", `group of ${label}`);
      }
      if (user.store.refused.length > 0) fail("I12", "an honest record was quarantined");
    }
    if (this.#server.refusals.length > 0) fail("I12", `refused: ${this.#server.refusals[0]}`);
    this.#checkStrokes(truth.voxels, fail);
    this.#noteAcknowledged();
    for (const id of this.#acknowledged)
      if (!truth.ids.has(id) && !store.base.folded.has(id)) fail("I8", `acknowledged ${id} is gone`);
    const ids = this.#server.store.journal.map(({ id }) => id);
    if (new Set(ids).size !== ids.length) fail("I2", "a record is twice in the history");
    return failures;
  }

  /** I6: the base and what lives are what the whole history says; I2 and I7: each record is in one of the two. */
  #checkHistory(live: readonly PlacedRecord[], truth: NaiveState, fail: (rule: string, what: string) => void): void {
    const { store } = this.#server;
    const folded = store.journal.flatMap(({ id, record }) => {
      const row = store.base.folded.get(id);
      return row ? [{ generation: row.generation, record: decodeRecord(record, harnessGrid) }] : [];
    });
    const imported = baseAlone((key) => this.#base.get(key) ?? null);
    const history = naiveState([...folded, ...live], harnessGrid, imported, store.blobs);
    const wrong = truth.voxels.findIndex((label, i) => label !== history.voxels[i]);
    if (wrong >= 0) fail("I6", `${truth.voxels[wrong]} at ${wrong}, but ${history.voxels[wrong]} by the history`);
    if (String([...truth.edges].sort()) !== String([...history.edges].sort())) fail("I6", "merges");
    for (const [field, value] of history.fields)
      if ((truth.fields.get(field) ?? null) !== value) fail("I6", `field ${field}`);
    for (const { record } of live) if (store.base.folded.has(record.id)) fail("I2", `${record.id} is folded and lives`);
    const { watermarks } = baseOf(this.#server.room?.doc ?? new Y.Doc());
    for (const [session, upTo] of watermarks)
      for (let seq = 1; seq <= upTo; seq++)
        if (!store.base.folded.has(recordIdOf(session, seq))) fail("I7", `${recordIdOf(session, seq)} is not folded`);
  }

  /** I3 and I4: where one person alone painted, their last stroke that is not undone shows; else the base. */
  #checkStrokes(voxels: Uint32Array, fail: (rule: string, what: string) => void): void {
    const base = volumeOf(harnessGrid, (key) => this.#base.get(key) ?? null);
    const painter = new Int8Array(voxels.length).fill(-1);
    const shared = new Uint8Array(voxels.length);
    const expected = base.slice();
    for (const { user, groups, undone } of this.#strokes.values())
      for (const { label, runs } of groups)
        for (let i = 0; i < runs.length; i += 4)
          for (let x = runs[i + 2]; x < runs[i + 3]; x++) {
            const at = (runs[i] * 48 + runs[i + 1]) * 48 + x;
            if (painter[at] >= 0 && painter[at] !== user) shared[at] = 1;
            painter[at] = user;
            if (!undone) expected[at] = label;
          }
    for (let at = 0; at < voxels.length; at++)
      if (!shared[at] && voxels[at] !== expected[at]) {
        fail("I3/I4", `voxel ${at} of u${painter[at]} is ${voxels[at]}, not ${expected[at]}`);
        return;
      }
  }
}

function naiveCanonical(label: number, edges: ReadonlySet<string>): number {
  const group = new Set([label]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const edge of edges) {
      const [a, b] = edge.split("-").map(Number);
      if (group.has(a) === group.has(b)) continue;
      group.add(a).add(b);
      grown = true;
    }
  }
  return Math.min(...group);
}
