import { type Command, type CommandEntry, commands, isCommand } from "./commands.ts";
import { isKeySetId, type KeySetId, keySets } from "./key-sets.ts";
import { ANY_DIGIT, partsOfStroke } from "./stroke.ts";

/** What a person chose: a set, and what they changed in it. */
export interface KeyChoice {
  readonly set: KeySetId;
  /** All keys of a command; none is allowed. They win over the keys of the set. */
  readonly changes: Readonly<Partial<Record<Command, readonly string[]>>>;
}

export const ownKeys: KeyChoice = { set: "karyoloop", changes: {} };

/** The keys that are set. No key belongs to two commands. */
export interface KeyMap {
  /** The first one is shown. */
  keysOf(command: Command): readonly string[];
  commandOf(key: string): Command | null;
  /** Whether longer keys begin with this stroke: `Ctrl+K` of `Ctrl+K B`. */
  begins(stroke: string): boolean;
}

const MAX_KEYS = 4;

/** The nine keys that a key for a row of digits stands for. */
const digitsOf = (key: string): readonly string[] =>
  partsOfStroke(key).key === ANY_DIGIT
    ? [1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => key.replace(ANY_DIGIT, String(at)))
    : [];

/** Two keys that cannot both be set. One digit of a row can: it goes before the row. */
const clash = (a: string, b: string): boolean => a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `);

/** What a set gives its commands; every other command keeps ours, with Alt where the set gives that key to another. */
export function keysOfSet(set: KeySetId): ReadonlyMap<Command, readonly string[]> {
  const known = madeSets.get(set);
  if (known) return known;
  const made = makeSet(set);
  madeSets.set(set, made);
  return made;
}

const madeSets = new Map<KeySetId, ReadonlyMap<Command, readonly string[]>>();

function makeSet(set: KeySetId): ReadonlyMap<Command, readonly string[]> {
  const theirs = keySets[set].keys;
  const taken = Object.values(theirs).flat();
  const isTaken = (key: string): boolean =>
    taken.some((other) => clash(key, other)) || digitsOf(key).some((one) => taken.includes(one));
  return new Map(
    commands.map(({ command, keys }): [Command, readonly string[]] => {
      const own = theirs[command];
      if (own) return [command, own];
      const left = keys.filter((key) => !isTaken(key));
      if (left.length > 0 || keys.length === 0) return [command, left];
      const { key, shift } = partsOfStroke(keys[0]);
      return [command, [`Alt+${shift ? "Shift+" : ""}${key}`]];
    }),
  );
}

export function keyMapOf({ set, changes }: KeyChoice): KeyMap {
  const changed = Object.values(changes).flat();
  const ofCommand = new Map<Command, readonly string[]>();
  const ofKey = new Map<string, Command>();
  const beginnings = new Set<string>();
  for (const [command, base] of keysOfSet(set)) {
    const keys = changes[command] ?? base.filter((key) => !changed.some((other) => clash(key, other)));
    ofCommand.set(command, keys);
    for (const key of keys) {
      ofKey.set(key, command);
      if (key.includes(" ")) beginnings.add(key.split(" ")[0]);
    }
  }
  return {
    keysOf: (command) => ofCommand.get(command) ?? [],
    commandOf: (key) => ofKey.get(key) ?? null,
    begins: (stroke) => beginnings.has(stroke),
  };
}

/** Who else is meant by a key now, were it given to a command: those lose it, or of a row of digits that one. */
export function conflictsOf(map: KeyMap, key: string, command: Command): readonly Command[] {
  return commands
    .map((one) => one.command)
    .filter(
      (other) =>
        other !== command &&
        map
          .keysOf(other)
          .some((taken) => clash(taken, key) || digitsOf(key).includes(taken) || digitsOf(taken).includes(key)),
    );
}

const fixed: readonly CommandEntry[] = commands.filter((one: CommandEntry) => one.isFixed);

/** Gives a command its keys, and takes them from all others, but for those that cannot be changed. */
export function withKeys({ set, changes }: KeyChoice, command: Command, given: readonly string[]): KeyChoice {
  if (fixed.some((one) => one.command === command)) return { set, changes };
  const keys = given.filter((key) => !fixed.some((one) => one.keys.some((other) => clash(key, other))));
  const others = Object.entries(changes).flatMap(([other, theirs]): [string, readonly string[]][] => {
    if (other === command) return [];
    const left = theirs.filter((key) => !keys.some((one) => clash(key, one) || digitsOf(one).includes(key)));
    return left.length === 0 && theirs.length > 0 ? [] : [[other, left]];
  });
  const base = keysOfSet(set).get(command) ?? [];
  const isAsInSet = keys.length === base.length && keys.every((key, at) => key === base[at]);
  return { set, changes: Object.fromEntries(isAsInSet ? others : [...others, [command, keys]]) };
}

/** As the set has it; whoever had taken one of its keys loses it. */
export const withoutChange = (choice: KeyChoice, command: Command): KeyChoice =>
  withKeys(choice, command, keysOfSet(choice.set).get(command) ?? []);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Takes only what it knows: what is kept may be of another version, or not ours at all. */
export function parseKeyChoice(value: unknown): KeyChoice {
  if (!isRecord(value)) return ownKeys;
  const set = isKeySetId(value.set) ? value.set : "karyoloop";
  const kept = Object.entries(isRecord(value.changes) ? value.changes : {});
  let choice: KeyChoice = { set, changes: {} };
  for (const [command, keys] of kept) if (isCommand(command) && isKeys(keys)) choice = withKeys(choice, command, keys);
  return choice;
}

const isKeys = (value: unknown): value is readonly string[] =>
  Array.isArray(value) &&
  value.length <= MAX_KEYS &&
  value.every((key) => typeof key === "string" && /^\S.{0,39}$/.test(key));
