import { Alert, Anchor, Button, Group, List, Loader, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconEye, IconListSearch, IconSchool } from "@tabler/icons-react";
import { type ReactNode, useState, useSyncExternalStore } from "react";
import type { Loaded } from "../editor/editor-contract.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { KeyMark } from "../ui/shown-keys.tsx";
import type { Review } from "./open-review.ts";
import styles from "./proposal-list.module.css";
import type { ProposalFilter } from "./proposal-order.ts";
import { QuestionCard } from "./question-card.tsx";
import type { QueueFacts, ReviewPorts } from "./review-contract.ts";

export interface QueuePanelProps {
  readonly review: Review;
  readonly problemOf: ReviewPorts["problemOf"];
  readonly facts: Loaded<QueueFacts>;
  readonly userId: string;
  /** False for viewers: they see the queue and decide nothing. */
  readonly canDecide: boolean;
  readonly training: { readonly running: boolean; start(): Promise<void> };
  volumeHref(volumeId: string): string;
  readonly trainingHref: string;
  /** All open proposals as a list; `firstKind`: which of them are shown first. */
  renderAll(firstKind: ProposalFilter["kind"]): ReactNode;
}

/** The shared queue in the editor: one question after the other, who looks at what, and when to train again. */
export function QueuePanel(props: QueuePanelProps) {
  const { facts } = props;
  const { api, session } = props.review;
  const state = useSyncExternalStore(session.subscribe, session.getState, session.getState);
  const elsewhere = useSyncExternalStore(
    api.view.subscribe,
    () => (state.kind === "looking" ? whereElse(api, state.question.labelValue) : null),
    () => null,
  );
  const waitingDecisions = useSyncExternalStore(session.subscribe, session.getWaitingDecisions, () => 0);
  const [deciding, setDeciding] = useState(false);
  const [all, setAll] = useState<ProposalFilter["kind"] | null>(null);
  const decide = async (decision: "accepted" | "corrected" | "rejected") => {
    setDeciding(true);
    try {
      await api.decide(decision);
    } catch (error) {
      const { what, hint } = props.problemOf(error);
      api.notify({ tone: "error", text: [what, hint].filter(Boolean).join(" ") });
    } finally {
      setDeciding(false);
    }
  };
  if (facts.problem && !facts.data) return <ProblemAlert problem={facts.problem} onRetry={facts.retry} />;
  if (!facts.data) return <Loader size="sm" m="md" aria-label="Loading the queue" />;
  const { data } = facts;
  if (!data.prediction)
    return (
      <EmptyState
        icon={<IconListSearch size={28} stroke={1.4} />}
        title="No proposals yet"
        text="Label some nuclei and train, or let the model that comes with the product make a first guess: nuclei are then proposed, and asked about here."
      >
        <Button component="a" href={props.trainingHref} size="xs" variant="light" mt="xs">
          To the training
        </Button>
      </EmptyState>
    );
  const [voxelZ, voxelY, voxelX] = api.document.voxelSizeZyx;
  const ways = (
    <SegmentedControl
      size="xs"
      fullWidth
      aria-label="How to go through the proposals"
      data={[
        { value: "one", label: "One by one" },
        { value: "all", label: "All as a list" },
      ]}
      value={all === null ? "one" : "all"}
      onChange={(value) => setAll(value === "all" ? "all" : null)}
    />
  );
  if (all !== null)
    return (
      <div className={styles.queueBody}>
        <div className={styles.ways}>{ways}</div>
        {props.renderAll(all)}
      </div>
    );
  return (
    <Stack gap="sm" p="sm">
      {ways}
      {data.prediction.isGuess && (
        <Text size="xs" c="dimmed">
          These proposals are a guess by a model that has never seen your images. It learns from your first five nuclei.
        </Text>
      )}
      {data.plantEvery > 0 && (
        <Text size="xs" c="dimmed">
          About one question in {data.plantEvery} is wrong on purpose, to see how often such a one is accepted. You are
          told at once, it never gets into the labels, and only the project's total is counted.
        </Text>
      )}
      <OutlineNote outlineUm={data.prediction.outlineUm} />
      {state.kind === "looking" ? (
        <QuestionCard
          question={state.question}
          elsewhere={elsewhere}
          onBack={() => session.showAgain()}
          voxelUm3={voxelZ * voxelY * voxelX}
          busy={deciding}
          onDecide={(decision) => void decide(decision)}
          onSkip={() => void session.skip()}
        />
      ) : (
        <Waiting
          facts={data}
          skipped={state.kind === "empty" ? state.skipped : null}
          canDecide={props.canDecide}
          volumeHref={props.volumeHref}
          onShowCut={() => setAll("border")}
        >
          <Button
            size="sm"
            loading={state.kind === "asking"}
            disabled={!props.canDecide || data.waiting === 0}
            rightSection={<KeyMark command="review.next" />}
            onClick={() => void session.next()}
          >
            {state.kind === "empty" && state.skipped > 0 ? "Ask the skipped ones again" : "Next question"}
          </Button>
        </Waiting>
      )}
      {waitingDecisions > 0 && (
        <Text size="xs" c="yellow.4" role="status">
          {waitingDecisions === 1 ? "1 decision is" : `${waitingDecisions} decisions are`} kept on this computer until
          the server can be reached.
        </Text>
      )}
      <Holders facts={data} userId={props.userId} />
      <RetrainOffer facts={data} canDecide={props.canDecide} training={props.training} />
    </Stack>
  );
}

/** What is worked on instead of the question, in words. */
function whereElse({ view, nameOf }: Review["api"], asked: number): string | null {
  const { selectedLabel, selectedProposal } = view.get();
  if (selectedProposal === asked) return null;
  if (selectedProposal !== 0) return `proposal ${selectedProposal}`;
  return selectedLabel === 0 ? "something else" : nameOf(selectedLabel);
}

/** Closer than this, nobody sees a difference. */
const SEEN_UM = 0.05;

function OutlineNote({ outlineUm }: { outlineUm: number | null }) {
  if (outlineUm === null || Math.abs(outlineUm) < SEEN_UM) return null;
  return (
    <Text size="xs" c="dimmed">
      Your outlines lie {Math.abs(outlineUm).toFixed(1)} µm {outlineUm > 0 ? "outside" : "inside"} of the model's: these
      proposals were moved by it.
    </Text>
  );
}

interface WaitingProps {
  readonly facts: QueueFacts;
  /** By this page, where nothing else is left for it; null while there is. */
  readonly skipped: number | null;
  readonly canDecide: boolean;
  readonly children: ReactNode;
  volumeHref(volumeId: string): string;
  onShowCut(): void;
}

/** Between two questions. */
function Waiting({ facts, skipped, canDecide, children, volumeHref, onShowCut }: WaitingProps) {
  const { waiting, cutByBorder, elsewhere } = facts;
  return (
    <Stack gap="xs">
      <Text size="sm">
        {waiting === 0
          ? "Nothing is left to ask in this volume."
          : skipped !== null
            ? skipped > 0
              ? "All that is left was skipped on this page, or is being looked at by others."
              : "All that is left is being looked at by others."
            : `${waiting} ${waiting === 1 ? "question is" : "questions are"} open in this volume, the most doubtful first.`}
      </Text>
      {children}
      {cutByBorder > 0 && (
        <Text size="xs" c="dimmed">
          {cutByBorder === 1 ? "1 proposal is" : `${cutByBorder} proposals are`} cut by the border of the volume and not
          asked about.{" "}
          <Anchor component="button" type="button" size="xs" onClick={onShowCut}>
            Show {cutByBorder === 1 ? "it" : "them"}
          </Anchor>
        </Text>
      )}
      {!canDecide && (
        <Text size="xs" c="dimmed">
          You are a viewer here: ask an owner of the project to be made an annotator.
        </Text>
      )}
      {elsewhere.length > 0 && (
        <List size="sm" spacing={2}>
          {elsewhere.map((other) => (
            <List.Item key={other.volumeId}>
              <Anchor href={volumeHref(other.volumeId)} size="sm">
                {other.name}
              </Anchor>{" "}
              has {other.waiting}
            </List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}

function Holders({ facts, userId }: { facts: QueueFacts; userId: string }) {
  const others = facts.holders.filter((holder) => holder.userId !== userId);
  if (others.length === 0) return null;
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      <IconEye size={14} aria-hidden style={{ marginTop: 3, flexShrink: 0 }} />
      <Text size="xs" c="dimmed">
        {others.map(({ name, labelValue }) => `${name} is looking at ${labelValue}`).join(" · ")}
      </Text>
    </Group>
  );
}

interface RetrainOfferProps {
  readonly facts: QueueFacts;
  readonly canDecide: boolean;
  readonly training: QueuePanelProps["training"];
}

function RetrainOffer({ facts, canDecide, training }: RetrainOfferProps) {
  const [starting, setStarting] = useState(false);
  const { decisions, retrainAfterDecisions, autoRetrain } = facts;
  const left = retrainAfterDecisions - decisions;
  if (training.running)
    return (
      <Text size="xs" c="dimmed">
        A training is running; new proposals replace the open ones when it is done.
      </Text>
    );
  if (left > 0)
    return (
      <Text size="xs" c="dimmed">
        {decisions} of {retrainAfterDecisions} decisions until the next training
        {autoRetrain ? ", which starts by itself" : ""}.
      </Text>
    );
  return (
    <Alert color="teal" icon={<IconSchool aria-hidden />} title={`${decisions} decisions since the last training`}>
      <Text size="sm">The model can learn from them now.</Text>
      {canDecide && (
        <Button
          size="xs"
          mt="xs"
          loading={starting}
          onClick={() => {
            setStarting(true);
            void training.start().finally(() => setStarting(false));
          }}
        >
          Train again
        </Button>
      )}
    </Alert>
  );
}
