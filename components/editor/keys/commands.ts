/**
 * Every command of the editor, in one value: the handler of keys, the tooltips, the help sheet, the dialog of keys and the palette read
 * it. The keys are Karyoloop's own; `key-map.ts` says which are set.
 */

export interface CommandEntry {
  readonly command: string;
  /** As `stroke.ts` names them. The first one is shown; `1…9` stands for nine keys, and the digit goes with the command. */
  readonly keys: readonly string[];
  readonly group: KeyGroup;
  readonly text: string;
  /** Its keys cannot be changed: without it nobody comes back. */
  readonly isFixed?: true;
}

export const keyGroups = ["Tools", "Paint", "Shape", "Nucleus", "Review", "Place", "View", "3D", "Page"] as const;

export type KeyGroup = (typeof keyGroups)[number];

const entry = <C extends string>(command: C, keys: string | readonly string[], group: KeyGroup, text: string) => ({
  command,
  keys: typeof keys === "string" ? [keys] : keys,
  group,
  text,
});

export const commands = [
  entry("tool.pick", "V", "Tools", "Pick: select, pan, move the crosshair"),
  entry("tool.brush", "B", "Tools", "Brush"),
  entry("tool.eraser", "E", "Tools", "Eraser"),
  entry("tool.outline", "O", "Tools", "Draw an outline and fill it, in one slice"),
  entry("tool.segment", "Shift+T", "Tools", "Click to segment: a click in a nucleus outlines it in 3D"),
  entry("tool.threshold", "T", "Tools", "3D fill of what is bright around a click; drag to adjust"),
  entry("tool.split", "S", "Tools", "Split a nucleus by two clicks, or by a line drawn across it"),
  entry("tool.merge", "M", "Tools", "Merge two nuclei by two clicks"),
  entry("tool.box", "G", "Tools", "Draw a box"),
  entry("tool.measure", "Shift+D", "Tools", "Measure a distance: two clicks, or a drag"),
  entry("tool.next", [], "Tools", "The next tool of the bar"),
  entry("tool.previous", [], "Tools", "The tool of the bar before"),

  entry("brush.smaller", "[", "Paint", "Smaller brush"),
  entry("brush.larger", "]", "Paint", "Larger brush"),
  entry("brush.shape", "D", "Paint", "Disc in the slice, or ball in 3D"),
  entry("paint.mask", "I", "Paint", "Paint over anything, background only, selected nucleus only"),
  entry("edit.undo", "Ctrl+Z", "Paint", "Undo your last act"),
  entry("edit.redo", ["Ctrl+Shift+Z", "Ctrl+Y"], "Paint", "Redo"),

  entry("shape.interpolate", "Shift+I", "Shape", "Interpolate: fill the gaps between its slices"),
  entry("shape.fillHoles", "Shift+F", "Shape", "Fill its holes"),
  entry("shape.keepLargest", "Shift+K", "Shape", "Keep its largest part"),
  entry("shape.smooth", "Shift+S", "Shape", "Smooth it; again for more"),
  entry(
    "shape.threshold",
    "Shift+U",
    "Shape",
    "Keep of it what is brighter than a threshold, or darker; again for more",
  ),
  entry("shape.grow", "Shift+G", "Shape", "Grow it; again for more"),
  entry("shape.shrink", "Shift+E", "Shape", "Shrink it; again for more"),
  entry("shape.copyBack", ["<", "Shift+PageUp"], "Shape", "Copy it to the slice before, and go there"),
  entry("shape.copyOn", [">", "Shift+PageDown"], "Shape", "Copy it to the next slice, and go there"),
  entry("shape.extrude", "Shift+X", "Shape", "Extrude: from its nearest slice up to this one"),
  entry("shape.keep", "Enter", "Shape", "Keep the change that is shown"),

  entry("nucleus.pick", "Z", "Nucleus", "Select what is under the pointer, with any tool in hand"),
  entry("nucleus.new", "N", "Nucleus", "New nucleus: the next stroke starts it"),
  entry("nucleus.again", "Shift+R", "Nucleus", "Outline the selected nucleus anew by the newest model, shown first"),
  entry("nucleus.delete", ["Delete", "Backspace"], "Nucleus", "Delete the selected nucleus in the whole volume"),
  entry("nucleus.unfinished", "U", "Nucleus", "Mark as unfinished, or as finished again"),
  entry("nucleus.partOff", "Shift+N", "Nucleus", "Make the part under the pointer a nucleus of its own"),
  entry("nucleus.partOver", "Shift+M", "Nucleus", "Give the part under the pointer to the selected nucleus"),
  entry("nucleus.next", "Shift+ArrowRight", "Nucleus", "Select the nucleus with the next number, and fly there"),
  entry("nucleus.previous", "Shift+ArrowLeft", "Nucleus", "Select the nucleus with the number before, and fly there"),
  entry(
    "nucleus.setClass",
    "1…9",
    "Nucleus",
    "Give it the class with this number; of a proposal: accept it with that class",
  ),
  entry("nucleus.clearClass", "0", "Nucleus", "Clear its class; of a proposal: accept it without one"),
  entry("nucleus.history", "Shift+H", "Nucleus", "History of the selected nucleus"),
  entry("nucleus.show", "F", "Nucleus", "Fly to the selected nucleus"),

  entry("review.next", "Q", "Review", "Next question of the queue"),
  entry("review.accept", "A", "Review", "Accept the proposal"),
  entry("review.correct", "C", "Review", "Correct: take it over and edit it"),
  entry("review.reject", "R", "Review", "No nucleus: there is none here"),
  entry("review.skip", "K", "Review", "Skip: leave it to somebody else"),

  entry("view.labels", "L", "View", "Show or hide labels"),
  entry("view.outlines", "Shift+L", "View", "Outlines or filled labels"),
  entry("view.proposals", "P", "View", "Show or hide proposals"),
  entry("view.fainter", "-", "View", "Fainter labels"),
  entry("view.stronger", ["=", "+"], "View", "Stronger labels"),
  entry("view.sliceBack", [",", "PageUp"], "Place", "One slice back in the pane under the pointer"),
  entry("view.sliceOn", [".", "PageDown"], "Place", "One slice on in the pane under the pointer"),
  entry("place.left", "ArrowLeft", "Place", "Move the crosshair left in the pane under the pointer, else in XY"),
  entry("place.right", "ArrowRight", "Place", "Move it right"),
  entry("place.up", "ArrowUp", "Place", "Move it up"),
  entry("place.down", "ArrowDown", "Place", "Move it down"),
  entry("place.pointer", "Shift+Z", "Place", "Bring the crosshair to the pointer: all panes show that place"),
  entry("place.centre", "Shift+V", "Place", "Centre the panes on the crosshair"),
  entry("place.zoomIn", "Shift+ArrowUp", "Place", "Zoom in"),
  entry("place.zoomOut", "Shift+ArrowDown", "Place", "Zoom out"),
  entry("place.goToMark", "Ctrl+1…9", "Place", "Go to a bookmark"),
  // With Alt too: a Mac keeps Cmd+Shift+3 to 5 for pictures of the screen.
  entry("place.setMark", ["Ctrl+Shift+1…9", "Alt+Shift+1…9"], "Place", "Set a bookmark: this place, zoom and slices"),
  entry("place.measure", "Shift+Enter", "Place", "Measure from the crosshair; once more: up to it"),
  entry("place.copyLink", "Shift+Y", "Place", "Copy a link to this view"),

  entry("view.maximise", "X", "View", "Maximise the pane under the pointer, or show all four"),
  entry("view.fit", "H", "View", "Fit the whole volume"),
  entry("view.nextChannel", "W", "View", "Look at the next channel"),
  entry("view.previousChannel", "Shift+W", "View", "Look at the channel before"),
  entry("view.channel", "Shift+1…9", "View", "Look at the channel with this number"),
  entry("view.together", "Y", "View", "Several channels together in colours, or one"),
  entry("view.projection", "Shift+Q", "View", "The brightest of a thick slab in the panes, or the slice alone"),
  entry("view.thinner", "{", "View", "A thinner slab in the panes"),
  entry("view.thicker", "}", "View", "A thicker slab in the panes"),
  entry("view.miniMap", ":", "View", "Show or hide the map in the corner of a zoomed pane"),
  entry("view.picture", "Shift+P", "View", "Save a picture of the panes (PNG), with scale bars"),
  entry("view.panePicture", "Alt+P", "View", "Save a picture of the pane under the pointer"),
  entry("view.film", "Alt+R", "View", "Film the 3D view turning once round (WebM, 8 s); again: stop"),
  entry("view.contrast", "Shift+C", "View", "Contrast as at the start"),
  entry("view.tab", "J", "View", "Next panel on the right"),
  entry("view.panel", "Shift+J", "View", "Hide the panels on the right, or show them"),

  entry("scene.turnLeft", "Ctrl+ArrowLeft", "3D", "Turn the 3D view to the left"),
  entry("scene.turnRight", "Ctrl+ArrowRight", "3D", "Turn it to the right"),
  entry("scene.turnUp", "Ctrl+ArrowUp", "3D", "Turn it to see more from above"),
  entry("scene.turnDown", "Ctrl+ArrowDown", "3D", "Turn it to see more from below"),
  entry("scene.slices", ";", "3D", "The slices of the three panes in space, or not"),
  entry("scene.isolate", "Shift+O", "3D", "The selected nucleus alone in 3D, or all"),
  entry("scene.slab", "Shift+B", "3D", "In 3D a slab round the crosshair's slice, or all"),
  entry("scene.clip", "_", "3D", "Cut 3D open at the crosshair; again: the other side; again: whole"),
  entry("scene.unclip", [], "3D", "3D uncut, with all nuclei"),
  entry("scene.nearer", "Ctrl+Shift+ArrowUp", "3D", "Nearer in 3D"),
  entry("scene.farther", "Ctrl+Shift+ArrowDown", "3D", "Farther away in 3D"),

  entry("page.filter", "/", "Page", "Filter the list of nuclei"),
  entry("page.comment", "Shift+A", "Page", "Write a comment at the selected nucleus, or at the crosshair"),
  entry("page.palette", "Ctrl+K", "Page", "Find a command, a nucleus, a volume or a page"),
  entry("page.keys", [], "Page", "Change the keys"),
  entry("page.tour", [], "Page", "The tour: five steps over this page"),
  entry("page.help", "?", "Page", "All keys"),
  { ...entry("page.cancel", "Escape", "Page", "Cancel the gesture; then deselect"), isFixed: true },
] as const satisfies readonly CommandEntry[];

export type Command = (typeof commands)[number]["command"];

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

const byCommand = new Map<Command, CommandEntry>(commands.map((one) => [one.command, one]));

export const commandEntry = (command: Command): CommandEntry => byCommand.get(command) as CommandEntry;

export const isCommand = (name: string): name is Command => byCommand.has(name as Command);
