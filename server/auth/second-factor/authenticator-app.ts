import { randomUUID } from "node:crypto";
import { generateRandomString, symmetricDecrypt, symmetricEncrypt } from "better-auth/crypto";
import { and, eq, lt } from "drizzle-orm";
import { Problem } from "../../../core/problem.ts";
import type { Database, Transaction } from "../../../db/client.ts";
import { passkey, session, twoFactor, user } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { forgetTrustedBrowsers } from "../password-account.ts";
import { deleteSessions, type SignedInUser } from "../sessions/sessions.ts";
import { createRecoveryCodes, hashRecoveryCode, readStoredCodes, storeRecoveryCodes } from "./recovery-codes.ts";
import { setUpUrl, stepOfCode } from "./totp-code.ts";

const SECRET_LENGTH = 32;

/** `used`: the code is right, but it or a newer one was taken before. */
export type CodeVerdict = "right" | "wrong" | "used";

export interface AppStatus {
  readonly recoveryCodesLeft: number;
}

/**
 * The app for codes of each person. Signing in with a code is better-auth's part (two-factor-plugin.ts); it reads the same
 * rows, so secrets are encrypted as it does, with the secret of the installation that is no part of the database.
 */
export interface AuthenticatorApps {
  /** Null where none is set up. */
  status(userId: string): Promise<AppStatus | null>;
  /** A new secret that counts for nothing until `confirm`; one begun before is forgotten. */
  begin(person: SignedInUser): Promise<{ url: string }>;
  /** The first code turns it on; other sessions end, as they began with a password alone. Recovery codes, or null. */
  confirm(person: SignedInUser, code: string): Promise<string[] | null>;
  /** Takes a code of the app, so that it is accepted once. */
  takeCode(userId: string, code: string): Promise<CodeVerdict>;
  /** A code of the app or a recovery code; either is used up. */
  takeAnyCode(userId: string, code: string): Promise<boolean>;
  renewRecoveryCodes(userId: string): Promise<string[]>;
  /** Secret, recovery codes and trusted browsers are forgotten. */
  forgetApp(tx: Transaction, userId: string): Promise<void>;
}

export function createAuthenticatorApps(db: Database, secret: string): AuthenticatorApps {
  const rowOf = async (userId: string) =>
    (await db.select().from(twoFactor).where(eq(twoFactor.userId, userId)))[0] ?? null;

  /** Of two who bring one code at once, one finds it used. */
  const takeStep = async (userId: string, step: number): Promise<CodeVerdict> => {
    const taken = await db
      .update(twoFactor)
      .set({ lastStep: step })
      .where(and(eq(twoFactor.userId, userId), lt(twoFactor.lastStep, step)))
      .returning({ id: twoFactor.id });
    return taken.length > 0 ? "right" : "used";
  };

  const takeCode = async (userId: string, code: string): Promise<CodeVerdict> => {
    const row = await rowOf(userId);
    if (!row) return "wrong";
    const step = await stepOfCode(await symmetricDecrypt({ key: secret, data: row.secret }), code);
    return step === null ? "wrong" : takeStep(userId, step);
  };

  const takeRecoveryCode = (userId: string, code: string): Promise<boolean> =>
    db.transaction(async (tx) => {
      const [row] = await tx.select().from(twoFactor).where(eq(twoFactor.userId, userId)).for("update");
      const left = row ? readStoredCodes(row.backupCodes) : [];
      const hash = hashRecoveryCode(code, secret);
      if (!left.includes(hash)) return false;
      const backupCodes = JSON.stringify(left.filter((one) => one !== hash));
      await tx.update(twoFactor).set({ backupCodes }).where(eq(twoFactor.userId, userId));
      const details = { left: left.length - 1 };
      await recordAudit(tx, { act: "second-factor.recovery-code-used", by: userId, details });
      return true;
    });

  return {
    async status(userId) {
      const row = await rowOf(userId);
      return row?.verified ? { recoveryCodesLeft: readStoredCodes(row.backupCodes).length } : null;
    },

    async begin(person) {
      const shared = generateRandomString(SECRET_LENGTH, "a-z", "A-Z", "0-9");
      const fresh = {
        secret: await symmetricEncrypt({ key: secret, data: shared }),
        backupCodes: "[]",
        verified: false,
        lastStep: 0,
      };
      const written = await db
        .insert(twoFactor)
        .values({ id: randomUUID(), userId: person.id, ...fresh })
        .onConflictDoUpdate({ target: twoFactor.userId, set: fresh, setWhere: eq(twoFactor.verified, false) })
        .returning({ id: twoFactor.id });
      if (written.length === 0)
        throw new Problem({
          tag: "app-there",
          what: "An authenticator app is set up already.",
          hint: "Remove it first.",
        });
      return { url: setUpUrl(shared, person.email) };
    },

    async confirm(person, code) {
      if ((await rowOf(person.id))?.verified !== false) return null;
      if ((await takeCode(person.id, code)) !== "right") return null;
      const codes = createRecoveryCodes();
      await db.transaction(async (tx) => {
        await tx
          .update(twoFactor)
          .set({ verified: true, backupCodes: storeRecoveryCodes(codes, secret) })
          .where(eq(twoFactor.userId, person.id));
        await tx.update(user).set({ twoFactorEnabled: true }).where(eq(user.id, person.id));
        await tx.update(session).set({ method: "code" }).where(eq(session.id, person.sessionId));
        await deleteSessions(tx, { userId: person.id, except: person.sessionId });
        await recordAudit(tx, { act: "second-factor.switched-on", by: person.id, details: {} });
        await noteCodesMade(tx, person.id, codes);
      });
      return codes;
    },

    takeCode,

    async takeAnyCode(userId, code) {
      if (!(await rowOf(userId))?.verified) return false;
      return /^\d{6}$/.test(code) ? (await takeCode(userId, code)) === "right" : takeRecoveryCode(userId, code);
    },

    async renewRecoveryCodes(userId) {
      const codes = createRecoveryCodes();
      await db.transaction(async (tx) => {
        await tx
          .update(twoFactor)
          .set({ backupCodes: storeRecoveryCodes(codes, secret) })
          .where(eq(twoFactor.userId, userId));
        await noteCodesMade(tx, userId, codes);
      });
      return codes;
    },

    async forgetApp(tx, userId) {
      await tx.delete(twoFactor).where(eq(twoFactor.userId, userId));
      await tx.update(user).set({ twoFactorEnabled: false }).where(eq(user.id, userId));
      await forgetTrustedBrowsers(tx, userId);
    },
  };
}

export const forgetPasskeys = (tx: Transaction, userId: string) => tx.delete(passkey).where(eq(passkey.userId, userId));

const noteCodesMade = (tx: Transaction, by: string, codes: readonly string[]) =>
  recordAudit(tx, { act: "second-factor.recovery-codes-made", by, details: { codes: codes.length } });
