import { Problem } from "../../core/problem.ts";
import { problemOfAnswer } from "../_trpc/problem-of-error.ts";

const post = (path: string, body: unknown) =>
  fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** The session is a cookie that the server sets: these two go to its authentication routes directly. */
export async function signIn(email: string, password: string): Promise<void> {
  const response = await post("/api/auth/sign-in/email", { email, password }).catch(() => {
    throw new Problem({
      tag: "offline",
      what: "The server cannot be reached.",
      hint: "Check that it is running and try again.",
    });
  });
  if (response.ok) return;
  if (response.status === 401)
    throw new Problem({
      tag: "wrong-credentials",
      what: "Email or password is wrong.",
      hint: "Forgotten? An administrator of this installation can make you a reset link.",
    });
  // Too many attempts, with the seconds to wait; or a name of the server that it does not know.
  const said = problemOfAnswer(await response.json().catch(() => null));
  if (said) throw new Problem(said);
  throw new Problem({ tag: "server-error", what: "The server could not answer.", hint: "Try again in a moment." });
}

export async function signOut(): Promise<void> {
  await post("/api/auth/sign-out", {}).catch(() => undefined);
}
