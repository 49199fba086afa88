import { describe, expect, it } from "vitest";
import { chooseEngine, type EngineProbes } from "./choose-engine.ts";

const machine = (gpu: boolean, works: readonly string[]): EngineProbes => ({
  hasNvidiaGpu: async () => gpu,
  findBinding: async (engine) =>
    works.includes(engine) ? { addonPath: `/cache/${engine}` } : { reason: `${engine} is not set up` },
});

describe("chooseEngine", () => {
  it.each([
    { gpu: true, works: ["native-gpu", "native-cpu"], name: "native-gpu" },
    { gpu: true, works: ["native-cpu"], name: "native-cpu" },
    { gpu: true, works: [], name: "wasm" },
    { gpu: false, works: ["native-gpu", "native-cpu"], name: "native-cpu" },
    { gpu: false, works: [], name: "wasm" },
  ])("takes $name with a GPU: $gpu and working: $works", async ({ gpu, works, name }) => {
    const choice = await chooseEngine(machine(gpu, works));
    expect(choice.name).toBe(name);
    expect(choice.addonPath).toBe(name === "wasm" ? undefined : `/cache/${name}`);
  });

  it("says why it is not a better one", async () => {
    expect((await chooseEngine(machine(true, ["native-cpu"]))).reason).toContain("native-gpu is not set up");
    expect((await chooseEngine(machine(false, []))).reason).toContain("native-cpu is not set up");
  });

  it("obeys a wish, or says what is missing for it", async () => {
    expect((await chooseEngine(machine(true, ["native-gpu"]), "wasm")).name).toBe("wasm");
    await expect(chooseEngine(machine(false, []), "native")).rejects.toMatchObject({ tag: "native-engine-missing" });
  });
});
