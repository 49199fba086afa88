export type SetupPhase = "check" | "tools" | "download" | "unpack" | "build" | "verify" | "ready" | "impossible";

/** One line of progress; byte counts where they are known. */
export interface SetupProgress {
  readonly phase: SetupPhase;
  readonly message: string;
  readonly bytes?: number;
  readonly totalBytes?: number;
}

export type ReportProgress = (progress: SetupProgress) => void;
