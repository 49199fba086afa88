import type { TrainingMetric } from "../../../core/contract/trainer-messages.ts";
import type { HeldJob } from "../lease/held-job.ts";
import type { StepReport } from "../loop/train-options.ts";
import type { ValidationScores } from "../measure/validate.ts";

/** Fast enough to look live, slow enough to cost nothing. */
const FLUSH_EVERY_MS = 2000;

/** Streams loss and validation AP to the page: one point for all steps of two seconds, with their mean loss. */
export class MetricStream {
  readonly #held: HeldJob;
  readonly #startMs: number;
  #waiting: TrainingMetric[] = [];
  #lossSum = 0;
  #steps = 0;
  #lastStep = 0;
  /** The first step is shown at once: somebody waits for it. */
  #flushedAtMs = Number.NEGATIVE_INFINITY;

  constructor(held: HeldJob, secondsBefore: number) {
    this.#held = held;
    this.#startMs = performance.now() - secondsBefore * 1000;
  }

  async addStep({ step, loss }: StepReport): Promise<void> {
    this.#lossSum += loss;
    this.#steps++;
    this.#lastStep = step;
    if (performance.now() - this.#flushedAtMs < FLUSH_EVERY_MS) return;
    this.#pushSteps();
    await this.flush();
  }

  /** After the last step. */
  async finish(): Promise<void> {
    this.#pushSteps();
    await this.flush();
  }

  async addValidation(step: number, scores: ValidationScores): Promise<void> {
    this.#push(step, this.#steps > 0 ? this.#lossSum / this.#steps : null, scores);
    await this.flush();
  }

  async flush(): Promise<void> {
    this.#flushedAtMs = performance.now();
    if (this.#waiting.length === 0) return;
    const metrics = this.#waiting;
    this.#waiting = [];
    await this.#held.tell("/metrics", { metrics });
  }

  #pushSteps(): void {
    if (this.#steps === 0) return;
    this.#push(this.#lastStep, this.#lossSum / this.#steps, null);
    this.#lossSum = 0;
    this.#steps = 0;
  }

  #push(step: number, loss: number | null, scores: ValidationScores | null): void {
    this.#waiting.push({
      step,
      elapsedSeconds: (performance.now() - this.#startMs) / 1000,
      loss: loss !== null && Number.isFinite(loss) ? loss : null,
      validationAp50: scores?.ap50 ?? null,
      validationAp75: scores?.ap75 ?? null,
    });
  }
}
