import { ColorSchemeScript } from "@mantine/core";
import type { ReactNode } from "react";
import { readNonce } from "../_shell/read-nonce.ts";

/** Dark before the first paint; afterwards AppProviders keeps it so (dark-paths.ts). */
export default async function VolumesLayout({ children }: { children: ReactNode }) {
  const nonce = await readNonce();
  return (
    <>
      <ColorSchemeScript forceColorScheme="dark" nonce={nonce} />
      {children}
    </>
  );
}
