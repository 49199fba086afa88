import { expect, it } from "vitest";
import { type ChromiumSource, obtainChromium } from "./obtain-chromium.ts";

type Step = "apt" | "with libraries" | "alone";

/** A machine on which a Chromium appears after the step `from`; null: never. */
function machine(given: { root: boolean; from: Step | "start" | null }): { source: ChromiumSource; steps: Step[] } {
  const steps: Step[] = [];
  const take = async (step: Step): Promise<boolean> => {
    steps.push(step);
    return step === given.from;
  };
  return {
    steps,
    source: {
      find: () => (given.from === "start" || steps.some((step) => step === given.from) ? "/there" : null),
      mayInstall: () => given.root,
      installFromDebian: () => take("apt"),
      fetch: (withLibraries) => take(withLibraries ? "with libraries" : "alone"),
    },
  };
}

it.each<[boolean, Step | "start" | null, Step[]]>([
  [true, "start", []],
  [false, "start", []],
  [true, "apt", ["apt"]],
  [true, "with libraries", ["apt", "with libraries"]],
  [false, "with libraries", ["with libraries"]],
  [false, "alone", ["with libraries", "alone"]],
  [true, null, ["apt", "with libraries", "alone"]],
  [false, null, ["with libraries", "alone"]],
])("root on Debian %s, a Chromium from %s: tries %j", async (root, from, expected) => {
  const { source, steps } = machine({ root, from });
  expect(await obtainChromium(source)).toBe(from === null ? null : "/there");
  expect(steps).toEqual(expected);
});
