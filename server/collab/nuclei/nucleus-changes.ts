import type { NucleusCounts } from "../../events.ts";
import { failureLog } from "../../log/failure-log.ts";
import type { Services } from "../../services.ts";
import type { PostgresRoomStore } from "../journal/postgres-room-store.ts";
import type { LiveNuclei } from "./live-nuclei.ts";
import { countNuclei, readCountBasis, shownCounts, storeNucleusCount } from "./nucleus-count.ts";
import { countDay } from "./nucleus-day.ts";

/** Strokes come many a second; lists follow a few times a second, the counts on other pages more slowly. */
const TELL_AFTER_MS = 100;
const COUNT_AFTER_MS = 1000;

/** Tells pages what changed in the list of a volume, and keeps its counts in the database. */
export class NucleusChanges {
  readonly #services: Services;
  readonly #volume: { readonly projectId: string; readonly volumeId: string };
  readonly #nuclei: LiveNuclei;
  readonly #whileOwned: PostgresRoomStore["whileOwned"];
  #tellTimer: NodeJS.Timeout | null = null;
  #countTimer: NodeJS.Timeout | null = null;
  /** Of the last tick that wrote records, or what the room was opened with. */
  #position: number;
  #closed = false;

  constructor(
    services: Services,
    volume: { readonly projectId: string; readonly volumeId: string },
    nuclei: LiveNuclei,
    position: number,
    whileOwned: PostgresRoomStore["whileOwned"],
  ) {
    this.#services = services;
    this.#volume = volume;
    this.#nuclei = nuclei;
    this.#position = position;
    this.#whileOwned = whileOwned;
  }

  onRecords(position: number): void {
    this.#position = position;
  }

  tell(): void {
    if (this.#closed) return;
    this.#tellTimer ??= setTimeout(() => {
      this.#tellTimer = null;
      void this.#tellNow().catch((error) => failureLog.failed("the list of nuclei", error));
    }, TELL_AFTER_MS).unref();
  }

  async count(): Promise<NucleusCounts> {
    const { volumeId } = this.#volume;
    // Both as of before: what comes meanwhile may be in the counts, and is not promised to be.
    const position = this.#position;
    const basis = await readCountBasis(this.#services.db, volumeId);
    await this.#nuclei.update();
    if (!basis) return { truth: 0, unfinished: 0, toReview: 0, approved: 0, sentBack: 0 };
    const counted = countNuclei(this.#nuclei.rows(), basis.keptBoxes);
    const day = countDay(this.#nuclei.rows());
    await this.#whileOwned((tx) => storeNucleusCount(tx, { volumeId, position, basis: basis.key, ...counted }, day));
    return shownCounts(counted);
  }

  close(): void {
    this.#closed = true;
    if (this.#tellTimer) clearTimeout(this.#tellTimer);
    if (this.#countTimer) clearTimeout(this.#countTimer);
  }

  async #tellNow(): Promise<void> {
    const { projectId, volumeId } = this.#volume;
    if (!this.#nuclei.isOpen) {
      this.#services.events.publish({ topic: "nuclei", projectId, volumeId });
      return;
    }
    await this.#nuclei.update();
    const news = this.#nuclei.takePatch();
    if (!news || this.#closed) return;
    this.#services.events.publish({ topic: "nuclei", projectId, volumeId, ...(news.patch && { patch: news.patch }) });
    this.#countTimer ??= setTimeout(() => {
      this.#countTimer = null;
      void this.#countAndTell().catch((error) => failureLog.failed("the count of nuclei", error));
    }, COUNT_AFTER_MS).unref();
  }

  async #countAndTell(): Promise<void> {
    if (this.#closed) return;
    const { projectId, volumeId } = this.#volume;
    this.#services.events.publish({ topic: "nuclei", projectId, volumeId, counts: await this.count() });
  }
}
