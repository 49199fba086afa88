import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { typescriptArguments } from "./typescript-arguments.mjs";

const urlOf = (path: string): string => new URL(path, import.meta.url).href;

/** Every module that a process loads, with its kind, as Node itself or with what we preload. */
async function modulesLoaded(preloaded: readonly string[]): Promise<string[]> {
  const program = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => {
      const { format } = context;
      loaded.push(url + " " + format);
      return next(url, context);
    } });
    await import(${JSON.stringify(urlOf("../auth/create-better-auth.ts"))});
    await import(${JSON.stringify(urlOf("../../db/client.ts"))});
    const missing = await import("no-such-package").catch((error) => error.code);
    console.log(JSON.stringify([...loaded.filter((line) => !line.startsWith("node:")).sort(), missing]));`;
  const run = [...preloaded, "--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, run, {
    env: { ...process.env, NODE_OPTIONS: "" },
    maxBuffer: 1 << 24,
  });
  return JSON.parse(stdout);
}

it.runIf(process.features.typescript)("finds every module, and of the same kind, as Node does by itself", async () => {
  const [ours, nodes] = await Promise.all([modulesLoaded(typescriptArguments), modulesLoaded([])]);
  expect(ours).toEqual(nodes);
  expect(ours.length).toBeGreaterThan(500);
  expect(ours.at(-1)).toBe("ERR_MODULE_NOT_FOUND");
});
