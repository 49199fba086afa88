import { createOTP } from "@better-auth/utils/otp";

/** What every app for codes does where nothing else is said (RFC 6238): six digits, a new code each 30 s, SHA-1. */
export const CODE_DIGITS = 6;
export const CODE_PERIOD_S = 30;
/** A clock may be one step wrong, and a code is typed in the step after its own. */
const STEPS_AROUND = 1;

const stepAt = (nowMs: number): number => Math.floor(nowMs / 1000 / CODE_PERIOD_S);

/** The code of a time step. */
export const codeOfStep = (secret: string, step: number): Promise<string> =>
  createOTP(secret, { digits: CODE_DIGITS, period: CODE_PERIOD_S }).hotp(step);

/** The newest time step near `nowMs` whose code this is, or null. */
export async function stepOfCode(secret: string, code: string, nowMs = Date.now()): Promise<number | null> {
  let found: number | null = null;
  // All are computed, so that the time says nothing on which one it is.
  for (let step = stepAt(nowMs) - STEPS_AROUND; step <= stepAt(nowMs) + STEPS_AROUND; step++)
    if ((await codeOfStep(secret, step)) === code) found = step;
  return found;
}

/** What an app reads from the picture. */
export const setUpUrl = (secret: string, email: string): string =>
  createOTP(secret, { digits: CODE_DIGITS, period: CODE_PERIOD_S }).url("Karyoloop", email);
