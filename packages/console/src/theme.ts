/** Mantine in our own clothes. Colours live in `styles/tokens.css`; this maps Mantine's names onto them. */
import { createTheme } from "@mantine/core";
import type { CSSVariablesResolver } from "@mantine/core";

/** Where light or dark is remembered; `public/scheme.js` reads the same. */
export const schemeKey = "landline-scheme";

/** The theme. */
export const theme = createTheme({
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--mono)",
  headings: { fontFamily: "var(--font)", fontWeight: "620" },
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  primaryColor: "petrol",
  primaryShade: 7,
  autoContrast: true,
  defaultRadius: "sm",
  radius: { xs: "3px", sm: "6px", md: "8px", lg: "12px", xl: "18px" },
  focusRing: "auto",
  cursorType: "pointer",
  respectReducedMotion: true,
  colors: {
    petrol: [
      "#e8f5f6",
      "#d3e9ec",
      "#a6d3d9",
      "#74bac4",
      "#4fa7b3",
      "#3497a5",
      "#1d8593",
      "#0d6673",
      "#0a5560",
      "#06434c",
    ],
    dark: [
      "#ecebe7",
      "#c9c6be",
      "#aeaaa0",
      "#928e84",
      "#4a4843",
      "#35332f",
      "#282724",
      "#1c1b19",
      "#151413",
      "#0e0e0d",
    ],
  },
  components: {
    Button: { defaultProps: { size: "xs" } },
    TextInput: { defaultProps: { size: "sm" } },
    Textarea: { defaultProps: { size: "sm", autosize: true, minRows: 2, maxRows: 10 } },
    Select: { defaultProps: { size: "sm", checkIconPosition: "right" } },
    Modal: { defaultProps: { size: "lg", centered: false, yOffset: "8vh", transitionProps: { duration: 120 } } },
  },
});

/** Mantine's variables from ours. */
export const variables: CSSVariablesResolver = () => {
  const both = {
    "--mantine-color-body": "var(--bg)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--ink-3)",
    "--mantine-color-default": "var(--surface)",
    "--mantine-color-default-hover": "var(--sunken)",
    "--mantine-color-default-color": "var(--ink)",
    "--mantine-color-default-border": "var(--line-strong)",
    "--mantine-color-placeholder": "var(--ink-3)",
    "--mantine-color-error": "var(--fail)",
    "--mantine-color-anchor": "var(--accent)",
  };
  return { variables: {}, light: both, dark: both };
};
