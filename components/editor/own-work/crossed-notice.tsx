import { Alert, Button, Group, Text } from "@mantine/core";
import { IconArrowsCross } from "@tabler/icons-react";
import { runCommand } from "../editor-commands.ts";
import type { EditorController } from "../editor-controller.ts";
import { useObservable } from "../use-observable.ts";
import type { CrossedEdit } from "./crossed-edits.ts";
import { bringCrossedBackAct, deleteCrossedAct } from "./own-work.ts";

/** A deletion by one person crossed with paint by another: both versions are offered. */
export function CrossedNotice({ editor }: { editor: EditorController }) {
  const crossed = useObservable(editor.store, (state) => state.crossed[0] ?? null);
  if (!crossed) return null;
  const { document } = editor.props();
  const done = () => editor.store.set({ crossed: editor.store.get().crossed.filter((one) => one !== crossed) });
  const act = (words: string, work: () => Promise<void>) => () =>
    void editor.during(words, async () => {
      await work();
      done();
    });
  const show = () => {
    editor.select(crossed.label);
    const [min, max] = [crossed.box.minZyx, crossed.box.maxZyx];
    editor.view.flyTo([(min[0] + max[0]) / 2, (min[1] + max[1]) / 2, (min[2] + max[2]) / 2]);
  };
  return (
    <Alert
      color="yellow"
      icon={<IconArrowsCross aria-hidden />}
      p="xs"
      title={titleOf(crossed)}
      withCloseButton
      closeButtonLabel="Leave it as it is"
      onClose={done}
      data-testid="crossed-edit"
    >
      <Text size="xs">{wordsOf(crossed)}</Text>
      <Group gap={8} mt={6}>
        <Button size="compact-xs" variant="default" onClick={show}>
          Show it
        </Button>
        {!crossed.isGone && (
          <Button
            size="compact-xs"
            variant="light"
            disabled={!document.canEdit}
            onClick={act("Deleting what is left…", async () =>
              editor.commit(await deleteCrossedAct(document, crossed)),
            )}
          >
            Delete it
          </Button>
        )}
        {crossed.deletedRuns ? (
          <Button
            size="compact-xs"
            variant="light"
            disabled={!document.canEdit}
            onClick={act("Bringing it back…", async () => {
              const back = await bringCrossedBackAct(document, crossed);
              if (back) await editor.commit(back);
            })}
          >
            Bring all of it back
          </Button>
        ) : (
          <Button
            size="compact-xs"
            variant="light"
            onClick={() => {
              show();
              runCommand(editor, "nucleus.history");
              done();
            }}
          >
            Bring it back from its history
          </Button>
        )}
      </Group>
    </Alert>
  );
}

const nameOf = ({ number, label }: CrossedEdit): string => (number === null ? `of label ${label}` : String(number));

const titleOf = (crossed: CrossedEdit): string =>
  crossed.own === "deleted"
    ? `Nucleus ${nameOf(crossed)}, which you deleted, is back in part`
    : `Nucleus ${nameOf(crossed)} was deleted while you were offline`;

const wordsOf = ({ own, by, isGone }: CrossedEdit): string => {
  if (own === "deleted") return `${by} painted on it without knowing. Only that paint is there now.`;
  return isGone
    ? "You painted on it meanwhile; nothing of it is left."
    : "You painted on it meanwhile; only what lies outside of what was deleted is left.";
};
