import type { IncomingMessage } from "node:http";

/**
 * Browsers send Origin with everything that can change something; a page of another site cannot fake it.
 * Requests without Origin come from programs, which carry no cookies of a person's browser.
 */
export function isSameOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  if (!origin) return true;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}
