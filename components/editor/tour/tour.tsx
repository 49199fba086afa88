import { Button, CloseButton, Group, Paper, Text } from "@mantine/core";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { useShownKey } from "../../ui/shown-keys.tsx";
import type { EditorController } from "../editor-controller.ts";
import { useObservable } from "../use-observable.ts";
import { type Place, placeBeside } from "./place-beside.ts";
import styles from "./tour.module.css";
import { type TourStep, tourSteps } from "./tour-steps.ts";

/** Five cards beside the parts of the page that they are about. The page goes on working under them. */
export function Tour({ editor }: { editor: EditorController }) {
  const at = useObservable(editor.store, (state) => state.tourStep);
  const isOn = at !== null;
  useEffect(() => {
    if (!isOn) return;
    const { tab } = editor.store.get();
    return () => editor.store.set({ tab });
  }, [editor, isOn]);
  if (at === null || !tourSteps[at]) return null;
  return <StepCard key={at} editor={editor} step={tourSteps[at]} at={at} />;
}

function StepCard({ editor, step, at }: { editor: EditorController; step: TourStep; at: number }) {
  const shownKey = useShownKey();
  const titleId = useId();
  const textId = useId();
  const card = useRef<HTMLDivElement>(null);
  const next = useRef<HTMLButtonElement>(null);
  const [place, setPlace] = useState<Place | null>(null);
  const isLast = at === tourSteps.length - 1;
  const go = (to: number | null): void => editor.store.set({ tourStep: to });

  useEffect(() => {
    if (step.tab) editor.store.set({ tab: step.tab, panelHidden: false });
    next.current?.focus();
  }, [editor, step]);

  useLayoutEffect(() => {
    const measure = (): void => {
      const target = document.querySelector(step.at);
      const { width, height } = card.current?.getBoundingClientRect() ?? { width: 0, height: 0 };
      const room = { width: window.innerWidth, height: window.innerHeight };
      if (target) setPlace(placeBeside(target.getBoundingClientRect(), { width, height }, step.side, room));
    };
    measure();
    window.addEventListener("resize", measure);
    return () => window.removeEventListener("resize", measure);
  }, [step]);

  return (
    <>
      {place && <div className={styles.ring} style={{ ...place.ring }} aria-hidden />}
      <Paper
        ref={card}
        className={styles.card}
        style={{ ...place?.card }}
        role="dialog"
        aria-labelledby={titleId}
        aria-describedby={textId}
        data-testid="tour"
        onKeyDown={(event) => {
          if (event.key === "Escape") go(null);
          else if (event.key === "ArrowRight" && !isLast) go(at + 1);
          else if (event.key === "ArrowLeft" && at > 0) go(at - 1);
          else return;
          event.preventDefault();
        }}
      >
        <Group justify="space-between" wrap="nowrap" mb={4}>
          <Text size="sm" fw={700} id={titleId}>
            {step.title}
          </Text>
          <CloseButton size="sm" aria-label="Leave the tour" onClick={() => go(null)} />
        </Group>
        <Text size="sm" id={textId}>
          {step.text(shownKey)}
        </Text>
        <Group justify="space-between" mt="sm" wrap="nowrap">
          <Text size="xs" c="dimmed">
            {at + 1} of {tourSteps.length}
          </Text>
          <Group gap={6} wrap="nowrap">
            {at > 0 && (
              <Button size="compact-sm" variant="default" onClick={() => go(at - 1)}>
                Back
              </Button>
            )}
            <Button ref={next} size="compact-sm" onClick={() => go(isLast ? null : at + 1)}>
              {isLast ? "Begin" : "Next"}
            </Button>
          </Group>
        </Group>
      </Paper>
    </>
  );
}
