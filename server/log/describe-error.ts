import type { LogFields } from "./log-fields.ts";

/** An error as the log takes it: words for the message, and fields. */
export interface DescribedError {
  readonly words: string;
  readonly fields: LogFields;
}

const MAX_DEPTH = 10;

/**
 * What lies at the bottom: drizzle's own message holds the parameters of a query, session tokens among them, and says
 * nothing that its cause does not say.
 */
export function innermostError(error: unknown): unknown {
  let inner = error;
  for (let depth = 0; inner instanceof Error && inner.cause instanceof Error && depth < MAX_DEPTH; depth++)
    inner = inner.cause;
  return inner;
}

/** SQLSTATE classes whose messages quote names of the schema or the server; others quote what is in a row. */
const CLASSES_OF_NAMES: ReadonlySet<string> = new Set(["08", "28", "3D", "3F", "42", "53", "55", "57", "58"]);

/** PostgreSQL's `detail`, `where` and `internalQuery` hold rows and parameters: they are never read here. */
interface PostgresError extends Error {
  readonly severity: string;
  readonly code: string;
  readonly table?: unknown;
  readonly constraint?: unknown;
}

const isPostgresError = (error: Error): error is PostgresError => {
  const { severity, code } = error as Partial<PostgresError>;
  return typeof severity === "string" && typeof code === "string" && /^[0-9A-Z]{5}$/.test(code);
};

function messageOf(error: Error): string {
  if (error instanceof SyntaxError && /JSON/.test(error.message)) return "a text is not valid JSON"; // V8 quotes it
  if (isPostgresError(error) && !CLASSES_OF_NAMES.has(error.code.slice(0, 2)))
    return error.message.replace(/"[^"]*"|'[^']*'|(?<=: ).*$/gs, "…");
  const { code } = error as NodeJS.ErrnoException;
  return error.message || (typeof code === "string" ? code : "");
}

/** Frames only: the head of a stack repeats the message. */
function framesOf(error: Error): readonly string[] {
  const stack = typeof error.stack === "string" ? error.stack.slice(0, 20_000) : "";
  return stack
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^at .+(:\d+:\d+|<anonymous>|native)\)?$/.test(line) && !error.message.includes(line));
}

/** Reads an error, or whatever was thrown, without believing anything of it. */
export function describeError(thrown: unknown): DescribedError {
  try {
    const error = innermostError(thrown);
    if (typeof error === "string") return { words: error, fields: {} };
    if (!(error instanceof Error))
      return { words: `something that is no error (${typeof error}) was thrown`, fields: {} };
    const { code } = error as NodeJS.ErrnoException;
    return {
      words: messageOf(error),
      fields: {
        errorName: error.name,
        errorCode: code,
        stack: framesOf(error),
        ...(isPostgresError(error) && { table: error.table, constraint: error.constraint }),
      },
    };
  } catch {
    return { words: "an error that cannot be read", fields: {} };
  }
}
