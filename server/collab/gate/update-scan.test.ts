import { expect, it } from "vitest";
import * as Y from "yjs";
import { MalformedBytes } from "../../../core/sync/bytes/bytes.ts";
import { generationsOf, initialiseDocument, sealGeneration } from "../../../core/sync/document/document-layout.ts";
import { seeded } from "../../../core/sync/testing/seeded.ts";
import { mutate } from "../testing/hostile-frames.ts";
import { cutUpdate, type ScannedStruct, scanDeletions, scanStructs } from "./update-scan.ts";

/** A document as rooms have it: meta, generations, records of several clients, a generation that was dropped. */
function someDocument(random: () => number): Y.Doc {
  const doc = new Y.Doc();
  initialiseDocument(doc, { shapeZyx: [8, 40, 48], brickSize: 16 }, "server");
  for (let i = 0; i < 12; i++) {
    const client = new Y.Doc();
    Y.applyUpdate(client, Y.encodeStateAsUpdate(doc));
    const names = [...generationsOf(client).keys()];
    const generation = generationsOf(client).get(names[Math.floor(random() * names.length)]);
    for (let k = 0; k < 4; k++) generation?.set(`${i}.${k}`, new Uint8Array(1 + Math.floor(random() * 200)).fill(k));
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(client));
    if (random() < 0.3) sealGeneration(doc, "server");
    if (random() < 0.2 && generationsOf(doc).size > 1) generationsOf(doc).delete([...generationsOf(doc).keys()][0]);
  }
  return doc;
}

function scanned(update: Uint8Array): { structs: ScannedStruct[]; deleted: string[] } {
  const scan = scanStructs(update);
  const structs: ScannedStruct[] = [];
  let step = scan.next();
  for (; !step.done; step = scan.next()) structs.push(step.value);
  const deleted = [...scanDeletions(update, step.value)].map(
    ({ client, clock, length }) => `${client} ${clock} ${length}`,
  );
  return { structs, deleted };
}

it("reads what Yjs reads", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const update = Y.encodeStateAsUpdate(someDocument(seeded(seed)));
    const judge = Y.decodeUpdate(update);
    const { structs, deleted } = scanned(update);
    expect(structs.map(({ client, clock, length }) => [client, clock, length])).toEqual(
      judge.structs.map(({ id, length }) => [id.client, id.clock, length]),
    );
    judge.structs.forEach((struct, i) => {
      const ours = structs[i];
      expect(ours.kind === "gc").toBe(struct instanceof Y.GC);
      if (!(struct instanceof Y.Item) || ours.kind !== "item") return;
      expect(ours.parentSub).toBe(struct.parentSub);
      expect(ours.parent).toEqual(struct.parent instanceof Y.ID ? { ...struct.parent } : null);
      expect(ours.bytes).toEqual(struct.content instanceof Y.ContentBinary ? struct.content.content : null);
      expect(ours.content === "deleted").toBe(struct.content instanceof Y.ContentDeleted);
    });
    expect(deleted.sort()).toEqual(
      [...judge.ds.clients]
        .flatMap(([client, list]) => list.map(({ clock, len }) => `${client} ${clock} ${len}`))
        .sort(),
    );
  }
});

it("cuts pieces that together are the update", () => {
  const doc = someDocument(seeded(3));
  const page = new Y.Doc();
  Y.applyUpdate(page, Y.encodeStateAsUpdate(doc));
  const before = Y.encodeStateVector(page);
  const generation = [...generationsOf(page).values()][0];
  for (let k = 0; k < 50; k++) generation.set(`z.${k}`, new Uint8Array([k, k]));
  const update = Y.encodeStateAsUpdate(page, before);
  const { structs } = scanned(update);
  for (let from = 0; from < structs.length; from += 7)
    Y.applyUpdate(doc, cutUpdate(update, structs.slice(from, from + 7)));
  expect(Y.encodeStateAsUpdate(doc)).toEqual(Y.encodeStateAsUpdate(page));
});

it("refuses damaged updates and throws nothing else", () => {
  const random = seeded(9);
  const update = Y.encodeStateAsUpdate(someDocument(random));
  let refused = 0;
  for (let i = 0; i < 2000; i++) {
    try {
      scanned(mutate(update, random));
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedBytes);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(500);
});
