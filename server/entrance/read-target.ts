import type { IncomingMessage } from "node:http";

const MAX_TARGET_LENGTH = 8_000;

/**
 * The address that a request names, on the host `local`; null for what is no path. `//x` is a path here, no host, and a
 * whole address (as to a proxy) is none.
 */
export function readTarget(request: IncomingMessage): URL | null {
  const { url = "" } = request;
  if (!url.startsWith("/") || url.length > MAX_TARGET_LENGTH || /[\\\s]/.test(url)) return null;
  try {
    return new URL(`http://local${url}`);
  } catch {
    return null;
  }
}
