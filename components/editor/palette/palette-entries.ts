import { channelsOf } from "../../viewer/image-channels.ts";
import { flyToNucleus, runCommand } from "../editor-commands.ts";
import type { LinkedPage } from "../editor-contract.ts";
import type { EditorController } from "../editor-controller.ts";
import { type Command, type CommandEntry, commands } from "../keys/commands.ts";
import { shownKeyOf } from "../keys/editor-keys.ts";
import { ANY_DIGIT } from "../keys/stroke.ts";
import { objectionTo } from "./command-objection.ts";
import { fuzzyMatch } from "./fuzzy-match.ts";

/** One thing that the palette offers. */
export interface PaletteEntry {
  readonly id: string;
  readonly title: string;
  /** What kind of thing: "Tools", "Nuclei", "Volumes" … */
  readonly group: string;
  readonly key: string;
  /** Why it can do nothing now; null where it can. */
  readonly objection: string | null;
  run(): void;
}

const MOST_SHOWN = 60;
const MOST_NUCLEI = 5;

/** What answers the words that were typed, best first; everything, in its order, where none were. */
export function paletteEntries(
  editor: EditorController,
  pages: readonly LinkedPage[],
  query: string,
): readonly PaletteEntry[] {
  const all = [...commandEntries(editor), ...pages.map(pageEntry)];
  const words = query.trim();
  if (words === "") return all;
  const found = all.flatMap((entry) => {
    const match = fuzzyMatch(words, entry.title);
    return match ? [{ entry, score: match.score - (entry.objection === null ? 0 : 2) }] : [];
  });
  found.sort((a, b) => b.score - a.score);
  return [...nucleusEntries(editor, words), ...found.map(({ entry }) => entry)].slice(0, MOST_SHOWN);
}

function commandEntries(editor: EditorController): PaletteEntry[] {
  const left: readonly Command[] = ["page.palette", "page.cancel"];
  return commands.flatMap(({ command, group, text, keys }: CommandEntry & { command: Command }): PaletteEntry[] => {
    if (left.includes(command)) return [];
    if (keys.some((key) => key.endsWith(ANY_DIGIT)))
      return rowOf(editor, command).map(([digit, title]) => commandEntryOf(editor, command, group, title, digit));
    return [commandEntryOf(editor, command, group, text, null)];
  });
}

/** What the nine keys of a row mean here, by digit. */
function rowOf(editor: EditorController, command: Command): readonly (readonly [digit: number, title: string])[] {
  const { classes, image } = editor.props();
  const digits = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  switch (command) {
    case "nucleus.setClass":
      return classes.flatMap(({ name, digit }) => (digit === null ? [] : [[digit, `Class ${name}`] as const]));
    case "view.channel":
      return channelsOf(image)
        .slice(0, 9)
        .map(({ name }, place) => [place + 1, `Look at channel ${name}`]);
    case "place.goToMark":
      return digits.filter((digit) => editor.bookmarks.has(digit)).map((digit) => [digit, `Go to bookmark ${digit}`]);
    case "place.setMark":
      return digits.map((digit) => [digit, `Set bookmark ${digit}`]);
    default:
      return [];
  }
}

const commandEntryOf = (
  editor: EditorController,
  command: Command,
  group: string,
  title: string,
  digit: number | null,
): PaletteEntry => ({
  id: digit === null ? command : `${command}.${digit}`,
  title,
  group,
  key: shownKeyOf(editor.keys.get(), command, digit ?? undefined),
  objection: objectionTo(editor, command),
  run: () => runCommand(editor, command, digit),
});

const pageEntry = ({ title, href, kind }: LinkedPage): PaletteEntry => ({
  id: href,
  title: kind === "volume" ? `Open volume ${title}` : title,
  group: kind === "volume" ? "Volumes" : "Pages",
  key: "",
  objection: null,
  run: () => window.location.assign(href),
});

/** "42", "nucleus 42", "go to 42": that nucleus, and those whose numbers begin so. */
function nucleusEntries(editor: EditorController, words: string): PaletteEntry[] {
  const [, before = "", digits] = /^(\D*?)(\d{1,10})$/.exec(words) ?? [];
  if (digits === undefined || !fuzzyMatch(before, "go to nucleus")) return [];
  const { nuclei } = editor.props();
  const asked = Number(digits);
  const rows = (nuclei.data ?? []).filter(({ number }) => number !== null && String(number).startsWith(digits));
  rows.sort((a, b) => Number(b.number === asked) - Number(a.number === asked) || (a.number ?? 0) - (b.number ?? 0));
  const entries = rows.slice(0, MOST_NUCLEI).map(
    (row): PaletteEntry => ({
      id: `nucleus.${row.label}`,
      title: `Go to nucleus ${row.number}`,
      group: "Nuclei",
      key: "",
      objection: null,
      run() {
        editor.select(row.label);
        flyToNucleus(editor, row);
      },
    }),
  );
  if (rows.some(({ number }) => number === asked)) return entries;
  const objection = nuclei.data ? "There is none with this number." : "The list of nuclei is not there yet.";
  const none = { id: "nucleus.none", title: `Go to nucleus ${digits}`, group: "Nuclei", key: "", objection, run() {} };
  return [none, ...entries];
}
