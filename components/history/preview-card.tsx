import { Button, Group, Stack, Switch, Text } from "@mantine/core";
import { useState } from "react";
import { addedVoxels, type BringBack, returningVoxels, stayingVoxels } from "../../core/history/bring-back.ts";
import { useNucleusName } from "../ui/nucleus-names.tsx";
import styles from "./history-panel.module.css";
import { actWords, listInWords, voxelWords } from "./history-words.ts";

/** What would be done, in words and figures, before it is done. */
function PreviewCard(props: {
  title: string;
  sentences: readonly string[];
  /** What the button says; null where there is nothing to do. */
  confirm: string | null;
  children?: React.ReactNode;
  onConfirm(): void;
  onClose(): void;
}) {
  return (
    <section className={styles.preview} aria-label={props.title} data-testid="history-preview">
      <Stack gap={6}>
        <Text size="sm" fw={600}>
          {props.title}
        </Text>
        {props.sentences.map((sentence) => (
          <Text key={sentence} size="xs">
            {sentence}
          </Text>
        ))}
        {props.children}
        <Group gap={6} justify="flex-end">
          <Button size="compact-sm" variant="default" onClick={props.onClose}>
            {props.confirm ? "Cancel" : "Close"}
          </Button>
          {props.confirm && (
            <Button size="compact-sm" onClick={props.onConfirm}>
              {props.confirm}
            </Button>
          )}
        </Group>
      </Stack>
    </section>
  );
}

export interface TakeBackPreview {
  readonly records: number;
  /** By name. */
  readonly people: readonly string[];
  readonly labels: readonly number[];
  readonly labelCount: number;
  readonly voxels: { readonly changing: number; readonly staying: number } | null;
  /** Why this person may not do it; null where they may. */
  readonly objection: string | null;
}

const nucleiWords = ({ labels, labelCount }: TakeBackPreview): string =>
  labelCount === 0
    ? "no nucleus by name"
    : labelCount <= 5
      ? `${labelCount === 1 ? "nucleus" : "nuclei"} ${labels.join(", ")}`
      : `${labelCount.toLocaleString("en-US")} nuclei`;

export function TakeBackCard(props: { preview: TakeBackPreview; onConfirm(): void; onClose(): void }) {
  const { preview } = props;
  if (preview.records === 0)
    return (
      <PreviewCard
        {...props}
        title="Nothing to take back"
        sentences={["All of it has been undone already, or nothing was done in this time."]}
        confirm={null}
      />
    );
  const { voxels } = preview;
  const sentences = [
    `${actWords(preview.records)} of ${preview.people.join(" and ")}, on ${nucleiWords(preview)}.`,
    voxels === null
      ? "They are too large for their voxels to be counted here."
      : `${voxelWords(voxels.changing)} change.`,
    voxels && voxels.staying > 0
      ? `${voxelWords(voxels.staying)} stay as they are: somebody painted over them since, or the same lay beneath.`
      : "What others painted over them since stays.",
    preview.objection ?? "Undo brings it all again.",
  ];
  return (
    <PreviewCard
      {...props}
      title="Take this back?"
      sentences={sentences}
      confirm={preview.objection ? null : "Take it back"}
    />
  );
}

export function BringBackCard(props: {
  plan: BringBack;
  /** "before Ada painted nucleus 12". */
  moment: string;
  onConfirm(choice: { readonly withoutAdded: boolean }): void;
  onClose(): void;
}) {
  const { plan, moment } = props;
  const nameOf = useNucleusName();
  const [withoutAdded, setWithoutAdded] = useState(false);
  const [returning, added, staying] = [returningVoxels(plan), addedVoxels(plan), stayingVoxels(plan)];
  const others = [...plan.staying.keys()].sort((a, b) => a - b);
  const sentences = [
    plan.voxelsThen === 0
      ? `The nucleus had no voxels ${moment}.`
      : returning === 0
        ? "No voxel of it was lost since."
        : `${voxelWords(returning)} come back.`,
    ...(staying > 0
      ? [
          `${voxelWords(staying)} belong to ${others.length <= 3 ? listInWords(others.map(nameOf)) : `${others.length} other nuclei`} by now, and stay with ${others.length === 1 ? "it" : "them"}.`,
        ]
      : []),
    ...plan.fields.map(({ field, value }) =>
      value === null ? `It has no ${field} of its own again.` : `Its ${field} becomes ${value} again.`,
    ),
  ];
  const changes = returning > 0 || plan.fields.length > 0 || (withoutAdded && added > 0);
  return (
    <PreviewCard
      {...props}
      title={`Bring ${nameOf(plan.label)} back, as it was ${moment}?`}
      sentences={changes || added > 0 ? [...sentences, "Undo takes it back."] : [...sentences, "It is as it was."]}
      confirm={changes ? "Bring it back" : null}
      onConfirm={() => props.onConfirm({ withoutAdded })}
    >
      {added > 0 && (
        <Switch
          size="xs"
          checked={withoutAdded}
          onChange={(event) => setWithoutAdded(event.currentTarget.checked)}
          label={`Take out the ${voxelWords(added)} that were painted onto it since`}
        />
      )}
    </PreviewCard>
  );
}
