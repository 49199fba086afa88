import * as Y from "yjs";
import { allBrickKeys, type LabelGrid } from "../../core/sync/label-grid.ts";
import { HarnessServer } from "./harness-server.ts";
import { HarnessUser } from "./harness-user.ts";
import { naiveState, volumeOf } from "./naive-state.ts";
import { SeededRandom } from "./seeded-random.ts";

/** 8×48×48 voxels in bricks of 16³: nine bricks in one layer. */
export const harnessGrid: LabelGrid = { shapeZyx: [8, 48, 48], brickSize: 16 };

const USERS = 5;
const STEPS = 700;
const BASE_LABELS = 40;

export interface RunOptions {
  readonly crashes: boolean;
  /** Two of five are away most of the time. */
  readonly longOffline: boolean;
}

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
  readonly #counts = { undos: 0, redos: 0, facts: 0, reloads: 0, crashes: 0, seals: 0 };
  readonly #base = new Map<number, Uint32Array>();
  readonly #acknowledged = new Set<string>();

  constructor(seed: number, options: RunOptions) {
    this.#random = new SeededRandom(seed);
    this.#options = options;
    for (const key of allBrickKeys(harnessGrid)) if (this.#random.chance(0.6)) this.#base.set(key, this.#randomBase());
    this.#server = new HarnessServer(harnessGrid, BASE_LABELS + 60);
    this.#users = Array.from(
      { length: USERS },
      (_, i) =>
        new HarnessUser(`u${i}`, this.#server, harnessGrid, (key) => this.#base.get(key) ?? null, this.#random, {
          bodyBytes: 160,
          inlineRecords: 1,
        }),
    );
  }

  async run(): Promise<RunResult> {
    await this.#server.boot();
    for (const user of this.#users) user.openPage();
    for (let i = 0; i < 40; i++) await this.#move();
    for (let i = 0; i < STEPS; i++) await this.#act();
    await this.#comeToRest();
    const failures = await this.#check();
    for (const user of this.#users) user.page?.close();
    this.#server.room?.crash(new Error("the run is over"));
    return {
      failures,
      strokes: this.#strokes.size,
      ...this.#counts,
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
    else if (x < 0.22) this.#undoOrRedo(user);
    else if (x < 0.25) this.#fact(user);
    else if (x < 0.285) this.#partition(index);
    else if (x < 0.3) this.#reload(user);
    else if (x < 0.315) {
      this.#server.room?.seal();
      this.#counts.seals++;
    } else if (x < 0.325 && this.#options.crashes) await this.#crash();
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

  async #crash(): Promise<void> {
    this.#counts.crashes++;
    await this.#server.crash(this.#users.flatMap(({ sockets }) => sockets));
    await settle();
  }

  /** Something small happens somewhere. */
  async #move(): Promise<void> {
    const user = this.#random.pick(this.#users);
    const x = this.#random.next();
    if (x < 0.2) void this.#server.room?.tick();
    else if (x < 0.35) this.#server.store.fsync();
    else if (x < 0.45 && user.chores.length > 0) user.runChore();
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
    for (const user of this.#users) user.goOnline();
    for (let round = 0; round < 60; round++) {
      for (const user of this.#users) {
        while (user.chores.length > 0) {
          user.runChore();
          await settle();
          if (this.#random.chance(0.02)) break;
        }
        for (let i = 0; i < 30; i++) this.#moveSocket(user);
      }
      if (this.#server.room) await this.#server.store.finish(this.#server.room.tick());
      await settle();
    }
  }

  async #check(): Promise<string[]> {
    const failures: string[] = [];
    const fail = (rule: string, what: string) => failures.push(`${rule}: ${what}`);
    const room = this.#server.room;
    if (!room) return ["no room at the end"];
    const truth = naiveState(
      Y.encodeStateAsUpdate(room.doc),
      harnessGrid,
      (key) => this.#base.get(key) ?? null,
      this.#server.store.blobs,
    );
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
    for (const id of this.#acknowledged) if (!truth.ids.has(id)) fail("I8", `acknowledged ${id} is gone`);
    const ids = this.#server.store.journal.map(({ id }) => id);
    if (new Set(ids).size !== ids.length) fail("I2", "a record is twice in the history");
    return failures;
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
