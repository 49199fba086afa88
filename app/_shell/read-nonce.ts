import { headers } from "next/headers";

/** Of the scripts that this answer may run: the server puts the policy into the request too, for Next's own scripts. */
export async function readNonce(): Promise<string | undefined> {
  const policy = (await headers()).get("content-security-policy");
  return /'nonce-([^']+)'/.exec(policy ?? "")?.[1];
}
