import type { LabelDocument } from "../edit/label-document.ts";
import { decodeFacts, noFacts } from "../sync/fold/base-facts.ts";
import { LabelFacts } from "../sync/fold/label-facts.ts";

/** What was said of nuclei, beside their voxels. */
export type NucleiThen = Pick<LabelDocument, "fieldsOf" | "canonicalLabel" | "membersOf">;

/** From what `encodeFacts` wrote; null where nothing had been said. */
export function nucleiThen(bytes: Uint8Array | null): NucleiThen {
  const facts = new LabelFacts();
  facts.setBase(bytes ? decodeFacts(bytes) : noFacts);
  return {
    fieldsOf: (label) => facts.fieldsOf(label),
    canonicalLabel: (label) => facts.partition.canonical(label),
    membersOf: (label) => facts.partition.members(label),
  };
}
