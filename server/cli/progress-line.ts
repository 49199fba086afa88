const SHOWN_EVERY_MS = 200;
const SAID_EVERY_MS = 10_000;

/** One line that changes on a terminal; a line now and then in a log. On stderr. */
export function createProgressLine(): { show(text: string): void; end(): void } {
  const isTerminal = process.stderr.isTTY;
  let shownAt = isTerminal ? Number.NEGATIVE_INFINITY : performance.now();
  let isOpen = false;
  return {
    show(text) {
      if (performance.now() - shownAt < (isTerminal ? SHOWN_EVERY_MS : SAID_EVERY_MS)) return;
      shownAt = performance.now();
      process.stderr.write(isTerminal ? `\r\x1b[K${text}` : `${text}\n`);
      isOpen = isTerminal;
    },
    end() {
      if (isOpen) process.stderr.write("\r\x1b[K");
      isOpen = false;
    },
  };
}

export const megabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
