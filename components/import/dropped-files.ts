/** A file with the folders that it was chosen with, `folder/file`; the name alone where it came by itself. */
export interface FileWithPath {
  readonly file: File;
  readonly path: string;
}

export const chosenFiles = (files: Iterable<File>): FileWithPath[] =>
  [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

/** Everything that was dropped, folders with all below them. Must be called in the event: the list is gone afterwards. */
export async function droppedFiles(transfer: DataTransfer): Promise<FileWithPath[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return chosenFiles(transfer.files);
  const found: FileWithPath[] = [];
  for (const entry of entries) if (entry) await collect(entry, found);
  return found;
}

async function collect(entry: FileSystemEntry, found: FileWithPath[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ file, path: entry.fullPath.replace(/^\//, "") });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // Browsers hand out a hundred entries at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const one of some) await collect(one, found);
  }
}
