import pg from "pg";
import type { CollabDocument } from "../../core/sync/create-label-document.ts";
import { BRICK_VOXELS, brickKeyOf, indexInBrick } from "../../core/volume/brick.ts";
import { MemoryOutboxStore, openCollabClient } from "../../server/collab/testing/collab-client.ts";
import { waitFor } from "../../server/collab/testing/wait-for.ts";
import { type ServerPair, startServerPair } from "./server-pair.ts";

const shapeZyx = [30, 80, 140] as const;
const [DEPTH, HEIGHT] = shapeZyx;
const keys = [0, 1, 2].flatMap((bx) => [brickKeyOf(0, 0, bx), brickKeyOf(0, 1, bx)]);
const BOUND_MS = 120_000;
/** Of x, per stroke: each has its own voxels, and whether it is there, once, can be read off them. */
const STROKE = 7;
const PER_ROW = shapeZyx[2] / STROKE;

interface Stroke {
  readonly label: number;
  readonly place: number;
}

export interface RoundsReport {
  readonly rounds: number;
  /** Acknowledged strokes that somebody does not see, at one server or in a page that was there all the time. */
  readonly lost: number;
  /** Strokes that are in the history or in the voxels more often than once. */
  readonly doubled: number;
  /** From the kill of the owner to "Saved" of a stroke painted after it, at the other server. */
  readonly takeoverMsMax: number;
}

/** Two people, one at each server, all the time; what they painted, and who sees what of it. */
class Rounds {
  readonly #pair: ServerPair;
  readonly #pages: CollabDocument[];
  readonly #outboxes = [new MemoryOutboxStore(), new MemoryOutboxStore()];
  readonly #strokes: Stroke[] = [];
  readonly #database: pg.Client;
  lost = 0;
  doubled = 0;
  readonly takeoversMs: number[] = [];

  private constructor(pair: ServerPair, database: pg.Client) {
    this.#pair = pair;
    this.#database = database;
    this.#pages = this.#outboxes.map((outbox, place) => this.#page(place, outbox));
  }

  static async open(): Promise<Rounds> {
    const pair = await startServerPair();
    const database = new pg.Client({ connectionString: pair.databaseUrl });
    await database.connect();
    const rounds = new Rounds(pair, database);
    for (const page of rounds.#pages) {
      void page.start();
      // One after the other: the room is the first one's.
      await rounds.#saved(page);
      await page.loadBricks(keys);
    }
    return rounds;
  }

  /** The owner dies amid strokes; the other goes on, and the dead one comes back. */
  async killOwner(owner: number): Promise<void> {
    await this.#paintUntilSomeAreSaved();
    await this.#pair.kill(owner);
    const back = this.#pair.start(owner);
    await this.#measureTakeover(1 - owner);
    this.#paint(owner);
    await back;
    await this.#compare();
  }

  /** The owner stands still until the other has taken over, then wakes with strokes that it had not yet made durable. */
  async pauseOwner(owner: number): Promise<void> {
    await this.#paintUntilSomeAreSaved();
    for (let i = 0; i < 10; i++) this.#paint(owner);
    this.#pair.pause(owner);
    await this.#measureTakeover(1 - owner);
    this.#pair.resume(owner);
    this.#paint(owner);
    await this.#compare();
  }

  async close(): Promise<void> {
    for (const page of this.#pages) page.close();
    await this.#database.end();
    await this.#pair.close();
  }

  #page(place: number, outbox: MemoryOutboxStore): CollabDocument {
    const { volumeId, cookies } = this.#pair;
    return openCollabClient({
      address: () => this.#pair.address(place),
      cookie: () => cookies[place],
      volumeId,
      shapeZyx,
      outbox,
    });
  }

  #isSaved = (place: number): boolean => this.#pages[place].saveState.kind === "saved";

  #saved(page: CollabDocument): Promise<void> {
    return waitFor(
      () => page.saveState.kind === "saved",
      () => `saved, but ${JSON.stringify(page.saveState)}`,
      BOUND_MS,
    );
  }

  #paint(person: number): void {
    const page = this.#pages[person];
    const stroke = { label: page.newLabel(), place: this.#strokes.length };
    this.#strokes.push(stroke);
    const { z, y, x } = placeOf(stroke.place);
    const runs = Int32Array.from([z, y, x, x + STROKE]);
    void page.commit({ name: "brush", records: [{ kind: "paint", label: stroke.label, runs }] });
  }

  async #paintUntilSomeAreSaved(): Promise<void> {
    const painted = [0, 0];
    const isSomeSaved = () => this.#outboxes.every(({ rows }, person) => rows.length < painted[person]);
    for (let i = 0; i < 12; i++)
      for (const person of [0, 1]) {
        this.#paint(person);
        painted[person]++;
      }
    await waitFor(isSomeSaved, "first acknowledgements", BOUND_MS);
    // On their way when the owner goes.
    for (const person of [0, 1]) this.#paint(person);
  }

  async #measureTakeover(survivor: number): Promise<void> {
    const startedMs = performance.now();
    await waitFor(() => !this.#isSaved(survivor), "the survivor without its room", BOUND_MS);
    this.#paint(survivor);
    await this.#saved(this.#pages[survivor]);
    this.takeoversMs.push(performance.now() - startedMs);
  }

  /** All are saved: from both servers, and in both pages, every stroke is there once, and nothing else. */
  async #compare(): Promise<void> {
    await Promise.all(this.#pages.map((page) => this.#saved(page)));
    const fresh = [0, 1].map((place) => this.#page(place, new MemoryOutboxStore()));
    try {
      for (const page of fresh) void page.start();
      await Promise.all(fresh.map((page) => this.#saved(page)));
      await Promise.all([...fresh, ...this.#pages].map((page) => page.loadBricks(keys)));
      const expected = this.#expected();
      for (const page of [...fresh, ...this.#pages]) {
        const isThere = () => countDifferences(page, expected).missing === 0;
        // What the other painted last may be on its way to a page that was there all the time.
        await waitFor(isThere, "all strokes in a page", 5_000).catch(() => {});
        const { missing, surplus } = countDifferences(page, expected);
        this.lost += missing;
        this.doubled += surplus;
      }
    } finally {
      for (const page of fresh) page.close();
    }
    const { rows } = await this.#database.query<{ label: string; times: string }>(
      "select labels[1] as label, count(*) as times from label_journal where volume_id = $1 and kind = 1 group by 1",
      [this.#pair.volumeId],
    );
    const times = new Map(rows.map((row) => [Number(row.label), Number(row.times)]));
    for (const { label } of this.#strokes) {
      this.lost += times.has(label) ? 0 : 1;
      this.doubled += (times.get(label) ?? 1) > 1 ? 1 : 0;
    }
  }

  /** The naive reference: every stroke painted into plain arrays. */
  #expected(): Map<number, Uint32Array> {
    const bricks = new Map(keys.map((key) => [key, new Uint32Array(BRICK_VOXELS)]));
    for (const { label, place } of this.#strokes) {
      const { z, y, x: from } = placeOf(place);
      for (let x = from; x < from + STROKE; x++)
        bricks.get(brickKeyOf(0, Math.floor(y / 64), Math.floor(x / 64)))?.fill(label, ...one(indexInBrick(z, y, x)));
    }
    return bricks;
  }
}

const one = (index: number): [number, number] => [index, index + 1];

function placeOf(place: number): { z: number; y: number; x: number } {
  const row = Math.floor(place / PER_ROW);
  if (row >= DEPTH * HEIGHT) throw new RangeError("the volume is full: fewer rounds");
  return { z: Math.floor(row / HEIGHT), y: row % HEIGHT, x: (place % PER_ROW) * STROKE };
}

function countDifferences(
  page: CollabDocument,
  expected: ReadonlyMap<number, Uint32Array>,
): { readonly missing: number; readonly surplus: number } {
  const missing = new Set<number>();
  let surplus = 0;
  for (const [key, wanted] of expected) {
    const shown = page.readBrick(key);
    for (let i = 0; i < wanted.length; i++) {
      const label = shown?.[i] ?? 0;
      if (label === wanted[i]) continue;
      if (wanted[i] !== 0) missing.add(wanted[i]);
      if (label !== 0) surplus++;
    }
  }
  return { missing: missing.size, surplus };
}

/** `kill -9` of the owner in turn; the last `standstills` of the rounds stop it instead. */
export async function runRounds(
  given: { readonly rounds: number; readonly standstills: number },
  tell: (line: string) => void = () => {},
): Promise<RoundsReport> {
  const rounds = await Rounds.open();
  const report = (done: number): RoundsReport => ({
    rounds: done,
    lost: rounds.lost,
    doubled: rounds.doubled,
    takeoverMsMax: Math.round(Math.max(0, ...rounds.takeoversMs)),
  });
  try {
    for (let round = 0; round < given.rounds; round++) {
      await (round < given.rounds - given.standstills ? rounds.killOwner(round % 2) : rounds.pauseOwner(round % 2));
      tell(JSON.stringify(report(round + 1)));
    }
    return report(given.rounds);
  } finally {
    await rounds.close();
  }
}
