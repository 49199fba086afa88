import { and, eq } from "drizzle-orm";
import { isProblem, Problem } from "../../core/problem.ts";
import type { Database } from "../../db/client.ts";
import { session, user } from "../../db/schema/index.ts";
import type { AttemptKey, AttemptLimit, Reservation, WaitRule } from "./attempt-limit.ts";
import { hashToken } from "./token-hash.ts";

/** One account guessed from one place: four an hour in the end. */
const ACCOUNT_FROM_NETWORK: WaitRule = {
  name: "account from network",
  free: 10,
  maxWaitSeconds: 15 * 60,
  forgetOneAfterSeconds: 15 * 60,
};
/** One place over all accounts: a whole institute may stand behind one address. */
const NETWORK: WaitRule = { name: "network", free: 60, maxWaitSeconds: 15, forgetOneAfterSeconds: 15 };
/** One account from all places: many computers guess together. */
const ACCOUNT: WaitRule = { name: "account", free: 60, maxWaitSeconds: 60, forgetOneAfterSeconds: 60 };
/** Tokens of links and invitations are 256 random bits: this bounds the work that dead ones make. */
const LINKS_FROM_NETWORK: WaitRule = { name: "links", free: 60, maxWaitSeconds: 15, forgetOneAfterSeconds: 15 };
/** What the holder of one live link tries with it, such as one email after another. */
const LINK: WaitRule = { name: "link", free: 5, maxWaitSeconds: 15 * 60, forgetOneAfterSeconds: 15 * 60 };

const MAX_KNOWN = 20_000;

/** Sent as 429 with Retry-After; the page says the same sentence. */
export const tooManyAttempts = (waitSeconds: number): Problem =>
  new Problem({
    tag: "too-many-attempts",
    what: "Too many attempts.",
    hint: `Try again in ${waitSeconds === 1 ? "1 second" : `${waitSeconds} seconds`}.`,
    waitSeconds,
  });

/**
 * Who guesses slows down themselves, and hardly anybody else. An attempt is counted before it is tried, and given back
 * where it was right or came to no answer. What comes too early is the Problem `too-many-attempts`.
 */
export interface GuessGuard {
  /**
   * A guess at a secret of the account (email). `secret` keeps what is guessed apart: a password and a code have
   * their own counts. Who signed in from this network before is not slowed by what others do to the account or there.
   */
  guess(secret: "password" | "code", email: string, network: string, isRight: () => Promise<boolean>): Promise<boolean>;
  /** Asking for something by the token of a link; null or false where there is no such link. */
  openLink<T>(network: string, find: () => Promise<T>): Promise<T>;
  /** Doing something with a live link. */
  withLink<T>(token: string, use: () => Promise<T>): Promise<T>;
}

export function createGuessGuard(limit: AttemptLimit, db: Database): GuessGuard {
  /** Pairs of account and network that signed in since the start; the sessions in the database know older ones. */
  const known = new Set<string>();
  const remember = (pair: string): void => {
    known.delete(pair);
    known.add(pair);
    if (known.size > MAX_KNOWN) known.delete(known.values().next().value ?? "");
  };
  const isKnown = async (email: string, network: string): Promise<boolean> => {
    if (known.has(`${email} ${network}`)) return true;
    const found = await db
      .select({ id: session.id })
      .from(session)
      .innerJoin(user, eq(user.id, session.userId))
      .where(and(eq(user.email, email), eq(session.ipAddress, network)))
      .limit(1);
    return found.length > 0;
  };
  const orRefuse = (reserved: Reservation): (() => void) => {
    if (!reserved.ok) throw tooManyAttempts(reserved.waitSeconds);
    return reserved.giveBack;
  };
  return {
    async guess(secret, givenEmail, network, isRight) {
      const email = givenEmail.trim().toLowerCase().slice(0, 320);
      const pair: AttemptKey = { rule: ACCOUNT_FROM_NETWORK, key: `${secret} ${email} ${network}` };
      let reserved = limit.reserve([
        pair,
        { rule: NETWORK, key: network },
        { rule: ACCOUNT, key: `${secret} ${email}` },
      ]);
      if (!reserved.ok && (await isKnown(email, network))) reserved = limit.reserve([pair]);
      const giveBack = orRefuse(reserved);
      const right = await isRight().catch((error) => {
        giveBack();
        throw error;
      });
      if (right) {
        giveBack();
        limit.forget([pair]);
        remember(`${email} ${network}`);
      }
      return right;
    },
    async openLink(network, find) {
      const giveBack = orRefuse(limit.reserve([{ rule: LINKS_FROM_NETWORK, key: network }]));
      const found = await find().catch((error) => {
        giveBack();
        throw error;
      });
      if (found) giveBack();
      return found;
    },
    async withLink(token, use) {
      const giveBack = orRefuse(limit.reserve([{ rule: LINK, key: hashToken(token) }]));
      try {
        const done = await use();
        giveBack();
        return done;
      } catch (error) {
        if (!isProblem(error) || error.waitSeconds !== undefined) giveBack();
        throw error;
      }
    },
  };
}
