import { expect, it } from "vitest";
import { allowHosts, readHosts } from "./allowed-hosts.ts";

const named = { host: "0.0.0.0", publicUrl: "https://Karyoloop.Example.org:8443", hosts: readHosts("lab, Other.Lab.") };
const hosts = allowHosts(named, "Node7.institute.example");

it.each([
  "", // no browser
  "localhost:3000",
  "app.localhost",
  "10.0.0.7:3000",
  "[fe80::1]:3000",
  "karyoloop.example.org",
  "KARYOLOOP.example.org.:443",
  "lab:3000",
  "other.lab",
  "node7.institute.example",
  "node7.local",
])("knows %j", (host) => expect(hosts.has(host)).toBe(true));

it.each([
  "evil.example",
  "karyoloop.example.org.evil.example",
  "xlocalhost",
  "node7.evil.example",
  "127.1",
  "10.0.0.7.evil.example",
  "localhost:99999",
  "localhost:",
  "localhost:x",
  "lab@evil.example",
  "lab/evil",
  "[::1",
  "::1",
  "a b",
])("does not know %j", (host) => expect(hosts.has(host)).toBe(false));

it.each(["*", "http://lab", "lab:3000", "lab/x", "-x", "a..b"])("refuses %j in KARYOLOOP_HOSTS", (text) =>
  expect(() => readHosts(`lab ${text}`)).toThrow("KARYOLOOP_HOSTS"),
);
