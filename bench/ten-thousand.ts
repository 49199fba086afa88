import superjson from "superjson";
import { addLabelledVolume } from "../server/export/testing/labelled-volume.ts";
import { seedProposals } from "../server/testing/seed-training.ts";
import { startTestServer } from "../server/testing/test-server.ts";
import { createTestClient } from "../server/testing/trpc-client.ts";
import { median, quantile } from "./page/quantile.ts";
import { ms, numberAfter, report } from "./page/report.ts";

/*
 * A volume with ten thousand nuclei and ten thousand open proposals: what its page asks, over HTTP, once it is open.
 * Beside it, what superjson alone takes to write the same list. Server and client are one process.
 * `node --import tsx bench/ten-thousand.ts [--nuclei 12000] [--proposals 10000] [--asked 40] [--json FILE]`
 */
const COMMAND = "node --import tsx bench/ten-thousand.ts";
const MUST_MS = 100;

/** That many cuboids, roughly, fill the volume. */
const cellSide = Math.cbrt(12_000 / numberAfter("--nuclei", 12_000));
const proposals = numberAfter("--proposals", 10_000);
const asked = numberAfter("--asked", 40);
const server = await startTestServer();
try {
  const ada = await server.signUp("Ada");
  const projectId = await server.createProject("many", [[ada, "owner"]]);
  const volumeId = await addLabelledVolume(server, projectId, ada.id, {
    name: "embryo",
    specimen: "e1",
    shapeZyx: [128, 512, 512],
    cellsZyx: [Math.round(10 * cellSide), Math.round(14 * cellSide), Math.round(18 * cellSide)],
  });
  await seedProposals(
    server.services,
    volumeId,
    Array.from({ length: proposals }, (_, i) => ({
      labelValue: 2_000_000 + i,
      kind: i % 5 === 0 ? ("candidate" as const) : ("nucleus" as const),
      uncertainty: ((i * 7919) % proposals) / proposals,
    })),
  );
  const api = createTestClient(server.address, ada.cookie);
  const first = performance.now();
  const list = await api.nucleus.list.query({ volumeId });
  const { label } = list;
  const firstListMs = performance.now() - first;
  const questions = {
    list: () => api.nucleus.list.query({ volumeId }),
    proposals: () => api.proposal.list.query({ volumeId }),
    next: () => api.queue.next.mutate({ volumeId, pageId: "page-of-ada", skipped: [] }),
    state: () => api.queue.state.query({ volumeId }),
  };
  const took: Record<string, { medianMs: number; p95Ms: number }> = {};
  for (const [name, ask] of Object.entries(questions)) {
    const times: number[] = [];
    await ask();
    for (let i = 0; i < asked; i++) {
      const began = performance.now();
      await ask();
      times.push(performance.now() - began);
    }
    took[name] = { medianMs: median(times), p95Ms: quantile(times, 0.95) };
  }
  const written = Array.from({ length: 5 }, () => {
    const began = performance.now();
    superjson.stringify(list);
    return performance.now() - began;
  });
  const superjsonMs = median(written);
  report({ nuclei: label.length, proposals, firstListMs, superjsonMs, ...took }, [
    {
      what: `${label.length} nuclei and ${proposals} proposals in a volume: list, proposals, next question, state of the queue, over HTTP`,
      must: `median ≤ ${MUST_MS} ms each`,
      command: COMMAND,
      figure: `${Object.entries(took)
        .map(([name, { medianMs, p95Ms }]) => `${name} ${ms(medianMs)} (95 % ${ms(p95Ms)})`)
        .join(
          ", ",
        )}; the first list, which counts all voxels, ${ms(firstListMs)}; the same list by superjson alone: ${ms(superjsonMs)}`,
    },
  ]);
  process.exitCode = Object.values(took).every(({ medianMs }) => medianMs <= MUST_MS) ? 0 : 1;
} finally {
  await server.close();
}
process.exit();
