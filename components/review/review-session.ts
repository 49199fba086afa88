import type { LabelValue } from "../../core/edit/label-document.ts";
import type { Decision, EditorApi, ProposalRef } from "../editor/editor-contract.ts";
import { DecisionSender, type KeptDecision } from "./decision-sender.ts";
import type { ReviewPorts, ReviewQuestion } from "./review-contract.ts";

export type ReviewState =
  | { readonly kind: "idle" }
  | { readonly kind: "asking" }
  | { readonly kind: "looking"; readonly question: ReviewQuestion }
  /** Nothing that this page may ask is left but what it has skipped: so many. */
  | { readonly kind: "empty"; readonly skipped: number };

/** A third of the time after which the server gives a silent page's question to somebody else. */
const KEEP_EVERY_MS = 15_000;

const refOf = (question: ReviewQuestion): ProposalRef => ({
  id: `${question.predictionId}/${question.labelValue}`,
  label: question.labelValue,
  box: { minZyx: question.minZyx, maxZyx: question.maxZyx },
  proposedClass: question.proposedClass,
});

type Api = Pick<EditorApi, "showProposal" | "notify"> & {
  readonly view: { get(): { readonly selectedProposal: LabelValue } };
};

/**
 * One page's walk through the queue: claims a question, keeps it while the page looks at it, tells what became of it.
 * The acts themselves are the editor's; this hears of them afterwards.
 */
export class ReviewSession {
  readonly #api: Api;
  readonly #ports: ReviewPorts;
  readonly #listeners = new Set<() => void>();
  readonly #skipped: number[] = [];
  /** On this page, whatever became of it. */
  readonly #asked = new Set<LabelValue>();
  /** To be asked before all others by the request that is under way. */
  #wanted: LabelValue | undefined;
  #state: ReviewState = { kind: "idle" };
  #timer: ReturnType<typeof setInterval> | null = null;
  readonly #decisions: DecisionSender;

  constructor(api: Api, ports: ReviewPorts) {
    this.#api = api;
    this.#ports = ports;
    this.#decisions = new DecisionSender(
      {
        send: (decision) => this.#send(decision),
        mayTryAgain: (error, tries) => ports.mayTryAgain(error, tries),
        store: ports.decisions,
      },
      { onRefused: (error) => this.#complain(error), onChange: () => this.#tell() },
    );
  }

  /** The page may decide and the server can be reached: what is kept leaves, also what an earlier page left. */
  start(): void {
    this.#decisions.open();
  }

  /** Decisions that are kept on this computer until the server can be reached. */
  getWaitingDecisions = (): number => this.#decisions.waiting;

  get state(): ReviewState {
    return this.#state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  getState = (): ReviewState => this.#state;

  /** Where something else is worked on, the question of this page comes back first. `first`: asked before all others. */
  async next(first?: LabelValue): Promise<void> {
    if (first === undefined && this.showAgain()) return;
    if (this.#state.kind === "asking") {
      this.#wanted = first ?? this.#wanted;
      return;
    }
    // Nothing else is left: what this page skipped comes round again.
    if (this.#state.kind === "empty") this.#skipped.length = 0;
    this.#set({ kind: "asking" });
    this.#wanted = first;
    try {
      await this.#decisions.flush();
      if (this.#decisions.waiting > 0) {
        this.#set({ kind: "idle" });
        this.#api.notify({
          tone: "info",
          text: "The server cannot be reached. What you decided is kept on this computer and sent when it is back; Q then brings the next question.",
        });
        return;
      }
      let asked = this.#wanted;
      let question = await this.#ports.next(this.#skipped, asked);
      while (asked !== this.#wanted) {
        asked = this.#wanted;
        await this.#decisions.flush();
        question = await this.#ports.next(this.#skipped, asked);
      }
      if (question) this.#asked.add(question.labelValue);
      this.#set(question ? { kind: "looking", question } : { kind: "empty", skipped: this.#skipped.length });
      this.#api.showProposal(question && refOf(question));
    } catch (error) {
      this.#set({ kind: "idle" });
      this.#complain(error);
    }
  }

  /** Back to the question that this page holds. False: it holds none, or the person is at it. */
  showAgain(): boolean {
    if (this.#state.kind !== "looking") return false;
    const { question } = this.#state;
    if (this.#api.view.get().selectedProposal === question.labelValue) return false;
    this.#api.showProposal(refOf(question));
    return true;
  }

  async skip(): Promise<void> {
    if (this.#state.kind !== "looking") return;
    const { labelValue } = this.#state.question;
    this.#skipped.push(labelValue);
    this.#decisions.add({ labelValue, kind: "skipped" });
    this.#set({ kind: "idle" });
    await this.next();
  }

  /** The editor has committed the act. An accepted or rejected question is done with: on to the next one. */
  decided(labelValue: LabelValue, decision: Decision): void {
    this.#decisions.add({ labelValue, kind: decision });
    if (this.#state.kind !== "looking" || this.#state.question.labelValue !== labelValue) return;
    this.#set({ kind: "idle" });
    // Correcting begins with the decision: the person stays and paints.
    if (decision !== "corrected") void this.next();
  }

  undone(labelValue: LabelValue): void {
    this.#decisions.add({ labelValue, kind: "undone" });
  }

  /** Who takes an answer back wants to give another. Call it when the server has the undo: else it would settle it once more. */
  async askAgain(labelValue: LabelValue): Promise<void> {
    if (this.#asked.has(labelValue)) await this.next(labelValue);
  }

  /** The person wants to do something else, or the page goes away. */
  release(): void {
    if (this.#state.kind !== "looking") return;
    this.#set({ kind: "idle" });
    this.#ports.release();
    this.#api.showProposal(null);
  }

  close(): void {
    if (this.#state.kind === "looking") this.#ports.release();
    this.#decisions.close();
    this.#set({ kind: "idle" });
  }

  #set(state: ReviewState): void {
    this.#state = state;
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = state.kind === "looking" ? setInterval(() => void this.#keep(), KEEP_EVERY_MS) : null;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  async #keep(): Promise<void> {
    if (this.#state.kind !== "looking") return;
    const { question } = this.#state;
    try {
      const held = await this.#ports.keep(question.labelValue);
      if (held || this.#state.kind !== "looking" || this.#state.question !== question) return;
      this.#set({ kind: "idle" });
      this.#api.notify({
        tone: "info",
        text: "This page was silent for a while, so the question went back into the queue. Q brings the next one.",
      });
    } catch {
      // Away from the server: the next heartbeat says whether it is still ours.
    }
  }

  #send({ labelValue, kind }: KeptDecision): Promise<void> {
    if (kind === "skipped") return this.#ports.skip(labelValue);
    if (kind === "undone") return this.#ports.undo(labelValue);
    return this.#ports.decide(labelValue, kind);
  }

  #complain(error: unknown): void {
    const { what, hint } = this.#ports.problemOf(error);
    this.#api.notify({ tone: "error", text: [what, hint].filter(Boolean).join(" ") });
  }
}
