import { expect, it } from "vitest";
import { type CsvValue, figureCsv } from "./figure-csv.ts";

/** RFC 4180 read back, character by character. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    if (isQuoted) {
      if (text[i] !== '"') cell += text[i];
      else if (text[i + 1] === '"') cell += text[i++];
      else isQuoted = false;
    } else if (text[i] === '"') isQuoted = true;
    else if (text[i] === ",") {
      row.push(cell);
      cell = "";
    } else if (text[i] === "\r" && text[i + 1] === "\n") {
      rows.push([...row, cell]);
      [row, cell] = [[], ""];
      i++;
    } else cell += text[i];
  }
  return rows;
}

it("reads back as it was, whatever people call a class", () => {
  const names = ['say "no"', "a,b", "two\r\nlines", "ß – 核", "", "plain"];
  const rows: CsvValue[][] = names.map((name, i) => [name, i / 4, null]);
  expect(parse(figureCsv({ columns: ["class", "share", "none"], rows }))).toEqual([
    ["class", "share", "none"],
    ...names.map((name, i) => [name, String(i / 4), ""]),
  ]);
});

it("is no formula to a spreadsheet", () => {
  const rows = ["=1+1", "+1", "-1", "@x", "\tx"].map((name) => [name, -1]);
  for (const [name, number] of parse(figureCsv({ columns: ["a", "b"], rows })).slice(1))
    expect([/^'/.test(name), number]).toEqual([true, "-1"]);
});
