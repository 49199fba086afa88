import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { typescriptArguments } from "../supervisor/typescript-arguments.mjs";

const MODULE = pathToFileURL("server/process/process-faults.ts").href;

/** A process that would live for ever, with listeners that swallow, as Next's do. */
function end(script: string, bounds = "") {
  const program = `
    import { endOnFaults } from ${JSON.stringify(MODULE)};
    endOnFaults(${bounds});
    process.on("uncaughtException", (error) => process.stdout.write("swallowed " + error.message));
    process.on("unhandledRejection", (error) => process.stdout.write("swallowed " + error.message));
    setInterval(() => {}, 1000);
    ${script}`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...typescriptArguments, "--input-type=module", "--eval", program],
    { encoding: "utf8", env: { ...process.env, LOG_FORMAT: "json" }, timeout: 60_000 },
  );
  return {
    status,
    stdout,
    lines: stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  };
}

it.each([
  [
    "an error that nobody caught",
    'setTimeout(() => { throw new Error("on purpose"); });',
    "An error that nobody caught",
  ],
  [
    "a rejection that nobody handled",
    'void Promise.reject(new Error("on purpose"));',
    "A rejection that nobody handled",
  ],
  [
    "an error event that nobody listens to",
    'new (await import("node:net")).Socket().emit("error", new Error("on purpose"));',
    "An error that nobody caught",
  ],
])("%s ends the process with a line, whatever else listens", (_what, script, sentence) => {
  const { status, stdout, lines } = end(script);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(lines).toEqual([
    expect.objectContaining({ level: "error", message: `${sentence} ends the server: on purpose`, errorName: "Error" }),
  ]);
});

it("more memory than is its share ends the process with a line", () => {
  const { status, lines } = end("", "{ heapMegabytes: 1, residentBytes: 1 }");
  expect(status).toBe(1);
  expect(lines).toEqual([
    expect.objectContaining({ level: "error", message: expect.stringContaining("memory"), bytes: expect.any(Number) }),
  ]);
});

it("what libraries print goes through the log: no objects, no escapes, no bytes of their own", () => {
  const { lines } = end(`
    console.error("\\u001b[31mfailed", { cookie: "s3cr3t" }, new Error("Bearer s3cr3t"));
    console.warn("plain", 7);
    process.emitWarning("old \\u001b[2J thing");
    setTimeout(() => process.exit(3), 50);`);
  expect(lines).toEqual([
    expect.objectContaining({ component: "library", level: "error", message: "\\x1b[31mfailed: Bearer <hidden>" }),
    expect.objectContaining({ component: "library", level: "warn", message: "plain 7" }),
    expect.objectContaining({ component: "library", level: "warn", message: "old \\x1b[2J thing" }),
  ]);
});
