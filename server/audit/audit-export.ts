import type { AuditRow } from "./read-audit-log.ts";

export const auditFormats = ["csv", "jsonl"] as const;
export type AuditFormat = (typeof auditFormats)[number];

type Cell = string | number | null;

/** What owners of a project read. Addresses, requests and the chain over the whole installation are not theirs. */
const projectColumns = {
  position: (row: AuditRow) => row.position,
  at: (row: AuditRow) => row.at.toISOString(),
  act: (row: AuditRow) => row.act,
  actorId: (row: AuditRow) => row.actorId,
  actorName: (row: AuditRow) => row.actorName,
  actorEmail: (row: AuditRow) => row.actorEmail,
  projectId: (row: AuditRow) => row.projectId,
  projectName: (row: AuditRow) => row.projectName,
};
const installationColumns = {
  ...projectColumns,
  clientAddress: (row: AuditRow) => row.clientAddress,
  requestId: (row: AuditRow) => row.requestId,
  previousHash: (row: AuditRow) => row.previousHash,
  hash: (row: AuditRow) => row.hash,
};

/** A spreadsheet takes a cell that begins so for a formula. */
const FORMULA_START = /^[=+\-@\t\r＝＋－＠]/;

/** RFC 4180; an apostrophe before what a spreadsheet would compute. */
export function csvCell(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA_START.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const csvLine = (cells: readonly Cell[]): string => `${cells.map(csvCell).join(",")}\r\n`;

/** The parts of a file, as rows come. Facts are a JSON object, in CSV as one cell. */
export async function* auditFile(
  pages: AsyncIterable<readonly AuditRow[]>,
  format: AuditFormat,
  scope: "installation" | "project",
): AsyncGenerator<string> {
  const columns: Record<string, (row: AuditRow) => Cell> =
    scope === "installation" ? installationColumns : projectColumns;
  const entries = Object.entries(columns);
  if (format === "csv") yield csvLine([...Object.keys(columns), "details"]);
  for await (const rows of pages)
    yield rows
      .map((row) =>
        format === "csv"
          ? csvLine([...entries.map(([, read]) => read(row)), JSON.stringify(row.details)])
          : `${JSON.stringify({ ...Object.fromEntries(entries.map(([name, read]) => [name, read(row)])), details: row.details })}\n`,
      )
      .join("");
}
