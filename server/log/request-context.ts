import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";

/** The request in whose course something is logged. */
export interface RequestContext {
  /** Made by us, whatever a client or a proxy sends; short enough to be read out on the telephone. */
  readonly id: string;
  /** The pattern of its path, with its parameters' names: never the path itself. */
  route: string;
}

const current = new AsyncLocalStorage<RequestContext>();

export const newRequestId = (): string => randomBytes(6).toString("hex");

/** Every line that is logged in the course of `run` names this request. */
export const withRequest = <Result>(context: RequestContext, run: () => Result): Result => current.run(context, run);

export const currentRequest = (): RequestContext | undefined => current.getStore();

/** Whoever finds out which route a request is for says it here. */
export function noteRoute(route: string): void {
  const context = current.getStore();
  if (context) context.route = route;
}
