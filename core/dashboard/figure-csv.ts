export type CsvValue = string | number | null;

/** A figure as a table; `columns` name what stands under them, with units. */
export interface FigureTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly CsvValue[])[];
}

/** RFC 4180, in UTF-8; null is empty. */
export const figureCsv = ({ columns, rows }: FigureTable): string =>
  [columns, ...rows].map((row) => `${row.map(csvValue).join(",")}\r\n`).join("");

function csvValue(value: CsvValue): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  // Names are typed by people: a spreadsheet must not take one for a formula (OWASP, CSV injection).
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
