import { createHash } from "node:crypto";
import { z } from "zod";

/** A line of the JSON Lines export of the whole log; its fields stand in the order in which they are hashed. */
const lineSchema = z.object({
  position: z.int().min(1),
  at: z.iso.datetime(),
  act: z.string(),
  actorId: z.string().nullable(),
  actorName: z.string().nullable(),
  actorEmail: z.string().nullable(),
  projectId: z.string().nullable(),
  projectName: z.string().nullable(),
  details: z.record(z.string(), z.json()),
  clientAddress: z.string().nullable(),
  requestId: z.string().nullable(),
  previousHash: z.string().length(64),
  hash: z.string().length(64),
});
type Line = z.output<typeof lineSchema>;

/** A value as PostgreSQL's jsonb prints it: a space after `,` and `:`, keys by length and then by bytes. */
function jsonbText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonbText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => ({ key, bytes: Buffer.from(key), inner }));
  entries.sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes));
  return `{${entries.map(({ key, inner }) => `${JSON.stringify(key)}: ${jsonbText(inner)}`).join(", ")}}`;
}

/** The text of a row that is hashed; `audit_canonical` of the database makes the same. */
const canonicalText = (line: Line): string =>
  jsonbText([
    ...[line.position, line.at, line.act, line.actorId, line.actorName, line.actorEmail],
    ...[line.projectId, line.projectName, line.details, line.clientAddress, line.requestId],
  ]);

export interface FileVerdict {
  readonly rows: number;
  /** Positions after which the file leaves rows out: a filter, or somebody took them away. */
  readonly gaps: number;
  readonly first: { readonly position: number; readonly previousHash: string } | null;
  readonly last: { readonly position: number; readonly hash: string } | null;
  /** In words, with the line; at most a hundred. */
  readonly faults: readonly string[];
}

const MAX_FAULTS = 100;

/** Checks every row of an exported log by itself and, where none is left out between them, that it follows from the one before. */
export async function verifyAuditFile(lines: AsyncIterable<string>): Promise<FileVerdict> {
  let number = 0;
  let rows = 0;
  let gaps = 0;
  let first: FileVerdict["first"] = null;
  let last: FileVerdict["last"] = null;
  const faults: string[] = [];
  const fault = (what: string): void => {
    if (faults.length < MAX_FAULTS) faults.push(`line ${number}: ${what}`);
  };
  for await (const text of lines) {
    number++;
    if (text.trim() === "") continue;
    const parsed = lineSchema.safeParse(parseJson(text));
    if (!parsed.success) {
      fault("no row of an exported audit log");
      continue;
    }
    const line = parsed.data;
    const right = createHash("sha256")
      .update(line.previousHash + canonicalText(line))
      .digest("hex");
    if (right !== line.hash) fault(`row ${line.position} is not what was written`);
    first ??= { position: line.position, previousHash: line.previousHash };
    if (last && line.position <= last.position) fault(`row ${line.position} stands after row ${last.position}`);
    else if (last && line.position > last.position + 1) gaps++;
    else if (last && line.previousHash !== last.hash)
      fault(`row ${line.position} does not follow from the one before it`);
    last = { position: line.position, hash: line.hash };
    rows++;
  }
  return { rows, gaps, first, last, faults };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
