import { z } from "zod";
import { INSTITUTION, LINK_PATH, SIGN_IN_PATH } from "../auth/institution/institution-plugin.ts";
import { PASSKEY_PATHS, passkeyNameSchema } from "../auth/second-factor/passkeys.ts";
import { CODE_PATH, RECOVERY_PATH } from "../auth/second-factor/two-factor-plugin.ts";

export const AUTH_PREFIX = "/api/auth";
export const PASSWORD_PATH = "/sign-in/email";

export interface AuthPath {
  readonly method: "GET" | "POST";
  /** What of a body reaches better-auth: it takes more, such as tokens in place of a sign-in. */
  readonly body: z.ZodObject;
  /** Leaves a row that waits for an answer, whoever asks. */
  readonly waits: boolean;
  /** Says no query but to this one. */
  readonly query: boolean;
}

const path = (method: AuthPath["method"], body: z.ZodRawShape = {}, more: Partial<AuthPath> = {}): AuthPath => ({
  method,
  body: z.object(body),
  waits: false,
  query: false,
  ...more,
});
const codeSchema = z.string().min(1).max(40);
const answerOfDevice = z.record(z.string(), z.unknown());
const [addOptions, addAnswer, signInOptions, signInAnswer] = PASSKEY_PATHS;

/**
 * All that is open of better-auth's paths; accounts are made behind links only, never by its sign-up. Every other is closed,
 * which server/security/auth-paths.test.ts tries with each that it has.
 */
export const openAuthPaths: Readonly<Record<string, AuthPath>> = {
  [PASSWORD_PATH]: path("POST", { email: z.string().max(320), password: z.string().max(1024) }),
  "/sign-out": path("POST"),
  [CODE_PATH]: path("POST", { code: codeSchema, trustDevice: z.boolean().optional() }),
  [RECOVERY_PATH]: path("POST", { code: codeSchema }),
  [addOptions]: path("GET", {}, { waits: true }),
  [addAnswer]: path("POST", { response: answerOfDevice, name: passkeyNameSchema.optional() }),
  [signInOptions]: path("GET", {}, { waits: true }),
  [signInAnswer]: path("POST", { response: answerOfDevice }),
  [SIGN_IN_PATH]: path("POST", { callbackURL: z.string().max(2000).optional() }, { waits: true }),
  [LINK_PATH]: path("POST", {}, { waits: true }),
  [`/callback/${INSTITUTION}`]: path("GET", {}, { query: true }),
};

export const needsInstitution = (name: string): boolean => name === SIGN_IN_PATH || name === LINK_PATH;
