import { Badge, Group, Loader, Text } from "@mantine/core";
import type { ClickModelState } from "../../segmenter/click-model.ts";
import type { EditorController } from "../editor-controller.ts";
import { useObservable } from "../use-observable.ts";

/** Which model answers clicks, or how far it is. */
export function ModelNote({ editor }: { editor: EditorController }) {
  const state = useObservable(editor.store, (editorState) => editorState.clickModel);
  if (state.kind === "asleep") return null;
  const isOnItsWay = state.kind !== "ready" && state.kind !== "none";
  return (
    <Group
      gap={6}
      wrap="nowrap"
      role="status"
      data-testid="model-note"
      data-state={state.kind}
      style={{ flex: "none" }}
    >
      {isOnItsWay ? <Loader size={14} /> : null}
      {state.kind === "ready" ? (
        <Badge size="sm" variant="light" title={engineInWords(state)}>
          {modelStateInWords(state)}
        </Badge>
      ) : (
        <Text size="xs" title={state.kind === "none" ? state.why : undefined} style={{ whiteSpace: "nowrap" }}>
          {modelStateInWords(state)}
        </Text>
      )}
    </Group>
  );
}

export function modelStateInWords(state: ClickModelState): string {
  switch (state.kind) {
    case "asleep":
      return "";
    case "loading":
      return state.share === null ? "Loading the model…" : `Loading the model, ${percent(state.share)}`;
    case "starting":
      return "Starting the model…";
    case "measuring":
      return `Looking how large nuclei are, ${percent(state.share)}`;
    case "ready":
      return state.origin === "product" ? "first guess" : "this project's model";
    case "none":
      return "No model: nuclei are outlined by their edges";
  }
}

const engineInWords = ({ origin, engine }: Extract<ClickModelState, { kind: "ready" }>): string =>
  `${origin === "product" ? "The model that comes with Karyoloop; a training makes one of your own." : "The project's current checkpoint."} ` +
  `It runs in this browser${engine.backend === "webgl" ? ", on the graphics card" : ""}, about ${Math.max(10, Math.round(engine.passMs / 10) * 10)} ms a look.`;

const percent = (share: number): string => `${Math.round(share * 100)} %`;
