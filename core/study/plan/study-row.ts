import type { Effort } from "../effort/cost-model.ts";
import type { StudyRun } from "./plan.ts";

/** What is known after one training of one run. */
export interface StudyRow extends StudyRun {
  /** 0: after the cold start. */
  readonly round: number;
  /** Specimen that is measured. */
  readonly test: string;
  /** Since the beginning of the run, cold start included. */
  readonly effort: Effort;
  readonly labelled: number;
  /** Voxels of nuclei, of all that are known. */
  readonly foregroundShare: number;
  /** Means over the test's volumes; null where they are not defined. */
  readonly ap50: number | null;
  readonly ap75: number | null;
  readonly apMean: number | null;
  readonly pq: number | null;
  readonly seg: number | null;
  /** Of the doubt, for proposals of the pool with an IoU below 0.5; null where all are alike. */
  readonly doubtAuroc: number | null;
  /** To finish the test's volumes, from proposals and from nothing. */
  readonly corrected: Effort;
  readonly drawn: Effort;
  readonly learnSeconds: number;
  readonly engine: string;
  /** Of the weights, of the labels that they learned from, and of who wrote the row. */
  readonly modelId: string;
  readonly labelsId: string;
  readonly version: string;
}

/** Rows of a group together, groups in the order in which they come. */
export function groupRows(rows: readonly StudyRow[], nameOf: (row: StudyRow) => string): Map<string, StudyRow[]> {
  const groups = new Map<string, StudyRow[]>();
  for (const row of rows) {
    const group = groups.get(nameOf(row));
    if (group) group.push(row);
    else groups.set(nameOf(row), [row]);
  }
  return groups;
}

const flat = (value: unknown, path: string): [string, unknown][] =>
  value !== null && typeof value === "object"
    ? Object.entries(value).flatMap(([key, of]) => flat(of, path ? `${path}.${key}` : key))
    : [[path, value]];

/** One row a line, nested fields as `effort.points`; an empty field where nothing is defined. */
export function rowsAsCsv(rows: readonly StudyRow[]): string {
  if (rows.length === 0) return "";
  const header = flat(rows[0], "").map(([name]) => name);
  const lines = rows.map((row) => {
    const fields = new Map(flat(row, ""));
    return header.map((name) => escapeField(fields.get(name))).join(",");
  });
  return `${[header.join(","), ...lines].join("\n")}\n`;
}

function escapeField(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
