import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Peer } from "../../core/edit/label-document.ts";
import { rejectProposalAct } from "../../core/edit/review-acts.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { sampleAt } from "../tools/testing/tool-stage.ts";
import { createEditorApi } from "./editor-api.ts";
import { runCommand } from "./editor-commands.ts";
import type { ReviewCommands } from "./editor-contract.ts";
import { parseBookmark } from "./memory/bookmarks.ts";
import { followPeer } from "./people/follow-peer.ts";
import { sharePresence } from "./people/share-presence.ts";
import { watchDecisions } from "./review-commands.ts";
import { setThreshold } from "./shape/threshold.ts";
import { openEditor, other, proposal } from "./testing/editor-stage.ts";

let stage: ReturnType<typeof openEditor>;
beforeEach(() => {
  stage = openEditor();
});

describe("selection", () => {
  it("a click selects the whole merged nucleus, a click on background nothing", async () => {
    const { editor, view, document } = stage;
    await document.commit({ name: "merge", records: [{ kind: "merge", a: 3, b: 4 }] });
    editor.pick(sampleAt([5, 50, 40], { label: 4 }));
    expect(view.get().selectedLabel).toBe(3);
    editor.pick(sampleAt([5, 1, 1]));
    expect(view.get().selectedLabel).toBe(0);
  });

  it("a click on a proposal makes it the one to decide; labels lie above proposals", async () => {
    const { editor, view } = stage;
    editor.pick(sampleAt([5, 20, 70], { proposal: proposal.label }));
    await vi.waitFor(() => expect(editor.store.get().proposal).toEqual(proposal));
    expect(view.get()).toMatchObject({ selectedProposal: proposal.label, selectedLabel: 0 });
    editor.pick(sampleAt([5, 50, 40], { label: 4, proposal: proposal.label }));
    expect([view.get().selectedLabel, editor.store.get().proposal]).toEqual([4, null]);
  });

  it("Escape cancels a half-done gesture first and deselects only then", () => {
    const { editor, view } = stage;
    editor.select(4);
    runCommand(editor, "tool.split");
    editor.tool().down(sampleAt([5, 50, 40], { label: 4 }));
    editor.tool().up(sampleAt([5, 50, 40], { label: 4 }));
    expect(editor.store.get().marks).toHaveLength(1);
    runCommand(editor, "page.cancel");
    expect([editor.store.get().marks.length, view.get().selectedLabel]).toEqual([0, 4]);
    runCommand(editor, "page.cancel");
    expect(view.get().selectedLabel).toBe(0);
  });

  it("another tool leaves nothing of the last one", () => {
    const { editor } = stage;
    runCommand(editor, "tool.merge");
    editor.tool().down(sampleAt([5, 50, 40], { label: 4 }));
    runCommand(editor, "tool.brush");
    expect(editor.store.get()).toMatchObject({ marks: [], tool: "brush" });
  });
});

describe("while the panes show labels as they were", () => {
  it("nothing is changed by any key, and the person is told; Escape leads back to now", async () => {
    const { editor, document, messages } = stage;
    editor.select(4);
    runCommand(editor, "nucleus.setClass", 2);
    editor.store.set({ proposal });
    const acts = document.acts.length;
    const past = { source: document, nuclei: document, words: "before", atMs: 0, earlier: null, later: null };
    createEditorApi(editor).showPast(past);
    for (const change of [
      () => runCommand(editor, "nucleus.setClass", 2),
      () => runCommand(editor, "nucleus.unfinished"),
      () => runCommand(editor, "nucleus.delete"),
      () => runCommand(editor, "nucleus.new"),
      () => runCommand(editor, "edit.undo"),
      () => runCommand(editor, "review.reject"),
    ]) {
      messages.length = 0;
      change();
      await vi.waitFor(() => expect(messages.at(-1)?.text).toMatch(/as they were: nothing was changed/));
    }
    await expect(editor.commit(rejectProposalAct(proposal))).rejects.toMatchObject({ tag: "looking-back" });
    expect([document.acts.length, document.undoDepth]).toEqual([acts, acts]);
    runCommand(editor, "page.cancel");
    expect(editor.store.get().past).toBeNull();
    runCommand(editor, "nucleus.unfinished");
    expect(document.fieldsOf(4).status).toBe("unfinished");
  });
});

describe("keys on the selected nucleus", () => {
  it("class by digit, unfinished, clear, delete and undo", async () => {
    const { editor, document, messages } = stage;
    runCommand(editor, "nucleus.setClass", 2);
    expect(messages.at(-1)?.text).toMatch(/Select a nucleus/);
    editor.select(4);
    runCommand(editor, "nucleus.setClass", 2);
    runCommand(editor, "nucleus.unfinished");
    expect(document.fieldsOf(4)).toEqual({ class: "mitotic", status: "unfinished" });
    runCommand(editor, "nucleus.clearClass");
    expect(document.fieldsOf(4).class).toBeUndefined();
    runCommand(editor, "nucleus.setClass", 7);
    expect(messages.at(-1)?.text).toMatch(/No class has the key 7/);
    const count = document.countOf(4);
    runCommand(editor, "nucleus.delete");
    await vi.waitFor(() => expect(document.countOf(4)).toBe(0));
    runCommand(editor, "edit.undo");
    expect(document.countOf(4)).toBe(count);
    expect(messages.at(-1)?.text).toBe("Undone: delete nucleus");
  });

  it("a new nucleus gets a label nobody has, and a tool to paint it with", () => {
    const { editor, view } = stage;
    runCommand(editor, "nucleus.new");
    expect(view.get().selectedLabel).toBe(70_000);
    expect(editor.store.get().tool).toBe("brush");
  });

  it("a reader changes nothing by any key, and is told so", () => {
    const { editor, document, messages } = stage;
    document.canEdit = false;
    editor.select(4);
    for (const command of ["nucleus.delete", "nucleus.unfinished", "nucleus.new", "edit.undo"] as const) {
      messages.length = 0;
      runCommand(editor, command);
      expect(messages.at(-1)?.text).toMatch(/reading only/);
    }
    expect(document.acts).toHaveLength(0);
  });

  it("what is under the pointer is selected without a click, and a part of it becomes a nucleus of its own or another's", async () => {
    const { editor, document, view, messages } = stage;
    runCommand(editor, "nucleus.pick");
    expect(messages.at(-1)?.text).toMatch(/no nucleus under the pointer/);
    await document.commit({ name: "crumb", records: [{ kind: "paint", label: 4, runs: Int32Array.of(2, 5, 5, 9) }] });
    editor.hovered = sampleAt([2.5, 5.5, 6.5], { label: 4 });
    runCommand(editor, "tool.brush");
    runCommand(editor, "nucleus.pick");
    expect([view.get().selectedLabel, editor.store.get().tool]).toEqual([4, "brush"]);
    editor.select(3);
    runCommand(editor, "nucleus.partOver");
    await vi.waitFor(() => expect(document.labelAt(2, 5, 6)).toBe(3));
    runCommand(editor, "edit.undo");
    runCommand(editor, "nucleus.partOff");
    await vi.waitFor(() => expect(document.labelAt(2, 5, 6)).toBe(70_000));
  });

  it("flies to where the list says it is", () => {
    const { editor, view } = stage;
    editor.select(4);
    runCommand(editor, "nucleus.show");
    expect(view.get().crosshairZyx).toEqual([10, 55, 40]);
  });
});

describe("the shape of the selected nucleus", () => {
  it("is shown first: Enter keeps it as one act, Escape drops it, and the amount follows the keys of the brush", async () => {
    const { editor, document, view, messages } = stage;
    const count = document.countOf(4);
    runCommand(editor, "shape.grow");
    expect(messages.at(-1)?.text).toMatch(/Select a nucleus/);
    editor.select(4);
    runCommand(editor, "shape.grow");
    await vi.waitFor(() => expect(editor.store.get().reshape?.voxels?.painted).toBeGreaterThan(0));
    runCommand(editor, "shape.grow");
    expect(editor.store.get().reshape?.reshape).toEqual({ kind: "grow", amountUm: 0.8 });
    runCommand(editor, "brush.larger");
    runCommand(editor, "brush.smaller");
    runCommand(editor, "brush.smaller");
    runCommand(editor, "brush.smaller");
    expect(editor.store.get().reshape?.reshape).toEqual({ kind: "grow", amountUm: 0.4 });
    expect([editor.store.get().radiusUm, document.acts.length]).toEqual([2, 0]);
    editor.pick(sampleAt([5, 1, 1]));
    runCommand(editor, "page.cancel");
    expect([editor.store.get().reshape, view.get().selectedLabel]).toEqual([null, 4]);
    runCommand(editor, "shape.shrink");
    await vi.waitFor(() => expect(editor.store.get().reshape?.voxels?.erased).toBeGreaterThan(0));
    runCommand(editor, "shape.keep");
    await vi.waitFor(() => expect(document.acts).toHaveLength(1));
    expect(document.countOf(4)).toBeLessThan(count);
    runCommand(editor, "edit.undo");
    expect([document.countOf(4), messages.at(-1)?.text]).toEqual([count, "Undone: shrink"]);
  });

  it("is dropped by another selection, another tool, and undo, which then undoes nothing else", async () => {
    const { editor, document } = stage;
    editor.select(3);
    runCommand(editor, "nucleus.unfinished");
    for (const leave of [
      () => editor.select(4),
      () => runCommand(editor, "tool.brush"),
      () => runCommand(editor, "edit.undo"),
    ]) {
      editor.select(3);
      runCommand(editor, "tool.pick");
      runCommand(editor, "shape.smooth");
      expect(editor.store.get().reshape?.label).toBe(3);
      leave();
      expect(editor.store.get().reshape).toBeNull();
      expect(document.undoDepth).toBe(1);
    }
  });

  it("is copied slice by slice with the view, in the plane of the pane under the pointer", async () => {
    const { editor, document, view } = stage;
    editor.select(4);
    editor.hovered = sampleAt([10, 55, 49], { pane: "yz" });
    view.set({ crosshairZyx: [10, 55, 49.5] });
    runCommand(editor, "shape.copyOn");
    runCommand(editor, "shape.copyOn");
    await vi.waitFor(() => expect(view.get().crosshairZyx[2]).toBe(51.5));
    expect([document.acts.length, document.labelAt(10, 55, 51), document.labelAt(10, 55, 52)]).toEqual([2, 4, 0]);
    view.set({ crosshairZyx: [10, 55, 54.5] });
    runCommand(editor, "shape.extrude");
    await vi.waitFor(() => expect(document.labelAt(10, 55, 54)).toBe(4));
  });

  it("is nobody's to change who reads only", () => {
    const { editor, document, messages } = stage;
    document.canEdit = false;
    editor.select(4);
    runCommand(editor, "shape.grow");
    expect([editor.store.get().reshape, messages.at(-1)?.text]).toEqual([null, expect.stringMatching(/reading only/)]);
  });
});

describe("what is shown", () => {
  it("a distance is measured by keys alone, and Escape clears it before the selection", () => {
    const { editor, view } = stage;
    editor.select(4);
    view.set({ crosshairZyx: [5.2, 10, 20.9] });
    runCommand(editor, "place.measure");
    view.set({ crosshairZyx: [8, 10, 40] });
    runCommand(editor, "place.measure");
    expect(editor.store.get()).toMatchObject({
      tool: "measure",
      measured: { fromZyx: [5.5, 10.5, 20.5], toZyx: [8.5, 10.5, 40.5] },
    });
    runCommand(editor, "page.cancel");
    expect([editor.store.get().measured, view.get().selectedLabel]).toEqual([null, 4]);
    runCommand(editor, "place.measure");
    runCommand(editor, "tool.brush");
    expect(editor.store.get().measured).toBeNull();
  });

  it("3D is cut, put in a slab of the pane under the pointer, isolated, and whole again", () => {
    const { editor, view } = stage;
    view.set({ crosshairZyx: [5.5, 10, 20] });
    editor.pane = "yz";
    runCommand(editor, "scene.clip");
    expect(view.get().scene.clip).toEqual({ minZyx: [0, 0, 20], maxZyx: [20, 70, 90] });
    runCommand(editor, "scene.slab");
    expect(view.get().scene.slab).toMatchObject({ isOn: true, plane: "yz" });
    editor.pane = "3d"; // then the slices of XY are meant
    runCommand(editor, "scene.slab");
    expect(view.get().scene.slab).toMatchObject({ isOn: true, plane: "xy" });
    runCommand(editor, "scene.slab");
    expect(view.get().scene.slab.isOn).toBe(false);
    runCommand(editor, "scene.isolate");
    runCommand(editor, "scene.slices");
    expect(view.get().scene).toMatchObject({ isIsolated: true, showsSlices: true });
    runCommand(editor, "scene.unclip");
    expect(view.get().scene).toMatchObject({ clip: null, isIsolated: false, showsSlices: true });
  });

  it("a slab in the panes grows and shrinks by a slice at least, within its bounds", () => {
    const { editor, view } = stage;
    runCommand(editor, "view.thicker");
    expect(view.get().projection).toEqual({ isOn: true, thicknessUm: 10 });
    editor.pane = "xy";
    runCommand(editor, "view.thicker");
    expect(view.get().projection.thicknessUm).toBe(12);
    for (let i = 0; i < 40; i++) runCommand(editor, "view.thinner");
    expect(view.get().projection.thicknessUm).toBe(0.8);
    for (let i = 0; i < 40; i++) runCommand(editor, "view.thicker");
    expect(view.get().projection.thicknessUm).toBe(40); // the volume is no larger
    runCommand(editor, "view.projection");
    expect(view.get().projection.isOn).toBe(false);
  });

  it("a film is stopped by Escape, or by its key again, and nothing is said of it", async () => {
    const { editor, messages } = stage;
    for (const stop of ["page.cancel", "view.film"] as const) {
      editor.viewer = {
        film: ({ signal, onProgress }: { signal: AbortSignal; onProgress(share: number): void }) =>
          new Promise((_, reject) => {
            onProgress(0.37);
            signal.addEventListener("abort", () => reject(signal.reason));
          }),
      } as unknown as NonNullable<typeof editor.viewer>;
      editor.select(4);
      runCommand(editor, "view.film");
      expect(editor.store.get().filmPercent).toBe(30);
      runCommand(editor, stop);
      await vi.waitFor(() => expect(editor.store.get().filmPercent).toBeNull());
      expect(editor.view.get().selectedLabel).toBe(4);
    }
    expect(messages).toEqual([]);
  });
});

describe("a threshold within the selected nucleus", () => {
  it("is shown first, moved by keys, turned round, and kept as one act that is undone whole", async () => {
    const { editor, document } = stage;
    const before = document.countOf(4);
    editor.select(4);
    runCommand(editor, "shape.threshold");
    // Of 20 columns ten are brighter.
    await vi.waitFor(() => expect(editor.store.get().reshape?.voxels).toEqual({ painted: 0, erased: before / 2 }));
    expect(document.countOf(4)).toBe(before);
    const shown = () => editor.store.get().reshape?.reshape as { at: number; keeps: string };
    const { at } = shown();
    runCommand(editor, "brush.larger");
    expect(shown().at).toBeGreaterThan(at);
    runCommand(editor, "shape.threshold");
    for (let i = 0; i < 300; i++) runCommand(editor, "brush.larger");
    expect(shown().at).toBeLessThan(9); // never all of it
    setThreshold(editor, { keeps: "darker" });
    await vi.waitFor(() => expect(editor.store.get().reshape?.voxels?.erased).toBe(before / 2));
    runCommand(editor, "shape.keep");
    await vi.waitFor(() => expect(document.countOf(4)).toBe(before / 2));
    expect(document.labelAt(5, 50, 35)).toBe(4);
    runCommand(editor, "edit.undo");
    expect(document.countOf(4)).toBe(before);
  });

  it("of an evenly bright one there is none", async () => {
    const { editor, messages } = stage;
    editor.select(3);
    runCommand(editor, "shape.threshold");
    await vi.waitFor(() => expect(messages.at(-1)?.text).toContain("equally bright"));
    expect(editor.store.get()).toMatchObject({ reshape: null, busy: null });
  });
});

describe("bookmarks", () => {
  it("are set and gone to, kept for the volume and person, and what is no bookmark is none", () => {
    const { editor, view, messages } = stage;
    runCommand(editor, "place.goToMark", 3);
    expect(messages.at(-1)?.text).toMatch(/no bookmark 3 yet/);
    view.set({ crosshairZyx: [4, 5, 6], zoom: 7, centerUmZyx: [1, 2, 3] });
    runCommand(editor, "place.setMark", 3);
    view.set({ crosshairZyx: [0, 0, 0], zoom: 1, centerUmZyx: [0, 0, 0] });
    runCommand(editor, "place.goToMark", 3);
    expect(view.get()).toMatchObject({ crosshairZyx: [4, 5, 6], zoom: 7, centerUmZyx: [1, 2, 3] });
    const good = { crosshairZyx: [1, 2, 3], centerUmZyx: [1, 2, 3], zoom: 2 };
    expect(parseBookmark(good)).toEqual(good);
    for (const bad of [null, [], { ...good, zoom: 0 }, { ...good, crosshairZyx: [1, 2] }, { ...good, zoom: "2" }])
      expect(parseBookmark(bad)).toBeNull();
  });
});

describe("decisions", () => {
  const listen = () => {
    const heard: string[] = [];
    const commands: ReviewCommands = {
      next: () => heard.push("next"),
      skip: () => heard.push("skip"),
      decided: (of, decision) => heard.push(`${decision} ${of}`),
      undone: (of) => heard.push(`undone ${of}`),
    };
    const api = createEditorApi(stage.editor);
    api.registerReview(commands);
    const stop = watchDecisions(stage.editor);
    return { heard, api, stop };
  };

  it("accept copies the proposal, tells the queue, and undo and redo tell it again", async () => {
    const { editor, document, view } = stage;
    const { heard, api } = listen();
    api.showProposal(proposal);
    expect(view.get()).toMatchObject({ crosshairZyx: [7, 20, 70], selectedProposal: proposal.label });
    runCommand(editor, "review.accept");
    await vi.waitFor(() => expect(heard).toEqual([`accepted ${proposal.label}`]));
    expect(document.countOf(proposal.label)).toBe(6 * 20 * 20);
    expect(editor.store.get().proposal).toBeNull();
    runCommand(editor, "edit.undo");
    runCommand(editor, "edit.redo");
    expect(heard).toEqual([`accepted ${proposal.label}`, `undone ${proposal.label}`, `accepted ${proposal.label}`]);
  });

  it("what is answered otherwise after an undo is told once, as it is answered now", async () => {
    const { editor } = stage;
    const { heard, api } = listen();
    api.showProposal(proposal);
    await api.decide("accepted");
    runCommand(editor, "edit.undo");
    api.showProposal(proposal);
    await api.decide("rejected");
    expect(heard).toEqual([`accepted ${proposal.label}`, `undone ${proposal.label}`, `rejected ${proposal.label}`]);
  });

  it("several are accepted as one act: the queue hears of each, and of the undo of each", async () => {
    const { editor, document, view, messages } = stage;
    const { heard, api } = listen();
    await api.goToProposal(other.label);
    expect(view.get().selectedProposal).toBe(other.label);
    expect(await api.acceptSeveral([proposal, other])).toEqual({ taken: 2, planted: 0 });
    expect([view.get().selectedProposal, editor.store.get().proposal, editor.store.get().busy]).toEqual([
      0,
      null,
      null,
    ]);
    expect(heard).toEqual([`accepted ${proposal.label}`, `accepted ${other.label}`]);
    expect([document.countOf(proposal.label), document.countOf(other.label)]).toEqual([2400, 84]);
    runCommand(editor, "edit.undo");
    expect(messages.at(-1)?.text).toBe("Undone: accept several");
    expect([document.countOf(proposal.label), document.countOf(other.label)]).toEqual([0, 0]);
    expect(heard.slice(2)).toEqual([`undone ${proposal.label}`, `undone ${other.label}`]);
    const stop = new AbortController();
    stop.abort();
    await expect(api.acceptSeveral([proposal], stop.signal)).rejects.toThrow();
    expect([document.countOf(proposal.label), editor.store.get().busy]).toEqual([0, null]);
  });

  it("a planted proposal never gets a voxel: it is told at once, on every way, and undo and redo take none either", async () => {
    const { editor, document, messages, planted, view } = stage;
    planted.add(proposal.label);
    const { heard, api } = listen();
    const isGone = () => document.fieldsOf(proposal.label).status === "rejected";
    for (const decision of ["accepted", "corrected", "rejected"] as const) {
      api.showProposal(proposal);
      await api.decide(decision);
      expect([document.countOf(proposal.label), isGone(), view.get().selectedProposal]).toEqual([0, true, 0]);
      expect(messages.at(-1)?.text).toMatch(decision === "rejected" ? /Well seen/ : /was planted.*not taken/);
      runCommand(editor, "edit.undo");
      expect([document.countOf(proposal.label), isGone()]).toEqual([0, false]);
    }
    runCommand(editor, "edit.redo");
    expect([document.countOf(proposal.label), isGone()]).toEqual([0, true]);
    // Each decision once: the undo of the mark takes no answer back, and the redo gives none.
    expect(heard).toEqual(["accepted", "corrected", "rejected"].map((kind) => `${kind} ${proposal.label}`));
    runCommand(editor, "edit.undo");
    // With a class key, and among others from the list.
    api.showProposal(proposal);
    runCommand(editor, "nucleus.setClass", 2);
    await vi.waitFor(() => expect(heard).toHaveLength(4));
    expect([document.countOf(proposal.label), document.fieldsOf(proposal.label).class]).toEqual([0, undefined]);
    runCommand(editor, "edit.undo");
    expect(await api.acceptSeveral([proposal, other])).toEqual({ taken: 1, planted: 1 });
    expect([document.countOf(proposal.label), document.countOf(other.label), isGone()]).toEqual([0, 84, true]);
    runCommand(editor, "edit.undo");
    expect([document.countOf(proposal.label), document.countOf(other.label), isGone()]).toEqual([0, 0, false]);
    expect(await api.acceptSeveral([proposal])).toEqual({ taken: 0, planted: 1 });
    expect(document.countOf(proposal.label)).toBe(0);
  });

  it("a class key accepts the shown proposal with its class, and one undo takes both back", async () => {
    const { editor, document } = stage;
    const { heard, api } = listen();
    api.showProposal(proposal);
    runCommand(editor, "nucleus.setClass", 2);
    await vi.waitFor(() => expect(heard).toEqual([`accepted ${proposal.label}`]));
    expect(document.fieldsOf(proposal.label)).toMatchObject({ status: "accepted", class: "mitotic" });
    runCommand(editor, "edit.undo");
    expect([document.fieldsOf(proposal.label), document.countOf(proposal.label)]).toEqual([{}, 0]);
  });

  it.each([
    ["A keeps the proposed one", "review.accept", "accepted", "late"],
    ["C keeps it for the copy", "review.correct", "corrected", "late"],
    ["0 takes it without one", "nucleus.clearClass", "accepted", undefined],
    ["R gives none", "review.reject", "rejected", undefined],
  ] as const)("a proposal with a class: %s", async (_, command, status, name) => {
    const { editor, document } = stage;
    const { heard, api } = listen();
    api.showProposal({ ...proposal, proposedClass: { name: "late", probability: 0.55 } });
    runCommand(editor, command);
    await vi.waitFor(() => expect(heard).toEqual([`${status} ${proposal.label}`]));
    expect(document.fieldsOf(proposal.label)).toMatchObject({ status });
    expect(document.fieldsOf(proposal.label).class).toBe(name);
  });

  it("a class key wins over the proposed class, and several accepted at once each keep their own", async () => {
    const { editor, document } = stage;
    const { heard, api } = listen();
    const late = { name: "late", probability: 0.9 };
    api.showProposal({ ...proposal, proposedClass: late });
    runCommand(editor, "nucleus.setClass", 2);
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(document.fieldsOf(proposal.label).class).toBe("mitotic");
    runCommand(editor, "edit.undo");
    await api.acceptSeveral([proposal, { ...other, proposedClass: late }]);
    expect([document.fieldsOf(proposal.label).class, document.fieldsOf(other.label).class]).toEqual([
      undefined,
      "late",
    ]);
    runCommand(editor, "edit.undo");
    expect(document.fieldsOf(other.label)).toEqual({});
  });

  it("the queue hears of the undoing of what a page before this one decided", async () => {
    const { editor, document } = stage;
    const { heard } = listen();
    await document.commit(rejectProposalAct(proposal));
    runCommand(editor, "edit.undo");
    runCommand(editor, "edit.redo");
    expect(heard).toEqual([`undone ${proposal.label}`, `rejected ${proposal.label}`]);
  });

  it("correct selects the copy for the brush, reject leaves no voxel", async () => {
    const { editor, document, view } = stage;
    const { heard, api } = listen();
    api.showProposal(proposal);
    runCommand(editor, "review.correct");
    await vi.waitFor(() => expect(heard).toEqual([`corrected ${proposal.label}`]));
    expect([view.get().selectedLabel, editor.store.get().tool]).toEqual([proposal.label, "brush"]);
    runCommand(editor, "edit.undo");
    api.showProposal(proposal);
    await api.decide("rejected");
    expect(document.fieldsOf(proposal.label).status).toBe("rejected");
    expect(document.countOf(proposal.label)).toBe(0);
  });

  it("says what to do when there is nothing to decide", async () => {
    const { editor, messages } = stage;
    runCommand(editor, "review.accept");
    await vi.waitFor(() => expect(messages.at(-1)?.text).toMatch(/No proposal is selected/));
  });
});

describe("one thing is worked on", () => {
  const near: Zyx = [7.5, 20.5, 70.5];
  const listen = () => {
    const heard: string[] = [];
    const api = createEditorApi(stage.editor);
    api.registerReview({
      next: () => {},
      skip: () => {},
      decided: (of, decision) => heard.push(`${decision} ${of}`),
      undone: (of) => heard.push(`undone ${of}`),
    });
    watchDecisions(stage.editor);
    return { heard, api };
  };
  const drag = (from: Zyx, to: Zyx, change = {}) => {
    const tool = stage.editor.tool();
    tool.down(sampleAt(from, change));
    tool.move([sampleAt(to, change)]);
    tool.up(sampleAt(to, change));
  };

  it("after a split, a merge or a new nucleus beside a question, A accepts nothing: the card shows what is edited", async () => {
    const { editor, document, view, messages } = stage;
    const { heard, api } = listen();
    for (const leave of [
      () => {
        runCommand(editor, "tool.split");
        editor.tool().down(sampleAt([5, 50, 40], { label: 4 }));
        editor.tool().up(sampleAt([5, 50, 40], { label: 4 }));
      },
      () => {
        runCommand(editor, "tool.merge");
        editor.tool().down(sampleAt([5, 50, 40], { label: 4 }));
      },
      () => runCommand(editor, "nucleus.new"),
      () => view.set({ selectedLabel: 4 }),
    ]) {
      api.showProposal(proposal);
      leave();
      expect([editor.store.get().proposal, view.get().selectedProposal]).toEqual([null, 0]);
      expect(view.get().selectedLabel).not.toBe(0);
      messages.length = 0;
      runCommand(editor, "review.accept");
      await vi.waitFor(() => expect(messages.at(-1)?.text).toMatch(/No proposal is selected/));
      editor.tool().cancel();
    }
    expect([heard, document.acts]).toEqual([[], []]);
  });

  it.each([
    ["brush", 28.5, 31.5, 1],
    ["eraser", 28.5, 31.5, -1],
    ["outline", 20.5, 25.5, 0],
  ] as const)(
    "the %s on the question takes the proposal over, as one act that the queue hears of",
    async (tool, y, toY, sign) => {
      const { editor, document, view } = stage;
      const { heard, api } = listen();
      api.showProposal({ ...proposal, proposedClass: { name: "late", probability: 0.9 } });
      runCommand(editor, `tool.${tool}`);
      drag([9.5, y, y + 50], [9.5, toY, toY + 50]);
      await vi.waitFor(() => expect(heard).toEqual([`corrected ${proposal.label}`]));
      expect(document.acts).toHaveLength(1);
      expect(Math.sign(document.countOf(proposal.label) - 2400)).toBe(sign);
      expect(document.fieldsOf(proposal.label)).toEqual({ status: "corrected", origin: proposal.id, class: "late" });
      expect([view.get().selectedLabel, editor.store.get().proposal]).toEqual([proposal.label, null]);
      runCommand(editor, "edit.undo");
      expect([document.countOf(proposal.label), heard[1]]).toEqual([0, `undone ${proposal.label}`]);
    },
  );

  it("a second stroke that begins before the first has arrived belongs to the same nucleus", async () => {
    const { editor, document } = stage;
    const { heard, api } = listen();
    api.showProposal(proposal);
    runCommand(editor, "tool.brush");
    drag(near, near);
    drag([11.5, 20.5, 70.5], [11.5, 20.5, 70.5]);
    runCommand(editor, "tool.eraser");
    drag(near, near);
    await vi.waitFor(() => expect(document.acts).toHaveLength(3));
    expect(heard).toEqual([`corrected ${proposal.label}`]);
    expect([document.labelAt(11, 20, 70), document.labelAt(7, 20, 70), document.labelAt(7, 12, 62)]).toEqual([
      proposal.label,
      0,
      proposal.label,
    ]);
  });

  it("paint on any open proposal takes it over where nothing is selected; hidden or judged, it is not there", async () => {
    const { editor, document, view } = stage;
    const { heard } = listen();
    const at: Zyx = [13.5, 7.5, 8.5];
    runCommand(editor, "tool.brush");
    editor.store.set({ proposalsVisible: false });
    drag(at, at, { proposal: other.label });
    expect(view.get().selectedLabel).toBe(70_000);
    runCommand(editor, "edit.undo");
    editor.select(0);
    editor.store.set({ proposalsVisible: true });
    drag(at, at, { proposal: other.label });
    await vi.waitFor(() => expect(heard).toEqual([`corrected ${other.label}`]));
    expect(document.countOf(other.label)).toBeGreaterThan(84);
    editor.select(0);
    drag(at, at, { proposal: other.label });
    expect(view.get().selectedLabel).toBe(70_001);
  });

  it("beside the question it begins a new nucleus, and says so", async () => {
    const { editor, document, view, messages } = stage;
    const { heard, api } = listen();
    api.showProposal(proposal);
    runCommand(editor, "tool.brush");
    drag([17.5, 60.5, 70.5], [17.5, 60.5, 72.5]);
    expect(messages.at(-1)?.text).toMatch(/beside proposal 70500/);
    expect([view.get().selectedLabel, document.countOf(70_000) > 0, heard]).toEqual([70_000, true, []]);
  });

  it("merging and splitting take proposals too", async () => {
    const { editor, document, view } = stage;
    const { heard, api } = listen();
    runCommand(editor, "tool.merge");
    editor.tool().down(sampleAt(near, { proposal: proposal.label }));
    editor.tool().down(sampleAt([5, 50, 40], { label: 4 }));
    await vi.waitFor(() => expect(heard).toEqual([`corrected ${proposal.label}`]));
    expect([document.membersOf(4), view.get().selectedLabel, document.acts.length]).toEqual([
      [4, proposal.label],
      4,
      1,
    ]);
    runCommand(editor, "edit.undo");
    heard.length = 0;
    editor.select(4);
    runCommand(editor, "nucleus.unfinished");
    editor.tool().down(sampleAt([5, 50, 40], { label: 4 }));
    editor.tool().down(sampleAt(near, { proposal: proposal.label }));
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(document.fieldsOf(4).status).toBe("unfinished");
    runCommand(editor, "edit.undo");
    api.showProposal(proposal);
    runCommand(editor, "tool.split");
    drag([7.5, 5.5, 70.5], [7.5, 35.5, 70.5]);
    await vi.waitFor(() => expect(heard.at(-1)).toBe(`corrected ${proposal.label}`));
    expect(document.countOf(proposal.label) + document.countOf(70_000)).toBe(2400);
    expect(document.countOf(70_000)).toBeGreaterThan(800);
  });
});

describe("together", () => {
  const peer = (crosshairZyx: Zyx, clientId = 7): Peer => ({
    clientId,
    userId: "ada",
    name: "Ada",
    color: "#f00",
    cursorZyx: null,
    crosshairZyx,
    pane: null,
    zoom: 4,
    selectedLabel: 0,
    tool: null,
    stroke: null,
  });

  it("following goes where the other looks, until one moves by oneself or the other leaves", () => {
    const { editor, document, view } = stage;
    const stop = followPeer(editor);
    document.setPeers([peer([1, 2, 3])]);
    expect(view.get().crosshairZyx).toEqual([0, 0, 0]);
    editor.store.set({ followedClientId: 7 });
    expect(view.get()).toMatchObject({ crosshairZyx: [1, 2, 3], zoom: 4, centerUmZyx: [2, 1, 3 * 0.4] });
    document.setPeers([peer([5, 6, 7])]);
    expect(view.get().crosshairZyx).toEqual([5, 6, 7]);
    view.set({ crosshairZyx: [9, 9, 9] });
    expect(editor.store.get().followedClientId).toBeNull();
    document.setPeers([peer([2, 2, 2])]);
    expect(view.get().crosshairZyx).toEqual([9, 9, 9]);
    editor.store.set({ followedClientId: 7 });
    document.setPeers([]);
    expect(editor.store.get().followedClientId).toBeNull();
    stop();
  });

  it("tells the others where one looks, what is selected and which tool is in hand", () => {
    const { editor, document, view } = stage;
    const stop = sharePresence(editor);
    view.set({ crosshairZyx: [3, 4, 5], selectedLabel: 4 });
    runCommand(editor, "tool.eraser");
    expect(document.presence).toMatchObject({ crosshairZyx: [3, 4, 5], selectedLabel: 4, tool: "eraser", zoom: 10 });
    stop();
  });
});
