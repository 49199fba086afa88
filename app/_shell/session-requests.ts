import {
  type PublicKeyCredentialCreationOptionsJSON,
  startAuthentication,
  startRegistration,
} from "@simplewebauthn/browser";
import { isProblem, Problem, type ProblemFields } from "../../core/problem.ts";

const offline = () =>
  new Problem({
    tag: "offline",
    what: "The server cannot be reached.",
    hint: "Check that it is running and try again.",
  });

const wrongCode: ProblemFields = {
  tag: "wrong-code",
  what: "This code is not right.",
  hint: "Take the one that the app shows at this moment. If it keeps failing, compare the clock of the device.",
};
const startAnew: ProblemFields = {
  tag: "start-anew",
  what: "Sign in again from the start.",
  hint: "Ten minutes have passed since the password, or too many codes were wrong.",
};
const passkeyFailed: ProblemFields = {
  tag: "passkey-failed",
  what: "The passkey was not accepted.",
  hint: "It may have been removed from your account here. Sign in with your password.",
};

/** What the server's authentication says, by its code, in words. */
const problems: Readonly<Record<string, ProblemFields>> = {
  INVALID_EMAIL_OR_PASSWORD: {
    tag: "wrong-credentials",
    what: "Email or password is wrong.",
    hint: "Forgotten? An administrator of this installation can make you a reset link.",
  },
  ACCOUNT_OFF: {
    tag: "account-off",
    what: "This account is switched off.",
    hint: "An administrator of this installation can switch it on again.",
  },
  INVALID_CODE: wrongCode,
  INVALID_BACKUP_CODE: { tag: "wrong-code", what: "This recovery code is not right, or was used before." },
  CODE_USED: {
    tag: "code-used",
    what: "This code was used before.",
    hint: "Each code works once: wait until the app shows the next one.",
  },
  INVALID_TWO_FACTOR_COOKIE: startAnew,
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: startAnew,
  ACCOUNT_TEMPORARILY_LOCKED: {
    tag: "codes-locked",
    what: "Too many codes were wrong.",
    hint: "Wait a quarter of an hour, and sign in again.",
  },
  CONFIRM_NEEDED: { tag: "confirm-needed", what: "Type your password once more." },
  NOT_VERIFIED: {
    tag: "passkey-unverified",
    what: "The device did not ask who uses it.",
    hint: "Set up a PIN, a fingerprint or a face on it: a passkey stands for both factors here.",
  },
  PASSKEY_NOT_FOUND: passkeyFailed,
  AUTHENTICATION_FAILED: passkeyFailed,
};

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(`/api/auth/${path}`, init).catch(() => {
    throw offline();
  });
  const answer = (await response.json().catch(() => ({}))) as { code?: string } & Partial<ProblemFields>;
  if (response.ok) return answer as T;
  const known = answer.code ? problems[answer.code] : undefined;
  if (known) throw new Problem(known);
  if (answer.tag && answer.what) throw new Problem(answer as ProblemFields);
  throw new Problem({
    tag: "server-error",
    what: response.status >= 500 ? "The server could not answer." : "The server did not take this.",
    hint: "Try again in a moment. If it happens again, tell whoever runs this server which request failed:",
    requestId: response.headers.get("x-request-id") ?? undefined,
  });
}

const post = <T>(path: string, body: unknown): Promise<T> =>
  ask<T>(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** The session is a cookie that the server sets. With `needsCode` it waits for a code of the person's app. */
export async function signIn(email: string, password: string): Promise<{ needsCode: boolean }> {
  const answer = await post<{ twoFactorRedirect?: boolean }>("sign-in/email", { email, password });
  return { needsCode: answer.twoFactorRedirect === true };
}

export const giveCode = (code: string, trustDevice: boolean): Promise<unknown> =>
  post("two-factor/verify-totp", { code: code.replace(/\s/g, ""), trustDevice });

export const giveRecoveryCode = (code: string): Promise<unknown> => post("two-factor/verify-backup-code", { code });

export async function signOut(): Promise<void> {
  await post("sign-out", {}).catch(() => undefined);
}

/** The browser's own words are for programmers; closing its window is no error. */
async function asPerson<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (isProblem(error)) throw error;
    const name = error instanceof Error ? error.name : "";
    if (name === "NotAllowedError" || name === "AbortError")
      throw new Problem({ tag: "cancelled", what: "Nothing was done: the browser's window was closed." });
    if (name === "InvalidStateError")
      throw new Problem({ tag: "passkey-there", what: "This device holds a passkey of your account already." });
    throw new Problem({
      tag: "passkey-impossible",
      what: "This browser cannot use passkeys here.",
      hint: "Take a current browser on a device with a screen lock, or a security key.",
    });
  }
}

type SignInOptions = Parameters<typeof startAuthentication>[0]["optionsJSON"];

export async function signInWithPasskey(): Promise<void> {
  const optionsJSON = await ask<SignInOptions>("passkey/generate-authenticate-options");
  const response = await asPerson(() => startAuthentication({ optionsJSON }));
  await post("passkey/verify-authentication", { response });
}

export async function addPasskey(): Promise<void> {
  const optionsJSON = await ask<PublicKeyCredentialCreationOptionsJSON>("passkey/generate-register-options");
  const response = await asPerson(() => startRegistration({ optionsJSON }));
  await post("passkey/verify-registration", { response });
}

/** Leaves the page for the institution's. */
export async function goToInstitution(purpose: "sign-in" | "link", callbackURL: string): Promise<void> {
  const path = purpose === "link" ? "link-social" : "sign-in/social";
  const { url } = await post<{ url: string }>(path, purpose === "link" ? {} : { callbackURL });
  window.location.assign(url);
}

/** What the way back from an institution says in the address (`?error=…`); null for none. */
export function institutionProblem(code: string | null, institution: string): ProblemFields | null {
  if (!code) return null;
  const tag = `institution-${code.replace(/_/g, "-")}`;
  if (code === "ACCOUNT_OFF") return problems.ACCOUNT_OFF;
  if (code === "access_denied") return { tag, what: `${institution} was left without signing in.` };
  if (code === "not_invited" || code === "signup_disabled")
    return {
      tag,
      what: `Nobody here is linked with this account of ${institution}.`,
      hint: "Who has an account here links it on the page of the account. Others join by an invitation first.",
    };
  if (code === "account_not_linked")
    return {
      tag,
      what: "There is an account here with this email, which is not linked.",
      hint: `Sign in with your password, and link ${institution} on the page of your account.`,
    };
  if (code === "account_already_linked_to_different_user")
    return { tag, what: `This account of ${institution} is linked with somebody else here.` };
  return { tag, what: `Signing in with ${institution} did not work.`, hint: "Try again from the start." };
}
