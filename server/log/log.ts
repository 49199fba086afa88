import { cleanText } from "./clean-text.ts";
import { describeError } from "./describe-error.ts";
import { type LogFormat, type LogLevel, logLevels, readLogEnvironment } from "./env.ts";
import { type CleanFields, cleanFields, type LogFields } from "./log-fields.ts";
import { currentRequest } from "./request-context.ts";

/** The log of one part of the program. Messages are sentences; what is looked up later goes into fields. */
export interface Log {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** `message` and what the error says, with where in the program. */
  failed(message: string, error: unknown, fields?: LogFields): void;
}

/** Where lines go and how; tests put their own in its place. */
export interface LogOutput {
  readonly level: LogLevel;
  readonly format: LogFormat;
  write(line: string, level: LogLevel): void;
  now(): Date;
}

interface Line {
  readonly time: Date;
  readonly level: LogLevel;
  readonly component: string;
  readonly message: string;
  readonly fields: CleanFields;
}

const toJson = ({ time, level, component, message, fields }: Line): string =>
  JSON.stringify({ time: time.toISOString(), level, component, message, ...fields });

/** For a person at a terminal: what is to be opened and where in the program stand on lines of their own. */
function toPlain({ time, level, component, message, fields: { folder, link, stack, ...rest } }: Line): string {
  const clock = time.toTimeString().slice(0, 8);
  const head = [
    clock,
    ...(level === "info" ? [] : [level.toUpperCase()]),
    ...(component === "server" ? [] : [`[${component}]`]),
  ];
  const facts = Object.entries(rest).map(([name, value]) => `${name}=${value}`);
  const below = [...(folder ? [folder] : []), ...(link ? [link] : []), ...(Array.isArray(stack) ? stack : [])].map(
    (text) => `\n    ${text}`,
  );
  return `${head.join(" ")} ${message}${facts.length > 0 ? ` (${facts.join(", ")})` : ""}${below.join("")}`;
}

let standard: LogOutput | undefined;

/** Standard output and error of this process. One that nobody reads any more is no reason to end. */
function standardOutput(): LogOutput {
  if (standard) return standard;
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  standard = {
    ...readLogEnvironment(),
    write: (line, level) => void (level === "info" || level === "debug" ? process.stdout : process.stderr).write(line),
    now: () => new Date(),
  };
  return standard;
}

/** `component` says which part of the program speaks: `server`, `trainer`, `import`, … */
export function logOf(component: string, output?: LogOutput): Log {
  const say = (level: LogLevel, message: string, fields?: LogFields): void => {
    const to = output ?? standardOutput();
    if (logLevels.indexOf(level) > logLevels.indexOf(to.level)) return;
    const request = currentRequest();
    const clean = cleanFields({ requestId: request?.id, route: request?.route, ...fields });
    const line: Line = { time: to.now(), level, component, message: cleanText(message), fields: clean };
    to.write(`${to.format === "json" ? toJson(line) : toPlain(line)}\n`, level);
  };
  return {
    error: (message, fields) => say("error", message, fields),
    warn: (message, fields) => say("warn", message, fields),
    info: (message, fields) => say("info", message, fields),
    debug: (message, fields) => say("debug", message, fields),
    failed(message, error, fields) {
      const described = describeError(error);
      say("error", described.words ? `${message}: ${described.words}` : message, { ...described.fields, ...fields });
    },
  };
}
