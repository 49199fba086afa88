/** Hands a file to the person, as downloads are. */
export function saveFile(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = fileName(name);
  link.click();
  // Some browsers read it a moment later.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A name that every system takes: volumes are called as people like. */
export function fileName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what no file name may have
  return name.replace(/[\u0000-\u001f<>:"/\\|?*]+/g, "-").slice(-120);
}
