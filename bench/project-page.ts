import { BRICK_VOXELS, brickKeyOf } from "../core/volume/brick.ts";
import { liveVolumesOf } from "../server/collab/live/live-volumes.ts";
import { countsOfProjectNow } from "../server/collab/operations/count-project.ts";
import { createReadyVolume } from "../server/collab/testing/collab-fixture.ts";
import { startTestServer } from "../server/testing/test-server.ts";
import { createTestClient } from "../server/testing/trpc-client.ts";
import { median } from "./page/quantile.ts";
import { ms, numberAfter, report } from "./page/report.ts";

/*
 * What the page of a project asks for, with many labelled volumes that nobody has open:
 * `node --import tsx bench/project-page.ts [--volumes 200] [--json FILE]`
 */
const COMMAND = "node --import tsx bench/project-page.ts";
const MUST = { namesMs: 500, allMs: 2000 };
const NUCLEI = 200;

const volumes = numberAfter("--volumes", 200);
const server = await startTestServer();
try {
  const ada = await server.signUp("Ada");
  const projectId = await server.createProject("many", [[ada, "owner"]]);
  const base = new Map([0, 1].map((bx) => [brickKeyOf(0, 0, bx), new Uint32Array(BRICK_VOXELS)]));
  for (const [key, voxels] of base)
    for (let i = 0; i < BRICK_VOXELS; i++) voxels[i] = i % 9 < 4 ? 1 + (Math.floor(i / 4096) % NUCLEI) + 100 * key : 0;
  for (let i = 0; i < volumes; i++)
    await createReadyVolume(server.services, {
      projectId,
      createdBy: ada.id,
      shapeZyx: [64, 64, 128],
      name: `embryo ${i}`,
      base,
    });
  const began = performance.now();
  await countsOfProjectNow(server.services, projectId);
  const firstCountMs = performance.now() - began;

  const openRooms = async () => (await liveVolumesOf(server.services).counts()).rooms;
  // Those that were counted last may not have been closed yet.
  const roomsBefore = await openRooms();
  const api = createTestClient(server.address, ada.cookie);
  const timed = async (ask: () => Promise<unknown>) => {
    const from = performance.now();
    await ask();
    return performance.now() - from;
  };
  const names: number[] = [];
  const all: number[] = [];
  for (let run = 0; run < 5; run++) {
    let namesMs = 0;
    const asked = [
      timed(() => api.volume.list.query({ projectId })).then((took) => {
        namesMs = took;
      }),
      api.nucleus.counts.query({ projectId }),
      api.training.state.query({ projectId }),
      api.project.progress.query({ projectId }),
      api.checkpoint.list.query({ projectId }),
      api.learningCurve.points.query({ projectId }),
    ];
    all.push(await timed(() => Promise.all(asked)));
    names.push(namesMs);
  }
  const rooms = Math.max(0, (await openRooms()) - roomsBefore);
  const figures = { namesMs: median(names), allMs: median(all) };
  report({ volumes, ...figures, rooms, firstCountMs }, [
    {
      what: `page of a project with ${volumes} labelled volumes that nobody has open`,
      must: `names ≤ ${MUST.namesMs} ms, all ≤ ${MUST.allMs} ms, no volume opened`,
      command: COMMAND,
      figure: `names ${ms(figures.namesMs)}, all ${ms(figures.allMs)}, ${rooms} volumes opened; counting all of them once ${ms(firstCountMs)}`,
    },
  ]);
  process.exitCode = figures.namesMs <= MUST.namesMs && figures.allMs <= MUST.allMs && rooms === 0 ? 0 : 1;
} finally {
  await server.close();
}
process.exit();
