import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import type { AuditEvent } from "../../core/audit/audit-event.ts";
import type { Database } from "../../db/client.ts";
import { failureLog } from "../log/failure-log.ts";
import { recordAudit } from "./record-audit.ts";
import { requestOrigin, withRequestOrigin } from "./request-origin.ts";
import { SignInFailures } from "./sign-in-failures.ts";

type Method = Extract<AuditEvent, { act: "session.signed-in" }>["details"]["method"];

/** The routes of better-auth that start a session, also those of its plugins. */
const WAYS_IN: Readonly<Record<string, Method>> = {
  "/sign-in/email": "password",
  "/two-factor/verify-totp": "authenticator",
  "/two-factor/verify-backup-code": "recovery-code",
  "/passkey/verify-authentication": "passkey",
  "/callback/:id": "institution",
};
const SIGN_OUT = "/sign-out";
const MINUTE_MS = 60_000;

export interface SignInAudit {
  /** The last of better-auth's plugins: what the others made of a sign-in has then happened. */
  readonly plugin: BetterAuthPlugin;
  /** For the guard that refuses an attempt before better-auth looks at it. */
  noteRefused(account: string): Promise<void>;
  close(): Promise<void>;
}

/** Writes down who signed in and out, and who failed to. */
export function createSignInAudit(db: Database): SignInAudit {
  const failures = new SignInFailures((event, origin) =>
    origin ? withRequestOrigin(origin, () => recordAudit(db, event)) : recordAudit(db, event),
  );
  const loud = (work: Promise<void>) => work.catch((error) => failureLog.failed("a row of the audit log", error));
  const note = (account: string | null, reason: "refused" | "second-factor" | "too-many") =>
    loud(failures.note({ account: account?.slice(0, 320).toLowerCase() ?? null, reason, origin: requestOrigin() }));
  const timer = setInterval(() => void loud(failures.flush()), MINUTE_MS);
  timer.unref();

  const signedIn = createAuthMiddleware(async (context) => {
    const method = WAYS_IN[context.path];
    const { returned, newSession } = context.context;
    const account = typeof context.body?.email === "string" ? context.body.email : null;
    if (returned instanceof APIError) await note(account, method === "password" ? "refused" : "second-factor");
    // Without its row nobody is in: the answer, and with it the cookie, fails. A session that a second factor must
    // still confirm is none yet.
    else if (newSession)
      await recordAudit(db, { act: "session.signed-in", by: newSession.user.id, details: { method } });
  });
  const signingOut = createAuthMiddleware(async (context) => {
    const current = await getSessionFromCtx(context);
    if (current) await recordAudit(db, { act: "session.signed-out", by: current.user.id, details: {} });
  });
  return {
    plugin: {
      id: "karyoloop-audit",
      hooks: {
        before: [{ matcher: ({ path }) => path === SIGN_OUT, handler: signingOut }],
        after: [{ matcher: ({ path }) => path !== undefined && path in WAYS_IN, handler: signedIn }],
      },
    },
    noteRefused: (account) => note(account, "too-many"),
    async close() {
      clearInterval(timer);
      await loud(failures.flush());
    },
  };
}
