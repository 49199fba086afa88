import type { Client } from "./client-address.ts";

/**
 * Browsers send Origin with everything that can change something; a page of another site cannot fake it.
 * Requests without Origin come from programs, which carry no cookies of a person's browser. The public address counts
 * besides what the request itself says: a TLS proxy that is not trusted hides scheme and name.
 */
export function isSameOrigin(origin: string | undefined, client: Client, publicUrl: string | null): boolean {
  if (!origin) return true;
  try {
    const url = new URL(origin);
    if (publicUrl && url.origin === new URL(publicUrl).origin) return true;
    return url.origin === new URL(`${client.secure ? "https" : "http"}://${client.host}`).origin;
  } catch {
    return false;
  }
}
