import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import { normalizeIP } from "@better-auth/core/utils/ip";

/** Who sent a request, as far as that can be known. The only place that reads `X-Forwarded-…`. */
export interface Client {
  readonly address: string;
  /**
   * What limits count by, as one house has one IPv4 address, or 2⁶⁴ of version 6: the address, or the /64 net of it.
   * The form is the one that sessions are stored with.
   */
  readonly network: string;
  /** Whether the browser spoke https, to us or to a trusted proxy before us. */
  readonly secure: boolean;
  /** Host and port that the browser asked for, lower case; empty where it named none. */
  readonly host: string;
  /** A trusted proxy stands between. */
  readonly proxied: boolean;
}

/** Addresses and CIDR blocks, separated by commas or spaces. Throws on one that is neither, with a sentence. */
export function readTrustedProxies(text: string): BlockList {
  const list = new BlockList();
  for (const entry of text.split(/[\s,]+/).filter(Boolean)) {
    const [address, bits, ...rest] = entry.split("/");
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : Number(bits);
    if (version === 0 || rest.length > 0 || !/^\d*$/.test(bits ?? "") || bits === "" || prefix > most)
      throw new Error(`TRUSTED_PROXIES: "${entry}" is no address like 10.0.0.2 and no block like 10.0.0.0/24.`);
    list.addSubnet(address, prefix, version === 4 ? "ipv4" : "ipv6");
  }
  return list;
}

/** An IPv4 address in its own form also where the socket is one of version 6; null for what is no address. */
function plainAddress(text: string): string | null {
  const [, bracketed] = /^\[([^\]]+)\](?::\d+)?$/.exec(text) ?? [];
  const [, beforePort] = /^([\d.]+):\d+$/.exec(text) ?? [];
  const address = (bracketed ?? beforePort ?? text).replace(/^::ffff:(?=[\d.]+$)/i, "").replace(/%.*$/, "");
  return isIP(address) ? address : null;
}

const isTrusted = (address: string, proxies: BlockList): boolean =>
  proxies.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

const listOf = (header: string | string[] | undefined): string[] =>
  String(header ?? "")
    .slice(-1000)
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);

/** Each proxy adds at the right whom it heard from: the first one from there that is no proxy of ours is the client. */
export function clientOf(request: IncomingMessage, proxies: BlockList): Client {
  const { headers, socket } = request;
  let address = plainAddress(socket.remoteAddress ?? "") ?? "0.0.0.0";
  let secure = (socket as TLSSocket).encrypted === true;
  let host = headers.host ?? "";
  const proxied = isTrusted(address, proxies);
  if (proxied) {
    const hops = listOf(headers["x-forwarded-for"]);
    while (hops.length > 0 && isTrusted(address, proxies)) {
      const hop = plainAddress(hops.pop() ?? "");
      if (!hop) break;
      address = hop;
    }
    const protocol = listOf(headers["x-forwarded-proto"]).at(-1)?.toLowerCase();
    if (protocol) secure = protocol === "https" || protocol === "wss";
    host = listOf(headers["x-forwarded-host"]).at(-1) ?? host;
  }
  return { address, network: normalizeIP(address, { ipv6Subnet: 64 }), secure, host: host.toLowerCase(), proxied };
}
