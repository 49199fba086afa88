import { Alert } from "@mantine/core";
import { IconCloudOff } from "@tabler/icons-react";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";

/** A server that starts again is back sooner; a line that is cut for a moment is nobody's business. */
const SHOWN_AFTER_MS = 2000;

const live = createContext(true);

/** Says to everything inside whether what it shows is kept fresh, or is how it stood when the server was last heard. */
export function LiveData({ connected, children }: { connected: boolean; children: ReactNode }) {
  const [isLost, setLost] = useState(false);
  const [wasConnected, setWasConnected] = useState(connected);
  if (connected && !wasConnected) setWasConnected(true);
  useEffect(() => {
    if (connected || !wasConnected) {
      setLost(false);
      return;
    }
    const timer = setTimeout(() => setLost(true), SHOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [connected, wasConnected]);
  return <live.Provider value={!isLost}>{children}</live.Provider>;
}

/** False: the server has not been heard for a while. Nothing may look as if it went on. */
export const useIsLive = (): boolean => useContext(live);

/** Nothing while the server is heard. */
export function StaleNotice() {
  if (useIsLive()) return null;
  return (
    <Alert
      color="yellow"
      icon={<IconCloudOff aria-hidden />}
      role="status"
      title="The server cannot be reached"
      data-testid="stale-page"
    >
      This page shows how things stood when it last answered. It goes on by itself when the server is back.
    </Alert>
  );
}
