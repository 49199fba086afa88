import * as encoding from "lib0/encoding";
import * as Y from "yjs";

/** Structs written between two pauses: a millisecond or two. */
const STEP_STRUCTS = 2000;

/**
 * What `Y.encodeStateAsUpdate` gives, with pauses: a document of 100 000 records takes a tenth of a second. The document
 * must not change meanwhile. `known` says which clocks the reader has; empty for the whole document.
 */
export async function encodeState(
  doc: Y.Doc,
  pause: () => Promise<void>,
  known: ReadonlyMap<number, number> = new Map(),
): Promise<Uint8Array> {
  const encoder = new Y.UpdateEncoderV1();
  const news: [number, number][] = [];
  for (const client of doc.store.clients.keys()) {
    const from = known.get(client) ?? 0;
    if (Y.getState(doc.store, client) > from) news.push([client, from]);
  }
  news.sort(([a], [b]) => b - a);
  encoding.writeVarUint(encoder.restEncoder, news.length);
  let written = 0;
  for (const [client, from] of news) {
    const structs = doc.store.clients.get(client) ?? [];
    const first = from === 0 ? 0 : Y.findIndexSS(structs, from);
    encoding.writeVarUint(encoder.restEncoder, structs.length - first);
    encoder.writeClient(client);
    encoding.writeVarUint(encoder.restEncoder, from);
    for (let i = first; i < structs.length; i++) {
      structs[i].write(encoder, i === first ? from - structs[i].id.clock : 0);
      if (++written % STEP_STRUCTS === 0) await pause();
    }
  }
  writeDeletions(encoder, Y.createDeleteSetFromStructStore(doc.store));
  return encoder.toUint8Array();
}

function writeDeletions(encoder: Y.UpdateEncoderV1, { clients }: ReturnType<typeof Y.createDeleteSetFromStructStore>) {
  encoding.writeVarUint(encoder.restEncoder, clients.size);
  for (const [client, ranges] of [...clients].sort(([a], [b]) => b - a)) {
    encoding.writeVarUint(encoder.restEncoder, client);
    encoding.writeVarUint(encoder.restEncoder, ranges.length);
    for (const { clock, len } of ranges) {
      encoding.writeVarUint(encoder.restEncoder, clock);
      encoding.writeVarUint(encoder.restEncoder, len);
    }
  }
}
