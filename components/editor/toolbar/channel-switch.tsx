import { Kbd, Tooltip, UnstyledButton } from "@mantine/core";
import { channelsOf, drawnChannels, labelledChannelOf } from "../../viewer/image-channels.ts";
import { channelSentence } from "../../viewer/panels/channel-words.ts";
import type { EditorController } from "../editor-controller.ts";
import { useChannelKey } from "../keys/use-shown-keys.ts";
import { useObservable } from "../use-observable.ts";
import styles from "./channel-switch.module.css";

/** So many are offered in the head of the page; the panel has them all. */
const MOST_SHOWN = 4;

/** Always in sight: which channel labels are drawn on, and which one is looked at. */
export function ChannelSwitch({ editor }: { editor: EditorController }) {
  const view = useObservable(editor.view, (all) => all);
  const { image } = editor.props();
  const channels = channelsOf(image);
  const sentence = channelSentence(image, view);
  const channelKey = useChannelKey(editor.keys);
  if (sentence === null) return null;
  const labelled = labelledChannelOf(image);
  const drawn = drawnChannels(view);
  const isElsewhere = !drawn.includes(labelled) || view.channel !== labelled;
  const places = [...channels.keys()].filter((place) => place < MOST_SHOWN || place === view.channel);
  return (
    <div className={styles.bar} data-elsewhere={isElsewhere || undefined} data-testid="channel-switch">
      <span className={styles.sentence} title={sentence} role="status">
        {isElsewhere ? sentence : `Labels: ${channels[labelled].name}`}
      </span>
      {places.map((place) => (
        <Tooltip
          key={place}
          openDelay={300}
          label={
            <>
              Look at {channels[place].name} {channelKey(place) && <Kbd size="xs">{channelKey(place)}</Kbd>}
            </>
          }
        >
          <UnstyledButton
            className={styles.channel}
            aria-pressed={place === view.channel}
            aria-label={`Look at ${channels[place].name}`}
            data-drawn={drawn.includes(place) || undefined}
            onClick={() => editor.view.set({ channel: place })}
          >
            {view.together && <i style={{ background: `rgb(${view.channels[place].rgb.join()})` }} />}
            <span>{channels[place].name}</span>
          </UnstyledButton>
        </Tooltip>
      ))}
    </div>
  );
}
