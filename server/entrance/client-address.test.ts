import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { clientOf, readTrustedProxies } from "./client-address.ts";

const from = (remoteAddress: string, headers: Record<string, string> = {}, encrypted = false): IncomingMessage =>
  ({ headers: { host: "lab:3000", ...headers }, socket: { remoteAddress, encrypted } }) as unknown as IncomingMessage;

const nobody = readTrustedProxies("");
const ours = readTrustedProxies("127.0.0.1, 10.1.0.0/16 fd00::/8");

describe("a client's address", () => {
  it("is the socket's, whatever a stranger claims", () => {
    const claims = { "x-forwarded-for": "1.2.3.4", "x-forwarded-proto": "https", "x-forwarded-host": "evil.example" };
    for (const proxies of [nobody, ours])
      expect(clientOf(from("203.0.113.9", claims), proxies)).toEqual({
        address: "203.0.113.9",
        network: "203.0.113.9",
        secure: false,
        host: "lab:3000",
        proxied: false,
      });
  });

  it.each([
    ["203.0.113.9", "203.0.113.9"],
    ["1.2.3.4, 203.0.113.9", "203.0.113.9"], // the left one is what the client wrote itself
    ["1.2.3.4, 203.0.113.9, 10.1.7.7", "203.0.113.9"],
    ["10.1.0.1, 10.1.7.7", "10.1.0.1"], // proxies all the way: the farthest that is known
    ["203.0.113.9:4711", "203.0.113.9"],
    ["[2001:db8::7]:4711", "2001:db8::7"],
    ["203.0.113.9, unknown", "127.0.0.1"], // what is no address ends the walk
    ["", "127.0.0.1"],
  ])("of X-Forwarded-For %j behind a trusted proxy is %s", (forwarded, address) => {
    expect(clientOf(from("::ffff:127.0.0.1", { "x-forwarded-for": forwarded }), ours).address).toBe(address);
  });

  it("of version 6 is counted by its /64 net", () => {
    const [one, two, other] = ["2001:db8:1:2::7", "2001:db8:1:2:9:9:9:9", "2001:db8:1:3::7"].map(
      (address) => clientOf(from(address), nobody).network,
    );
    expect(one).toBe(two);
    expect(one).not.toBe(other);
    expect(clientOf(from("::ffff:203.0.113.9"), nobody).network).toBe("203.0.113.9");
  });
});

it("believes the scheme and host of a trusted proxy, by its last word", () => {
  const headers = { "x-forwarded-proto": "http, https", "x-forwarded-host": "a.example, Karyoloop.Example" };
  expect(clientOf(from("10.1.2.3", headers), ours)).toMatchObject({ secure: true, host: "karyoloop.example" });
  expect(clientOf(from("10.1.2.3", {}, true), ours)).toMatchObject({ secure: true, host: "lab:3000" });
});

it.each(["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "proxy.example", "10.0.0", "::1/129", "10.0.0.0/1e1"])(
  "refuses %j as a trusted proxy, and names the variable",
  (text) => expect(() => readTrustedProxies(`127.0.0.1,${text}`)).toThrow("TRUSTED_PROXIES"),
);
