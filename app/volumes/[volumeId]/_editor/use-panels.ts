import { useEffect, useState } from "react";

type Panels = typeof import("./panels.ts");

let loaded: Panels | null = null;

/** What the side panel's pages hold: a script of its own, which comes while the panes ask for their image. Null until then. */
export function usePanels(): Panels | null {
  const [panels, setPanels] = useState(loaded);
  useEffect(() => {
    if (loaded) return;
    import("./panels.ts").then(
      (script) => {
        loaded = script;
        setPanels(script);
      },
      (error: unknown) =>
        setPanels(() => {
          throw error; // where the page says what is wrong
        }),
    );
  }, []);
  return panels;
}
