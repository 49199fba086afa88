/** Next renders pages and nothing else: every API lives in server/ (docs/adr/0001). */
export default {
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  typescript: { ignoreBuildErrors: true }, // `npm run check` is the judge of types; a start must not wait for it twice
  experimental: { optimizePackageImports: ["@mantine/core", "@mantine/hooks", "@tabler/icons-react"] },
};
