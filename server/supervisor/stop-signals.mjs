// @ts-check

/** npm hands on a Ctrl-C that the terminal has sent us already: what comes within this time is the same wish. */
const SAME_WISH_MS = 500;

/**
 * The first SIGINT or SIGTERM asks to stop in order, a second wish to end at once.
 *
 * @param {{ stop: () => void, endAtOnce: () => void }} wishes
 */
export function onStopWishes({ stop, endAtOnce }) {
  /** @type {number | null} */
  let stoppingSince = null;
  const take = () => {
    if (stoppingSince === null) {
      stoppingSince = performance.now();
      stop();
    } else if (performance.now() - stoppingSince > SAME_WISH_MS) endAtOnce();
  };
  process.on("SIGINT", take);
  process.on("SIGTERM", take);
}
