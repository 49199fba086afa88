import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Zyx } from "../core/volume/voxel-space.ts";
import { createReadyVolume } from "../server/collab/testing/collab-fixture.ts";
import { typescriptArguments } from "../server/supervisor/typescript-arguments.mjs";
import { startTestServer, type TestPerson } from "../server/testing/test-server.ts";
import type { PaintersReport } from "./busy-server/painters-process.ts";
import { median, quantile } from "./page/quantile.ts";
import { ms, numberAfter, report } from "./page/report.ts";

/*
 * Fifty people in one volume, and a hundred in ten, each with the page open, presence and a stroke a second: how long until a stroke is
 * seen, how often a connection is lost, what a stroke costs the server.
 * `node --import tsx bench/many-people.ts [--seconds 30] [--json FILE]`
 * The people are a process of their own, on the same cores.
 */
const COMMAND = "node --import tsx bench/many-people.ts";
const MUST_MS = 400;
const shapeZyx: Zyx = [128, 512, 512];
const TEAMS = [
  { people: 50, volumes: 1 },
  { people: 100, volumes: 10 },
] as const;
const seconds = numberAfter("--seconds", 30);

interface Figures {
  readonly people: number;
  readonly volumes: number;
  readonly strokes: number;
  readonly seenMsMedian: number;
  readonly seenMsP95: number;
  readonly unseen: number;
  readonly dropped: number;
  readonly cpuMsPerStroke: number;
}

const server = await startTestServer();
const figures: Figures[] = [];
try {
  const owner = await server.signUp("Owner");
  const people: TestPerson[] = [];
  for (let i = 0; i < Math.max(...TEAMS.map((team) => team.people)); i++)
    people.push(await server.signUp(`Painter ${i}`));
  for (const team of TEAMS) figures.push(await watch(team));

  async function watch(team: (typeof TEAMS)[number]): Promise<Figures> {
    const projectId = await server.createProject(`${team.people} people`, [
      [owner, "owner"],
      ...people.map((person) => [person, "annotator"] as const),
    ]);
    const volumeIds: string[] = [];
    for (let i = 0; i < team.volumes; i++)
      volumeIds.push(
        await createReadyVolume(server.services, { projectId, createdBy: owner.id, shapeZyx, name: `embryo ${i}` }),
      );
    const painters = fork(fileURLToPath(new URL("./busy-server/painters-process.ts", import.meta.url)), [], {
      execArgv: typescriptArguments,
    });
    const said = async <K extends PaintersReport["kind"]>(kind: K) => {
      for (;;) {
        const [message] = (await once(painters, "message")) as [PaintersReport];
        if (message.kind === kind) return message as Extract<PaintersReport, { kind: K }>;
      }
    };
    try {
      const ready = said("ready");
      painters.send({
        address: server.address,
        cookies: people.slice(0, team.people).map(({ cookie }) => cookie),
        projectId,
        volumeIds,
        shapeZyx,
      });
      await ready;
      const before = process.cpuUsage();
      await sleep(seconds * 1000);
      const { user, system } = process.cpuUsage(before);
      const seen = said("seen");
      painters.send("stop");
      const { seenMs, unseen, dropped } = await seen;
      return {
        ...team,
        strokes: seenMs.length,
        seenMsMedian: median(seenMs),
        seenMsP95: quantile(seenMs, 0.95),
        unseen,
        dropped,
        cpuMsPerStroke: (user + system) / 1000 / seenMs.length,
      };
    } finally {
      painters.disconnect();
    }
  }
  report(
    { seconds, teams: figures },
    figures.map((one) => ({
      what: `${one.people} people with their pages open in ${one.volumes} ${one.volumes === 1 ? "volume" : "volumes"}, a stroke a second each`,
      must: `seen p95 ≤ ${MUST_MS} ms, no connection dropped`,
      command: COMMAND,
      figure: `median ${ms(one.seenMsMedian)}, p95 ${ms(one.seenMsP95)} of ${one.strokes} strokes, ${one.unseen} not seen; ${one.dropped} connections dropped; ${one.cpuMsPerStroke.toFixed(1)} ms of the server's processor per stroke`,
    })),
  );
  process.exitCode = figures.every(({ seenMsP95, unseen, dropped }) => seenMsP95 <= MUST_MS && unseen + dropped === 0)
    ? 0
    : 1;
} finally {
  await server.close();
}
process.exit();
