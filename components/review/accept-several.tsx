import { Alert, Button, Group, Text } from "@mantine/core";
import { useRef, useState } from "react";
import { MAX_TAKEN_AT_ONCE } from "../../core/edit/review-acts.ts";
import type { ListedProposal } from "../../core/labels/proposal-columns.ts";
import { SURE_CLASS } from "../../core/query/class-doubt.ts";
import { percent } from "../ui/proposed-class.tsx";
import { acceptable } from "./proposal-order.ts";

interface AcceptSeveralProps {
  /** What the list shows. */
  readonly rows: readonly ListedProposal[];
  accept(rows: readonly ListedProposal[], signal: AbortSignal): Promise<void>;
}

/** Says first what becomes of it, then accepts what the list shows as one act. */
export function AcceptSeveral({ rows, accept }: AcceptSeveralProps) {
  const [asking, setAsking] = useState(false);
  const running = useRef<AbortController | null>(null);
  const [busy, setBusy] = useState(false);
  const chosen = acceptable(rows, MAX_TAKEN_AT_ONCE);
  const left = rows.length - chosen.length;
  const run = async () => {
    running.current = new AbortController();
    setBusy(true);
    try {
      await accept(chosen, running.current.signal);
    } finally {
      setBusy(false);
      setAsking(false);
    }
  };
  if (!asking)
    return (
      <Button
        size="xs"
        variant="light"
        color="teal"
        mt={4}
        fullWidth
        disabled={chosen.length === 0}
        onClick={() => setAsking(true)}
      >
        Accept {countWords(chosen.length)} of this list…
      </Button>
    );
  return (
    <Alert color="teal" mt={4} p="xs" title={`Accept ${countWords(chosen.length)} at once?`}>
      <Text size="xs">
        {doubtWords(chosen)} They become accepted as one act of yours: Ctrl + Z takes all of them back. Nobody has
        looked at each: for measuring a model, judge one by one.
        {chosen.some(({ className }) => className !== null) &&
          ` They take the class proposed for them where it is at least ${percent(SURE_CLASS)} likely.`}
        {left > 0 && ` ${left.toLocaleString("en-US")} of the list stay open: ${leftWords}.`}
      </Text>
      <Group gap="xs" mt="xs">
        <Button size="xs" color="teal" loading={busy} onClick={() => void run()}>
          Accept {chosen.length}
        </Button>
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            running.current?.abort();
            setAsking(false);
          }}
        >
          Cancel
        </Button>
      </Group>
    </Alert>
  );
}

const leftWords = `places where one may be missing, what others look at, and what is beyond the ${MAX_TAKEN_AT_ONCE} surest`;

const countWords = (count: number): string => `${count} ${count === 1 ? "nucleus" : "nuclei"}`;

function doubtWords(rows: readonly ListedProposal[]): string {
  const doubts = rows.flatMap(({ uncertainty }) => uncertainty ?? []);
  return doubts.length === 0 ? "" : `Their doubt is ${Math.round(Math.max(...doubts) * 100)} of 100 at most.`;
}
