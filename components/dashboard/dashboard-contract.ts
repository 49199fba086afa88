import type { DayCounts, ProjectDay } from "../../core/dashboard/course-of-days.ts";
import type { Loaded } from "../editor/editor-contract.ts";
import type { AuditSample, CurvePoint } from "../training/training-contract.ts";

export interface ShownVolume {
  readonly volumeId: string;
  readonly name: string;
}

export interface NucleusCourse {
  readonly days: readonly ProjectDay[];
  /** `now`: null where nobody has counted it yet. */
  readonly volumes: readonly (ShownVolume & { readonly now: DayCounts | null })[];
  /** Volumes whose labels have changed since they were counted. */
  readonly uncounted: number;
}

export interface OpenQuestions extends ShownVolume {
  readonly waiting: number;
  readonly cutByBorder: number;
}

export interface ReviewedVolume {
  readonly volumeId: string;
  readonly counts: { readonly toReview: number; readonly approved: number; readonly sentBack: number } | null;
}

export const diskKinds = ["images", "labels", "snapshots", "versions", "checkpoints", "uploads"] as const;

export interface ProjectDisk {
  readonly bytes: Readonly<Record<(typeof diskKinds)[number], number>> | null;
  readonly measuredAt: Date | null;
  readonly measuring: boolean;
  readonly failed: boolean;
}

export interface VigilanceRate {
  /** About one of so many questions is planted; 0: none is. */
  readonly plantEvery: number;
  readonly accepted: number;
  readonly corrected: number;
  readonly rejected: number;
}

export interface DashboardProps {
  readonly course: Loaded<NucleusCourse>;
  readonly queue: Loaded<readonly OpenQuestions[]>;
  readonly reviews: Loaded<readonly ReviewedVolume[]>;
  readonly audit: Loaded<AuditSample>;
  readonly curve: Loaded<readonly CurvePoint[]>;
  readonly disk: Loaded<ProjectDisk>;
  readonly vigilance: Loaded<VigilanceRate>;
  /** Of the project's classes, by name. */
  readonly classColors: ReadonlyMap<string, string>;
  /** UTC, `2026-11-28`. */
  readonly today: string;
}
