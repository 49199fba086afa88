import { describe, expect, it } from "vitest";
import {
  bookmarkOfKey,
  channelOfKey,
  classDigitOfKey,
  commandOfKey,
  keyGroups,
  keymap,
  type PressedKey,
} from "./keymap.ts";

const press = (key: string, change: Partial<PressedKey> = {}): PressedKey => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...change,
});

describe("keymap", () => {
  it("binds no key twice, leaves 1 to 9 to classes, and explains every command", () => {
    const keys = keymap.flatMap((entry) => entry.keys);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => /^[1-9]$/.test(key))).toEqual([]);
    expect(new Set(keymap.map((entry) => entry.command)).size).toBe(keymap.length);
    for (const entry of keymap) {
      expect(entry.text.length).toBeGreaterThan(3);
      expect(keyGroups).toContain(entry.group);
    }
  });

  it("finds every binding from the event a keyboard sends", () => {
    for (const { command, keys } of keymap)
      for (const key of keys) {
        const parts = key.split("+").filter(Boolean);
        const last = key.endsWith("+") ? "+" : parts[parts.length - 1];
        const event = press(last.length === 1 ? last.toLowerCase() : last, {
          ctrlKey: key.startsWith("Ctrl+"),
          shiftKey: key.includes("Shift+") || last === "?" || last === "+",
        });
        expect(commandOfKey(event)).toBe(command);
      }
  });

  it("takes Shift and a digit for a channel by the place of the key, whatever sign it types", () => {
    const digit = (code: string, key: string, change = {}) =>
      channelOfKey(press(key, { code, shiftKey: true, ...change }));
    expect([digit("Digit1", "!"), digit("Digit3", "§"), digit("Digit9", "9")]).toEqual([0, 2, 8]);
    expect([digit("Digit0", ")"), digit("Numpad1", "End"), digit("Digit1", "!", { ctrlKey: true })]).toEqual([
      null,
      null,
      null,
    ]);
    expect(channelOfKey(press("1", { code: "Digit1" }))).toBeNull();
    expect(classDigitOfKey(press("1", { shiftKey: true, code: "Digit1" }))).toBeNull();
  });

  it("takes Ctrl and a digit for a bookmark, with Shift to set it, and leaves those keys to no channel or class", () => {
    const one = press("1", { ctrlKey: true, code: "Digit1" });
    expect(bookmarkOfKey(one)).toEqual({ digit: 1, isSet: false });
    expect(bookmarkOfKey(press("(", { metaKey: true, shiftKey: true, code: "Digit9" }))).toEqual({
      digit: 9,
      isSet: true,
    });
    expect([channelOfKey(one), classDigitOfKey(one), commandOfKey(one)]).toEqual([null, null, null]);
    for (const other of [press("0", { ctrlKey: true, code: "Digit0" }), press("1", { code: "Digit1" })])
      expect(bookmarkOfKey(other)).toBeNull();
    expect(bookmarkOfKey(press("1", { ctrlKey: true, altKey: true, code: "Digit1" }))).toBeNull();
  });

  it("works with Caps Lock and on a Mac, and leaves other combinations to the browser", () => {
    expect(commandOfKey(press("B"))).toBe("tool.brush");
    expect(commandOfKey(press("z", { metaKey: true }))).toBe("edit.undo");
    expect(commandOfKey(press("Z", { metaKey: true, shiftKey: true }))).toBe("edit.redo");
    for (const event of [press("b", { ctrlKey: true }), press("l", { ctrlKey: true }), press("b", { altKey: true })])
      expect(commandOfKey(event)).toBeNull();
    expect(classDigitOfKey(press("3"))).toBe(3);
    expect([press("0"), press("3", { ctrlKey: true }), press("b")].map(classDigitOfKey)).toEqual([null, null, null]);
  });
});
