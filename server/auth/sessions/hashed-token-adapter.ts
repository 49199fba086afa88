import type { DBAdapter } from "better-auth/adapters";
import { hashToken } from "../token-hash.ts";

type Fields = Record<string, unknown>;
interface Query {
  readonly model: string;
  readonly where?: readonly { readonly field: string; readonly value: unknown }[];
  readonly data?: Fields;
  readonly update?: Fields;
}

const hashed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(hashed);
  return typeof value === "string" ? hashToken(value) : value;
};
const hashField = (fields: Fields | undefined): Fields | undefined =>
  fields && "token" in fields ? { ...fields, token: hashed(fields.token) } : fields;

/** The token by which the caller knows the row; it gets that back, never the hash. */
const tokenOf = ({ data, where }: Query): unknown =>
  data?.token ?? where?.find(({ field, value }) => field === "token" && typeof value === "string")?.value;

function hashQuery<Q>(query: Q): Q {
  const { where, data, update } = query as Query;
  return {
    ...query,
    ...(where && {
      where: where.map((one) => (one.field === "token" ? { ...one, value: hashed(one.value) } : one)),
    }),
    ...(data && { data: hashField(data) }),
    ...(update && { update: hashField(update) }),
  };
}

function withToken<R>(result: R, query: Query): R {
  const token = tokenOf(query);
  return result !== null && typeof result === "object" && !Array.isArray(result) && typeof token === "string"
    ? { ...result, token }
    : result;
}

/**
 * better-auth keeps the tokens of sessions as they are, and has no option to hash them. Behind this adapter they are written
 * and looked up by their SHA-256: a stolen database or backup signs nobody in. Lists of sessions hold the hashes.
 */
export function withHashedTokens<A extends Omit<DBAdapter, "transaction">>(adapter: A): A {
  const methods = ["create", "findOne", "findMany", "count", "update", "updateMany", "delete", "deleteMany"] as const;
  const wrapped: Record<string, unknown> = { ...adapter };
  for (const name of [...methods, "consumeOne", "incrementOne"] as const) {
    const call = adapter[name] as (query: Query) => Promise<unknown>;
    wrapped[name] = async (query: Query) =>
      query.model === "session" ? withToken(await call(hashQuery(query)), query) : call(query);
  }
  if ("transaction" in adapter) {
    const { transaction } = adapter as unknown as DBAdapter;
    wrapped.transaction = (callback: (within: Omit<DBAdapter, "transaction">) => Promise<unknown>) =>
      transaction((within) => callback(withHashedTokens(within)));
  }
  return wrapped as A;
}
