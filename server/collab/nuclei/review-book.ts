import { and, asc, eq, gt } from "drizzle-orm";
import { isAskedBy, noReview, type ReviewRule } from "../../../core/review/review-rule.ts";
import { reviewStateOf, reviewStates, type Verdict } from "../../../core/review/review-state.ts";
import type { Database } from "../../../db/client.ts";
import { nucleusReview, project, projectMember } from "../../../db/schema/index.ts";

const VERDICTS_AT_ONCE = 5000;

export interface ReviewedFacts {
  /** Canonical. */
  readonly label: number;
  readonly isTruth: boolean;
  readonly isCorrected: boolean;
  readonly origin: string | null;
  readonly changedAtMs: number;
  /** Who touched it last. */
  readonly authorId: string | null;
  readonly fingerprint: string;
}

/** What a room knows of the second look at its nuclei: the project's rule, and the last verdict on each. */
export class ReviewBook {
  readonly #db: Database;
  readonly #projectId: string;
  readonly #volumeId: string;
  readonly #verdicts = new Map<number, Verdict>();
  #joinedAtMs: ReadonlyMap<string, number> = new Map();
  #rule: ReviewRule = noReview;
  #opening: Promise<void> | null = null;

  constructor(db: Database, projectId: string, volumeId: string) {
    this.#db = db;
    this.#projectId = projectId;
    this.#volumeId = volumeId;
  }

  get rule(): ReviewRule {
    return this.#rule;
  }

  /** Reads what is stored, once. */
  opened(): Promise<void> {
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = null; // the next question tries again
      throw error;
    });
    return this.#opening;
  }

  /** The project or its members changed. False where nothing of it matters here. */
  async readRule(): Promise<boolean> {
    const before = this.#ruleAsText();
    const [of] = await this.#db
      .select({
        scope: project.reviewScope,
        sharePercent: project.reviewSharePercent,
        newcomerDays: project.newcomerDays,
      })
      .from(project)
      .where(eq(project.id, this.#projectId));
    const members = await this.#db
      .select({ userId: projectMember.userId, joinedAt: projectMember.joinedAt })
      .from(projectMember)
      .where(eq(projectMember.projectId, this.#projectId));
    this.#rule = of ?? noReview;
    this.#joinedAtMs = new Map(members.map(({ userId, joinedAt }) => [userId, joinedAt.getTime()]));
    return this.#ruleAsText() !== before;
  }

  /** Null: there is none any more. */
  set(label: number, verdict: Verdict | null): void {
    if (verdict) this.#verdicts.set(label, verdict);
    else this.#verdicts.delete(label);
  }

  /** Index into `reviewStates`. */
  stateIndexOf(nucleus: ReviewedFacts): number {
    const { label, isTruth, authorId, fingerprint } = nucleus;
    const authorJoinedAtMs = authorId === null ? null : (this.#joinedAtMs.get(authorId) ?? null);
    const isAsked = isAskedBy(this.#rule, { ...nucleus, volumeId: this.#volumeId, authorJoinedAtMs });
    return reviewStates.indexOf(reviewStateOf({ isTruth, isAsked, fingerprint, verdict: this.#verdicts.get(label) }));
  }

  async #open(): Promise<void> {
    await this.readRule();
    for (let after = -1, isMore = true; isMore; ) {
      const page = await this.#db
        .select({
          label: nucleusReview.label,
          verdict: nucleusReview.verdict,
          fingerprint: nucleusReview.fingerprint,
        })
        .from(nucleusReview)
        .where(and(eq(nucleusReview.volumeId, this.#volumeId), gt(nucleusReview.label, after)))
        .orderBy(asc(nucleusReview.label))
        .limit(VERDICTS_AT_ONCE);
      for (const { label, ...verdict } of page) this.#verdicts.set(label, verdict);
      after = page.at(-1)?.label ?? after;
      isMore = page.length === VERDICTS_AT_ONCE;
    }
  }

  #ruleAsText(): string {
    const isOfMembers = this.#rule.scope === "newcomers";
    return JSON.stringify([this.#rule, isOfMembers && [...this.#joinedAtMs].sort()]);
  }
}
