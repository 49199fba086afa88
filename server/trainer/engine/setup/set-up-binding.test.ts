import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import yazl from "yazl";
import { cacheFolder } from "../cache-folder.ts";
import { parseAnnouncedBytes } from "./download-wheel.ts";
import { withFolderLock } from "./folder-lock.ts";
import { listCandidates } from "./library-candidates.ts";
import { findMissingTools } from "./missing-tools.ts";
import { bindingFolder, readReadyBinding, writeReadyBinding } from "./ready-binding.ts";
import { setUpBinding } from "./set-up-binding.ts";
import type { SetupProgress } from "./setup-progress.ts";
import type { SystemProbes } from "./system-probes.ts";
import { readWheelText, unpackWheel } from "./unpack-wheel.ts";
import { listCudaRequirements, placeCudaEntry, placeTensorFlowEntry } from "./wheel-contents.ts";

/** An ordinary Linux computer where everything is installed. */
const computer: SystemProbes = {
  platform: "linux",
  arch: "x64",
  isRoot: false,
  isDebian: true,
  hasNvidiaGpu: async () => false,
  findPip: async () => ["python3", "-m", "pip"],
  hasPython: async () => true,
  hasCompiler: async () => true,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "karyoloop-setup-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("what to fetch", () => {
  it("is the CUDA library first where an NVIDIA GPU is, the CPU library always", async () => {
    const wheels = async (probes: Partial<SystemProbes>) =>
      (await listCandidates({ ...computer, ...probes })).map(({ engine, wheel }) => `${engine}: ${wheel}`);
    expect(await wheels({})).toEqual(["native-cpu: tensorflow-cpu"]);
    expect(await wheels({ arch: "arm64" })).toEqual(["native-cpu: tensorflow"]);
    expect(await wheels({ hasNvidiaGpu: async () => true })).toEqual([
      "native-gpu: tensorflow",
      "native-cpu: tensorflow-cpu",
    ]);
  });

  it("keeps headers and libraries of the wheel, and CUDA where the run path looks for it", () => {
    expect(placeTensorFlowEntry("tensorflow/include/tensorflow/c/eager/c_api.h")).toBe(
      "deps/include/tensorflow/c/eager/c_api.h",
    );
    expect(placeTensorFlowEntry("tensorflow/include/xla/tsl/c/tsl_status.h")).toBe(
      "deps/include/xla/tsl/c/tsl_status.h",
    );
    expect(placeTensorFlowEntry("tensorflow/libtensorflow_cc.so.2")).toBe("deps/lib/libtensorflow_cc.so.2");
    expect(placeTensorFlowEntry("tensorflow/python/_pywrap_tfe.so")).toBeNull();
    expect(placeCudaEntry("nvidia/cudnn/lib/libcudnn.so.9")).toBe("deps/nvidia/cudnn/lib/libcudnn.so.9");
    expect(placeCudaEntry("nvidia/cudnn/include/cudnn.h")).toBeNull();
  });

  it("reads the CUDA requirements and the announced size", () => {
    const metadata = [
      "Requires-Dist: numpy >=1.26.0",
      'Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"',
      "Requires-Dist: nvidia-nccl-cu12 <3.0,>=2.27.7 ; extra == 'and-cuda'",
    ].join("\n");
    expect(listCudaRequirements(metadata)).toEqual([
      "nvidia-cudnn-cu12<10.0,>=9.3.0.75",
      "nvidia-nccl-cu12<3.0,>=2.27.7",
    ]);
    expect(parseAnnouncedBytes("  Downloading tensorflow_cpu-2.21.0-cp311.whl (273.8 MB)")).toBe(273.8e6);
    expect(parseAnnouncedBytes("Saved ./x.whl")).toBeNull();
  });
});

describe("missing tools", () => {
  it("are named with the one command that installs them", async () => {
    const bare = { ...computer, findPip: async () => null, hasCompiler: async () => false };
    expect(await findMissingTools(computer)).toBeNull();
    expect(await findMissingTools(bare)).toMatchObject({
      debianPackages: ["python3-pip", "g++"],
      command: "sudo apt-get update && sudo apt-get install -y --no-install-recommends python3-pip g++",
    });
    expect((await findMissingTools({ ...bare, isRoot: true }))?.command).not.toContain("sudo");
    expect((await findMissingTools({ ...bare, isDebian: false }))?.command).toContain("package manager");
  });

  it.each([
    { probes: { ...computer, findPip: async () => null }, tag: "tensorflow-tools-missing", says: "python3-pip" },
    { probes: { ...computer, platform: "sunos" }, tag: "tensorflow-no-build", says: "wasm" },
  ])("end the set-up with a sentence: $tag", async ({ probes, tag, says }) => {
    const progress: SetupProgress[] = [];
    const result = await setUpBinding({ cache: join(folder, tag), probes, report: (line) => progress.push(line) });
    expect("problem" in result && result.problem.tag).toBe(tag);
    expect(progress.at(-1)).toMatchObject({ phase: "impossible" });
    expect(progress.at(-1)?.message).toContain(says);
  });

  it("end it when pip cannot reach anything, without a binding left behind", async () => {
    const cache = join(folder, "offline");
    const offline = {
      ...computer,
      findPip: async () => [process.execPath, "-e", "console.log('ERROR: no route');process.exit(1)", "--"],
    };
    const result = await setUpBinding({ cache, probes: offline, report: () => {} });
    expect("problem" in result && result.problem).toMatchObject({
      tag: "tensorflow-download-failed",
      where: "ERROR: no route",
    });
    expect(await readReadyBinding(cache, "native-cpu")).toBeNull();
  });
});

describe("the cache", () => {
  it("lies where the person says, else in the user's cache folder", () => {
    expect(cacheFolder({ KARYOLOOP_CACHE: "/big/disk" })).toBe("/big/disk");
    expect(cacheFolder({ XDG_CACHE_HOME: "/home/ada/.caches" })).toBe("/home/ada/.caches/karyoloop");
    expect(cacheFolder({})).toMatch(/\.cache\/karyoloop$/);
  });

  it("remembers a binding, and forgets one whose note was cut off", async () => {
    const cache = join(folder, "ready");
    const binding = { engine: "native-cpu" as const, wheel: "w.whl", addonPath: "/a.node" };
    await withFolderLock(join(bindingFolder(cache, "native-cpu"), "x.lock"), () => writeReadyBinding(cache, binding));
    expect(await readReadyBinding(cache, "native-cpu")).toEqual(binding);
    await writeFile(join(bindingFolder(cache, "native-cpu"), "ready.json"), '{"engine":"nat');
    expect(await readReadyBinding(cache, "native-cpu")).toBeNull();
  });

  it("is set up by one process at a time; the lock of a dead one is taken over", async () => {
    const lock = join(folder, "locks", "setup.lock");
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} in`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} out`);
    };
    await withFolderLock(lock, work("a"));
    await writeFile(lock, "999999999");
    await Promise.all([withFolderLock(lock, work("b")), withFolderLock(lock, work("c"))]);
    expect(order.map((step) => step.slice(2))).toEqual(["in", "out", "in", "out", "in", "out"]);
  });
});

describe("a wheel", () => {
  it("gives up what is asked for, and nothing outside the folder", async () => {
    const zip = new yazl.ZipFile();
    zip.addBuffer(Buffer.from("header"), "tensorflow/include/tensorflow/c/c_api.h");
    zip.addBuffer(Buffer.from("python"), "tensorflow/python/x.py");
    zip.addBuffer(Buffer.from("Name: tensorflow"), "tensorflow-2.dist-info/METADATA");
    zip.end();
    const chunks: Buffer[] = [];
    for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
    const wheel = join(folder, "test.whl");
    await writeFile(wheel, Buffer.concat(chunks));
    expect(await unpackWheel(wheel, join(folder, "out"), placeTensorFlowEntry)).toBe(6);
    expect(await readFile(join(folder, "out/deps/include/tensorflow/c/c_api.h"), "utf8")).toBe("header");
    expect(await readWheelText(wheel, (name) => name.endsWith("METADATA"))).toBe("Name: tensorflow");
    expect(await readWheelText(wheel, (name) => name === "none")).toBeNull();
    await expect(unpackWheel(wheel, join(folder, "out"), () => "../escaped")).rejects.toThrow("leaves the folder");
  });
});
