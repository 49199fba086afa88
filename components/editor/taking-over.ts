import type { EditAct, LabelBrickSource, LabelDocument, LabelValue } from "../../core/edit/label-document.ts";
import { setClassAct } from "../../core/edit/nucleus-acts.ts";
import { type BuildAct, correctedByAct, takeOverAct } from "../../core/edit/take-over.ts";
import { Problem } from "../../core/problem.ts";
import type { MeantProposal } from "../tools/tool-context.ts";
import type { ProposalRef } from "./editor-contract.ts";

interface TakingPorts {
  readonly document: LabelDocument;
  proposals(): LabelBrickSource | null;
  commit(act: EditAct): Promise<void>;
  /** These are this person's nuclei from now on; the first is worked on. */
  onTaken(proposals: readonly ProposalRef[]): void;
}

/** Proposals become a person's nuclei by what is done with them: one act, and one answer to each. */
export class TakingOver {
  readonly #ports: TakingPorts;
  #now: { readonly label: LabelValue; readonly done: Promise<void> } | null = null;

  constructor(ports: TakingPorts) {
    this.#ports = ports;
  }

  /** What is being taken over: it is worked on already. */
  get now(): { readonly label: LabelValue; readonly done: Promise<void> } | null {
    return this.#now;
  }

  take(meant: readonly MeantProposal[], build: BuildAct): Promise<void> {
    return this.#during(meant, async (found) => {
      const { document, commit } = this.#ports;
      const proposals = this.#ports.proposals();
      if (!proposals) throw judgedMeanwhile(meant[0].label);
      const act = await takeOverAct(document, proposals, found, build);
      // Merged with a nucleus, it is of that nucleus's class.
      const isMerged = act.records.some(({ kind }) => kind === "merge");
      await commit(isMerged ? act : withClasses(act, found));
    });
  }

  correct(meant: MeantProposal, act: EditAct): Promise<void> {
    return this.#during([meant], ([found]) => this.#ports.commit(withClasses(correctedByAct(act, found), [found])));
  }

  /** At once: a stroke that begins in the same moment belongs to what is taken over already. */
  #during(meant: readonly MeantProposal[], work: (found: readonly ProposalRef[]) => Promise<void>): Promise<void> {
    const before = this.#now?.done;
    const run = async (): Promise<void> => {
      await before;
      const found: ProposalRef[] = [];
      for (const one of meant) found.push(await openOne(one));
      await work(found);
      this.#ports.onTaken(found);
    };
    const done = run().finally(() => {
      if (this.#now === now) this.#now = null;
    });
    const now = { label: meant[0].label, done: done.catch(() => {}) };
    this.#now = now;
    return done;
  }
}

async function openOne({ label, found }: MeantProposal): Promise<ProposalRef> {
  const proposal = await found;
  if (!proposal) throw judgedMeanwhile(label);
  return proposal;
}

const withClasses = (act: EditAct, proposals: readonly ProposalRef[]): EditAct => ({
  ...act,
  records: [
    ...act.records,
    ...proposals.flatMap(({ label, proposedClass }) =>
      proposedClass ? setClassAct(label, proposedClass.name).records : [],
    ),
  ],
});

const judgedMeanwhile = (label: LabelValue): Problem =>
  new Problem({
    tag: "proposal-judged",
    what: "Somebody has judged this proposal meanwhile: nothing was changed.",
    where: `proposal ${label}`,
    hint: "Press N for a new nucleus, or select the one that is there now.",
  });
