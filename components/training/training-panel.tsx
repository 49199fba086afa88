import { Skeleton, Stack } from "@mantine/core";
import type { ReliabilityBin } from "../../core/metrics/reliability.ts";
import type { Loaded } from "../editor/editor-contract.ts";
import { DoubtReliability } from "../reliability/doubt-reliability.tsx";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { Section } from "../ui/section.tsx";
import { CheckpointTable } from "./checkpoint-table.tsx";
import { ClassScoresCard } from "./class-scores-card.tsx";
import { LearningCurve } from "./learning-curve.tsx";
import { SpecimenSplit } from "./specimen-split.tsx";
import { TrainCard } from "./train-card.tsx";
import type {
  AuditSample,
  CheckpointRow,
  CurvePoint,
  MetricPoint,
  TrainingStart,
  TrainingState,
} from "./training-contract.ts";
import { WhenToStop } from "./when-to-stop.tsx";

export interface TrainingPanelProps {
  readonly state: Loaded<TrainingState>;
  readonly metrics: readonly MetricPoint[];
  readonly checkpoints: Loaded<readonly CheckpointRow[]>;
  readonly curve: Loaded<readonly CurvePoint[]>;
  readonly audit: AuditSample | undefined;
  readonly reliability: readonly ReliabilityBin[] | undefined;
  readonly canTrain: boolean;
  readonly canChooseCheckpoint: boolean;
  start(from: TrainingStart): Promise<void>;
  cancel(jobId: string): Promise<void>;
  makeCurrent(checkpointId: string): Promise<void>;
  guess(): Promise<void>;
  keepOut(specimen: string, keptOut: boolean): Promise<void>;
}

/** Training, its results and what they mean: three sections of the project page. */
export function TrainingPanel(props: TrainingPanelProps) {
  return (
    <Stack gap="md">
      <Section title="Training" text="Learns from the accepted nuclei and proposes the others.">
        <WhenLoaded loaded={props.state} height={90}>
          {(state) => (
            <Stack gap="sm">
              <TrainCard
                state={state}
                metrics={props.metrics}
                canTrain={props.canTrain}
                start={props.start}
                cancel={props.cancel}
              />
              <SpecimenSplit
                specimens={state.specimens}
                canChange={props.canChooseCheckpoint}
                keepOut={props.keepOut}
              />
            </Stack>
          )}
        </WhenLoaded>
      </Section>
      <Section title="Learning curve" text="How good the model is against the work that went into it.">
        <WhenLoaded loaded={props.curve} height={240}>
          {(points) => (
            <Stack gap="sm">
              <LearningCurve points={points} />
              {props.audit && <WhenToStop points={points} audit={props.audit} />}
              {props.reliability && <DoubtReliability bins={props.reliability} />}
            </Stack>
          )}
        </WhenLoaded>
      </Section>
      <Section title="Classes" text="Which class a nucleus has is proposed with it, once enough nuclei have one.">
        <WhenLoaded loaded={props.checkpoints} height={60}>
          {(rows) => <ClassScoresCard checkpoints={rows} />}
        </WhenLoaded>
      </Section>
      <Section title="Checkpoints" text="Weights of every training. Any of them can make the proposals again.">
        <WhenLoaded loaded={props.checkpoints} height={60}>
          {(rows) => (
            <CheckpointTable
              rows={rows}
              canChoose={props.canChooseCheckpoint}
              makeCurrent={props.makeCurrent}
              guess={props.guess}
            />
          )}
        </WhenLoaded>
      </Section>
    </Stack>
  );
}

function WhenLoaded<T>(props: { loaded: Loaded<T>; height: number; children: (data: T) => React.ReactNode }) {
  const { data, problem, retry } = props.loaded;
  if (data !== undefined) return props.children(data);
  if (problem) return <ProblemAlert problem={problem} onRetry={retry} />;
  return <Skeleton h={props.height} />;
}
