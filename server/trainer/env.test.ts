import { expect, it } from "vitest";
import { takeTrainerEnvironment } from "./env.ts";

const given = () => ({
  KARYOLOOP_SERVER: "https://karyoloop.example.org/",
  KARYOLOOP_TRAINER_TOKEN: "abc_DEF-123\n",
  KARYOLOOP_TRAINER_NAME: "gpu-2",
  KARYOLOOP_BASE_CHANNELS: "8",
});

it("hands the token to nobody but the client, and leaves none for the programs it starts", () => {
  const source: Record<string, string | undefined> = given();
  const { server, ...others } = takeTrainerEnvironment(source);
  expect(server).toEqual({ address: "https://karyoloop.example.org", token: "abc_DEF-123" });
  expect(others.settings).toEqual({ baseChannels: 8, checkpointSeconds: 20 });
  expect(JSON.stringify(others)).not.toMatch(/abc_DEF|example/);
  expect(source).not.toHaveProperty("KARYOLOOP_TRAINER_TOKEN");
});

it.each(["", "a b", "a\u0000b"])("refuses %j as a token without repeating it", (token) => {
  expect(() => takeTrainerEnvironment({ ...given(), KARYOLOOP_TRAINER_TOKEN: token })).toThrow("no token of Karyoloop");
});
