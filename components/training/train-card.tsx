import { Alert, Button, Group, List, Progress, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconPlayerStop, IconRuler2, IconSchool } from "@tabler/icons-react";
import { useState } from "react";
import { useIsLive } from "../ui/live-data.tsx";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { LiveChart } from "./live-chart.tsx";
import type { MetricPoint, TrainingJob, TrainingStart, TrainingState } from "./training-contract.ts";
import { isUnfinished, jobWords, percent, trainerWords } from "./training-words.ts";

export interface TrainCardProps {
  readonly state: TrainingState;
  /** Of the newest training. */
  readonly metrics: readonly MetricPoint[];
  readonly canTrain: boolean;
  start(from: TrainingStart): Promise<void>;
  cancel(jobId: string): Promise<void>;
}

/** The button, what it begins with, what is missing before it works, and what the trainer does now. */
export function TrainCard({ state, metrics, canTrain, start, cancel }: TrainCardProps) {
  const [starting, setStarting] = useState(false);
  const [from, setFrom] = useState<TrainingStart>("current");
  const running = state.jobs.find(isUnfinished);
  const training = state.jobs.find((job) => job.kind === "train");
  const last = state.jobs[0];
  const { missing, advice, nuclei, approvedOnly } = state.readiness;
  // One thing at a time: what would make the numbers better waits for the first nucleus.
  const shownAdvice = nuclei > 0 ? advice : [];
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Text size="sm">
            {nuclei} {approvedOnly ? "approved" : "labelled"} {nuclei === 1 ? "nucleus" : "nuclei"} to learn from,{" "}
            {state.trainMinutes} {state.trainMinutes === 1 ? "minute" : "minutes"} a training.
          </Text>
          {approvedOnly && (
            <Text size="xs" c="dimmed">
              Only what a second person approved is learned; all other nuclei are unknown to the training, not
              background.
            </Text>
          )}
          <Text size="xs" c="dimmed">
            {trainerWords(state)}
            {running?.state === "queued" && state.waitingElsewhere > 0
              ? ` · ${state.waitingElsewhere} ${state.waitingElsewhere === 1 ? "job" : "jobs"} of other projects before or beside`
              : ""}
          </Text>
        </div>
        {canTrain && (
          <Button
            leftSection={<IconSchool size={16} aria-hidden />}
            loading={starting}
            disabled={missing.length > 0 || (running !== undefined && running.kind === "train")}
            onClick={() => {
              setStarting(true);
              void start(from).finally(() => {
                setStarting(false);
                setFrom("current");
              });
            }}
          >
            {starting ? "Freezing the labels…" : "Train"}
          </Button>
        )}
      </Group>
      {state.currentOrigin === "product" && (
        <Text size="xs" c="dimmed">
          The proposals are a guess by a model that has never seen your images.
          {state.autoBegin && !training
            ? " The first round, of a minute, starts by itself at five labelled nuclei."
            : ""}
        </Text>
      )}
      {canTrain && missing.length === 0 && running?.kind !== "train" && (
        <BeginWith from={from} hasOwnModel={state.currentOrigin === "training"} disabled={starting} choose={setFrom} />
      )}
      {training?.note && (training === running || training === last) && (
        <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title="Another model than the current one">
          <Text size="sm">{training.note}</Text>
        </Alert>
      )}
      {missing.length > 0 && (
        <Alert color="yellow" title="Before the first training" icon={<IconSchool aria-hidden />}>
          <List size="sm">
            {missing.map((sentence) => (
              <List.Item key={sentence}>{sentence}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {shownAdvice.map((sentence) => (
        <Alert key={sentence} color="blue" variant="light" icon={<IconRuler2 aria-hidden />}>
          <Text size="sm">{sentence}</Text>
        </Alert>
      ))}
      {state.decisions >= state.retrainAfterDecisions && !running && missing.length === 0 && (
        <Text size="sm" fw={500}>
          {state.decisions} proposals have been judged since the last training: it can learn from them now.
        </Text>
      )}
      {running && <RunningJob job={running} canTrain={canTrain} cancel={cancel} />}
      {!running && last?.state === "failed" && last.problem && <ProblemAlert problem={last.problem} />}
      {training && (training === running || metrics.length > 0) && (
        <LiveChart metrics={metrics} minutes={state.trainMinutes} />
      )}
    </Stack>
  );
}

const beginnings: Readonly<Record<TrainingStart, { readonly label: string; readonly means: string }>> = {
  current: { label: "Go on from the current model", means: "Keeps what it has learned, and learns the new labels." },
  product: {
    label: "From the product's weights",
    means: "Forgets all earlier rounds, but not what nuclei look like: for a model that has gone astray.",
  },
  nothing: { label: "From nothing", means: "Learns from your labels alone: for images of quite another kind." },
};

function BeginWith(props: {
  from: TrainingStart;
  /** Before the first training the current model is the product's. */
  hasOwnModel: boolean;
  disabled: boolean;
  choose(from: TrainingStart): void;
}) {
  const { hasOwnModel, disabled, choose } = props;
  const from = !hasOwnModel && props.from === "current" ? "product" : props.from;
  const offered: readonly TrainingStart[] = hasOwnModel ? ["current", "product", "nothing"] : ["product", "nothing"];
  return (
    <Group gap="sm">
      <SegmentedControl
        size="xs"
        aria-label="What the next training begins with"
        data={offered.map((value) => ({ value, label: beginnings[value].label }))}
        value={from}
        disabled={disabled}
        onChange={(value) => choose(value as TrainingStart)}
      />
      <Text size="xs" c="dimmed">
        {from === "product" && !hasOwnModel
          ? "Begins with what nuclei look like, learned from simulated ones, and learns your labels."
          : beginnings[from].means}
      </Text>
    </Group>
  );
}

function RunningJob(props: { job: TrainingJob; canTrain: boolean; cancel(jobId: string): Promise<void> }) {
  const { job } = props;
  const [cancelling, setCancelling] = useState(false);
  const isLive = useIsLive();
  const what = job.kind === "train" ? "Training" : "Proposing nuclei";
  return (
    <Stack gap={4}>
      <Group justify="space-between">
        <Text size="sm" role="status">
          {what}: {isLive ? jobWords(job) : "how it goes on is not known now"}
          {job.state === "leased" && ` · ${percent(job.progress)}`}
          {job.attempts > 1 && ` · attempt ${job.attempts}`}
        </Text>
        {props.canTrain && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            leftSection={<IconPlayerStop size={14} aria-hidden />}
            disabled={job.cancelRequested || !isLive}
            loading={cancelling}
            onClick={() => {
              setCancelling(true);
              void props.cancel(job.id).finally(() => setCancelling(false));
            }}
          >
            Cancel
          </Button>
        )}
      </Group>
      <Progress
        value={job.progress * 100}
        animated={isLive && job.state === "leased"}
        color={isLive ? undefined : "gray"}
        aria-label={what}
      />
    </Stack>
  );
}
