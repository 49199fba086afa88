import { BlockList, isIP } from "node:net";

/** Of IPv4, what the registries keep from the public internet (RFC 6890): this host, private and shared networks, link-local, tests, multicast. */
const NOT_PUBLIC_V4 = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"],
  ...["192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
  ...["224.0.0.0/4", "240.0.0.0/4"],
];
/** Of IPv6 only 2000::/3 is public, less what carries an address of IPv4 within it (Teredo, 6to4) and documentation. */
const PUBLIC_V6 = "2000::/3";
const NOT_PUBLIC_V6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

function listOf(blocks: readonly string[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [network, bits] = block.split("/");
    list.addSubnet(network, Number(bits), family);
  }
  return list;
}

const closedV4 = listOf(NOT_PUBLIC_V4, "ipv4");
const openV6 = listOf([PUBLIC_V6], "ipv6");
const closedV6 = listOf(NOT_PUBLIC_V6, "ipv6");

/** Whether a numeric address is one of the public internet: no loopback, no private, link-local or mapped one. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !closedV4.check(address, "ipv4");
  return family === 6 && openV6.check(address, "ipv6") && !closedV6.check(address, "ipv6");
}
