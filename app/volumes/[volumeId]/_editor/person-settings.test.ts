import { expect, it } from "vitest";
import { PersonSettings } from "./person-settings.ts";

function setUp() {
  const local = new Map<string, string>();
  const server = new Map<string, unknown>();
  const state = { isReachable: true };
  const storage = () => ({
    getItem: (key: string) => local.get(key) ?? null,
    setItem: (key: string, value: string) => void local.set(key, value),
  });
  const answer = <T>(make: () => T): Promise<T> =>
    state.isReachable ? Promise.resolve(make()) : Promise.reject(new Error("no connection"));
  const api = {
    load: () => answer(() => Object.fromEntries(server)),
    keep: (name: string, value: unknown) => answer(() => void server.set(name, value)),
  };
  return { local, server, state, open: (userId = "ada") => new PersonSettings(userId, api, storage) };
}

it("a page has at once what this browser knew, and what the server has when it answers", async () => {
  const { server, open } = setUp();
  const first = open();
  first.set("keys", { set: "napari" });
  await first.settled();
  expect(server.get("keys")).toEqual({ set: "napari" });
  server.set("keys", { set: "itk-snap" }); // on another computer
  const second = open();
  expect(second.get("keys")).toEqual({ set: "napari" });
  let heard = 0;
  second.subscribe(() => heard++);
  await second.load();
  expect([second.get("keys"), heard]).toEqual([{ set: "itk-snap" }, 1]);
  await second.load();
  expect(heard).toBe(1);
  expect(open("ben").get("keys")).toBeUndefined();
});

it("what was set without a connection is sent by a later page, and wins over what the server had", async () => {
  const { server, state, open } = setUp();
  server.set("tour", { seen: false });
  state.isReachable = false;
  const page = open();
  await page.load();
  page.set("tour", { seen: 1 });
  page.set("tour", { seen: 2 });
  await page.settled();
  expect(server.get("tour")).toEqual({ seen: false });
  state.isReachable = true;
  const later = open();
  await later.load();
  await later.settled();
  expect([later.get("tour"), server.get("tour")]).toEqual([{ seen: 2 }, { seen: 2 }]);
});

it("takes no copy that is not one of ours", () => {
  const { local, open } = setUp();
  for (const text of ["{", "null", "[]", '{"keys":7}']) {
    local.set("karyoloop.settings.ada", text);
    expect(open().get("keys"), text).toBeUndefined();
  }
});
