import { Button } from "@mantine/core";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { ViewerEngine } from "../engine/viewer-engine.ts";
import styles from "../volume-viewer.module.css";

/** Waits shorter than this are not worth a word. */
const QUIET_MS = 600;

/** How much of the image is still on its way, and what did not come. */
export function LoadingNote({ engine }: { engine: ViewerEngine }) {
  const { wanted, ready, failed, problem, labelProblem } = useSyncExternalStore(
    engine.subscribeProgress,
    engine.progress,
    engine.progress,
  );
  const isLoading = ready + failed < wanted;
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    setIsLong(false);
    if (!isLoading) return;
    const timer = setTimeout(() => setIsLong(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [isLoading]);

  useEffect(() => {
    const retry = () => engine.retry();
    window.addEventListener("online", retry);
    return () => window.removeEventListener("online", retry);
  }, [engine]);

  const shown = problem ?? labelProblem;
  if (shown)
    return (
      <div className={styles.note} data-tone="problem" role="alert">
        <span>
          {failed > 0 ? `${failed} of ${wanted} pieces of the image are missing. ` : ""}
          {shown.what} {shown.hint}
        </span>
        <Button size="compact-xs" variant="default" onClick={() => engine.retry()}>
          Try again
        </Button>
      </div>
    );
  if (!isLoading || !isLong) return null;
  return (
    <div className={styles.note} role="status">
      Loading the image: {ready} of {wanted} pieces
    </div>
  );
}
