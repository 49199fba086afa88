import { failureLog } from "../../log/failure-log.ts";
import type { Services } from "../../services.ts";
import { inRoom, roomOperation } from "../live/in-room.ts";
import { liveVolumesOf } from "../live/live-volumes.ts";
import { type CountedNuclei, readNucleusCounts } from "../nuclei/nucleus-count.ts";

export interface VolumeCounts {
  readonly volumeId: string;
  /** Null where nobody has counted yet. */
  readonly counted: CountedNuclei | null;
  readonly isFresh: boolean;
}

/** Volumes that wait to be counted anew, and the one that is; one at a time, whoever asks. */
interface Recounts {
  readonly waiting: Map<string, { readonly projectId: string; readonly done: (() => void)[] }>;
  isRunning: boolean;
}

const ofServices = new WeakMap<Services, Recounts>();

/** What the database knows at once; what is stale there is counted anew behind, and told to pages by the topic `nuclei`. */
export async function countsOfProject(services: Services, projectId: string): Promise<VolumeCounts[]> {
  const rows = await readNucleusCounts(services.db, projectId);
  for (const { volumeId, isFresh } of rows) if (!isFresh) enqueue(services, volumeId, projectId);
  return rows.map((row) => {
    if (row.truth === null) return { volumeId: row.volumeId, isFresh: row.isFresh, counted: null };
    const { volumeId, isFresh, ...counted } = row;
    return { volumeId, isFresh, counted };
  });
}

/** The same, and nothing stale: for what is decided by it. */
export async function countsOfProjectNow(services: Services, projectId: string): Promise<VolumeCounts[]> {
  const stale = (await countsOfProject(services, projectId)).filter(({ isFresh }) => !isFresh);
  await Promise.all(
    stale.map(({ volumeId }) => new Promise<void>((done) => enqueue(services, volumeId, projectId, done))),
  );
  return countsOfProject(services, projectId);
}

function enqueue(services: Services, volumeId: string, projectId: string, done?: () => void): void {
  const recounts = ofServices.get(services) ?? { waiting: new Map(), isRunning: false };
  ofServices.set(services, recounts);
  const entry = recounts.waiting.get(volumeId) ?? { projectId, done: [] };
  recounts.waiting.set(volumeId, entry);
  if (done) entry.done.push(done);
  if (!recounts.isRunning) void run(services, recounts);
}

async function run(services: Services, recounts: Recounts): Promise<void> {
  recounts.isRunning = true;
  for (let [next] = recounts.waiting; next; [next] = recounts.waiting) {
    const [volumeId, { projectId, done }] = next;
    recounts.waiting.delete(volumeId);
    try {
      const counts = await inRoom(services, countOperation, volumeId, null);
      services.events.publish({ topic: "nuclei", projectId, volumeId, counts });
    } catch (error) {
      failureLog.failed("the count of nuclei", error);
    }
    for (const tell of done) tell();
    // Whoever waits to train sees the count change, once all of it is known.
    if (![...recounts.waiting.values()].some((other) => other.projectId === projectId))
      services.events.publish({ topic: "training", projectId });
  }
  recounts.isRunning = false;
}

const counting = roomOperation("count-nuclei", (live, _services, _input: null) => live.count());

export const countOperation: typeof counting = {
  ...counting,
  async run(services, volumeId, input) {
    const counts = await counting.run(services, volumeId, input);
    // Two hundred volumes that nobody has open are not to stay in memory for a minute each.
    await liveVolumesOf(services).closeUnused(volumeId);
    return counts;
  },
};
