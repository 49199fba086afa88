import { ActionIcon, Anchor, Button, Center, Group, Loader, Stack, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconBoxModel2, IconPencil, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { isProblem, Problem } from "../../core/problem.ts";
import { hasRole, type Role } from "../../core/roles.ts";
import { boxShape, type VoxelBox, type Zyx } from "../../core/volume/voxel-space.ts";
import type { EditorBox, Loaded } from "../editor/editor-contract.ts";
import { formatWhen } from "../editor/panel/nucleus-words.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { useShownKey, withKey } from "../ui/shown-keys.tsx";
import type { BoxKind } from "../viewer/viewer-contract.ts";
import { BoxKindMark, boxKindWords } from "./box-kind-mark.tsx";
import { DraftBoxForm } from "./draft-box-form.tsx";

export interface BoxesPanelProps {
  readonly boxes: Loaded<readonly EditorBox[]>;
  readonly draft: VoxelBox | null;
  readonly changed: EditorBox | null;
  readonly selectedId: string | null;
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly role: Role;
  onDraft(box: VoxelBox | null): void;
  onSelect(box: EditorBox): void;
  onChange(box: EditorBox): void;
  /** Resolves to the new box's id. */
  createBox(box: VoxelBox, kind: BoxKind): Promise<string>;
  changeBox(id: string, box: VoxelBox, kind: BoxKind): Promise<void>;
  removeBox(id: string): Promise<void>;
  /** Where several people are asked to draw a box blind; absent for those who cannot ask. */
  studyHref?(box: VoxelBox): string;
}

/** What was done last to a box, and how it is taken back. */
interface Undoable {
  readonly text: string;
  undo(): Promise<unknown>;
}

/** Boxes that somebody vouches for: what the training may learn from, and what measures it. */
export function BoxesPanel(props: BoxesPanelProps) {
  const { boxes, draft, changed, role } = props;
  const [problem, setProblem] = useState<Problem | null>(null);
  const [undoable, setUndoable] = useState<Undoable | null>(null);
  const attempt = async (work: () => Promise<Undoable | null>): Promise<void> => {
    setProblem(null);
    try {
      setUndoable(await work());
    } catch (error) {
      setProblem(
        isProblem(error) ? error : new Problem({ tag: "failed", what: "This did not work.", hint: "Try again." }),
      );
    }
  };
  const save = (box: VoxelBox, kind: BoxKind) =>
    attempt(async () => {
      const done = changed ? await change(props, changed, box, kind) : await create(props, box, kind);
      props.onDraft(null);
      return done;
    });
  return (
    <Stack gap="xs" p={10}>
      {draft && <DraftBoxForm {...props} draft={draft} onSave={(kind) => save(draft, kind)} />}
      {draft && props.studyHref && (
        <Anchor size="xs" href={props.studyHref(draft)}>
          Have this box drawn blind by several people…
        </Anchor>
      )}
      {problem && <ProblemAlert problem={problem} />}
      {undoable && (
        <Group gap={6} wrap="nowrap" role="status">
          <Text size="xs" flex={1}>
            {undoable.text}
          </Text>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => void attempt(() => undoable.undo().then(() => null))}
          >
            Undo
          </Button>
        </Group>
      )}
      <BoxList
        {...props}
        canEdit={hasRole(role, "annotator")}
        hasDraft={draft !== null}
        onRemove={(box) => void attempt(() => remove(props, box))}
      />
      {boxes.problem && boxes.data && (
        <Text size="xs" c="dimmed">
          The list may be old: the server cannot be reached.
        </Text>
      )}
    </Stack>
  );
}

async function create(props: BoxesPanelProps, box: VoxelBox, kind: BoxKind): Promise<Undoable> {
  const id = await props.createBox(box, kind);
  return { text: "Box made.", undo: () => props.removeBox(id) };
}

async function change(props: BoxesPanelProps, before: EditorBox, box: VoxelBox, kind: BoxKind): Promise<Undoable> {
  await props.changeBox(before.id, box, kind);
  return { text: "Box changed.", undo: () => props.changeBox(before.id, before.box, before.kind) };
}

async function remove(props: BoxesPanelProps, box: EditorBox): Promise<Undoable> {
  await props.removeBox(box.id);
  return { text: "Box removed; labels stay.", undo: () => props.createBox(box.box, box.kind) };
}

function BoxList(props: BoxesPanelProps & { canEdit: boolean; hasDraft: boolean; onRemove(box: EditorBox): void }) {
  const shownKey = useShownKey();
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
            ? `${withKey("Take the box tool", shownKey("tool.box"))} and drag a rectangle over a part where every nucleus is labelled. Such boxes teach the model what background is, and one kept for validation measures it.`
            : "Nobody has marked a box in this volume yet."
        }
      />
    );
  return boxes.data.map((box) => <BoxRow key={box.id} {...props} box={box} />);
}

function BoxRow(
  props: BoxesPanelProps & { readonly box: EditorBox; readonly canEdit: boolean; onRemove(box: EditorBox): void },
) {
  const { box, role, voxelSizeZyx } = props;
  const mayChange = props.canEdit && (box.kind !== "validation" || hasRole(role, "reviewer"));
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
      <Tooltip label={mayChange ? "Change the box" : "Validation boxes are changed by reviewers"}>
        <ActionIcon
          size="sm"
          variant="subtle"
          color="gray"
          aria-label="Change the box"
          disabled={!mayChange}
          onClick={() => props.onChange(box)}
        >
          <IconPencil size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={mayChange ? "Remove the box; labels stay" : "Validation boxes are removed by reviewers"}>
        <ActionIcon
          size="sm"
          variant="subtle"
          color="gray"
          aria-label="Remove the box"
          disabled={!mayChange}
          onClick={() => props.onRemove(box)}
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
