import { describe, expect, it } from "vitest";
import { nameSchema, nameSkeleton } from "./name.ts";

const schema = nameSchema(20);
const taken = (text: string) => schema.safeParse(text).data ?? null;

describe("a name", () => {
  it("is normalised: composed, single plain spaces, none around", () => {
    expect(taken("  Zoe\u0308 \u00a0 Müller ")).toBe("Zoë Müller");
    expect(taken("नमस्ते दीदी")).toBe("नमस्ते दीदी".normalize("NFC"));
    expect(taken("李小龍")).toBe("李小龍");
    expect(taken("wild type #3 (α-tubulin, 20 µm)".slice(0, 20))).toBe("wild type #3 (α-tubu");
  });

  const unfit: readonly (readonly [string, string])[] = [
    ["nothing", "   "],
    ["NUL", "Ada\0"],
    ["a line break", "Ada\nEve"],
    ["an escape", "\u001b[31mAda"],
    ["a C1 control", "Ada\u0085"],
    ["a zero-width space", "A\u200bda"],
    ["a zero-width joiner", "A\u200dda"],
    ["a word joiner", "Ada\u2060"],
    ["a byte order mark", "\ufeffAda"],
    ["a soft hyphen", "A\u00adda"],
    ["a bidi override", "\u202eadA"],
    ["a bidi isolate", "\u2066Ada\u2069"],
    ["a tag character", "Ada\u{e0041}"],
    ["a lone surrogate", "Ada\ud800"],
    ["private use", "Ada\ue000"],
    ["an unassigned code point", "Ada\u0378"],
    ["a Hangul filler", "\u3164"],
    ["an empty Braille cell", "\u2800\u2800"],
    ["a variation selector", "Ada\ufe0f"],
    ["a line separator", "Ada\u2028"],
    ["marks alone", "\u0301\u0302"],
    ["stacked marks", `A${"\u0336".repeat(8)}da`],
    ["too much", "x".repeat(21)],
  ];
  it.each(unfit)("is refused with %s", (_what, text) => expect(taken(text)).toBeNull());
});

describe("the skeleton of a name", () => {
  it.each([
    ["Ada Lovelace", "ada  lovelace"],
    ["Ada Lovelace", "Аda Lоvelace"], // Cyrillic A and o
    ["Ada Lovelace", "Ａｄａ Lovelace"],
    ["José", "Jose"],
    ["Zoë", "zoe\u0308"],
    ["Ada", "A\u200bd\u2060a"],
    ["Bill", "Bi11"],
    ["O'Neil", "ONeil"],
  ])("%s looks like %s", (one, other) => expect(nameSkeleton(one)).toBe(nameSkeleton(other)));

  it.each([
    ["Ada Lovelace", "Ada Lovelac"],
    ["Иван Петров", "Иван Сидоров"],
    ["李小龍", "李小明"],
    ["Grace", "Gracia"],
  ])("%s does not look like %s", (one, other) => expect(nameSkeleton(one)).not.toBe(nameSkeleton(other)));
});
