import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { arms } from "../../../core/study/arms/arms.ts";
import type { PoolObject, SeenByArm } from "../../../core/study/arms/question.ts";
import { effortMeasures } from "../../../core/study/effort/cost-model.ts";
import type { StudyPlan } from "../../../core/study/plan/plan.ts";
import type { StudyRow } from "../../../core/study/plan/study-row.ts";
import { randomStream } from "../../../core/study/random-stream.ts";
import { judgeArm } from "../../../core/study/statistics/accept-rule.ts";
import { compareArms, finishedCurves } from "../../../core/study/statistics/compare-arms.ts";
import { openPool, trainingVolumes } from "./labelled-pool.ts";
import { playRun, type RunContext, type RunState } from "./play-run.ts";
import { runStudy } from "./run-study.ts";
import { describeData } from "./study-data.ts";
import { readRows } from "./study-folder.ts";
import { createBlocks, createStandIn, miniaturePlan, type StandInHooks } from "./testing/stand-in.ts";

let root: string;
let folders = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "karyoloop-study-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const BLOCKS = ["a", "b", "c"].map((specimen) => createBlocks(specimen));
const dataOf = (plan: StudyPlan, volumes = BLOCKS) => [describeData(plan.sets[0], volumes)];

async function study(plan: StudyPlan, hooks: StandInHooks = {}, folder = path.join(root, String(folders++))) {
  const lines: string[] = [];
  const report = await runStudy(
    {
      plan,
      data: dataOf(plan),
      folder,
      version: "test",
      only: [],
      maxRuns: Number.POSITIVE_INFINITY,
      signal: new AbortController().signal,
      say: (line) => lines.push(line),
    },
    async () => createStandIn(hooks),
  );
  return {
    folder,
    lines,
    report,
    rows: await readRows(folder, plan),
    table: await readFile(`${folder}/raw.csv`, "utf8"),
  };
}

const contextOf = (plan: StudyPlan, hooks: StandInHooks = {}, volumes = BLOCKS): RunContext => ({
  plan,
  data: dataOf(plan, volumes)[0],
  learner: createStandIn(hooks),
  foregrounds: new Map(),
  version: "test",
  signal: new AbortController().signal,
});

describe("a study", () => {
  it("ends with the same table however often it is killed, and with the same one when it is run again", async () => {
    const plan = miniaturePlan({ seeds: [0], arms: ["shipped", "foreground-66"], rounds: 3 });
    const whole = await study(plan);
    expect(whole.rows).toHaveLength(1 + 2 * 4);
    expect(whole.lines).toHaveLength(whole.rows.length);
    expect((await study(plan)).table).toBe(whole.table);
    const folder = path.join(root, "killed");
    const random = randomStream(1, "kill");
    let [kills, learned] = [0, 0];
    for (let isDone = false; !isDone; ) {
      let left = random.below(6);
      const die = () => {
        if (left-- <= 0) throw new Error("killed");
      };
      try {
        const { table } = await study(plan, { onPropose: die, onLearn: () => learned++ }, folder);
        expect(table).toBe(whole.table);
        isDone = true;
      } catch (error) {
        if (!String(error).includes("killed")) throw error;
        kills++;
        if (kills > 200) throw new Error("it never comes to an end", { cause: error });
      }
    }
    expect(kills).toBeGreaterThan(5);
    // A round that was cut off is done again, one that was finished is not.
    expect(learned).toBe(whole.rows.length + kills);
    expect((await readdir(folder)).some((name) => name.endsWith(".part"))).toBe(false);
  });

  it("goes on with the plan and the data that it began with alone", async () => {
    const { folder } = await study(miniaturePlan({ seeds: [0], rounds: 1 }));
    const other = miniaturePlan({ seeds: [0], rounds: 1, primary: { arm: "shipped", effort: "points", target: 0.8 } });
    await expect(study(other, {}, folder)).rejects.toMatchObject({ tag: "plan-changed" });
    await writeFile(path.join(folder, "data.json"), JSON.stringify({ blocks: {} }));
    await expect(study(miniaturePlan({ seeds: [0], rounds: 1 }), {}, folder)).rejects.toMatchObject({
      tag: "data-changed",
    });
  });

  it("starts all arms of a seed alike: cold start, effort, model and scores", async () => {
    const { rows } = await study(
      miniaturePlan({ arms: ["shipped", "stratified", "foreground-66", "oracle"], rounds: 1 }),
    );
    const first = (seed: number) => rows.filter((row) => row.seed === seed && row.round === 0 && row.arm !== "full");
    for (const seed of [0, 1]) {
      const [one, ...others] = first(seed).map(({ arm, ...row }) => row);
      expect(others).toHaveLength(3);
      for (const other of others) expect(other).toEqual(one);
    }
    expect(first(1)[0].labelsId).not.toBe(first(0)[0].labelsId);
  });

  it("charges every answer once: the effort of a row is the sum of the ledger", async () => {
    for (const arm of ["shipped", "foreground-66"] as const) {
      const states: RunState[] = [];
      const plan = miniaturePlan({ arms: [arm, "stratified"], primary: { arm, effort: "points", target: 0.9 } });
      await playRun({ set: "blocks", seed: 0, arm }, contextOf(plan), null, async (state) => {
        states.push(structuredClone({ rows: state.rows, pool: state.pool && { ...state.pool, volumes: [] } }));
      });
      for (const [round, { pool }] of states.slice(0, -1).entries()) {
        const { effort } = states[round + 1].rows[round + 1];
        for (const name of effortMeasures) {
          let sum = 0;
          for (const charge of pool?.ledger ?? []) sum += charge[name];
          expect(effort[name]).toBe(sum);
        }
        expect(pool?.ledger.length).toBe(plan.coldStart + (pool?.asked ?? 0));
        expect(effort.nuclei - states[round].rows[round].effort.nuclei).toBeGreaterThanOrEqual(plan.querySize);
      }
    }
  });
});

describe("what is kept out", () => {
  it("is never learned from nor asked about, and nothing else is measured", async () => {
    const plan = miniaturePlan({ seeds: [0, 1, 2], arms: ["shipped", "stratified", "foreground-66-truth"], rounds: 1 });
    const learned = new Set<string>();
    const measured = new Set<string>();
    for (const [seed, test] of ["a", "b", "c"].entries())
      for (const arm of [...plan.arms, "full"] as const)
        await playRun(
          { set: "blocks", seed, arm },
          contextOf(plan, {
            onLearn: (volumes) => {
              for (const volume of volumes) learned.add(`${test} ${volume.specimen}`);
            },
            onPropose: ({ id, labels }) => {
              if (id !== `${test}-volume`) return;
              measured.add(id);
              // Nobody has been asked there.
              expect(labels.every((label) => label === 0)).toBe(true);
            },
          }),
          null,
          async ({ rows, pool }) => {
            expect(rows[rows.length - 1].test).toBe(test);
            expect(pool?.volumes.length ?? 2).toBe(2);
          },
        );
    expect([...learned].sort()).toEqual(["a b", "a c", "b a", "b c", "c a", "c b"]);
    expect(measured.size).toBe(3);
  });

  it("is noticed where it would get in: as a volume of the pool, as a copy under another name", () => {
    const plan = miniaturePlan();
    const pool = openPool(BLOCKS, plan, 0, null);
    expect(() => trainingVolumes(pool, new Map(), "b")).toThrow(expect.objectContaining({ tag: "test-in-training" }));
    expect(() => describeData(plan.sets[0], [BLOCKS[0], { ...BLOCKS[0], id: "copy", specimen: "b" }])).toThrow(
      expect.objectContaining({ tag: "specimens-share-image" }),
    );
  });

  it("changes no training where the truth of what nobody has asked about changes", async () => {
    const plan = miniaturePlan({ arms: ["shipped", "stratified", "core-set"] });
    for (const arm of plan.arms) {
      const play = async (volumes: typeof BLOCKS) => {
        const seen: string[] = [];
        let done: ReadonlySet<string> = new Set();
        await playRun(
          { set: "blocks", seed: 0, arm },
          contextOf(
            plan,
            {
              onLearn: (given) =>
                seen.push(
                  describeData(
                    plan.sets[0],
                    given.map((one) => ({ ...one, image: Float32Array.from(one.known) })),
                  ).digests["b-volume"] ?? "none",
                ),
            },
            volumes,
          ),
          null,
          async ({ pool }) => {
            if (pool)
              done = new Set(pool.volumes.flatMap(({ done: of }, i) => [...of].map((label) => `${i} ${label}`)));
          },
        );
        return { seen, done };
      };
      const before = await play(BLOCKS);
      // Seed 0 keeps "a" out; "b" is the first of the pool.
      const free = [...new Set(BLOCKS[1].labels)].filter((label) => label !== 0 && !before.done.has(`0 ${label}`));
      expect(free.length).toBeGreaterThan(2);
      const labels = BLOCKS[1].labels.slice();
      for (const label of free) labels[labels.lastIndexOf(label)] = 0;
      const after = await play([BLOCKS[0], { ...BLOCKS[1], labels }, BLOCKS[2]]);
      expect(after.seen).toEqual(before.seen);
      expect(before.seen).toHaveLength(4);
    }
  });
});

it("orders questions in a process that cannot read a file of the data, as it does here", async () => {
  const model = await createStandIn().learn([BLOCKS[0]], { seed: 0, steps: 1, signal: new AbortController().signal });
  const found = await model.propose(
    { ...BLOCKS[1], labels: new Uint32Array(BLOCKS[1].labels.length) },
    new AbortController().signal,
  );
  const objects: PoolObject[] = found.instances.map((instance) => ({ volume: 0, instance }));
  const given = {
    objects,
    diameterUm: 3,
    askedBefore: 0,
    round: 0,
    space: { shapeZyx: BLOCKS[1].shapeZyx, voxelSizeZyx: BLOCKS[1].voxelSizeZyx },
  };
  const script = `
    import { arms } from ${JSON.stringify(new URL("../../../core/study/arms/arms.ts", import.meta.url).href)};
    import { randomStream } from ${JSON.stringify(new URL("../../../core/study/random-stream.ts", import.meta.url).href)};
    import { readFileSync } from "node:fs";
    let refused = false;
    try { readFileSync(${JSON.stringify(root)} + "/truth"); } catch (error) { refused = error.code === "ERR_ACCESS_DENIED"; }
    let text = "";
    for await (const chunk of process.stdin) text += chunk;
    const seen = JSON.parse(text);
    const order = [...arms.shipped.ask({ ...seen, volumes: [], random: randomStream(0, "x") })].map(({ id }) => id);
    console.log(JSON.stringify({ refused, order }));`;
  await writeFile(path.join(root, "truth"), "all nuclei");
  const repository = fileURLToPath(new URL("../../../", import.meta.url));
  const said = execFileSync(
    process.execPath,
    ["--permission", `--allow-fs-read=${repository}*`, "--input-type=module", "--no-warnings", "--eval", script],
    { input: JSON.stringify(given), encoding: "utf8", cwd: repository, env: { NODE_ENV: "test" } },
  );
  const seen: SeenByArm = { ...given, volumes: [], random: randomStream(0, "x") };
  const here = [...arms.shipped.ask(seen)].map((question) => question.kind === "object" && question.id);
  expect(JSON.parse(said)).toEqual({ refused: true, order: here });
  expect(here.length).toBeGreaterThan(10);
});

describe("the rule, on a study with a stand-in", () => {
  const plan = miniaturePlan({
    arms: ["shipped", "stratified", "shuffled", "top-k"],
    seeds: [0, 1, 2, 3, 4, 5],
    rounds: 5,
  });
  let rows: readonly StudyRow[];
  let report: string;
  beforeAll(async () => {
    const done = await study(plan);
    rows = done.rows;
    report = await readFile(done.report, "utf8");
  });

  it("sees an order that saves labour where there is one", () => {
    const comparisons = compareArms(finishedCurves(rows, plan), plan);
    expect(judgeArm("shipped", comparisons, [], plan)).toEqual({ arm: "shipped", isAccepted: true, objections: [] });
    expect(report).toContain("Active ordering saves labour");
    expect(report).toContain("plots/blocks.svg");
  });

  it("sees none in shuffled doubts, nor in chance under another name", () => {
    const curves = finishedCurves(rows, plan);
    const shuffled = compareArms(curves, plan, ["shuffled"]);
    expect(judgeArm("shuffled", shuffled, [], plan).isAccepted).toBe(false);
    const disguised = rows
      .filter(({ arm }) => arm !== "shipped")
      .concat(rows.filter(({ arm }) => arm === "stratified").map((row) => ({ ...row, arm: "shipped" as const })));
    const verdict = judgeArm("shipped", compareArms(finishedCurves(disguised, plan), plan), [], plan);
    expect(verdict.isAccepted).toBe(false);
    const swapped = rows.map((row) => ({
      ...row,
      arm: row.arm === "shipped" ? ("top-k" as const) : row.arm === "top-k" ? ("shipped" as const) : row.arm,
    }));
    const of = (some: readonly StudyRow[], arm: string) =>
      compareArms(finishedCurves(some, plan), plan).flatMap((one) =>
        one.arm === arm ? [[one.medianRatio, one.areaDifference, one.p]] : [],
      );
    expect(of(swapped, "top-k")).toEqual(of(rows, "shipped"));
    expect(of(swapped, "shipped")).toEqual(of(rows, "top-k"));
  });
});
