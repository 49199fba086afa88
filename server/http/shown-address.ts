import type { AddressInfo } from "node:net";
import os from "node:os";

/** "All interfaces" is no address that anybody can type: show this machine's own, else loopback. */
function typeableHost(bound: AddressInfo): string {
  if (bound.address !== "0.0.0.0" && bound.address !== "::") return bound.address;
  const own = Object.values(os.networkInterfaces())
    .flat()
    .find((one) => one && !one.internal && one.family === "IPv4");
  return own?.address ?? "127.0.0.1";
}

/** Address to print and to put into links, where KARYOLOOP_URL does not say another. */
export function shownAddress(bound: AddressInfo, secure: boolean): string {
  const host = typeableHost(bound);
  return `${secure ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${bound.port}`;
}
