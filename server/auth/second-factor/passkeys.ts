import { isIP } from "node:net";
import { getAuthenticatorName, passkey as passkeyPlugin } from "@better-auth/passkey";
import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import { and, asc, eq } from "drizzle-orm";
import { Problem } from "../../../core/problem.ts";
import { nameSchema } from "../../../core/text/name.ts";
import type { Database } from "../../../db/client.ts";
import { passkey, session } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { isConfirmed } from "../sessions/confirmed-session.ts";

const PATH = "/passkey";
/** Those of better-auth's paths for passkeys that are open: two to add one, two to sign in with one. */
export const PASSKEY_PATHS = [
  `${PATH}/generate-register-options`,
  `${PATH}/verify-registration`,
  `${PATH}/generate-authenticate-options`,
  `${PATH}/verify-authentication`,
] as const;
const REGISTRATION: ReadonlySet<string | undefined> = new Set(PASSKEY_PATHS.slice(0, 2));

export const passkeyNameSchema = nameSchema(60);

/** Where passkeys work: browsers bind them to a name, and ask for https everywhere but on the computer itself. */
export interface PasskeyPlace {
  /** The name that passkeys are bound to, and the one address at which pages may use them. Null where there is none. */
  readonly bound: { readonly name: string; readonly origin: string } | null;
}

export function passkeyPlace(publicUrl: string): PasskeyPlace {
  const url = new URL(publicUrl);
  const port = url.port && `:${url.port}`;
  // A browser takes no address of numbers for a name; this computer has one.
  if (url.hostname === "127.0.0.1" || url.hostname === "[::1]" || url.hostname === "localhost")
    return { bound: { name: "localhost", origin: `${url.protocol}//localhost${port}` } };
  const isName = isIP(url.hostname.replace(/^\[|\]$/g, "")) === 0;
  return { bound: url.protocol === "https:" && isName ? { name: url.hostname, origin: url.origin } : null };
}

const unproved = () =>
  new APIError("UNAUTHORIZED", { code: "NOT_VERIFIED", message: "The device did not ask who uses it." });

/** better-auth's plugin, and what it leaves to us: the device must ask for finger, face or PIN, so that one act is two factors. */
export function passkeySignIn(db: Database, { bound }: PasskeyPlace): BetterAuthPlugin[] {
  if (!bound) return [];
  const signIn = passkeyPlugin({
    rpID: bound.name,
    rpName: "Karyoloop",
    origin: bound.origin,
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    registration: {
      async afterVerification({ ctx, verification }) {
        if (!verification.registrationInfo?.userVerified) throw unproved();
        // Password and passkey have both been shown in this session.
        const sessionId = ctx.context.session?.session.id ?? "";
        await db.update(session).set({ method: "passkey" }).where(eq(session.id, sessionId));
        const name = getAuthenticatorName(verification.registrationInfo.aaguid) ?? "Passkey";
        const by = ctx.context.session?.user.id ?? null;
        await recordAudit(db, { act: "passkey.added", by, details: { name } });
        return { name };
      },
    },
    authentication: {
      async afterVerification({ verification, clientData }) {
        if (!verification.authenticationInfo.userVerified) throw unproved();
        await db.update(passkey).set({ lastUsedAt: new Date() }).where(eq(passkey.credentialID, clientData.id));
      },
    },
  });
  const strict: BetterAuthPlugin = {
    id: "karyoloop-strict-passkeys",
    hooks: {
      before: [
        {
          matcher: ({ path }) => REGISTRATION.has(path),
          handler: createAuthMiddleware(async (ctx) => {
            const found = await getSessionFromCtx(ctx);
            const [row] = await db
              .select({ confirmedAt: session.confirmedAt })
              .from(session)
              .where(eq(session.id, found?.session.id ?? ""));
            if (!row || !isConfirmed(row))
              throw new APIError("FORBIDDEN", { code: "CONFIRM_NEEDED", message: "Type your password once more." });
          }),
        },
      ],
      after: [
        {
          matcher: ({ path }) => path === PASSKEY_PATHS[2],
          // The plugin only prefers what is demanded at the end: a device that can ask is told to.
          handler: createAuthMiddleware(async (ctx) => {
            const options = ctx.context.returned;
            if (options && typeof options === "object" && "challenge" in options)
              return ctx.json({ ...options, userVerification: "required" });
          }),
        },
      ],
    },
  };
  return [signIn, strict];
}

export const listPasskeys = (db: Database, userId: string) =>
  db
    .select({
      passkeyId: passkey.id,
      name: passkey.name,
      createdAt: passkey.createdAt,
      lastUsedAt: passkey.lastUsedAt,
      /** Kept by a provider for several devices, not by one device alone. */
      isSynced: passkey.backedUp,
    })
    .from(passkey)
    .where(eq(passkey.userId, userId))
    .orderBy(asc(passkey.createdAt));

const unknownPasskey = () => new Problem({ tag: "passkey-unknown", what: "There is no such passkey of yours." });
const isOwn = (userId: string, passkeyId: string) => and(eq(passkey.id, passkeyId), eq(passkey.userId, userId));

export function renamePasskey(db: Database, userId: string, passkeyId: string, name: string): Promise<void> {
  return db.transaction(async (tx) => {
    const [before] = await tx.select().from(passkey).where(isOwn(userId, passkeyId)).for("update");
    if (!before) throw unknownPasskey();
    await tx.update(passkey).set({ name }).where(isOwn(userId, passkeyId));
    const details = { from: before.name ?? "", to: name };
    await recordAudit(tx, { act: "passkey.renamed", by: userId, details });
  });
}

export function removePasskey(db: Database, userId: string, passkeyId: string): Promise<void> {
  return db.transaction(async (tx) => {
    const [removed] = await tx.delete(passkey).where(isOwn(userId, passkeyId)).returning({ name: passkey.name });
    if (!removed) throw unknownPasskey();
    await recordAudit(tx, { act: "passkey.removed", by: userId, details: { name: removed.name ?? "" } });
  });
}
