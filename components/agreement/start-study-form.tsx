import { Button, Checkbox, Group, NativeSelect, Radio, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { FEWEST_ANNOTATORS, MOST_ANNOTATORS, type StudyBeginning } from "../../core/agreement/blind-study.ts";
import type { ProblemFields } from "../../core/problem.ts";
import { type VoxelBox, wholeBox, type Zyx } from "../../core/volume/voxel-space.ts";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { beginningWords, placeWords } from "./study-words.ts";

export interface StudyToStart {
  readonly box: VoxelBox;
  readonly annotatorIds: readonly string[];
  readonly adjudicatorId: string;
  readonly beginsWith: StudyBeginning;
}

interface StartStudyFormProps {
  readonly volumes: readonly { readonly id: string; readonly name: string }[];
  readonly volumeId: string;
  readonly shapeZyx: Zyx;
  /** Of the volume that is chosen. */
  readonly boxes: readonly { readonly id: string; readonly box: VoxelBox }[];
  /** One that was drawn in the editor just now: chosen at first. */
  readonly drawnBox: VoxelBox | null;
  /** Members who label. */
  readonly labellers: readonly { readonly userId: string; readonly name: string }[];
  readonly isPending: boolean;
  readonly problem: ProblemFields | null;
  onVolume(volumeId: string): void;
  onStart(study: StudyToStart): void;
}

/** Who draws what, and who judges it. */
export function StartStudyForm(props: StartStudyFormProps) {
  const { volumes, volumeId, shapeZyx, drawnBox, labellers, problem } = props;
  const drawn = drawnBox ? [{ id: "drawn", box: drawnBox }] : [];
  const boxes = [...drawn, ...props.boxes];
  const [boxId, setBoxId] = useState(drawnBox ? "drawn" : "");
  const [annotatorIds, setAnnotatorIds] = useState<readonly string[]>([]);
  const [adjudicatorId, setAdjudicatorId] = useState("");
  const [beginsWith, setBeginsWith] = useState<StudyBeginning>("nothing");
  const errorOf = (field: string) => (problem?.where === field ? problem.what : undefined);
  const isShownAtField = ["box", "annotators", "adjudicator", "beginsWith"].some(errorOf);
  const isWhole = annotatorIds.length >= FEWEST_ANNOTATORS && adjudicatorId !== "";
  return (
    <form
      aria-label="Start a blind study"
      onSubmit={(event) => {
        event.preventDefault();
        const box = boxes.find(({ id }) => id === boxId)?.box ?? wholeBox(shapeZyx);
        props.onStart({ box, annotatorIds, adjudicatorId, beginsWith });
      }}
    >
      <Stack gap="sm">
        <Group align="flex-start" grow>
          <NativeSelect
            label="Volume"
            value={volumeId}
            data={volumes.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(event) => {
              setBoxId("");
              props.onVolume(event.currentTarget.value);
            }}
          />
          <NativeSelect
            label="Where"
            description="Boxes are drawn in the editor"
            value={boxId}
            error={errorOf("box")}
            data={[
              { value: "", label: "The whole volume" },
              ...boxes.map(({ id, box }) => ({ value: id, label: `Box at ${placeWords(box)}` })),
            ]}
            onChange={(event) => setBoxId(event.currentTarget.value)}
          />
        </Group>
        <Checkbox.Group
          label="Who draws"
          description={`${FEWEST_ANNOTATORS} to ${MOST_ANNOTATORS} people, each in a layer that the others do not see.`}
          value={[...annotatorIds]}
          error={errorOf("annotators")}
          onChange={setAnnotatorIds}
        >
          <Group mt="xs">
            {labellers.map(({ userId, name }) => (
              <Checkbox key={userId} value={userId} label={name} disabled={userId === adjudicatorId} />
            ))}
          </Group>
        </Checkbox.Group>
        <NativeSelect
          label="Who adjudicates"
          description="Judges what the others agree on, and does not draw."
          value={adjudicatorId}
          error={errorOf("adjudicator")}
          data={[
            { value: "", label: "Choose somebody" },
            ...labellers
              .filter(({ userId }) => !annotatorIds.includes(userId))
              .map(({ userId, name }) => ({ value: userId, label: name })),
          ]}
          onChange={(event) => setAdjudicatorId(event.currentTarget.value)}
        />
        <Radio.Group
          label="What their layers begin with"
          description="People who correct one model's outlines agree more than people who draw."
          value={beginsWith}
          error={errorOf("beginsWith")}
          onChange={(value) => setBeginsWith(value as StudyBeginning)}
        >
          <Stack gap={4} mt="xs">
            <Radio value="nothing" label={beginningWords.nothing} />
            <Radio value="proposals" label={beginningWords.proposals} />
          </Stack>
        </Radio.Group>
        {problem && !isShownAtField && <ProblemAlert problem={problem} />}
        <Group>
          <Button type="submit" loading={props.isPending} disabled={!isWhole}>
            Start the study
          </Button>
          {!isWhole && (
            <Text size="xs" c="dimmed">
              Choose who draws, and who adjudicates.
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  );
}
