import { cleanOwnText } from "./clean-text.ts";

const isUuid = (value: unknown): boolean =>
  typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
const isNumber = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
/** A name out of a program: of a table, a route, a signal. No spaces, so no sentence and no row. */
const isName = (value: unknown): boolean => typeof value === "string" && /^[\w$:/.*()[\]-]{1,120}$/.test(value);
const isOwnText = (value: unknown): boolean => typeof value === "string";
const isFrames = (value: unknown): boolean => Array.isArray(value) && value.every((line) => typeof line === "string");

/**
 * What a line may hold beside its message. Everything else is left out, whoever gives it: people are named by no field,
 * and so are the bytes they draw, the rows they make, and the tokens they come with.
 */
const allowed = {
  requestId: isName,
  volumeId: isUuid,
  projectId: isUuid,
  jobId: isUuid,
  versionId: isUuid,
  method: isName,
  route: isName,
  status: isNumber,
  attempt: isNumber,
  seconds: isNumber,
  bytes: isNumber,
  pid: isNumber,
  exitCode: isNumber,
  signal: isName,
  errorName: isName,
  errorCode: isName,
  table: isName,
  constraint: isName,
  /** Where in the program; one frame a line, without the message. */
  stack: isFrames,
  /** Where all state lies: said by a start. */
  folder: isOwnText,
  /** An address that a person is to open, one-time link included: said on purpose, by a start. */
  link: isOwnText,
} as const satisfies Record<string, (value: unknown) => boolean>;

export type LogFields = { readonly [Field in keyof typeof allowed]?: unknown };
export type CleanFields = Readonly<Record<string, string | number | readonly string[]>>;

const MAX_FRAMES = 30;

function cleanValue(value: unknown): string | number | readonly string[] {
  if (typeof value === "number") return value;
  return Array.isArray(value) ? value.slice(0, MAX_FRAMES).map(String).map(cleanOwnText) : cleanOwnText(String(value));
}

export function cleanFields(fields: LogFields | undefined): CleanFields {
  const clean: Record<string, string | number | readonly string[]> = {};
  if (!fields) return clean;
  for (const [name, isFit] of Object.entries(allowed)) {
    const value = fields[name as keyof LogFields];
    if (value !== undefined && value !== null && isFit(value)) clean[name] = cleanValue(value);
  }
  return clean;
}
