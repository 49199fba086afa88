import { AsyncLocalStorage } from "node:async_hooks";

/** Where a request came from. Carried beside the call chain, so that whatever records an act finds it. */
export interface RequestOrigin {
  readonly clientAddress: string | null;
  /** Made by the server; acts of one request share it. */
  readonly requestId: string;
}

const origins = new AsyncLocalStorage<RequestOrigin>();

export const withRequestOrigin = <T>(origin: RequestOrigin, run: () => T): T => origins.run(origin, run);

/** Null for what the server does by itself. */
export const requestOrigin = (): RequestOrigin | null => origins.getStore() ?? null;
