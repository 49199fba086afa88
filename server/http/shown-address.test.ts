import type { NetworkInterfaceInfo } from "node:os";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../testing/test-server.ts";
import { shownAddress } from "./shown-address.ts";

const bound = (address: string) => ({ address, family: "IPv4", port: 3000 });
const ipv4 = (address: string, internal = false): NetworkInterfaceInfo => ({
  address,
  internal,
  family: "IPv4",
  netmask: "255.255.255.0",
  mac: "00:00:00:00:00:00",
  cidr: `${address}/24`,
});
const ipv6: NetworkInterfaceInfo = { ...ipv4("fe80::1"), family: "IPv6", scopeid: 2 };

it("says what a colleague types: with all interfaces, the address of this computer in its network", () => {
  const interfaces = { lo: [ipv4("127.0.0.1", true)], eth0: [ipv6, ipv4("192.168.7.21")] };
  expect(shownAddress(bound("0.0.0.0"), false, interfaces)).toBe("http://192.168.7.21:3000");
  expect(shownAddress(bound("::"), true, interfaces)).toBe("https://192.168.7.21:3000");
  expect(shownAddress(bound("0.0.0.0"), false, { lo: [ipv4("127.0.0.1", true)] })).toBe("http://127.0.0.1:3000");
  expect(shownAddress(bound("127.0.0.1"), false, interfaces)).toBe("http://127.0.0.1:3000");
  expect(shownAddress(bound("::1"), false, interfaces)).toBe("http://[::1]:3000");
});

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ HOST: "0.0.0.0" });
});
afterAll(() => server.close());

it("answers at the address it shows, and people sign in there", async () => {
  expect(server.address).not.toContain("0.0.0.0");
  expect(await (await fetch(`${server.address}/healthz`)).json()).toEqual({ ok: true });
  const ada = await server.signUp("Ada");
  expect((await server.services.authentication.userOf({ cookie: ada.cookie }))?.id).toBe(ada.id);
});
