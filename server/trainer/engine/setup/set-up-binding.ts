import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { isProblem, Problem } from "../../../../core/problem.ts";
import { buildBinding } from "./build-binding.ts";
import { downloadWheel } from "./download-wheel.ts";
import { withFolderLock } from "./folder-lock.ts";
import { type LibraryCandidate, listCandidates } from "./library-candidates.ts";
import { findMissingTools } from "./missing-tools.ts";
import { bindingFolder, type ReadyBinding, readReadyBinding, writeReadyBinding } from "./ready-binding.ts";
import { runCommand } from "./run-command.ts";
import type { ReportProgress } from "./setup-progress.ts";
import type { SystemProbes } from "./system-probes.ts";
import { readWheelText, unpackWheel } from "./unpack-wheel.ts";
import { verifyBinding } from "./verify-binding.ts";
import { listCudaRequirements, placeCudaEntry, placeTensorFlowEntry } from "./wheel-contents.ts";

export interface SetUpOptions {
  readonly cache: string;
  readonly probes: SystemProbes;
  readonly report: ReportProgress;
  readonly signal?: AbortSignal;
}

/** A binding, or the sentence why there is none. */
export type SetUpResult = { readonly binding: ReadyBinding } | { readonly problem: Problem };

/**
 * Makes native TensorFlow usable, once per machine, in the cache folder: an existing binding that convolves is kept; else
 * the wheel is fetched, its library unpacked, the binding built and verified. Each finished step is kept, so an
 * interrupted set-up goes on where it stopped. Never throws but for an abort.
 */
export async function setUpBinding(options: SetUpOptions): Promise<SetUpResult> {
  const { cache, report } = options;
  try {
    const candidates = await listCandidates(options.probes);
    const binding = await withFolderLock(
      join(cache, "tensorflow", "setup.lock"),
      () => firstThatWorks(candidates, options),
      options.signal,
    );
    report({ phase: "ready", message: `Native TensorFlow is ready (${binding.engine}).` });
    return { binding };
  } catch (error) {
    options.signal?.throwIfAborted();
    const problem = isProblem(error)
      ? error
      : new Problem(
          {
            tag: "tensorflow-setup-failed",
            what: "Native TensorFlow could not be set up.",
            where: error instanceof Error ? error.message : String(error),
            hint: `Free space or rights may be missing in ${cache}.`,
          },
          { cause: error },
        );
    report({ phase: "impossible", message: problem.message });
    return { problem };
  }
}

async function firstThatWorks(candidates: readonly LibraryCandidate[], options: SetUpOptions): Promise<ReadyBinding> {
  let failure: unknown;
  for (const candidate of candidates) {
    try {
      return (await findExisting(candidate, options)) ?? (await build(candidate, options));
    } catch (error) {
      options.signal?.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

async function findExisting({ engine }: LibraryCandidate, options: SetUpOptions): Promise<ReadyBinding | null> {
  const ready = await readReadyBinding(options.cache, engine);
  if (!ready || !existsSync(ready.addonPath)) return null;
  options.report({ phase: "check", message: "Checking the TensorFlow that is there" });
  return "verified" in (await verifyBinding(ready.addonPath, options.signal)) ? ready : null;
}

async function build(candidate: LibraryCandidate, options: SetUpOptions): Promise<ReadyBinding> {
  const { cache, probes, report, signal } = options;
  const pip = await ensureTools(probes, report);
  const folder = bindingFolder(cache, candidate.engine);
  const wheels = join(folder, "wheels");
  await mkdir(wheels, { recursive: true });
  const wheel = await downloadWheel(pip, candidate.wheel, wheels, probes.arch, report, signal);
  const cudaWheels = candidate.withCuda ? await downloadCuda(wheel, pip, wheels, options) : [];
  await rm(join(folder, "deps"), { recursive: true, force: true });
  const showUnpacked = (bytes: number) => report({ phase: "unpack", message: "Unpacking the library", bytes });
  await unpackWheel(wheel, folder, placeTensorFlowEntry, showUnpacked);
  for (const cudaWheel of cudaWheels) await unpackWheel(cudaWheel, folder, placeCudaEntry, showUnpacked);
  report({ phase: "build", message: "Compiling the binding" });
  const addonPath = await buildBinding(folder, signal);
  report({ phase: "verify", message: "Running one convolution" });
  const check = await verifyBinding(addonPath, signal);
  if ("reason" in check || (candidate.withCuda && !check.verified.usesGpu))
    throw new Problem({
      tag: "tensorflow-does-not-run",
      what: `TensorFlow was built, but ${"reason" in check ? "fails on this machine" : "does not see the GPU"}.`,
      where: "reason" in check ? check.reason : undefined,
      hint: "Training goes on with another engine.",
    });
  const binding: ReadyBinding = { engine: candidate.engine, wheel: basename(wheel), addonPath };
  await writeReadyBinding(cache, binding);
  // The unpacked library stays; the wheels (a third of the space) are not needed again.
  await rm(wheels, { recursive: true, force: true });
  return binding;
}

async function downloadCuda(wheel: string, pip: readonly string[], wheels: string, options: SetUpOptions) {
  const metadata = await readWheelText(wheel, (name) => name.endsWith(".dist-info/METADATA"));
  const paths: string[] = [];
  for (const requirement of listCudaRequirements(metadata ?? ""))
    paths.push(await downloadWheel(pip, requirement, wheels, options.probes.arch, options.report, options.signal));
  return paths;
}

/** Installs what is missing when root on Debian; else names the command. Returns how to call pip. */
async function ensureTools(probes: SystemProbes, report: ReportProgress): Promise<readonly string[]> {
  const missing = await findMissingTools(probes);
  if (missing && probes.isRoot && probes.isDebian) {
    report({ phase: "tools", message: `Installing ${missing.names.join(", ")}: ${missing.command}` });
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await runCommand("apt-get", ["update"], { env, timeoutMs: 180_000 });
    await runCommand("apt-get", ["install", "-y", "--no-install-recommends", ...missing.debianPackages], {
      env,
      timeoutMs: 300_000,
    });
  }
  const stillMissing = missing ? await findMissingTools(probes) : null;
  const pip = await probes.findPip();
  if (stillMissing || !pip)
    throw new Problem({
      tag: "tensorflow-tools-missing",
      what: `Native TensorFlow needs ${stillMissing?.names.join(", ") ?? "pip"}.`,
      hint: `Run: ${stillMissing?.command ?? "install pip"} — and set up again. Until then training uses the slower wasm engine.`,
    });
  return pip;
}
