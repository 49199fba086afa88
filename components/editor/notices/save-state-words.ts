import type { SaveState } from "../../../core/edit/label-document.ts";

const edits = (waiting: number): string => (waiting === 1 ? "1 edit" : `${waiting} edits`);

const kept = (waiting: number): string => `${edits(waiting)} kept on this computer`;

/** What the header says. "Saved" means durable in the server's database, nothing less. */
export function saveStateWords(state: SaveState): string {
  switch (state.kind) {
    case "saved":
      return "Saved";
    case "saving":
      return `Saving ${state.waiting}…`;
    case "offline":
      if (state.trouble) return state.waiting === 0 ? state.trouble : `${state.trouble}, ${kept(state.waiting)}`;
      return state.waiting === 0 ? "Offline" : `Offline, ${kept(state.waiting)}`;
    case "connecting":
      if (state.trouble) return state.trouble;
      return state.waiting === 0 ? "Connecting…" : `Connecting…, ${kept(state.waiting)}`;
    case "read-only":
      return "Read only";
    case "refused":
      return "An edit was refused";
  }
}
