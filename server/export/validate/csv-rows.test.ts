import { expect, it } from "vitest";
import { seededRandom } from "../../../core/edit/testing/seeded-random.ts";
import { csvLine } from "../table/csv-cells.ts";
import { csvRows } from "./csv-rows.ts";

it.each<[string, string[][] | null]>([
  ["", []],
  ["a,b\r\n", [["a", "b"]]],
  ["a,b", [["a", "b"]]],
  [
    "a,\r\n,b\n",
    [
      ["a", ""],
      ["", "b"],
    ],
  ],
  ["a,", [["a", ""]]],
  ['"a ""b"", c",d\r\n', [['a "b", c', "d"]]],
  ['"a\r\nb"\r\n', [["a\r\nb"]]],
  ['""\r\n', [[""]]],
  ['"a', null],
  ['x,"a""', null],
])("reads %j", (text, rows) => {
  expect(csvRows(text)).toEqual(rows);
});

it("reads back whatever our writer writes", () => {
  const random = seededRandom(8);
  const letters = ["a", ",", '"', "\r\n", "\n", " ", "é"];
  const rows = Array.from({ length: 300 }, () =>
    // A cell before each, as a leading apostrophe keeps formulas text.
    Array.from(
      { length: 1 + Math.floor(random() * 4) },
      () =>
        `x${Array.from({ length: Math.floor(random() * 5) }, () => letters[Math.floor(random() * letters.length)]).join("")}`,
    ),
  );
  expect(csvRows(rows.map(csvLine).join(""))).toEqual(rows);
});
