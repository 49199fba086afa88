import { cp, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Problem } from "../../../../core/problem.ts";
import { runCommand } from "./run-command.ts";
import type { SystemProbes } from "./system-probes.ts";

const require = createRequire(import.meta.url);

/** Relative to the build folder. */
export const ADDON = join("lib", "napi-v8", "tfjs_binding.node");

/**
 * Compiles the binding's C++ against `deps/` of the build folder, in about 8 s. The sources come from the npm package;
 * everything built stays in the cache, so `npm ci` neither loses nor repeats it. The addon speaks N-API 8, so it serves
 * every later Node too.
 */
export async function buildBinding(buildFolder: string, probes: SystemProbes, signal?: AbortSignal): Promise<string> {
  const packageFolder = dirname(require.resolve("@tensorflow/tfjs-node-gpu/package.json"));
  await cp(join(packageFolder, "binding"), join(buildFolder, "binding"), { recursive: true });
  await cp(join(packageFolder, "binding.gyp"), join(buildFolder, "binding.gyp"));
  for (const [link, target] of [
    ["libtensorflow.so", "libtensorflow_cc.so.2"],
    ["libtensorflow_framework.so", "libtensorflow_framework.so.2"],
  ]) {
    await rm(join(buildFolder, "deps", "lib", link), { force: true });
    await symlink(target, join(buildFolder, "deps", "lib", link));
  }
  const headers = probes.findNodeHeaders();
  const { exitCode, output } = await runCommand(
    process.execPath,
    [
      require.resolve("node-gyp/bin/node-gyp.js"),
      "rebuild",
      "--module_name=tfjs_binding",
      `--module_path=${dirname(join(buildFolder, ADDON))}`,
      "--napi_build_version=8",
      ...(headers ? [`--nodedir=${headers}`] : []),
    ],
    { cwd: buildFolder, signal, timeoutMs: 10 * 60_000 },
  );
  if (exitCode !== 0)
    throw new Problem({
      tag: "tensorflow-build-failed",
      what: "The TensorFlow binding could not be compiled.",
      where: output.trim().split("\n").slice(-12).join(" | ").slice(-600),
      hint: headers
        ? "It needs g++, make and Python 3."
        : "Node's headers are not on this machine and could not be fetched: install them (Debian: libnode-dev) or use a Node from its own installer.",
    });
  return join(buildFolder, ADDON);
}
