import { describe, expect, it } from "vitest";
import { type Command, commands, keyGroups } from "./commands.ts";
import { conflictsOf, type KeyChoice, keyMapOf, ownKeys, parseKeyChoice, withKeys, withoutChange } from "./key-map.ts";
import { KeyReader } from "./key-reader.ts";
import { keySetIds, keySets } from "./key-sets.ts";
import { keyInWords } from "./key-words.ts";
import { recordKey } from "./recordable-key.ts";
import { type PressedKey, strokesOf } from "./stroke.ts";

const press = (key: string, change: Partial<PressedKey> = {}): PressedKey => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...change,
});

/** The command of one press with the keys of a set. */
function read(event: PressedKey, choice: KeyChoice = ownKeys): string | null {
  const found = new KeyReader().read(event, keyMapOf(choice), 0);
  if (found.kind !== "command") return null;
  return found.digit === null ? found.command : `${found.command} ${found.digit}`;
}

function allKeys(choice: KeyChoice): string[] {
  const map = keyMapOf(choice);
  return commands.flatMap(({ command }) => map.keysOf(command));
}

describe.each(keySetIds)("the keys of %s", (set) => {
  const choice: KeyChoice = { set, changes: {} };
  const map = keyMapOf(choice);

  it("belong to one command each, and whoever had a key has one", () => {
    const keys = allKeys(choice);
    expect(new Set(keys).size).toBe(keys.length);
    // A key that begins another would hide it.
    expect(keys.filter((key) => keys.some((other) => other.startsWith(`${key} `)))).toEqual([]);
    for (const { command, keys: own } of commands)
      if (own.length > 0) expect(map.keysOf(command), command).not.toHaveLength(0);
    for (const [command, theirs] of Object.entries(keySets[set].keys))
      expect(map.keysOf(command as Command), command).toEqual(theirs);
  });

  it("are found from the presses of an American keyboard", () => {
    const codes: Readonly<Record<string, string>> = {
      "<": "Comma",
      ">": "Period",
      "?": "Slash",
      "+": "Equal",
      "{": "BracketLeft",
      "}": "BracketRight",
      ":": "Semicolon",
      _: "Minus",
    };
    for (const { command } of commands)
      for (const key of map.keysOf(command)) {
        const reader = new KeyReader();
        const found = key.split(" ").map((stroke) => {
          const name = /^(?:Ctrl\+)?(?:Alt\+)?(?:Shift\+)?(.+)$/.exec(stroke)?.[1] ?? "";
          const digit = name === "1…9" ? "7" : /^\d$/.test(name) ? name : null;
          const shiftKey = stroke.includes("Shift+") || name in codes;
          const typed = digit ? (shiftKey ? "&" : digit) : name.length === 1 && !shiftKey ? name.toLowerCase() : name;
          const code = digit ? `Digit${digit}` : /^[A-Z]$/.test(name) ? `Key${name}` : codes[name];
          const ctrlKey = stroke.startsWith("Ctrl+");
          return reader.read(press(typed, { code, ctrlKey, altKey: stroke.includes("Alt+"), shiftKey }), map, 0);
        });
        expect(found.at(-1), key).toMatchObject({ kind: "command", command });
        if (key.includes("1…9")) expect(found.at(-1)).toMatchObject({ digit: 7 });
      }
  });
});

it("explains every command, once", () => {
  expect(new Set(commands.map((entry) => entry.command)).size).toBe(commands.length);
  expect(new Set(commands.map((entry) => entry.text)).size).toBe(commands.length);
  for (const entry of commands) {
    expect(entry.text.length).toBeGreaterThan(3);
    expect(keyGroups).toContain(entry.group);
  }
});

describe("a press", () => {
  it("works with Caps Lock and on a Mac, and leaves other combinations to the browser", () => {
    expect(read(press("B"))).toBe("tool.brush");
    expect(read(press("z", { metaKey: true }))).toBe("edit.undo");
    expect(read(press("Z", { metaKey: true, shiftKey: true }))).toBe("edit.redo");
    for (const event of [press("b", { ctrlKey: true }), press("l", { ctrlKey: true }), press("b", { altKey: true })])
      expect(read(event)).toBeNull();
    for (const key of ["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock"])
      expect(strokesOf(press(key))).toEqual([]);
  });

  it("of a digit is its place, whatever it types, with and without Shift and Ctrl", () => {
    const digit = (code: string, key: string, change = {}) => read(press(key, { code, ...change }));
    const shiftKey = true;
    expect([digit("Digit3", "3"), digit("Digit3", '"'), digit("Digit6", "-"), digit("Digit0", "à")]).toEqual([
      "nucleus.setClass 3",
      "nucleus.setClass 3", // French, without Shift
      "nucleus.setClass 6",
      "nucleus.clearClass",
    ]);
    expect([
      digit("Digit1", "!", { shiftKey }),
      digit("Digit3", "§", { shiftKey }),
      digit("Digit9", "9", { shiftKey }),
    ]).toEqual(["view.channel 1", "view.channel 3", "view.channel 9"]);
    expect(digit("Digit1", "1", { ctrlKey: true })).toBe("place.goToMark 1");
    expect(digit("Digit9", "(", { metaKey: true, shiftKey })).toBe("place.setMark 9");
    expect(digit("Digit4", "€", { altKey: true, shiftKey })).toBe("place.setMark 4");
    expect([digit("Numpad5", "5"), digit("Numpad1", "End", { shiftKey }), digit("Digit0", ")", { shiftKey })]).toEqual([
      "nucleus.setClass 5",
      null,
      null,
    ]);
  });

  it("of a sign is what it types: with AltGr, with Option, or with Shift on a digit", () => {
    expect(read(press("[", { code: "Digit8", altGraph: true, ctrlKey: true, altKey: true }))).toBe("brush.smaller"); // German, Windows
    expect(read(press("]", { code: "Digit6", altKey: true }))).toBe("brush.larger"); // German, Mac
    expect(read(press("/", { code: "Digit7", shiftKey: true }))).toBe("page.filter");
    expect(read(press("?", { code: "Minus", shiftKey: true }))).toBe("page.help");
    expect(read(press("<", { code: "IntlBackslash" }))).toBe("shape.copyBack");
  });

  it("that types nothing Latin goes by the American place", () => {
    expect(read(press("и", { code: "KeyB" }))).toBe("tool.brush"); // Russian
    expect(read(press("Ψ", { code: "KeyC", shiftKey: true }))).toBe("view.contrast"); // Greek
    expect(read(press("я", { code: "KeyZ", ctrlKey: true }))).toBe("edit.undo");
    expect(read(press("ü", { code: "BracketLeft" }))).toBe("brush.smaller"); // German
    expect(read(press("Dead", { code: "BracketRight" }))).toBe("brush.larger");
    expect(read(press("∫", { code: "KeyB", altKey: true }), withKeys(ownKeys, "tool.box", ["Alt+B"]))).toBe("tool.box");
    // What does type a letter means that letter: Dvorak.
    expect(read(press("x", { code: "KeyB" }))).toBe("view.maximise");
  });

  it("may be the first of two: the second ends it within three seconds, and a wrong one does nothing", () => {
    const map = keyMapOf({ set: "webknossos", changes: {} });
    const reader = new KeyReader();
    const begin = press("k", { ctrlKey: true });
    expect(reader.read(begin, map, 0)).toEqual({ kind: "begun", stroke: "Ctrl+K" });
    expect(reader.read(press("Control"), map, 100)).toEqual({ kind: "none" });
    expect(reader.read(press("b"), map, 2900)).toMatchObject({ command: "tool.brush" });
    reader.read(begin, map, 5000);
    expect(reader.read(press("c"), map, 5100)).toEqual({ kind: "dropped" });
    reader.read(begin, map, 6000);
    expect(reader.read(press("c"), map, 9001)).toMatchObject({ command: "nucleus.new" });
  });
});

describe("a changed key", () => {
  it("tells whose it is, is taken from them, and comes back", () => {
    expect(conflictsOf(keyMapOf(ownKeys), "B", "tool.eraser")).toEqual(["tool.brush"]);
    expect(conflictsOf(keyMapOf(ownKeys), "Ctrl+3", "tool.eraser")).toEqual(["place.goToMark"]);
    const webknossos = keyMapOf({ set: "webknossos", changes: {} });
    expect(conflictsOf(webknossos, "Ctrl+K", "page.palette")).toContain("tool.brush");
    const taken = withKeys(ownKeys, "tool.eraser", ["B"]);
    expect(["tool.eraser", "tool.brush"].map((one) => keyMapOf(taken).keysOf(one as Command))).toEqual([["B"], []]);
    const again = withoutChange(taken, "tool.brush");
    expect(read(press("b"), again)).toBe("tool.brush");
    expect(keyMapOf(again).keysOf("tool.eraser")).toEqual(["E"]);
    expect(withoutChange(taken, "tool.eraser")).toEqual(ownKeys);
    // One digit goes before its row, which keeps the others.
    const three = withKeys(ownKeys, "view.fit", ["Ctrl+3"]);
    const ctrl = (code: string) => read(press("", { code, ctrlKey: true }), three);
    expect([ctrl("Digit3"), ctrl("Digit4")]).toEqual(["view.fit", "place.goToMark 4"]);
  });

  it("leaves no key to two commands, whatever is changed in whichever order", () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    for (let run = 0; run < 40; run++) {
      let choice: KeyChoice = { set: keySetIds[random(4)], changes: {} };
      for (let at = 0; at < 12; at++) {
        const { command } = commands[random(commands.length)];
        const pool = allKeys({ set: keySetIds[random(4)], changes: {} });
        const kind = random(4);
        if (kind === 0) choice = withoutChange(choice, command);
        else if (kind === 1) choice = { ...choice, set: keySetIds[random(4)] };
        else choice = withKeys(choice, command, [pool[random(pool.length)]]);
        const keys = allKeys(choice);
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys.filter((key) => keys.some((other) => other.startsWith(`${key} `)))).toEqual([]);
        expect(keyMapOf(choice).keysOf("page.cancel")).toEqual(["Escape"]);
        expect(allKeys(parseKeyChoice(JSON.parse(JSON.stringify(choice))))).toEqual(keys);
      }
    }
  });

  it("is read back with nothing that is not known", () => {
    for (const value of [null, 7, "x", [], {}, { set: "emacs" }]) expect(parseKeyChoice(value)).toEqual(ownKeys);
    const hostile = {
      "tool.brush": ["Q"],
      "page.cancel": ["C"],
      "no.such": ["B"],
      "tool.pick": "V",
      "tool.box": [7],
      "view.fit": [" "],
      "tool.next": ["Escape"],
    };
    expect(parseKeyChoice({ set: "napari", changes: hostile })).toEqual({
      set: "napari",
      changes: { "tool.brush": ["Q"] },
    });
  });
});

describe("recording", () => {
  it("takes what is pressed, a row by any of its digits, and says what cannot be taken", () => {
    expect(recordKey(press("j", { ctrlKey: true, shiftKey: true }), false)).toEqual({ key: "Ctrl+Shift+J" });
    expect(recordKey(press("4", { code: "Digit4", altKey: true }), true)).toEqual({ key: "Alt+1…9" });
    expect(recordKey(press("4", { code: "Digit4" }), false)).toEqual({ key: "4" });
    expect(recordKey(press("Shift", { shiftKey: true }), false)).toBeNull();
    for (const [event, isRow, why] of [
      [press("w", { ctrlKey: true }), false, /Browsers/],
      [press("PageUp", { ctrlKey: true }), false, /Browsers/],
      [press(" "), false, /pans/],
      [press("b"), true, /nine keys/],
    ] as const)
      expect(recordKey(event, isRow)).toMatchObject({ objection: expect.stringMatching(why) });
  });
});

it("a key is shown as this keyboard has it", () => {
  const german = new Map([
    ["BracketLeft", "ü"],
    ["BracketRight", "+"],
    ["Minus", "ß"],
    ["Slash", "-"],
    ["KeyY", "z"],
  ]);
  const shown = (key: string) => keyInWords(key, { isMac: false, printed: german });
  // Plus is a sign of its own, so that ] is reached with AltGr alone.
  expect(["[", "]", "-", "Ctrl+Z", "?"].map(shown)).toEqual(["Ü", "]", "-", "Ctrl+Z", "?"]);
  expect(keyInWords("Ctrl+K B", { isMac: true, printed: null })).toBe("Cmd+K B");
  expect(keyInWords("Alt+Shift+1…9", { isMac: true, printed: null })).toBe("Option+Shift+1…9");
  expect(keyInWords("Shift+ArrowUp")).toBe("Shift+↑");
});
