import type { AddressInfo } from "node:net";
import os from "node:os";

const ANY_ADDRESS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

const toUrl = (host: string, port: number, secure: boolean): string =>
  `${secure ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`;

/** Address to print and to put into links, where KARYOLOOP_URL does not say another. "All interfaces" is none. */
export function shownAddress(
  bound: AddressInfo,
  secure: boolean,
  interfaces: ReturnType<typeof os.networkInterfaces> = os.networkInterfaces(),
): string {
  if (!ANY_ADDRESS.has(bound.address)) return toUrl(bound.address, bound.port, secure);
  const own = Object.values(interfaces)
    .flat()
    .find((one) => one && !one.internal && one.family === "IPv4");
  return toUrl(own?.address ?? "127.0.0.1", bound.port, secure);
}

/** Where processes on this machine reach the server. */
export const nearAddress = (bound: AddressInfo): string =>
  toUrl(ANY_ADDRESS.has(bound.address) ? "127.0.0.1" : bound.address, bound.port, false);
