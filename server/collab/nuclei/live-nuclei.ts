import { randomUUID } from "node:crypto";
import { and, eq, inArray } from "drizzle-orm";
import { isTruth, type LabelStatus, labelStatuses } from "../../../core/labels/label-status.ts";
import { type ListedNucleus, MAX_PATCH_ROWS, type NucleusPatch } from "../../../core/labels/nucleus-columns.ts";
import type { Database } from "../../../db/client.ts";
import { proposal, user } from "../../../db/schema/index.ts";
import { pauseWhenDue } from "../event-loop/next-turn.ts";
import type { Room } from "../room/room.ts";
import type { NucleusNumbers } from "./nucleus-numbers.ts";
import type { LabelExtentRow } from "./nucleus-table.ts";
import type { ReviewBook } from "./review-book.ts";
import type { VolumeLabels } from "./volume-labels.ts";
import { WrittenNuclei } from "./written-nuclei.ts";

/** A statement takes 65 535 values. */
const LOOKED_UP_AT_ONCE = 10_000;
/** Compared and written in less than a millisecond. */
const ROWS_PER_PAUSE = 64;

/** R56: a nucleus without a status, painted by a person or imported as accepted, counts as accepted. */
export const effectiveStatus = (status: string | undefined): LabelStatus =>
  labelStatuses.find((known) => known === status) ?? "accepted";

/** What a verdict is given on. */
export interface LookedAt {
  readonly row: ListedNucleus;
  /** Labels that are merged into it. */
  readonly members: readonly number[];
  readonly fingerprint: string;
}

/** Of voxels and class: both are what a reviewer approves of. */
export const fingerprintOf = (
  { voxels, voxelHash }: Pick<LabelExtentRow, "voxels" | "voxelHash">,
  className: string | null,
): string => `${voxels}.${voxelHash.toString(36)}.${className ?? ""}`;

/** A row whose number, person and proposal are still to be looked up. */
interface Draft extends Omit<ListedNucleus, "by" | "uncertainty" | "number"> {
  readonly userId: string | null;
}

/**
 * The list of a volume's nuclei, kept row by row: a stroke costs the rows that it changed, here and on every page,
 * however many nuclei there are.
 */
export class LiveNuclei {
  readonly #db: Database;
  readonly #volumeId: string;
  readonly #room: Room;
  readonly #labels: VolumeLabels;
  readonly #reviews: ReviewBook;
  readonly #numbers: NucleusNumbers;
  readonly #edition = randomUUID();
  readonly #rows = new WrittenNuclei();
  /** The group that a row stood for, by each of its labels. */
  readonly #groupOf = new Map<number, readonly number[]>();
  readonly #touched = new Set<number>();
  readonly #names = new Map<string, string>();
  readonly #uncertainties = new Map<number, number | null>();
  #revision = 0;
  #told = 0;
  readonly #untold = new Set<number>();
  /** Somebody has asked: until then nothing is measured. */
  #isOpen = false;
  #updating: Promise<void> = Promise.resolve();
  /** Is being written, for all that ask meanwhile. */
  #listing: Promise<string> | null = null;

  constructor(
    db: Database,
    volumeId: string,
    room: Room,
    labels: VolumeLabels,
    { reviews, numbers }: { readonly reviews: ReviewBook; readonly numbers: NucleusNumbers },
  ) {
    this.#db = db;
    this.#volumeId = volumeId;
    this.#room = room;
    this.#labels = labels;
    this.#reviews = reviews;
    this.#numbers = numbers;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Records spoke of these labels. */
  touch(labels: Iterable<number>): void {
    if (this.#isOpen) for (const label of labels) this.#touched.add(label);
  }

  /** JSON of the `NucleusColumns`, with everything in it that was durable when this was called. */
  async list(): Promise<string> {
    await this.update();
    this.#listing ??= this.#rows
      .json(() => ({ edition: this.#edition, revision: this.#revision }))
      .finally(() => {
        this.#listing = null;
      });
    return this.#listing;
  }

  rows(): Iterable<ListedNucleus> {
    return this.#rows.values();
  }

  /** The rule, or who is a member since when, has changed: every row may stand otherwise. */
  touchAll(): void {
    this.touch([...this.#rows.values()].map(({ label }) => label));
  }

  /** Labels that are merged into this one. */
  membersOf(label: number): readonly number[] {
    return this.#room.fold.facts.partition.members(label);
  }

  /** A nucleus as a reviewer sees it; null where there is none of that label. */
  lookAt(label: number): LookedAt | null {
    const row = this.#rows.get(this.#room.fold.facts.partition.canonical(label));
    if (!row) return null;
    const members = this.membersOf(row.label);
    const extent = this.#labels.table.extentOf(members);
    return extent && { row, members, fingerprint: fingerprintOf(extent, row.className) };
  }

  /** What pages have not been told yet; null: nothing. `patch` null: too much for one, the list is to be asked for. */
  takePatch(): { readonly patch: NucleusPatch | null } | null {
    if (this.#untold.size === 0) return null;
    const labels = [...this.#untold];
    const from = this.#told;
    this.#forgetUntold();
    if (labels.length > MAX_PATCH_ROWS) return { patch: null };
    const rows = labels.flatMap((label) => this.#rows.get(label) ?? []);
    const removed = labels.filter((label) => !this.#rows.has(label));
    return { patch: { edition: this.#edition, from, to: this.#revision, rows, removed } };
  }

  /** One after the other; each takes in what is durable when it begins. */
  update(): Promise<void> {
    this.#updating = this.#updating.catch(() => {}).then(() => this.#update());
    return this.#updating;
  }

  async #update(): Promise<void> {
    const isFirst = !this.#isOpen;
    this.#isOpen = true;
    await this.#reviews.opened();
    await this.#numbers.opened();
    const table = await this.#labels.upToDate();
    const touched = new Set([...this.#touched, ...this.#labels.takeChangedLabels()]);
    this.#touched.clear();
    if (isFirst) for (const label of table.labels()) touched.add(label);
    try {
      await this.#rebuild(touched);
      if (isFirst) this.#forgetUntold();
    } catch (error) {
      for (const label of touched) this.#touched.add(label);
      throw error;
    }
  }

  /** Nobody has a list of this edition yet. */
  #forgetUntold(): void {
    this.#untold.clear();
    this.#told = this.#revision;
  }

  async #rebuild(touched: ReadonlySet<number>): Promise<void> {
    const { partition } = this.#room.fold.facts;
    const affected = new Set<number>();
    for (const label of touched)
      for (const member of [label, ...(this.#groupOf.get(label) ?? [])])
        affected.add(member).add(partition.canonical(member));
    const drafts = new Map<number, Draft | null>();
    for (const label of affected) {
      drafts.set(label, this.#draft(label));
      await pauseWhenDue();
    }
    await this.#numbers.give([...drafts].flatMap(([label, draft]) => (draft ? [label] : [])));
    await this.#lookUp([...drafts.values()].filter((draft) => draft !== null));
    await this.#putAll(drafts);
  }

  /** Thousands at once, after an import, are several revisions: what is told in between is whole. */
  async #putAll(drafts: ReadonlyMap<number, Draft | null>): Promise<void> {
    let isChanged = false;
    const settle = () => {
      if (isChanged) this.#revision++;
      isChanged = false;
    };
    let count = 0;
    for (const [label, draft] of drafts) {
      if (this.#put(label, draft)) isChanged = true;
      if (++count % ROWS_PER_PAUSE > 0) continue;
      settle();
      await pauseWhenDue();
    }
    settle();
  }

  /** Null where the label names no nucleus of its own, or none with a voxel. */
  #draft(label: number): Draft | null {
    const { facts } = this.#room.fold;
    if (facts.partition.canonical(label) !== label) return null;
    const members = facts.partition.members(label);
    const extent = this.#labels.table.extentOf(members);
    if (!extent) return null;
    for (const member of members) this.#groupOf.set(member, members);
    const touches = members.flatMap((member) => this.#room.touches.get(member) ?? []);
    const last = touches.reduce<(typeof touches)[number] | null>((a, b) => (!a || b.at > a.at ? b : a), null);
    const fields = facts.fieldsOf(label);
    const status = effectiveStatus(fields.status);
    const className = fields.class ?? null;
    const changedAtMs = last?.at.getTime() ?? 0;
    return {
      label,
      voxels: extent.voxels,
      centroidZyx: extent.centroidZyx.map((v) => Math.round(v * 10) / 10),
      boxZyx: [...extent.box.minZyx, ...extent.box.maxZyx],
      status: labelStatuses.indexOf(status),
      className,
      origin: fields.origin ?? null,
      userId: last?.userId ?? null,
      changedAtMs,
      review: this.#reviews.stateIndexOf({
        label,
        isTruth: isTruth(status),
        isCorrected: status === "corrected",
        origin: fields.origin ?? null,
        changedAtMs,
        authorId: last?.userId ?? null,
        fingerprint: fingerprintOf(extent, className),
      }),
    };
  }

  #put(label: number, draft: Draft | null): boolean {
    const before = this.#rows.get(label);
    if (!draft) {
      if (!this.#rows.delete(label)) return false;
    } else {
      const { userId, ...row } = draft;
      const by = userId === null ? null : { id: userId, name: this.#names.get(userId) ?? "" };
      const number = this.#numbers.of(label) ?? 0;
      const after: ListedNucleus = { ...row, number, by, uncertainty: this.#uncertainties.get(label) ?? null };
      if (before && JSON.stringify(before) === JSON.stringify(after)) return false;
      this.#rows.set(after);
    }
    this.#untold.add(label);
    return true;
  }

  /** Names of people, and uncertainties of the proposals that were accepted: each once. */
  async #lookUp(drafts: readonly Draft[]): Promise<void> {
    const people = [...new Set(drafts.flatMap(({ userId }) => userId ?? []))].filter((id) => !this.#names.has(id));
    if (people.length > 0)
      for (const { id, name } of await this.#db
        .select({ id: user.id, name: user.name })
        .from(user)
        .where(inArray(user.id, people)))
        this.#names.set(id, name);
    const proposed = drafts.flatMap(({ label, origin }) =>
      origin && origin !== "import" && !this.#uncertainties.has(label) ? [label] : [],
    );
    for (let from = 0; from < proposed.length; from += LOOKED_UP_AT_ONCE) {
      const labels = proposed.slice(from, from + LOOKED_UP_AT_ONCE);
      const found = await this.#db
        .select({ label: proposal.labelValue, uncertainty: proposal.uncertainty })
        .from(proposal)
        .where(and(eq(proposal.volumeId, this.#volumeId), inArray(proposal.labelValue, labels)));
      for (const { label, uncertainty } of found) this.#uncertainties.set(label, uncertainty);
    }
  }
}
