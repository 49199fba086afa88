import { mkdir, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Problem } from "../../../../core/problem.ts";
import { runCommand } from "./run-command.ts";

const require = createRequire(import.meta.url);

/** Relative to the build folder. */
export const ADDON = join("lib", "napi-v8", "tfjs_binding.node");

/** As the package's own `binding.gyp` has them. */
const SOURCES = ["tfjs_backend.cc", "tfjs_binding.cc"];
const BOUND_MS = 10 * 60_000;

/**
 * Compiles the binding's C++ against `deps/` of the build folder, in about 8 s. The sources come from the npm package, the
 * headers of N-API from one as well, so that any Node will do: one out of npm or a distribution has none beside it.
 * Everything built stays in the cache, so `npm ci` neither loses nor repeats it. The addon speaks N-API 8, so it serves
 * every later Node too.
 */
export async function buildBinding(buildFolder: string, signal?: AbortSignal): Promise<string> {
  const sources = join(dirname(require.resolve("@tensorflow/tfjs-node-gpu/package.json")), "binding");
  const nodeHeaders = join(dirname(require.resolve("node-api-headers/package.json")), "include");
  const library = join(buildFolder, "deps", "lib");
  for (const [link, target] of [
    ["libtensorflow.so", "libtensorflow_cc.so.2"],
    ["libtensorflow_framework.so", "libtensorflow_framework.so.2"],
  ]) {
    await rm(join(library, link), { force: true });
    await symlink(target, join(library, link));
  }
  const addon = join(buildFolder, ADDON);
  await mkdir(dirname(addon), { recursive: true });
  const { exitCode, output } = await runCommand(
    "g++",
    [
      ...["-shared", "-fPIC", "-O2", "-std=c++17", "-DNAPI_VERSION=8"],
      ...["-isystem", nodeHeaders, "-isystem", join(buildFolder, "deps", "include")],
      ...SOURCES.map((name) => join(sources, name)),
      ...["-o", addon, `-L${library}`, "-ltensorflow", "-ltensorflow_framework"],
      "-Wl,-rpath,$ORIGIN/../../deps/lib",
    ],
    { cwd: buildFolder, signal, timeoutMs: BOUND_MS },
  );
  if (exitCode !== 0)
    throw new Problem({
      tag: "tensorflow-build-failed",
      what: "The TensorFlow binding could not be compiled.",
      where: output.trim().split("\n").slice(-12).join(" | ").slice(-600),
      hint: "It needs g++ 9 or newer.",
    });
  return addon;
}
