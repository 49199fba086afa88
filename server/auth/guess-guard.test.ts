import { expect, it } from "vitest";
import { Problem } from "../../core/problem.ts";
import type { Database } from "../../db/client.ts";
import { createAttemptLimit } from "./attempt-limit.ts";
import { createGuessGuard } from "./guess-guard.ts";

/** No sessions: who is known is known since the start. */
const emptyDatabase = {
  select: () => ({ from: () => ({ innerJoin: () => ({ where: () => ({ limit: async () => [] }) }) }) }),
} as unknown as Database;

function setScene() {
  let now = 0;
  const guard = createGuessGuard(createAttemptLimit({ nowMs: () => now }), emptyDatabase);
  const outcome = (work: Promise<boolean>) =>
    work.then(
      (right) => (right ? "in" : "wrong"),
      (error: { waitSeconds: number }) => error.waitSeconds,
    );
  return {
    pass: (seconds: number) => (now += seconds * 1000),
    wrong: (email: string, network: string) => outcome(guard.guess("password", email, network, async () => false)),
    right: (email: string, network: string) => outcome(guard.guess("password", email, network, async () => true)),
    guard,
  };
}

it("of 60 guesses at once ten are tried", async () => {
  const { guard } = setScene();
  let tried = 0;
  const isRight = async () => {
    tried++;
    return false;
  };
  await Promise.allSettled(Array.from({ length: 60 }, () => guard.guess("password", "ada@x.org", "n", isRight)));
  expect(tried).toBe(10);
});

it("who guesses one account is slowed more and more, there only", async () => {
  const scene = setScene();
  let tried = 0;
  for (let second = 0; second < 3600; second++) {
    if ((await scene.wrong("ada@x.org", "attacker")) === "wrong") tried++;
    scene.pass(1);
  }
  expect(tried).toBeLessThanOrEqual(24);
  expect(await scene.right("Ada@x.org", "home")).toBe("in");
  expect(await scene.right("bob@x.org", "attacker")).toBe("in");
});

it("a hundred failures from one address make nobody wait for long, and those who were in before not at all", async () => {
  const scene = setScene();
  expect(await scene.right("ada@x.org", "institute")).toBe("in");
  for (let i = 0; i < 400; i++) {
    await scene.wrong(`person${i}@x.org`, "institute");
    if (i % 4 === 0) scene.pass(1);
  }
  const wait = await scene.right("new@x.org", "institute");
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(15);
  expect(await scene.right("ada@x.org", "institute")).toBe("in");
  scene.pass(15);
  expect(await scene.right("new@x.org", "institute")).toBe("in");
});

it("guesses from many addresses slow strangers, not the owner at home", async () => {
  const scene = setScene();
  expect(await scene.right("ada@x.org", "home")).toBe("in");
  const outcomes = [];
  for (let i = 0; i < 600; i++) outcomes.push(await scene.wrong("ada@x.org", `bot ${i}`));
  expect(outcomes.filter((one) => one === "wrong")).toHaveLength(60);
  expect(await scene.right("ada@x.org", "home")).toBe("in");
  expect(await scene.right("ada@x.org", "travelling")).toBeGreaterThan(0);
  scene.pass(60);
  expect(await scene.right("ada@x.org", "travelling")).toBe("in");
});

it("an attacker with an account of their own gains nothing by signing in to it", async () => {
  const scene = setScene();
  let tried = 0;
  for (let i = 0; i < 200; i++) {
    if ((await scene.wrong("ada@x.org", "attacker")) === "wrong") tried++;
    await scene.right("mallory@x.org", "attacker");
  }
  expect(tried).toBe(10);
});

it("what came to no answer does not count", async () => {
  const { guard } = setScene();
  const fails = () => guard.guess("code", "ada@x.org", "n", () => Promise.reject(new Error("the database is away")));
  for (let i = 0; i < 50; i++) await expect(fails()).rejects.toThrow("database");
});

it("dead links cost so many looks, live ones count for nothing", async () => {
  const { guard } = setScene();
  let looks = 0;
  const dead = () =>
    guard.openLink("n", async () => {
      looks++;
      return null;
    });
  const outcomes = await Promise.allSettled(Array.from({ length: 500 }, dead));
  expect(looks).toBe(60);
  expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(440);
  for (let i = 0; i < 100; i++) expect(await guard.openLink("elsewhere", async () => "live")).toBe("live");
});

it("a live link is no way to try one address after another", async () => {
  const { guard } = setScene();
  let tried = 0;
  const take = () =>
    guard.withLink("a live token", async () => {
      tried++;
      throw new Problem({ tag: "email-taken", what: "There is an account with this email already." });
    });
  await Promise.allSettled(Array.from({ length: 100 }, take));
  expect(tried).toBe(5);
  const busy = new Problem({ tag: "busy", what: "Later.", waitSeconds: 3 });
  for (let i = 0; i < 50; i++) await expect(guard.withLink("another", () => Promise.reject(busy))).rejects.toBe(busy);
});
