import type { LabelValue } from "../../core/edit/label-document.ts";
import type { Decision, EditorApi, SecondLookCommands } from "../editor/editor-contract.ts";
import type { SecondLookPorts, SecondLookQuestion } from "./second-look-contract.ts";

export type SecondLookState =
  | { readonly kind: "idle" }
  | { readonly kind: "asking" }
  /** `isWriting`: what is wrong is being written down. */
  | { readonly kind: "looking"; readonly question: SecondLookQuestion; readonly isWriting: boolean }
  /** Nothing is left for this page but what it has skipped: so many. */
  | { readonly kind: "empty"; readonly skipped: number };

/** What this page said last: it can be taken back. */
export interface LastVerdict {
  readonly label: LabelValue;
  readonly verdict: "approved" | "sent-back";
}

/** A third of the time after which the server gives a silent page's nucleus to somebody else. */
const KEEP_EVERY_MS = 15_000;

type Api = Pick<EditorApi, "select" | "nameOf" | "flyToBox" | "correct" | "notify" | "showProposal"> & {
  readonly view: { get(): { readonly selectedLabel: LabelValue } };
};

/** One page's walk through the nuclei that wait for a second person. */
export class SecondLookSession implements SecondLookCommands {
  readonly #api: Api;
  readonly #ports: SecondLookPorts;
  readonly #listeners = new Set<() => void>();
  readonly #skipped: LabelValue[] = [];
  #state: SecondLookState = { kind: "idle" };
  #last: LastVerdict | null = null;
  #isChosen = false;
  #busy = false;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(api: Api, ports: SecondLookPorts) {
    this.#api = api;
    this.#ports = ports;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  getState = (): SecondLookState => this.#state;
  getLast = (): LastVerdict | null => this.#last;
  getBusy = (): boolean => this.#busy;
  getChosen = (): boolean => this.#isChosen;

  /** The keys of the queue mean this one. */
  get isChosen(): boolean {
    return this.#isChosen;
  }

  get isLooking(): boolean {
    return this.#state.kind === "looking";
  }

  choose(isChosen: boolean): void {
    if (!isChosen) this.release();
    this.#isChosen = isChosen;
    this.#tell();
  }

  next = (): void => void this.#next();

  skip(): void {
    if (this.#state.kind !== "looking") return;
    this.#skipped.push(this.#state.question.label);
    this.next();
  }

  /** By a key: of the nucleus that is seen, which may be another one by now. */
  answer(decision: Decision): void {
    if (this.#state.kind !== "looking") return;
    const { question } = this.#state;
    if (this.#api.view.get().selectedLabel !== question.label) {
      this.#show(question);
      this.#api.notify({
        tone: "info",
        text: `Back at ${this.#api.nameOf(question.label)}: press the key again to answer.`,
      });
    } else if (decision === "accepted") void this.approve();
    else if (decision === "corrected") this.correct();
    else this.write(true);
  }

  write(isWriting: boolean): void {
    if (this.#state.kind === "looking") this.#set({ ...this.#state, isWriting });
  }

  approve(): Promise<void> {
    return this.#judge("approved", (question) => this.#ports.approve(question));
  }

  sendBack(note: string): Promise<void> {
    return this.#judge("sent-back", (question) => this.#ports.sendBack(question, note));
  }

  /** Takes the nucleus over: what this person changes, somebody else looks at. */
  correct(): void {
    if (this.#state.kind !== "looking") return;
    const { label } = this.#state.question;
    this.#ports.release();
    this.#set({ kind: "idle" });
    this.#api.correct(label);
    this.#api.notify({ tone: "info", text: "It is yours once you change it: somebody else looks at it then." });
  }

  async takeLastBack(): Promise<void> {
    const last = this.#last;
    if (!last || this.#busy) return;
    await this.#during(async () => {
      await this.#ports.takeBack(last.label);
      this.#last = null;
      this.#api.select(last.label);
    });
  }

  /** The person wants to do something else, or the page goes away. */
  release(): void {
    if (this.#state.kind !== "looking") return;
    this.#ports.release();
    this.#set({ kind: "idle" });
  }

  close(): void {
    this.release();
    this.#set({ kind: "idle" });
  }

  async #next(): Promise<void> {
    if (this.#state.kind === "asking" || this.#busy) return;
    // Nothing else is left: what this page skipped comes round again.
    if (this.#state.kind === "empty") this.#skipped.length = 0;
    this.#set({ kind: "asking" });
    try {
      const question = await this.#ports.next(this.#skipped.slice(-1000));
      this.#set(
        question ? { kind: "looking", question, isWriting: false } : { kind: "empty", skipped: this.#skipped.length },
      );
      if (question) this.#show(question);
    } catch (error) {
      this.#set({ kind: "idle" });
      this.#complain(error);
    }
  }

  #show({ label, box }: SecondLookQuestion): void {
    this.#api.showProposal(null);
    this.#api.select(label);
    this.#api.flyToBox(box);
  }

  async #judge(verdict: LastVerdict["verdict"], send: (question: SecondLookQuestion) => Promise<void>): Promise<void> {
    const state = this.#state;
    if (state.kind !== "looking" || this.#busy) return;
    const { question } = state;
    const isGiven = await this.#during(
      () => send(question),
      async (tag) => {
        if (tag === "nucleus-changed") await this.#lookAgain(question);
        // Somebody else's by now, or gone: there is nothing left to say about it.
        else if (tag === "own-nucleus" || tag === "nothing-to-review") this.release();
      },
    );
    if (!isGiven) return;
    this.#last = { label: question.label, verdict };
    this.#set({ kind: "idle" });
    await this.#next();
  }

  /** It stays this page's question, as it is now. */
  async #lookAgain(question: SecondLookQuestion): Promise<void> {
    const now = await this.#ports.look(question.label);
    if (this.#state.kind !== "looking" || this.#state.question !== question) return;
    if (!now) this.release();
    else this.#set({ ...this.#state, question: { ...question, fingerprint: now.fingerprint } });
  }

  /** False where it failed, which the person has been told then. */
  async #during(
    work: () => Promise<void>,
    onRefused: (tag: string) => Promise<void> | void = () => {},
  ): Promise<boolean> {
    this.#busy = true;
    this.#tell();
    try {
      await work();
      return true;
    } catch (error) {
      this.#complain(error);
      await Promise.resolve(onRefused(this.#ports.problemOf(error).tag)).catch((second) => this.#complain(second));
      return false;
    } finally {
      this.#busy = false;
      this.#tell();
    }
  }

  #set(state: SecondLookState): void {
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
      const held = await this.#ports.keep(question.label);
      if (held || this.#state.kind !== "looking" || this.#state.question.label !== question.label) return;
      this.#set({ kind: "idle" });
      this.#api.notify({
        tone: "info",
        text: "This page was silent for a while, so the nucleus went back to the others. Q brings the next one.",
      });
    } catch {
      // Away from the server: the next heartbeat says whether it is still ours.
    }
  }

  #complain(error: unknown): void {
    const { what, hint } = this.#ports.problemOf(error);
    this.#api.notify({ tone: "error", text: [what, hint].filter(Boolean).join(" ") });
  }
}

/** Lives as long as its editor, whichever panel is looked at. */
export function openSecondLook(
  api: EditorApi,
  ports: SecondLookPorts,
): {
  readonly session: SecondLookSession;
  close(): void;
} {
  const session = new SecondLookSession(api, ports);
  const unregister = api.registerSecondLook(session);
  const leave = () => session.close();
  window.addEventListener("pagehide", leave);
  return {
    session,
    close() {
      window.removeEventListener("pagehide", leave);
      unregister();
      session.close();
    },
  };
}
