import type { SaveState } from "../../core/edit/label-document.ts";

const edits = (waiting: number): string => (waiting === 1 ? "1 edit" : `${waiting} edits`);

/** What the header says. "Saved" means durable in the server's database, nothing less. */
export function saveStateWords(state: SaveState): string {
  switch (state.kind) {
    case "saved":
      return "Saved";
    case "saving":
      return `Saving ${state.waiting}…`;
    case "offline":
      return state.waiting === 0 ? "Offline" : `Offline, ${edits(state.waiting)} kept on this computer`;
    case "connecting":
      return state.waiting === 0 ? "Connecting…" : `Connecting…, ${edits(state.waiting)} kept on this computer`;
    case "read-only":
      return "Read only";
    case "refused":
      return "An edit was refused";
  }
}
