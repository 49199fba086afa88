import { isIP } from "node:net";
import os from "node:os";

/**
 * A name of an attacker's that is made to lead here (DNS rebinding) turns a page of theirs into one of this server's.
 * So the server answers only to names it knows. Addresses need no list: no page can pretend to come from one.
 */
export interface AllowedHosts {
  /** `host` as in the Host header, port or not; without one it is no browser that asks. */
  has(host: string): boolean;
}

const HOST_NAME = /^(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?$/;

/** A Host header: a name or an address, in brackets where it is of version 6, and a port. */
const HOST_AND_PORT = /^(?:\[[\da-f:.]+\]|[a-z\d._-]+)(?::(\d{1,5}))?$/;

const withoutPort = (host: string): string => host.replace(/:\d*$/, "").replace(/\.$/, "");

/** Names separated by commas or spaces. */
export function readHosts(text: string): readonly string[] {
  const names = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  for (const name of names)
    if (!HOST_NAME.test(name))
      throw new Error(`KARYOLOOP_HOSTS: "${name}" is no host name such as lab-computer or karyoloop.example.org.`);
  return names.map(withoutPort);
}

export function allowHosts(
  named: { readonly host: string; readonly publicUrl: string | null; readonly hosts: readonly string[] },
  ownName = os.hostname(),
): AllowedHosts {
  const own = withoutPort(ownName.toLowerCase());
  const allowed = new Set(["localhost", withoutPort(named.host.toLowerCase()), own, `${own.split(".")[0]}.local`]);
  if (named.publicUrl) allowed.add(withoutPort(new URL(named.publicUrl).host));
  for (const host of named.hosts) allowed.add(host);
  return {
    has(host) {
      if (host === "") return true;
      const wellFormed = HOST_AND_PORT.exec(host.toLowerCase());
      if (!wellFormed || Number(wellFormed[1] ?? 0) > 65_535) return false;
      const name = withoutPort(host.toLowerCase());
      if (isIP(name.replace(/^\[|\]$/g, ""))) return true;
      return allowed.has(name) || name.endsWith(".localhost");
    },
  };
}

/** What a person does about it. */
export const UNKNOWN_HOST = {
  tag: "unknown-host",
  what: "This server does not answer to the name in this address.",
  hint: "Whoever runs it sets KARYOLOOP_URL to the address that people type, or KARYOLOOP_HOSTS to more names.",
} as const;
