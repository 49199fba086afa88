import { expect, it } from "vitest";
import { createEditorStore, defaultPreferences } from "../editor-state.ts";
import { parsePreferences } from "./preferences.ts";

it("reads back what it wrote, and takes nothing it does not know or that is out of bounds", () => {
  const changed = { ...defaultPreferences, radiusUm: 7.5, mask: "selected" as const, hiddenStatuses: [] };
  expect(parsePreferences(JSON.stringify(changed))).toEqual(changed);
  for (const text of [null, "", "{", "7", "[]", '"x"']) expect(parsePreferences(text)).toEqual({});
  const hostile = { radiusUm: -1, mask: "all", labelOpacity: "1", tool: "box", hiddenStatuses: ["rejected", "x"] };
  expect(parsePreferences(JSON.stringify(hostile))).toEqual({ hiddenStatuses: ["rejected"] });
  expect(createEditorStore({ radiusUm: 3 }).get()).toMatchObject({ radiusUm: 3, tool: "pick", mask: "background" });
});
