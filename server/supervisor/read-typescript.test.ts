import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { typescriptArguments } from "./typescript-arguments.mjs";

const MODULE = new URL("../../core/problem.ts", import.meta.url).href;
const program = `const { isProblem } = await import(${JSON.stringify(MODULE)}); console.log(isProblem({}));`;

it.each([
  ["leaves types out by itself", []],
  ["is an older one, and has a compiler", ["--no-experimental-strip-types"]],
])("a process runs TypeScript where Node %s", async (_, flags) => {
  const run = [...flags, ...typescriptArguments, "--input-type=module", "--eval", program];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, run, {
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  expect({ stdout, stderr }).toEqual({ stdout: "false\n", stderr: "" });
});
