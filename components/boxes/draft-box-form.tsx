import { Button, Group, NumberInput, Stack, Text, Tooltip } from "@mantine/core";
import { useState } from "react";
import { hasRole, type Role } from "../../core/roles.ts";
import { boxShape, type VoxelBox, type Zyx } from "../../core/volume/voxel-space.ts";
import type { EditorBox } from "../editor/editor-contract.ts";
import type { BoxKind } from "../viewer/viewer-contract.ts";
import { BoxKindMark, boxKindWords } from "./box-kind-mark.tsx";

const kinds: readonly BoxKind[] = ["fully-labelled", "checked-empty", "validation"];
const axisNames = ["z", "y", "x"] as const;

interface DraftBoxFormProps {
  readonly draft: VoxelBox;
  /** The saved box that it is a draft of. */
  readonly changed: EditorBox | null;
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly role: Role;
  onDraft(box: VoxelBox | null): void;
  onSave(kind: BoxKind): Promise<void>;
}

/** The drawn box in numbers, for the keyboard and for exactness, and what it is to mean. */
export function DraftBoxForm({ draft, changed, shapeZyx, voxelSizeZyx, role, onDraft, onSave }: DraftBoxFormProps) {
  const [pending, setPending] = useState<BoxKind | null>(null);
  const shape = boxShape(draft);
  const change = (axis: number, end: "minZyx" | "maxZyx", value: number): void => {
    const corner: [number, number, number] = [...draft[end]];
    corner[axis] = value;
    onDraft({ ...draft, [end]: corner });
  };
  const isThin = shape[0] === 1 && shapeZyx[0] > 1;
  const save = async (kind: BoxKind): Promise<void> => {
    setPending(kind);
    await onSave(kind);
    setPending(null);
  };
  return (
    <Stack gap={6} p={8} style={{ border: "1px dashed #6b7681", borderRadius: 4 }} data-testid="draft-box">
      <Text size="xs" fw={600}>
        {changed ? "Change this box" : "New box"}
      </Text>
      {axisNames.map((name, axis) => (
        <Group key={name} gap={6} wrap="nowrap">
          <Text size="xs" w={10}>
            {name}
          </Text>
          <NumberInput
            size="xs"
            w={84}
            aria-label={`${name} from`}
            allowDecimal={false}
            min={0}
            max={draft.maxZyx[axis] - 1}
            clampBehavior="strict"
            value={draft.minZyx[axis]}
            onChange={(value) => typeof value === "number" && change(axis, "minZyx", value)}
          />
          <NumberInput
            size="xs"
            w={84}
            aria-label={`${name} to`}
            allowDecimal={false}
            min={draft.minZyx[axis] + 1}
            max={shapeZyx[axis]}
            clampBehavior="strict"
            value={draft.maxZyx[axis]}
            onChange={(value) =>
              typeof value === "number" && value > draft.minZyx[axis] && change(axis, "maxZyx", value)
            }
          />
          <Text size="xs" c="dimmed">
            {Number((shape[axis] * voxelSizeZyx[axis]).toPrecision(3))} µm
          </Text>
        </Group>
      ))}
      {isThin && (
        <Text size="xs" c="yellow.5">
          It holds a single slice. Drag its upper or lower face in the XZ or YZ pane to hold whole nuclei.
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {changed ? "Keep it, as…" : "In this box…"}
      </Text>
      {kinds.map((kind) => {
        const needsReviewer = kind === "validation" && !hasRole(role, "reviewer");
        return (
          <Tooltip
            key={kind}
            label={needsReviewer ? "Validation boxes are set by reviewers and owners" : boxKindWords[kind].meaning}
            multiline
            maw={260}
          >
            <Button
              size="compact-sm"
              variant={changed?.kind === kind ? "light" : "default"}
              justify="flex-start"
              leftSection={<BoxKindMark kind={kind} />}
              aria-current={changed?.kind === kind ? "true" : undefined}
              disabled={
                needsReviewer ||
                (kind === "validation" && isThin) ||
                !hasRole(role, "annotator") ||
                (pending !== null && pending !== kind)
              }
              loading={pending === kind}
              onClick={() => void save(kind)}
            >
              {boxKindWords[kind].name}
            </Button>
          </Tooltip>
        );
      })}
      <Button size="compact-xs" variant="subtle" color="gray" onClick={() => onDraft(null)}>
        Discard (Esc)
      </Button>
    </Stack>
  );
}
