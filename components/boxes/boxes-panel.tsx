import { ActionIcon, Center, Group, Loader, Stack, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconBoxModel2, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { isProblem, Problem } from "../../core/problem.ts";
import { hasRole, type Role } from "../../core/roles.ts";
import { boxShape, type VoxelBox, type Zyx } from "../../core/volume/voxel-space.ts";
import type { EditorBox, Loaded } from "../editor/editor-contract.ts";
import { formatWhen } from "../editor/nucleus-words.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import type { BoxKind } from "../viewer/viewer-contract.ts";
import { BoxKindMark, boxKindWords } from "./box-kind-mark.tsx";
import { DraftBoxForm } from "./draft-box-form.tsx";

export interface BoxesPanelProps {
  readonly boxes: Loaded<readonly EditorBox[]>;
  readonly draft: VoxelBox | null;
  readonly selectedId: string | null;
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly role: Role;
  onDraft(box: VoxelBox | null): void;
  onSelect(box: EditorBox): void;
  createBox(box: VoxelBox, kind: BoxKind): Promise<void>;
  removeBox(id: string): Promise<void>;
}

/** Boxes that somebody vouches for: what the training may learn from, and what measures it. */
export function BoxesPanel(props: BoxesPanelProps) {
  const { boxes, draft, role } = props;
  const [problem, setProblem] = useState<Problem | null>(null);
  const attempt = async (work: Promise<void>): Promise<void> => {
    setProblem(null);
    try {
      await work;
    } catch (error) {
      setProblem(
        isProblem(error) ? error : new Problem({ tag: "failed", what: "This did not work.", hint: "Try again." }),
      );
    }
  };
  const canEdit = hasRole(role, "annotator");
  return (
    <Stack gap="xs" p={10}>
      {draft && (
        <DraftBoxForm
          {...props}
          draft={draft}
          onCreate={(kind) => attempt(props.createBox(draft, kind).then(() => props.onDraft(null)))}
        />
      )}
      {problem && <ProblemAlert problem={problem} />}
      <BoxList
        {...props}
        canEdit={canEdit}
        hasDraft={draft !== null}
        onRemove={(id) => void attempt(props.removeBox(id))}
      />
      {boxes.problem && boxes.data && (
        <Text size="xs" c="dimmed">
          The list may be old: the server cannot be reached.
        </Text>
      )}
    </Stack>
  );
}

function BoxList(props: BoxesPanelProps & { canEdit: boolean; hasDraft: boolean; onRemove(id: string): void }) {
  const { boxes, canEdit, hasDraft } = props;
  if (!boxes.data)
    return boxes.problem ? (
      <ProblemAlert problem={boxes.problem} onRetry={boxes.retry} />
    ) : (
      <Center py="xl">
        <Loader size="sm" aria-label="Loading boxes" />
      </Center>
    );
  if (boxes.data.length === 0)
    return hasDraft ? null : (
      <EmptyState
        icon={<IconBoxModel2 size={32} stroke={1.4} />}
        title="No boxes yet"
        text={
          canEdit
            ? "Press G and drag a rectangle over a part where every nucleus is labelled. Such boxes teach the model what background is, and one kept for validation measures it."
            : "Nobody has marked a box in this volume yet."
        }
      />
    );
  return boxes.data.map((box) => <BoxRow key={box.id} {...props} box={box} />);
}

function BoxRow(
  props: BoxesPanelProps & { readonly box: EditorBox; readonly canEdit: boolean; onRemove(id: string): void },
) {
  const { box, role, voxelSizeZyx } = props;
  const mayRemove = props.canEdit && (box.kind !== "validation" || hasRole(role, "reviewer"));
  return (
    <Group
      wrap="nowrap"
      gap={8}
      p={6}
      style={{
        border: "1px solid #2b3138",
        borderRadius: 4,
        background: props.selectedId === box.id ? "#2a323b" : undefined,
      }}
    >
      <BoxKindMark kind={box.kind} />
      <UnstyledButton flex={1} miw={0} onClick={() => props.onSelect(box)}>
        <Text size="xs" fw={600}>
          {boxKindWords[box.kind].name}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {sizeWords(box.box, voxelSizeZyx)} · {box.by}, {formatWhen(box.createdAt)}
        </Text>
      </UnstyledButton>
      <Tooltip label={mayRemove ? "Remove the box; labels stay" : "Validation boxes are removed by reviewers"}>
        <ActionIcon
          size="sm"
          variant="subtle"
          color="gray"
          aria-label="Remove the box"
          disabled={!mayRemove}
          onClick={() => props.onRemove(box.id)}
        >
          <IconTrash size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}

/** z × y × x in µm, and the number of slices. */
export function sizeWords(box: VoxelBox, voxelSizeZyx: Zyx): string {
  const shape = boxShape(box);
  const um = shape.map((size, axis) => Number((size * voxelSizeZyx[axis]).toPrecision(3)));
  return `${um.join(" × ")} µm, ${shape[0]} ${shape[0] === 1 ? "slice" : "slices"}`;
}
