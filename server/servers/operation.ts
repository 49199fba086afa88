import type { Services } from "../services.ts";

/** Work that runs at the server which holds a lease: a room's, or that of the background work. Input and output are plain data. */
export interface Operation<I = unknown, O = unknown> {
  readonly name: string;
  /** Of the lease: whoever holds it does the work. */
  leaseOf(subject: string): string;
  /** Where nobody holds the lease, doing the work takes it: a room is opened where it is asked for. */
  readonly takesLease: boolean;
  run(services: Services, subject: string, input: I): Promise<O>;
}

// Values of each kind pass the one address: their types are checked where they are asked for.
// biome-ignore lint/suspicious/noExplicitAny: an operation takes what its own askers give
export type AnyOperation = Operation<any, any>;

export const BACKGROUND = "background";

/** For what is done once in an installation: `work` runs where the background work does. */
export const backgroundOperation = <I, O>(
  name: string,
  work: (services: Services, input: I) => Promise<O>,
): Operation<I, O> => ({
  name,
  leaseOf: () => BACKGROUND,
  takesLease: false,
  run: (services, _subject, input) => work(services, input),
});
