/** Next renders pages and nothing else: every API lives in server/ (docs/adr/0001). */
export default {
  // Set by server/pages/pages.ts: a server serves the build that was made of its sources, however many were made since.
  distDir: process.env.KARYOLOOP_PAGES_FOLDER ?? ".next",
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  typescript: { ignoreBuildErrors: true }, // `npm run check` is the judge of types; a start must not wait for it twice
  experimental: { optimizePackageImports: ["@mantine/core", "@mantine/hooks", "@tabler/icons-react"] },
};
