import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../core/simulator/seeded-random.ts";
import { parseJson, refuseWildJson } from "./json-bounds.ts";

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
const valuesOf = (value: unknown): number =>
  typeof value === "object" && value !== null ? 1 + Object.values(value).reduce((n, one) => n + valuesOf(one), 0) : 1;

const passes = (text: string, bounds: { depth: number; values: number }): boolean => {
  try {
    refuseWildJson(text, bounds);
    return true;
  } catch {
    return false;
  }
};

/** A random value whose texts are full of brackets, quotes and commas. */
function randomValue({ uniform }: { uniform(): number }, depth: number): unknown {
  const pick = uniform();
  if (depth === 0 || pick < 0.3) return ['"}],:[{', "\\", "a,b", 7, null, true, "}"][Math.floor(uniform() * 7)];
  const size = Math.floor(uniform() * 4);
  const values = Array.from({ length: size }, () => randomValue({ uniform }, depth - 1));
  return pick < 0.6 ? values : Object.fromEntries(values.map((value, i) => [`"{${i}`, value]));
}

describe("the look at raw JSON", () => {
  it("agrees with what JSON.parse makes of it, spaces or not", () => {
    for (let seed = 0; seed < 300; seed++) {
      const value = randomValue(createSeededRandom(seed), 6);
      for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
        const depth = depthOf(value);
        const values = valuesOf(value);
        expect(passes(text, { depth, values: 1000 }), text).toBe(true);
        if (depth > 0) expect(passes(text, { depth: depth - 1, values: 1000 }), text).toBe(false);
        // Counted from commas and brackets: never less than there are, and at most twice as many.
        expect(passes(text, { depth, values: 2 * values }), text).toBe(true);
        expect(passes(text, { depth, values: values - 1 }), text).toBe(false);
      }
    }
  });

  it("finds names that all objects share, however they are written; as values they are just words", () => {
    const bounds = { depth: 9, values: 99 };
    for (const name of [
      "__proto__",
      "constructor",
      "prototype",
      "a.prototype.b",
      "\\u005f\\u005fproto__",
      "x.__proto__",
    ])
      expect(passes(`{"json":{"${name}" : 1}}`, bounds), name).toBe(false);
    for (const text of ['{"name":"__proto__"}', '{"protos":1}', '["constructor"]', '{"a":"x\\"","b":"constructor:"}'])
      expect(passes(text, bounds), text).toBe(true);
  });

  it("is linear, and says nothing where its reader will", () => {
    for (const text of [
      "[".repeat(1 << 16),
      '"'.repeat(1 << 16),
      '{"a'.repeat(1 << 14),
      "\\".repeat(1 << 16),
      "",
      "]]]]",
    ])
      expect(() => parseJson(new TextEncoder().encode(text))).toThrow();
    expect(() => parseJson(Uint8Array.of(0xff, 0xfe))).toThrow("JSON is needed");
    expect(parseJson(new TextEncoder().encode('{"a":[1]}'))).toEqual({ a: [1] });
  });
});
