import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const PROJECT = path.join(import.meta.dirname, "..");
const page = readFileSync(path.join(PROJECT, "docs/security.md"), "utf8");

it("names files that are there", () => {
  const named = [...page.matchAll(/`((?:core|server|e2e|bench|scripts|docker|docs)\/[^`*]+)`/g)].map(
    ([, file]) => file,
  );
  expect(named.length).toBeGreaterThan(60);
  const isThere = (file: string) => existsSync(path.join(PROJECT, file)) || /^docs\/adr\/\d{4}$/.test(file);
  expect(named.filter((file) => !isThere(file))).toEqual([]);
});

/** Requirements of ASVS 4.0.3 at level 2: by section how many there are, without those that the standard has deleted. */
const sections: Readonly<Record<string, string>> = {
  V1: "1.1:7 1.2:4 1.4:1,4,5 1.5:4 1.6:4 1.7:2 1.8:2 1.9:2 1.10:1 1.11:2 1.12:2 1.14:6",
  V2: "2.1:12 2.2:3 2.3:3 2.4:6 2.5:7 2.6:3 2.7:6 2.8:7 2.9:3 2.10:4",
  V3: "3.1:1 3.2:4 3.3:4 3.4:5 3.5:3 3.7:1",
  V4: "4.1:1,2,3,5 4.2:2 4.3:3",
  V5: "5.1:5 5.2:8 5.3:10 5.4:3 5.5:4",
  V6: "6.1:3 6.2:6 6.3:2 6.4:2",
  V7: "7.1:4 7.2:2 7.3:1,3,4 7.4:3",
  V8: "8.1:4 8.2:3 8.3:8",
  V9: "9.1:3 9.2:4",
  V10: "10.2:2 10.3:3",
  V11: "11.1:8",
  V12: "12.1:3 12.2:1 12.3:6 12.4:2 12.5:2 12.6:1",
  V13: "13.1:1,3,4,5 13.2:1,2,3,5,6 13.3:2 13.4:2",
  V14: "14.1:4 14.2:6 14.3:2,3 14.4:7 14.5:4",
};

const wanted = Object.values(sections).flatMap((line) =>
  line.split(" ").flatMap((part) => {
    const [section, numbers] = part.split(":");
    if (section === "1.12" || numbers.includes(",") || section === "14.3")
      return (section === "1.12" ? "2" : numbers).split(",").map((number) => `${section}.${number}`);
    return Array.from({ length: Number(numbers) }, (_, i) => `${section}.${i + 1}`);
  }),
);

/** "1.1.1–1.1.7", "2.7", "9.2.1" of the first cells of rows. */
function covered(): Set<string> {
  const found = new Set<string>();
  for (const [, cell] of page.matchAll(/^\| (\d[\d., –]*) \|/gm))
    for (const part of cell.split(", ")) {
      const [from, to = from] = part.split("–");
      const [chapter, section, first] = from.split(".").map(Number);
      if (first === undefined) wanted.filter((one) => one.startsWith(`${from}.`)).forEach((one) => void found.add(one));
      else
        for (let number = first; number <= Number(to.split(".")[2]); number++)
          found.add(`${chapter}.${section}.${number}`);
    }
  return found;
}

it("has a row for each requirement of ASVS 4.0.3, level 2", () => {
  const rows = covered();
  expect(wanted.filter((requirement) => !rows.has(requirement))).toEqual([]);
});
