import { expect, it } from "vitest";
import { logOf } from "../log/log.ts";
import { createRefusalLog } from "./refusal-log.ts";

it("says what was refused, and of a flood no more than its number", () => {
  const lines: string[] = [];
  let nowMs = 0;
  const write = (line: string) => void lines.push(line);
  const refusals = createRefusalLog(
    logOf("http", { level: "info", format: "json", write, now: () => new Date() }),
    () => nowMs,
  );
  refusals.refused(403, "volume.delete");
  expect(JSON.parse(lines[0])).toMatchObject({ level: "info", message: "volume.delete was refused", status: 403 });
  for (let i = 0; i < 10_000; i++) refusals.refused(401);
  expect(lines).toHaveLength(60);
  nowMs = 60_000;
  refusals.refused(401);
  expect(lines).toHaveLength(62);
  expect(JSON.parse(lines[60])).toMatchObject({ level: "warn", message: expect.stringContaining("9941 more") });
});
