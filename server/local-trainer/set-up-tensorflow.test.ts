import { expect, it } from "vitest";
import type { EngineStatus } from "../engine-status.ts";
import { startTensorFlowSetUp, toEngineStatus } from "./set-up-tensorflow.ts";

it("says how much of a download is there", () => {
  const line = JSON.stringify({
    phase: "download",
    message: "Fetching tensorflow-cpu",
    bytes: 50e6,
    totalBytes: 200e6,
  });
  expect(toEngineStatus(line)).toEqual({
    state: "setting-up",
    engine: "wasm",
    text: "Fetching tensorflow-cpu (50 of 200 MB). Until it is ready, training uses the slower wasm engine.",
    progress: 0.25,
  });
});

it.each(["", "npm warn something", "{", '{"phase":7}'])("ignores what is no line of progress: %j", (line) => {
  expect(toEngineStatus(line)).toBeNull();
});

it("follows a set-up to its end", async () => {
  const statuses: EngineStatus[] = [];
  const lines = [
    { phase: "build", message: "Compiling the binding" },
    { phase: "impossible", message: "There is no pip." },
  ].map((line) => JSON.stringify(line));
  const setUp = startTensorFlowSetUp({
    command: [process.execPath, "-e", `console.log(${JSON.stringify(lines.join("\n"))})`],
    onStatus: (status) => statuses.push(status),
  });
  expect(await setUp.ended).toBe(0);
  expect(statuses.map((status) => status.state)).toEqual(["setting-up", "fallback"]);
  expect(setUp.last()?.text).toContain("There is no pip. Training uses the slower wasm engine.");
});
