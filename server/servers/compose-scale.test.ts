import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readEnvironment } from "../env.ts";

/** `docker compose config` needs Docker: here the file is read as YAML, and held against the one of one server and against the code. */

const folder = fileURLToPath(new URL("../../docker/", import.meta.url));

interface Service {
  readonly image?: string;
  readonly build?: { readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly command?: unknown;
  readonly depends_on?: object;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: object;
}

const read = (file: string): Compose => parse(readFileSync(path.join(folder, file), "utf8"), { merge: true });
const one = read("compose.yml");
const scale = read("compose.scale.yml");
const servers = ["server-1", "server-2"].map((name) => ({ name, ...scale.services[name] }));
const filled = (environment: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(
    Object.entries(environment)
      .filter(([name]) => name !== "METRICS_TOKEN")
      .map(([name, value]) => [
        name,
        value.replace(/\$\{KARYOLOOP_URL[^}]*\}/, "https://a.org").replace(/\$\{[^}]*\}/, "x"),
      ]),
  );

describe("docker/compose.scale.yml", () => {
  it("names images, files and volumes that are there, and the same database and store as for one server", () => {
    for (const { build, volumes = [], depends_on: needs = {} } of Object.values(scale.services)) {
      if (build) expect(existsSync(path.join(folder, "..", build.dockerfile))).toBe(true);
      for (const [source] of volumes.map((volume) => volume.split(":")))
        expect(source.startsWith(".") ? existsSync(path.join(folder, source)) : source in scale.volumes).toBe(true);
      for (const name of Array.isArray(needs) ? needs : Object.keys(needs)) expect(scale.services).toHaveProperty(name);
    }
    for (const name of ["database", "objects", "bucket"])
      for (const part of ["image", "command", "environment"] as const)
        expect(scale.services[name][part]).toEqual(one.services[name][part]);
    for (const name of ["trainer-1", "trainer-2"])
      expect(scale.services[name].build).toEqual(one.services["gpu-trainer"].build);
  });

  it("sets two servers as the server takes it, each at its own internal address, which is published nowhere", () => {
    for (const { name, environment } of servers) {
      const { internal, localTrainer, s3, publicUrl } = readEnvironment(filled(environment));
      expect(internal).toEqual({ hostname: name, port: 3001 });
      expect({ localTrainer, bucket: s3?.bucket, publicUrl }).toEqual({
        localTrainer: false,
        bucket: "karyoloop",
        publicUrl: "https://a.org",
      });
    }
    const published = Object.values(scale.services).flatMap(({ ports = [] }) => ports);
    expect(published).toEqual([`\${KARYOLOOP_PORT:-3000}:80`]);
    expect(servers[0].volumes).toEqual(servers[1].volumes);
  });

  it("has a proxy that goes round both servers and lets sockets pass", () => {
    const proxy = readFileSync(path.join(folder, "scale-proxy.conf"), "utf8");
    expect([...proxy.matchAll(/^ {2}server ([\w-]+):(\d+)/gm)].map(([, name, port]) => `${name}:${port}`)).toEqual([
      "server-1:3000",
      "server-2:3000",
    ]);
    expect(proxy).toMatch(/Upgrade \$http_upgrade/);
    expect(proxy).not.toMatch(/ip_hash|sticky|hash /);
  });
});
