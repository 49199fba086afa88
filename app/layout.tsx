import "@mantine/core/styles.css";
import "@mantine/charts/styles.css";
import "@mantine/notifications/styles.css";
import { ColorSchemeScript, mantineHtmlProps } from "@mantine/core";
import type { Metadata } from "next";
import type { ReactNode } from "react";
import { AppProviders } from "./_shell/app-providers.tsx";
import { readNonce } from "./_shell/read-nonce.ts";

export const metadata: Metadata = {
  title: { default: "Karyoloop", template: "%s · Karyoloop" },
  description: "Label cell nuclei in 3D microscopy volumes together, while a model learns from your labels",
};

/** Asks for the nonce of this answer's policy (server/http/answer-request.ts), so no page is made before it is asked for. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = await readNonce();
  return (
    <html lang="en" {...mantineHtmlProps}>
      <head>
        <ColorSchemeScript defaultColorScheme="auto" nonce={nonce} />
      </head>
      <body>
        <AppProviders>{children}</AppProviders>
      </body>
    </html>
  );
}
