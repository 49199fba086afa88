import { eq } from "drizzle-orm";
import type { TokenScope } from "../../../core/token-scope.ts";
import { personalToken } from "../../../db/schema/index.ts";
import { issuePersonalToken } from "../../auth/personal-token.ts";
import { hashToken } from "../../auth/token-hash.ts";
import type { TestPerson, TestServer } from "../../testing/test-server.ts";

/** Asks /api/v1 as a program with this token. */
export const apiClient = (address: string, token: string) => {
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${address}/api/v1${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
  return {
    ask,
    get: async (path: string) => (await ask(path)).json(),
    async post(path: string, body: unknown) {
      const headers = { "content-type": "application/json" };
      const answer = await ask(path, { method: "POST", body: JSON.stringify(body), headers });
      return { status: answer.status, json: await answer.json() };
    },
  };
};

export async function tokenFor(
  { services }: TestServer,
  { id }: TestPerson,
  scope: TokenScope = "manage",
  projectIds: readonly string[] | null = null,
): Promise<string> {
  return (await issuePersonalToken(services.db, { userId: id, name: "test", scope, projectIds, days: 1 })).token;
}

export const tokenRow = async ({ services }: TestServer, token: string) =>
  (
    await services.db
      .select()
      .from(personalToken)
      .where(eq(personalToken.tokenHash, hashToken(token)))
  )[0];
