import type { IncomingMessage } from "node:http";
import { Problem } from "../../core/problem.ts";
import { hasRole } from "../../core/roles.ts";
import { hasScope, scopeOfRole } from "../../core/token-scope.ts";
import { type Access, isUuid } from "../access.ts";
import { type AttemptLimit, createAttemptLimit, type WaitRule } from "../auth/attempt-limit.ts";
import { findTokenVisit, TOKEN_PREFIX, type TokenVisit } from "../auth/personal-token.ts";
import { hashOfBearer } from "../auth/token-hash.ts";
import { clientOf } from "../entrance/client-address.ts";
import { HttpRefusal } from "../entrance/route.ts";
import type { Services } from "../services.ts";

/** Of one person's programs together: two thousand calls at once, then a hundred a second. */
const CALLS: WaitRule = { name: "api calls", free: 2_000, maxWaitSeconds: 2, forgetOneAfterSeconds: 0.01 };
/** Tokens are 256 random bits: this bounds the work that wrong ones make. */
const WRONG_TOKENS: WaitRule = { name: "wrong tokens", free: 60, maxWaitSeconds: 15, forgetOneAfterSeconds: 15 };

interface Limits {
  readonly calls: AttemptLimit;
  readonly wrong: AttemptLimit;
  /** Hashes that were right a moment ago: whoever guesses beside their programs does not slow these down. */
  readonly known: Set<string>;
}
const MAX_KNOWN = 2_000;
const limitsOf = new WeakMap<Services, Limits>();

function limits(services: Services): Limits {
  const there = limitsOf.get(services) ?? {
    calls: createAttemptLimit(),
    wrong: createAttemptLimit(),
    known: new Set<string>(),
  };
  limitsOf.set(services, there);
  return there;
}

const tooMany = (what: string, waitSeconds: number): Problem =>
  new Problem({
    tag: "too-many-calls",
    what,
    hint: `Try again in ${waitSeconds === 1 ? "1 second" : `${waitSeconds} seconds`}, as Retry-After says.`,
    waitSeconds,
  });

/** The token that came along, found; a wrong one is counted for the network that it came from. */
async function findVisit(
  services: Services,
  request: IncomingMessage,
  at: Parameters<typeof findTokenVisit>[2],
): Promise<TokenVisit> {
  const { authorization } = request.headers;
  const hash = authorization?.startsWith(`Bearer ${TOKEN_PREFIX}`) ? hashOfBearer(authorization) : null;
  if (!hash) throw new HttpRefusal(401, "A token is needed: Authorization: Bearer karyoloop_… (page of your account).");
  const { known, wrong } = limits(services);
  const key = { rule: WRONG_TOKENS, key: clientOf(request, services.environment.trustedProxies).network };
  const reserved = known.has(hash) ? null : wrong.reserve([key]);
  if (reserved && !reserved.ok) throw tooMany("Too many wrong tokens came from your network.", reserved.waitSeconds);
  const visit = await findTokenVisit(services.db, hash, at).catch((error) => {
    if (reserved?.ok) reserved.giveBack();
    throw error;
  });
  if (!visit) {
    known.delete(hash);
    throw new HttpRefusal(401, "This token is wrong, has ended or was taken back.");
  }
  if (reserved?.ok) reserved.giveBack();
  known.add(hash);
  if (known.size > MAX_KNOWN) known.delete(known.values().next().value ?? "");
  return visit;
}

/** Only a token opens it: what a browser keeps of a session is not looked at. */
export async function authoriseToken(
  services: Services,
  request: IncomingMessage,
  { of, role }: Extract<Access, { kind: "token" }>,
  parameters: Readonly<Record<string, string>>,
): Promise<TokenVisit> {
  const id = of === "volume" ? parameters.volumeId : of === "project" ? parameters.projectId : "";
  const asked = isUuid(id) ? (of === "volume" ? { volumeId: id } : { projectId: id }) : {};
  const visit = await findVisit(services, request, asked);
  const counted = limits(services).calls.reserve([{ rule: CALLS, key: visit.user.id }]);
  if (!counted.ok) throw tooMany("Your programs ask for more than a hundred things a second.", counted.waitSeconds);
  if (of !== "person" && !visit.membership)
    throw new HttpRefusal(
      404,
      "There is nothing here, or you are not a member of its project, or this token does not name it.",
    );
  const scope = scopeOfRole[role];
  if (!hasScope(visit.token.scope, scope)) throw new HttpRefusal(403, `This needs a token that may ${scope}.`);
  if (of !== "person" && !hasRole(visit.membership?.role, role))
    throw new HttpRefusal(403, `This needs the role ${role}.`);
  return visit;
}
