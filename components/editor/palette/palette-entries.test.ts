import { describe, expect, it } from "vitest";
import type { LinkedPage } from "../editor-contract.ts";
import { openEditor, proposal } from "../testing/editor-stage.ts";
import { paletteEntries } from "./palette-entries.ts";

const pages: readonly LinkedPage[] = [
  { title: "embryo 7, t301", href: "/volumes/7", kind: "volume" },
  { title: "People", href: "/projects/1/people", kind: "page" },
];

function search(query: string, stage = openEditor()) {
  return { ...stage, entries: paletteEntries(stage.editor, pages, query) };
}

describe("the palette", () => {
  it("finds commands with the keys that are set, volumes and pages by a few letters", () => {
    const first = (query: string) => search(query).entries[0];
    expect(first("brush")).toMatchObject({ id: "tool.brush", key: "B", group: "Tools", objection: null });
    expect(first("crosspoint")).toMatchObject({ id: "place.pointer" });
    expect(first("emb 7")).toMatchObject({ title: "Open volume embryo 7, t301", group: "Volumes" });
    expect(first("people")).toMatchObject({ id: "/projects/1/people" });
    expect(search("qqq").entries).toEqual([]);
    const all = search("").entries;
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.find(({ id }) => id === "nucleus.setClass.2")).toMatchObject({ title: "Class mitotic", key: "2" });
  });

  it("goes to a nucleus by its number, however it is asked for, and says when there is none", () => {
    for (const query of ["2", "nucleus 2", "go to 2", "Go to nucleus 2"]) {
      const { entries, view } = search(query);
      expect(entries[0], query).toMatchObject({ title: "Go to nucleus 2", objection: null });
      entries[0].run();
      expect(view.get().selectedLabel).toBe(4);
    }
    expect(search("nucleus 41").entries[0]).toMatchObject({ objection: expect.stringMatching(/none/) });
    expect(search("bookmark 4").entries[0].title).toBe("Set bookmark 4");
  });

  it("says why a command can do nothing now, and says no more when it can", () => {
    const stage = openEditor();
    const why = (id: string) =>
      paletteEntries(stage.editor, [], "").find((entry) => entry.id === id)?.objection ?? null;
    expect(["edit.undo", "shape.grow", "review.accept", "view.nextChannel", "shape.keep"].map(why)).toEqual([
      expect.stringMatching(/undo/),
      expect.stringMatching(/Select a nucleus/),
      expect.stringMatching(/proposal/),
      expect.stringMatching(/one channel/),
      expect.stringMatching(/No change/),
    ]);
    stage.editor.select(4);
    stage.editor.store.set({ proposal });
    expect([why("shape.grow"), why("review.accept"), why("nucleus.unfinished")]).toEqual([null, null, null]);
    stage.document.canEdit = false;
    expect(["tool.brush", "shape.grow", "nucleus.setClass.2"].map(why)).toEqual(
      Array(3).fill(expect.stringMatching(/reading only/)),
    );
    expect([why("view.labels"), why("tool.pick"), why("place.zoomIn")]).toEqual([null, null, null]);
  });

  it("offers the bookmarks that are set, and does what it says", () => {
    const { editor, view } = openEditor();
    const titles = () => paletteEntries(editor, [], "").map(({ title }) => title);
    expect(titles()).not.toContain("Go to bookmark 3");
    view.set({ crosshairZyx: [4, 5, 6] });
    paletteEntries(editor, [], "set bookmark 3")[0].run();
    view.set({ crosshairZyx: [1, 1, 1] });
    expect(titles()).toContain("Go to bookmark 3");
    paletteEntries(editor, [], "to bookmark 3")[0].run();
    expect(view.get().crosshairZyx).toEqual([4, 5, 6]);
  });
});
