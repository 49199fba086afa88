import { z } from "zod";

export const logLevels = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof logLevels)[number];

export const logFormats = ["json", "plain"] as const;
export type LogFormat = (typeof logFormats)[number];

/** What every process of ours that has a log reads from the environment for it. */
export const logEnvironment = {
  LOG_LEVEL: z.enum(logLevels).default("info"),
  /** Without it, plain lines for a terminal and JSON for everything else. */
  LOG_FORMAT: z.enum(logFormats).optional(),
};

/** A value that is not right counts as none: the log must be there to say so. */
export function readLogEnvironment(): { readonly level: LogLevel; readonly format: LogFormat } {
  const { LOG_LEVEL, LOG_FORMAT } = process.env;
  return {
    level: logEnvironment.LOG_LEVEL.catch("info").parse(LOG_LEVEL),
    format: logEnvironment.LOG_FORMAT.catch(undefined).parse(LOG_FORMAT) ?? (process.stdout.isTTY ? "plain" : "json"),
  };
}
