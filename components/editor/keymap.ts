/** Every key of the editor, in one value: the handler, the tooltips and the help sheet read it. Digits belong to classes. */

export interface KeyBinding {
  readonly command: string;
  /** `Ctrl+`, `Shift+` in this order, then `KeyboardEvent.key`, letters in capitals. The first one is shown. */
  readonly keys: readonly string[];
  readonly group: KeyGroup;
  readonly text: string;
}

export const keyGroups = ["Tools", "Paint", "Shape", "Nucleus", "Review", "View", "Page"] as const;

export type KeyGroup = (typeof keyGroups)[number];

const binding = <C extends string>(command: C, keys: string | readonly string[], group: KeyGroup, text: string) => ({
  command,
  keys: typeof keys === "string" ? [keys] : keys,
  group,
  text,
});

export const keymap = [
  binding("tool.pick", "V", "Tools", "Pick: select, pan, move the crosshair"),
  binding("tool.brush", "B", "Tools", "Brush"),
  binding("tool.eraser", "E", "Tools", "Eraser"),
  binding("tool.outline", "O", "Tools", "Draw an outline and fill it, in one slice"),
  binding("tool.segment", "Shift+T", "Tools", "Click to segment: a click in a nucleus outlines it in 3D"),
  binding("tool.threshold", "T", "Tools", "3D fill of what is bright around a click; drag to adjust"),
  binding("tool.split", "S", "Tools", "Split a nucleus by two clicks, or by a line drawn across it"),
  binding("tool.merge", "M", "Tools", "Merge two nuclei by two clicks"),
  binding("tool.box", "G", "Tools", "Draw a box"),

  binding("brush.smaller", "[", "Paint", "Smaller brush"),
  binding("brush.larger", "]", "Paint", "Larger brush"),
  binding("brush.shape", "D", "Paint", "Disc in the slice, or ball in 3D"),
  binding("paint.mask", "I", "Paint", "Paint over anything, background only, selected nucleus only"),
  binding("edit.undo", "Ctrl+Z", "Paint", "Undo your last act"),
  binding("edit.redo", ["Ctrl+Shift+Z", "Ctrl+Y"], "Paint", "Redo"),

  binding("shape.interpolate", "Shift+I", "Shape", "Interpolate: fill the gaps between its slices"),
  binding("shape.fillHoles", "Shift+F", "Shape", "Fill its holes"),
  binding("shape.keepLargest", "Shift+K", "Shape", "Keep its largest part"),
  binding("shape.smooth", "Shift+S", "Shape", "Smooth it; again for more"),
  binding("shape.grow", "Shift+G", "Shape", "Grow it; again for more"),
  binding("shape.shrink", "Shift+E", "Shape", "Shrink it; again for more"),
  binding("shape.copyBack", ["<", "Shift+PageUp"], "Shape", "Copy it to the slice before, and go there"),
  binding("shape.copyOn", [">", "Shift+PageDown"], "Shape", "Copy it to the next slice, and go there"),
  binding("shape.extrude", "Shift+X", "Shape", "Extrude: from its nearest slice up to this one"),
  binding("shape.keep", "Enter", "Shape", "Keep what is shown (Escape drops it, [ ] change its size)"),

  binding("nucleus.pick", "Z", "Nucleus", "Select what is under the pointer, with any tool in hand"),
  binding("nucleus.new", "N", "Nucleus", "New nucleus: the next stroke starts it"),
  binding("nucleus.delete", ["Delete", "Backspace"], "Nucleus", "Delete the selected nucleus in the whole volume"),
  binding("nucleus.unfinished", "U", "Nucleus", "Mark as unfinished, or as finished again"),
  binding("nucleus.partOff", "Shift+N", "Nucleus", "Make the part under the pointer a nucleus of its own"),
  binding("nucleus.partOver", "Shift+M", "Nucleus", "Give the part under the pointer to the selected nucleus"),
  binding("nucleus.clearClass", "0", "Nucleus", "Clear its class; of a proposal: accept it without one"),
  binding("nucleus.history", "Shift+H", "Nucleus", "History of the selected nucleus"),
  binding("nucleus.show", "F", "Nucleus", "Fly to the selected nucleus"),

  binding("review.next", "Q", "Review", "Next question of the queue"),
  binding("review.accept", "A", "Review", "Accept the proposal"),
  binding("review.correct", "C", "Review", "Correct: take it over and edit it"),
  binding("review.reject", "R", "Review", "Reject: there is no nucleus here"),
  binding("review.skip", "K", "Review", "Skip: leave it to somebody else"),

  binding("view.labels", "L", "View", "Show or hide labels"),
  binding("view.outlines", "Shift+L", "View", "Outlines or filled labels"),
  binding("view.proposals", "P", "View", "Show or hide proposals"),
  binding("view.fainter", "-", "View", "Fainter labels"),
  binding("view.stronger", ["=", "+"], "View", "Stronger labels"),
  binding("view.sliceBack", [",", "PageUp"], "View", "One slice back in the pane under the pointer"),
  binding("view.sliceOn", [".", "PageDown"], "View", "One slice on in the pane under the pointer"),
  binding("view.maximise", "X", "View", "Maximise the pane under the pointer, or show all four"),
  binding("view.fit", "H", "View", "Fit the whole volume"),
  binding("view.nextChannel", "W", "View", "Look at the next channel (Shift+1 to Shift+9: at that one)"),
  binding("view.previousChannel", "Shift+W", "View", "Look at the channel before"),
  binding("view.together", "Y", "View", "Several channels together in colours, or one"),
  binding("view.contrast", "Shift+C", "View", "Contrast as at the start"),
  binding("view.tab", "J", "View", "Next panel on the right"),

  binding("page.filter", "/", "Page", "Filter the list of nuclei"),
  binding("page.comment", "Shift+A", "Page", "Write a comment at the selected nucleus, or at the crosshair"),
  binding("page.help", "?", "Page", "This sheet"),
  binding("page.cancel", "Escape", "Page", "Cancel the gesture; then deselect"),
] as const satisfies readonly KeyBinding[];

export type Command = (typeof keymap)[number]["command"];

/** Keys that are nine in a row: for the help sheet only. */
export const digitHelp: readonly { readonly keys: string; readonly text: string }[] = [
  { keys: "Ctrl+1…9", text: "Go to a bookmark" },
  { keys: "Ctrl+Shift+1…9", text: "Set a bookmark: this place and zoom, in this browser" },
];

/** Done with the pointer: for the help sheet only. */
export const pointerHelp: readonly { readonly gesture: string; readonly text: string }[] = [
  { gesture: "Wheel", text: "Through the slices (Shift: five at a time)" },
  { gesture: "Ctrl+Wheel", text: "Zoom at the pointer" },
  { gesture: "Alt+Wheel", text: "Size of the brush" },
  { gesture: "Space or middle button + drag", text: "Pan" },
  { gesture: "Click", text: "Select in any pane; with a paint tool: Ctrl+click" },
  { gesture: "Alt + click", text: "Click to segment: this is not the nucleus's own" },
  { gesture: "Shift + stroke", text: "Erase with the brush or the outline for one stroke" },
  { gesture: "Shift during a stroke", text: "A straight line from there" },
];

const byKey = new Map(keymap.flatMap((entry) => entry.keys.map((key) => [key, entry.command] as const)));

export interface PressedKey {
  readonly key: string;
  /** `KeyboardEvent.code`: the place of the key, whatever is printed on it. */
  readonly code?: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** Signs such as `?` carry their Shift in the key itself; letters and named keys do not. */
export function commandOfKey(event: PressedKey): Command | null {
  if (event.altKey) return null;
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const isSign = event.key.length === 1 && event.key.toUpperCase() === event.key.toLowerCase();
  const name = `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.shiftKey && !isSign ? "Shift+" : ""}${key}`;
  return byKey.get(name) ?? null;
}

/** 1…9 without modifiers, else null. */
export function classDigitOfKey(event: PressedKey): number | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return null;
  return /^[1-9]$/.test(event.key) ? Number(event.key) : null;
}

/** Place of the channel that Shift and a digit mean, from 0; else null. By the place of the key: with Shift it types a sign. */
export function channelOfKey({ code = "", shiftKey, ctrlKey, metaKey, altKey }: PressedKey): number | null {
  if (!shiftKey || ctrlKey || metaKey || altKey) return null;
  const digit = /^Digit([1-9])$/.exec(code)?.[1];
  return digit === undefined ? null : Number(digit) - 1;
}

/** Which bookmark Ctrl and a digit mean, and whether it is set (with Shift) or gone to. By the place of the key, as for channels. */
export function bookmarkOfKey(event: PressedKey): { readonly digit: number; readonly isSet: boolean } | null {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
  const digit = /^Digit([1-9])$/.exec(event.code ?? "")?.[1];
  return digit === undefined ? null : { digit: Number(digit), isSet: event.shiftKey };
}

/** How the key of a channel is shown; empty from the tenth on. */
export const channelKey = (place: number): string => (place < 9 ? `Shift+${place + 1}` : "");

export const keyOf = (command: Command): string => keymap.find((entry) => entry.command === command)?.keys[0] ?? "";
