import { LabelFold } from "../../core/sync/fold/label-fold.ts";
import { Outbox } from "../../core/sync/unsent/outbox.ts";
import { BaseVersions } from "../../server/collab/base/base-versions.ts";
import { Compactor } from "../../server/collab/base/compactor.ts";
import { SessionJournal } from "../../server/collab/journal/session-journal.ts";
import { Room } from "../../server/collab/room/room.ts";

/** A rule of the specification switched off in the product's own classes. `break` returns what mends it again. */
export interface Mutant {
  readonly rule: string;
  break(): () => void;
}

/** Replaces one method of a class and returns what puts it back. */
function replace<C, K extends keyof C>(prototype: C, method: K, broken: C[K]): () => void {
  const original = prototype[method];
  prototype[method] = broken;
  return () => {
    prototype[method] = original;
  };
}

export const mutants: readonly Mutant[] = [
  {
    rule: "R12 highest generation wins",
    break: () => replace(LabelFold.prototype, "outranks", (generation: number, than: number) => generation < than),
  },
  { rule: "R12 watermark filter", break: () => replace(LabelFold.prototype, "isFolded", () => false) },
  {
    rule: "R19-R22 no outbox",
    break() {
      const mend = [
        replace(Outbox.prototype, "load", async () => {}),
        // Every row is sent once and forgotten.
        replace(Outbox.prototype, "rowsToSet", function (this: Outbox) {
          const sent = sentBefore.get(this) ?? new Set<string>();
          sentBefore.set(this, sent);
          const rows = this.rows.filter(({ id }) => !sent.has(id));
          for (const { id } of rows) sent.add(id);
          return rows;
        }),
      ];
      return () => {
        for (const undo of mend) undo();
      };
    },
  },
  {
    rule: "R21 rows leave by an acknowledgement only",
    break: () =>
      replace(Outbox.prototype, "acknowledge", function (this: Outbox) {
        for (const { session } of [...this.rows]) original.acknowledge.call(this, session, Number.MAX_SAFE_INTEGER);
      }),
  },
  {
    rule: "R22 suffix rule",
    break: () =>
      replace(Outbox.prototype, "rowsToSet", function (this: Outbox, isFolded, liveGeneration) {
        return this.rows.filter((row) => !isFolded(row) && liveGeneration(row.id) === undefined);
      }),
  },
  {
    rule: "R29 durable before broadcast and acknowledgement",
    break: () =>
      replace(Room.prototype, "makeDurable", async function (this: Room, work) {
        void original.makeDurable.call(this, work).catch(() => {});
      }),
  },
  {
    rule: "R30 gap rule",
    break: () => replace(SessionJournal.prototype, "isNext", () => true),
  },
  {
    rule: "R42 a generation that is folded is closed",
    break: () => replace(Compactor.prototype, "isClosing", () => false),
  },
  { rule: "R42 a fold leaves out what is undone", break: () => replace(Compactor.prototype, "leavesOut", () => false) },
  { rule: "R43 repair", break: () => replace(Compactor.prototype, "notice", () => {}) },
  { rule: "R44 carry", break: () => replace(Compactor.prototype, "carry", () => new Set<string>()) },
  { rule: "R49 a forgotten session is recalled", break: () => replace(Compactor.prototype, "recall", () => {}) },
  {
    rule: "R50 bricks as of a rev",
    break: () =>
      replace(BaseVersions.prototype, "asOf", function (this: BaseVersions, key) {
        return this.newest(key);
      }),
  },
  { rule: "R40 session chain", break: () => replace(SessionJournal.prototype, "isChained", () => true) },
];

const sentBefore = new WeakMap<Outbox, Set<string>>();

const original = { acknowledge: Outbox.prototype.acknowledge, makeDurable: Room.prototype.makeDurable };
