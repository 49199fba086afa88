import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Role, roles } from "../core/roles.ts";
import { tokenFor } from "../server/api/testing/api-client.ts";
import { seedRealVolume } from "../server/testing/seed-real-volume.ts";
import { startTestServer, type TestPerson } from "../server/testing/test-server.ts";

/**
 * Schemathesis against /api/v1 as a person of each role, and as somebody outside of the project: every answer is one that the document
 * names, of the shape that it says, and none is a 500. `pip install schemathesis`, then
 * `node --import tsx bench/fuzz-api.ts --schemathesis PATH --examples 50 --seconds 120 --seed 1`; exit code 1 where something was found.
 * Without schemathesis it says so and ends.
 */
const { values } = parseArgs({
  options: {
    schemathesis: { type: "string", default: "schemathesis" },
    examples: { type: "string", default: "50" },
    /** For each of them. */
    seconds: { type: "string", default: "120" },
    seed: { type: "string", default: "1" },
    as: { type: "string", multiple: true },
  },
});

const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_schema_conformance",
  "negative_data_rejection",
  "ignored_auth",
];

const isThere = await new Promise<boolean>((resolve) => {
  const asked = spawn(values.schemathesis, ["--version"], { stdio: "ignore" });
  asked.once("error", () => resolve(false)).once("exit", (code) => resolve(code === 0));
});
if (!isThere) {
  console.log("skipped: schemathesis is not here (pip install schemathesis)");
  process.exit(0);
}

const server = await startTestServer();
const owner = await server.signUp("Owner");
const people = new Map<string, TestPerson>([["owner", owner]]);
for (const role of roles) if (role !== "owner") people.set(role, await server.signUp(role));
const outsider = await server.signUp("Outsider");
await server.createProject("Elsewhere", [[outsider, "owner"]]);
const folder = await mkdtemp(path.join(os.tmpdir(), "kl-fuzz-"));
let isClean = true;
try {
  for (const as of values.as ?? [...people.keys(), "outsider"]) {
    const members = [...people].map(([role, person]) => [person, role as Role] as const);
    const projectId = await server.createProject(`Fuzzed as ${as}`, members);
    const { volumeId } = await seedRealVolume(server.services, {
      projectId,
      createdBy: owner.id,
      space: { shapeZyx: [10, 66, 70], voxelSizeZyx: [1, 0.5, 0.5] },
      nuclei: 5,
      keep: (label) => label % 2 === 0,
    });
    const token = await tokenFor(server, people.get(as) ?? outsider);
    isClean = (await fuzz(as, token, { projectId, volumeId })) && isClean;
  }
} finally {
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = isClean ? 0 : 1;

/** Ids of the path are those of a project that is there most of the time: what is behind the routes is to be reached. */
async function fuzz(as: string, token: string, { projectId, volumeId }: { projectId: string; volumeId: string }) {
  const config = path.join(folder, "schemathesis.toml");
  await writeFile(config, `[parameters]\n"path.projectId" = "${projectId}"\n"path.volumeId" = "${volumeId}"\n`);
  const said = await new Promise<{ code: number | null; text: string }>((resolve, reject) => {
    const parameters = [
      "--config-file",
      config,
      "run",
      `${server.address}/api/v1/openapi.json`,
      "--url",
      server.address,
      "--header",
      `Authorization: Bearer ${token}`,
      "--checks",
      CHECKS.join(","),
      "--max-examples",
      values.examples,
      "--max-time",
      values.seconds,
      "--seed",
      values.seed,
      "--request-timeout",
      "60",
      "--phases",
      "examples,coverage,fuzzing",
      "--mode",
      "all",
      "--no-color",
    ];
    const asked = spawn(values.schemathesis, parameters, { cwd: folder });
    let text = "";
    asked.stdout.on("data", (part) => {
      text += part;
    });
    asked.stderr.on("data", (part) => {
      text += part;
    });
    asked.once("error", reject).once("exit", (code) => resolve({ code, text }));
  });
  console.log(`\n===== as ${as}: ${said.code === 0 ? "clean" : "found something"}\n${said.text}`);
  return said.code === 0;
}
