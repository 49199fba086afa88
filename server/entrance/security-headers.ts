import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import type { Client } from "./client-address.ts";

/** What every answer carries. */
export function setSecurityHeaders(response: ServerResponse, client: Client): void {
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "same-origin");
  response.setHeader("x-frame-options", "DENY");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cross-origin-resource-policy", "same-origin");
  response.setHeader(
    "permissions-policy",
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), bluetooth=(), midi=(), display-capture=(), fullscreen=(self), clipboard-write=(self)",
  );
  if (client.secure) response.setHeader("strict-transport-security", "max-age=31536000");
}

/** Of answers that are no pages: nothing of theirs is ever run or shown. */
export const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

const OFFLINE_PAGE = new URL("../../public/offline.html", import.meta.url);

/** The page that a browser keeps for when the server is away has its script within, known by its hash. */
export function offlineScript(): `sha256-${string}` {
  const [, script = ""] = /<script>([\s\S]*?)<\/script>/.exec(readFileSync(OFFLINE_PAGE, "utf8")) ?? [];
  return `sha256-${createHash("sha256").update(script).digest("base64")}`;
}

/**
 * Of pages. Scripts run by a nonce (that Next takes from the request) or a hash, and what those load; nothing else. Styles may
 * stand in attributes: Mantine and React set them for sizes and colours, and they cannot run anything. A worker lives by the policy that its
 * script came with: those of a build may compile WebAssembly (`compiles`), pages may not.
 */
export function pagePolicy(
  script: `nonce-${string}` | `sha256-${string}`,
  client: Client,
  development: boolean,
  compiles = false,
): string {
  const sockets = client.host === "" ? "" : ` ${client.secure ? "wss" : "ws"}://${client.host}`;
  return [
    "default-src 'self'",
    // React's development build evaluates text to show where an error arose.
    `script-src 'self' '${script}' 'strict-dynamic'${compiles ? " 'wasm-unsafe-eval'" : ""}${development ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    `connect-src 'self'${sockets}`,
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
