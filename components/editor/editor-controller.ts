import type { EditAct, LabelValue } from "../../core/edit/label-document.ts";
import { isProblem, Problem } from "../../core/problem.ts";
import type { VoxelBox } from "../../core/volume/voxel-space.ts";
import { ClickModel } from "../segmenter/click-model.ts";
import { createTool, type ToolName } from "../tools/create-tool.ts";
import { PreviewLabels } from "../tools/preview-labels.ts";
import { Reshaping } from "../tools/reshape/reshaping.ts";
import { Segmenting } from "../tools/segment/segmenting.ts";
import type { ToolContext, ToolMessage } from "../tools/tool-context.ts";
import type { StateTool } from "../tools/tool-machine.ts";
import type { PaneId, PointerSample, ViewerHandle, ViewStore } from "../viewer/viewer-contract.ts";
import type { Decision, EditorProps, ProposalRef, ReviewCommands, SecondLookCommands } from "./editor-contract.ts";
import { createEditorStore, type EditorStore } from "./editor-state.ts";
import { type EditorKeys, editorKeysOf } from "./keys/editor-keys.ts";
import { Bookmarks } from "./memory/bookmarks.ts";
import { loadPreferences } from "./memory/preferences.ts";
import { NucleusNumbers } from "./nucleus-numbers.ts";
import { ObservableState } from "./observable.ts";
import { OwnWork } from "./own-work/own-work.ts";
import { pinUnder } from "./places/pin-under.ts";
import { TakingOver } from "./taking-over.ts";
import { Filming } from "./view/filming.ts";

export const LOOKING_BACK = {
  tag: "looking-back",
  what: "The panes show labels as they were: nothing was changed. Go back to now first (Escape).",
} as const;

/** The editor without its screen: state, tools, acts. One per open document; components render what it holds. */
export class EditorController {
  readonly store: EditorStore;
  /** What this person's keys are. */
  readonly keys: ObservableState<EditorKeys>;
  readonly view: ViewStore;
  readonly preview: PreviewLabels;
  readonly reshaping: Reshaping;
  readonly segmenting: Segmenting;
  readonly bookmarks: Bookmarks;
  readonly filming: Filming;
  /** The page's newest data; read at the moment of use. */
  readonly props: () => EditorProps;
  readonly notify: (message: ToolMessage) => void;
  /** Pane under the pointer, for keys that act on it. */
  hovered: PointerSample | null = null;
  /** Under the pointer, also where it is over no voxel. */
  pane: PaneId | null = null;
  /** What draws, once it is there. */
  viewer: ViewerHandle | null = null;
  review: ReviewCommands | null = null;
  secondLook: SecondLookCommands | null = null;
  /** Decisions of this page by the proposal's label, and whether they stand or were undone. */
  readonly decisions = new Map<LabelValue, { proposal: ProposalRef; decision: Decision; stands: boolean }>();
  readonly ownWork: OwnWork;
  readonly #numbers = new NucleusNumbers();
  readonly #taking: TakingOver;
  readonly #tools = new Map<ToolName, StateTool>();
  readonly #context: ToolContext;
  readonly #clickModel: ClickModel;
  readonly #stopWatching: () => void;

  constructor(view: ViewStore, props: () => EditorProps, notify: (message: ToolMessage) => void) {
    const { document, imageVoxels, image } = props();
    this.view = view;
    this.store = createEditorStore(loadPreferences(props().userId));
    this.keys = new ObservableState(editorKeysOf(props().settings.get("keys")));
    this.bookmarks = new Bookmarks(props().userId, props().image.volumeId);
    this.props = props;
    this.notify = notify;
    this.filming = new Filming(() => ({
      store: this.store,
      viewer: this.viewer,
      volumeName: this.props().volumeName,
      fail: (error) => this.fail(error),
      say: (text) => this.notify({ tone: "info", text }),
    }));
    this.preview = new PreviewLabels(document);
    const { store } = this;
    this.#taking = new TakingOver({
      document,
      proposals: () => this.props().proposals,
      commit: (act) => this.commit(act),
      onTaken: (taken) => this.decided(taken, "corrected"),
    });
    this.ownWork = new OwnWork(
      document,
      props().userName,
      () => this.props().nuclei.data,
      (crossed) => store.set({ crossed: [...store.get().crossed, crossed] }),
    );
    this.#context = {
      document,
      image: imageVoxels,
      view,
      preview: this.preview,
      settings: store.get,
      knownBox: (label) => this.knownBox(label),
      commit: (act) => this.commit(act),
      proposalInFocus: () => store.get().proposal,
      proposalUnder: ({ proposal }) => (this.#isOpenAndShown(proposal) ? proposal : 0),
      findProposal: (label) => this.props().findProposal(label),
      takeOver: (meant, build) => this.#taking.take(meant, build),
      correctBy: (meant, act) => this.#taking.correct(meant, act),
      taking: () => this.#taking.now,
      nameOf: (label) => this.nameOf(label),
      say: notify,
      fail: (error) => this.fail(error),
      showMarks: (marks) => store.set({ marks }),
      measured: () => store.get().measured,
      showMeasured: (measured) => store.set({ measured }),
      draftBox: () => store.get().draftBox,
      setDraftBox: (draftBox) => this.setDraftBox(draftBox),
      shareStroke: (stroke) => document.setPresence({ stroke }),
    };
    this.reshaping = new Reshaping(this.#context, (reshape) => store.set({ reshape }));
    this.#clickModel = new ClickModel(
      {
        volume: { shapeZyx: image.shapeZyx, voxelSizeZyx: image.voxelSizeZyx },
        statistics: image,
        voxels: imageVoxels,
        loadModel: (onShare) => this.props().loadModel(onShare),
        nucleusDiameterUm: () => this.props().nucleusDiameterUm,
        // The engine is as large as the rest of the page: it comes when somebody wants it.
        startSegmenter: async () => new (await import("../segmenter/segment-worker.ts")).SegmentWorker(),
      },
      (clickModel) => store.set({ clickModel }),
    );
    this.segmenting = new Segmenting(this.#context, this.#clickModel, (segment) => store.set({ segment }));
    this.#stopWatching = view.subscribe(() => {
      this.#keepOneInFocus();
      const { reshape } = store.get();
      if (reshape && reshape.label !== view.get().selectedLabel) this.reshaping.drop();
    });
  }

  tool(name: ToolName = this.store.get().tool): StateTool {
    let tool = this.#tools.get(name);
    if (!tool) {
      tool = createTool(name, this.#context, this.segmenting);
      this.#tools.set(name, tool);
    }
    return tool;
  }

  chooseTool(name: ToolName): void {
    const { tool } = this.store.get();
    if (tool === name) return;
    this.tool(tool).cancel();
    this.reshaping.drop();
    this.store.set({ tool: name });
    if (name === "segment" && this.props().document.canEdit) this.segmenting.prepare();
    if (name === "box") this.store.set({ tab: "boxes", panelHidden: false });
    this.props().document.setPresence({ tool: name });
  }

  /** `changed`: the saved box that it is a draft of. */
  setDraftBox(draftBox: VoxelBox | null, changed = this.store.get().changedBox): void {
    this.store.set({ draftBox, changedBox: draftBox && changed, selectedBoxId: null });
  }

  /** Escape: what is half done goes first, then the selection. */
  cancel(): void {
    const { marks, measured, draftBox, busy, tool, reshape, segment } = this.store.get();
    if (this.filming.stop()) return;
    if (reshape) {
      this.reshaping.drop();
      return;
    }
    if (segment) {
      this.segmenting.drop();
      return;
    }
    if (this.tool(tool).isCaptured) return; // the viewer holds the pointer and cancels the tool itself
    this.tool(tool).cancel();
    if (marks.length === 0 && !measured && draftBox === null && busy === null) this.select(0);
  }

  select(label: LabelValue): void {
    this.view.set({
      selectedLabel: label === 0 ? 0 : this.props().document.canonicalLabel(label),
      selectedProposal: 0,
    });
  }

  /** One thing is worked on, for tools, card, keys and queue: whoever selects something else leaves the proposal. */
  #keepOneInFocus(): void {
    const { selectedLabel, selectedProposal } = this.view.get();
    const { proposal } = this.store.get();
    if (proposal && (selectedLabel !== 0 || selectedProposal !== proposal.label)) this.store.set({ proposal: null });
    if (selectedLabel !== 0 && selectedProposal !== 0) this.view.set({ selectedProposal: 0 });
  }

  #isOpenAndShown(proposal: LabelValue): boolean {
    const { proposalsVisible, hiddenStatuses } = this.store.get();
    const isShown = proposalsVisible && !hiddenStatuses.includes("proposed");
    return proposal !== 0 && isShown && this.props().document.fieldsOf(proposal).status === undefined;
  }

  /** The act of a decision is committed: of proposals that are this person's now, the first is worked on. */
  decided(proposals: readonly ProposalRef[], decision: Decision): void {
    const label = decision === "rejected" ? 0 : this.props().document.canonicalLabel(proposals[0].label);
    this.view.set({ selectedProposal: 0, selectedLabel: label });
    for (const proposal of proposals) {
      this.decisions.set(proposal.label, { proposal, decision, stands: true });
      this.review?.decided(proposal.label, decision);
    }
  }

  /** A click that no tool wanted: a nucleus, else the proposal under it, else nothing. */
  pick(sample: PointerSample): void {
    this.store.set({ followedClientId: null });
    if (this.store.get().reshape) return; // whoever looks at what would change moves the crosshair only
    const { image, pins } = this.props();
    const pin = pinUnder(sample, pins, image.voxelSizeZyx, this.view.get().zoom);
    if (pin) {
      this.store.set({ tab: "comments", panelHidden: false, threadId: pin.id });
      return;
    }
    if (sample.label !== 0 || sample.proposal === 0) {
      this.select(sample.label);
      return;
    }
    this.view.set({ selectedLabel: 0, selectedProposal: sample.proposal });
    this.props()
      .findProposal(sample.proposal)
      .then((proposal) => {
        if (this.view.get().selectedProposal === sample.proposal) this.store.set({ proposal });
      })
      .catch((error: unknown) => this.fail(error));
  }

  /** What people call a nucleus by; null: it is new. */
  numberOf(label: LabelValue): number | null {
    const { document, nuclei } = this.props();
    return this.#numbers.of(nuclei.data, document.canonicalLabel(label));
  }

  nameOf(label: LabelValue): string {
    const number = this.numberOf(label);
    return number === null ? `nucleus of label ${label}` : `nucleus ${number}`;
  }

  knownBox(label: LabelValue): VoxelBox | null {
    const { document, nuclei } = this.props();
    const canonical = document.canonicalLabel(label);
    return nuclei.data?.find((row) => row.label === canonical)?.box ?? null;
  }

  async commit(act: EditAct): Promise<void> {
    if (this.store.get().past) throw new Problem(LOOKING_BACK);
    // Decided anew: what was undone of it cannot be redone any more, and is not to be told again.
    for (const label of act.proposals ?? []) this.decisions.delete(label);
    this.ownWork.committed(act);
    await this.props().document.commit(act);
  }

  /** Runs something that may take a while or fail, with words on the screen for both. */
  async during(busy: string, work: () => Promise<void>): Promise<void> {
    if (this.store.get().busy !== null) return;
    this.store.set({ busy });
    try {
      await work();
    } catch (error) {
      this.fail(error);
    } finally {
      this.store.set({ busy: null });
    }
  }

  fail(error: unknown): void {
    const text = isProblem(error)
      ? [error.what, error.hint].filter(Boolean).join(" ")
      : "This did not work. Try it again; if it fails again, reload the page.";
    if (!isProblem(error)) console.error(error);
    this.notify({ tone: "error", text });
  }

  dispose(): void {
    this.tool().cancel();
    this.#stopWatching();
    this.filming.stop();
    this.ownWork.dispose();
    this.reshaping.dispose();
    this.segmenting.dispose();
    this.#clickModel.dispose();
    this.preview.dispose();
  }
}
