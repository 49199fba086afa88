import { Text } from "@mantine/core";
import type { ProposedClass } from "../../core/classes/proposed-class.ts";
import { DOUBTFUL_CLASS } from "../../core/query/class-doubt.ts";

/** What it is accepted as, and the keys that say otherwise. */
export function ProposedClassLine({ proposed }: { proposed: ProposedClass }) {
  const doubtful = proposed.probability < DOUBTFUL_CLASS;
  return (
    <div data-testid="proposed-class">
      <Text size="sm" c={doubtful ? "yellow.4" : undefined}>
        {doubtful ? "Perhaps" : "Class"} <b>{proposed.name}</b>, {percent(proposed.probability)} likely
      </Text>
      <Text size="xs" c="dimmed">
        Accept and Correct give it this class. 1–9 accept it as another one, 0 without one.
      </Text>
    </div>
  );
}

export const percent = (share: number): string => `${Math.round(100 * share)} %`;
