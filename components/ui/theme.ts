import { Alert, type CSSVariablesResolver, createTheme, Modal, Table, Tooltip } from "@mantine/core";

/** Calm and dense, like an instrument: one accent, small radii, compact controls. */
export const theme = createTheme({
  primaryColor: "teal",
  // White on these, and these as text on white, reach 4:1 and more.
  primaryShade: { light: 9, dark: 8 },
  autoContrast: true,
  defaultRadius: "sm",
  cursorType: "pointer",
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  headings: { fontWeight: "600" },
  components: {
    // Icon and ground carry the tone; a yellow title on yellow could not be read.
    Alert: Alert.extend({ styles: { title: { color: "var(--mantine-color-text)" } } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, withArrow: true } }),
    Modal: Modal.extend({ defaultProps: { centered: true } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: "xs" } }),
  },
});

/** The library's grey for secondary words is 3.3:1 on white; these are above 5:1, placeholders above 3:1. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: { "--mantine-color-dimmed": "#646b73", "--mantine-color-placeholder": "var(--mantine-color-gray-6)" },
  dark: { "--mantine-color-dimmed": "#a3a9b0", "--mantine-color-placeholder": "#8b9199" },
});
