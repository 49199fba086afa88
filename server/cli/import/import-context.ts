import type { ServerSession } from "../server-session.ts";
import type { ImportOptions } from "./import-options.ts";

/** What every step of `karyoloop import` needs. */
export interface ImportContext {
  readonly session: ServerSession;
  readonly projectId: string;
  readonly options: ImportOptions;
  say(line: string): void;
}
