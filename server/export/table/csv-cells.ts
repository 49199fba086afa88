export type Cell = string | number | boolean | null;

/** Spreadsheets run a cell that begins like a formula; a leading apostrophe keeps it text. */
const FORMULA = /^[=+\-@\t\r]/;

/** As a text stands in a cell, before commas and quotes are seen to. */
export const csvText = (value: string): string => (FORMULA.test(value) ? `'${value}` : value);

/** The text that a cell stands for. */
export const textOfCsv = (cell: string): string =>
  cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell;

export function csvCell(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "number") return String(Number(value.toPrecision(9)));
  if (typeof value === "boolean") return String(value);
  const text = csvText(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csvLine = (cells: readonly Cell[]): string => `${cells.map(csvCell).join(",")}\r\n`;
