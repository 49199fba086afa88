import type { lookup } from "node:dns";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGuardedClient } from "./guarded-client.ts";
import { isPublicAddress } from "./public-addresses.ts";

it.each([
  ...[
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
  ],
  ...["100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "192.0.0.1"],
  ...["::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1"],
  ...["2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "localhost", ""],
])("%s is not of the public internet", (address) => expect(isPublicAddress(address)).toBe(false));

it.each(["8.8.8.8", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"])(
  "%s is of the public internet",
  (address) => expect(isPublicAddress(address)).toBe(true),
);

describe("what may be asked", () => {
  let server: http.Server;
  let port: number;
  const asked: string[] = [];
  beforeAll(async () => {
    server = http.createServer((request, response) => {
      asked.push(request.url ?? "");
      if (request.url?.startsWith("/to/")) {
        response.writeHead(302, { location: decodeURIComponent(request.url.slice(4)) });
        return response.end();
      }
      response.end("here");
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => server.close());

  /** All names lie at these addresses. */
  const resolving = (...addresses: string[]): typeof lookup =>
    ((_host: string, _options: object, done: (error: null, found: object[]) => void) =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      )) as unknown as typeof lookup;

  const ask = async (address: string, privateHosts: string[] = [], resolve = resolving("127.0.0.1")) => {
    const client = createGuardedClient({ privateHosts, signal: new AbortController().signal }, resolve);
    try {
      return await client.get(new URL(address), (body) => text(body));
    } catch (error) {
      return (error as { tag?: string }).tag ?? String(error);
    } finally {
      client.close();
    }
  };

  it("refuses numbers of this computer and its network, in whatever form, and names that mean them", async () => {
    const before = asked.length;
    for (const host of [
      "127.0.0.1",
      "0x7f.1",
      "2130706433",
      "017700000001",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "169.254.169.254",
    ])
      expect(await ask(`https://${host}:${port}/`), host).toBe("address-not-public");
    expect(await ask(`https://data.example.org:${port}/`)).toBe("address-not-public");
    expect(await ask(`https://data.example.org:${port}/`, [], resolving("8.8.8.8", "10.0.0.1"))).toBe(
      "address-not-public",
    );
    expect(await ask(`https://data.example.org:${port}/`, [], resolving("::ffff:7f00:1"))).toBe("address-not-public");
    expect(asked.length).toBe(before);
  }, 20_000);

  it("is https only, without passwords", async () => {
    expect(await ask(`http://data.example.org:${port}/`)).toBe("address-not-https");
    expect(await ask(`https://a:b@data.example.org:${port}/`)).toBe("address-with-password");
  });

  it("asks servers that an administrator has named, and looks at every redirect anew", async () => {
    const trusted = `http://lab.example.org:${port}`;
    const hosts = ["lab.example.org"];
    expect(await ask(`${trusted}/x`, hosts)).toBe("here");
    expect(await ask(`${trusted}/to/${encodeURIComponent(`${trusted}/y`)}`, hosts)).toBe("here");
    const before = asked.length;
    for (const to of [
      `http://127.0.0.1:${port}/secret`,
      `http://other.example.org:${port}/`,
      `https://[::1]:${port}/`,
      "file:///etc/passwd",
    ])
      expect(await ask(`${trusted}/to/${encodeURIComponent(to)}`, hosts), to).toMatch(/^address-not-(public|https)$/);
    expect(asked.length - before).toBe(4);
    const loop = `${trusted}/to/${encodeURIComponent(`/to/${encodeURIComponent(`/to/${encodeURIComponent("/to/%2Fto%2Fz")}`)}`)}`;
    expect(await ask(loop, hosts)).toBe("address-redirects");
  });
});
