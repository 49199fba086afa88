import {
  Alert,
  Avatar,
  Button,
  type CSSVariablesResolver,
  createTheme,
  DEFAULT_THEME,
  type MantineColorsTuple,
  Modal,
  Table,
  Tooltip,
} from "@mantine/core";

/** The library's palette, its darkest shade darker: text in it on its own lightest grounds reaches 4.5:1. */
const withDarkest = (name: "teal" | "orange", darkest: string): MantineColorsTuple => {
  const [a, b, c, d, e, f, g, h, i] = DEFAULT_THEME.colors[name];
  return [a, b, c, d, e, f, g, h, i, darkest];
};

/** Calm and dense, like an instrument: one accent, small radii, compact controls. */
export const theme = createTheme({
  primaryColor: "teal",
  // White on these, and these as text on white and on light grounds, reach 4.5:1 and more.
  primaryShade: { light: 9, dark: 9 },
  colors: { teal: withDarkest("teal", "#06704f"), orange: withDarkest("orange", "#a83608") },
  autoContrast: true,
  defaultRadius: "sm",
  cursorType: "pointer",
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  headings: { fontWeight: "600" },
  components: {
    // Icon and ground carry the tone; a yellow title on yellow could not be read.
    Alert: Alert.extend({ styles: { title: { color: "var(--mantine-color-text)" } } }),
    // The other colours of initials are too pale on their grounds.
    Avatar: Avatar.extend({
      defaultProps: { allowedInitialsColors: ["blue", "indigo", "violet", "grape", "pink", "teal", "orange"] },
    }),
    // 24 px is what a finger or an unsteady hand needs.
    Button: Button.extend({
      vars: (_theme, { size }) => (size === "compact-xs" ? { root: { "--button-height": "24px" } } : { root: {} }),
    }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, withArrow: true } }),
    Modal: Modal.extend({ defaultProps: { centered: true, closeButtonProps: { "aria-label": "Close" } } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: "xs" } }),
  },
});

/** The library's grey for secondary words is 3.3:1 on white; these are above 5:1, placeholders above 3:1. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  // Under the pointer they get darker: the library's lighter shade leaves white words 3.9:1.
  variables: { "--mantine-primary-color-filled-hover": "#055c41", "--mantine-color-teal-filled-hover": "#055c41" },
  light: {
    "--warning-text": "#a83608",
    "--mantine-color-dimmed": "#646b73",
    "--mantine-color-placeholder": "var(--mantine-color-gray-6)",
  },
  dark: {
    "--warning-text": "#ffa94d",
    "--mantine-color-dimmed": "#a3a9b0",
    "--mantine-color-placeholder": "#8b9199",
  },
});
