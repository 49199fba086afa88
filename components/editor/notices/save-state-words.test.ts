import { expect, it } from "vitest";
import { saveStateWords } from "./save-state-words.ts";

it("says exactly what is promised to people", () => {
  expect(saveStateWords({ kind: "saved" })).toBe("Saved");
  expect(saveStateWords({ kind: "saving", waiting: 3 })).toBe("Saving 3…");
  expect(saveStateWords({ kind: "offline", waiting: 12 })).toBe("Offline, 12 edits kept on this computer");
  expect(saveStateWords({ kind: "offline", waiting: 1 })).toBe("Offline, 1 edit kept on this computer");
  expect(saveStateWords({ kind: "offline", waiting: 0 })).toBe("Offline");
  const trouble = "The server's disk is full";
  expect(saveStateWords({ kind: "offline", waiting: 2, trouble })).toBe(
    "The server's disk is full, 2 edits kept on this computer",
  );
  expect(saveStateWords({ kind: "connecting", waiting: 0, trouble })).toBe("The server's disk is full");
});
