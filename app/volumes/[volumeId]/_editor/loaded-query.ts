import type { Loaded } from "../../../../components/editor/editor-contract.ts";
import { Problem } from "../../../../core/problem.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";

interface Query<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  refetch(): Promise<unknown>;
}

/** A query as components know it. */
export const loadedOf = <T, V>(query: Query<T>, data: V | undefined): Loaded<V> => ({
  data,
  problem: query.error ? new Problem(problemOfError(query.error)) : null,
  retry: () => void query.refetch(),
});

/** Lets a failed call reach a component as the Problem it is. */
export async function throwingProblems<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new Problem(problemOfError(error), { cause: error });
  }
}
