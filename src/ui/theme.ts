// Mantine's theme in the page's own colours. The palette itself is tokens.css.
import {
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
  type MantineThemeOverride,
} from "@mantine/core";
import { say } from "../words/say.ts";

const teal: MantineColorsTuple = [
  "#e6fbf7",
  "#c9f3ec",
  "#99e8dc",
  "#62dcc9",
  "#2dd4bf",
  "#14b8a6",
  "#0d9488",
  "#0f766e",
  "#115e59",
  "#134e4a",
];

/** Made anew for another language: what Mantine says by itself is in it. */
export const pageTheme = (): MantineThemeOverride =>
  createTheme({
    colors: { teal },
    primaryColor: "teal",
    primaryShade: { light: 7, dark: 4 },
    autoContrast: true,
    respectReducedMotion: true,
    fontFamily: 'system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif',
    fontSizes: { xs: "11.5px", sm: "13px", md: "13px", lg: "15px", xl: "20px" },
    defaultRadius: 6,
    cursorType: "pointer",
    components: {
      Tooltip: { defaultProps: { withArrow: true, openDelay: 350, multiline: true, maw: 320 } },
      Modal: {
        defaultProps: { centered: true, radius: 10, closeButtonProps: { "aria-label": say("Close") } },
        styles: { title: { fontWeight: 650, fontSize: "15px" } },
      },
      Button: { defaultProps: { size: "xs" } },
      TextInput: { defaultProps: { size: "xs" } },
      NumberInput: { defaultProps: { size: "xs" } },
    },
  });

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#ffffff",
    "--mantine-color-text": "#1a2027",
    "--mantine-color-dimmed": "#56626f",
    "--mantine-color-default-border": "#dde2e7",
    // White on Mantine's own red would not be readable.
    "--mantine-color-red-filled": "#c92a2a",
    "--mantine-color-red-filled-hover": "#b02525",
  },
  dark: {
    "--mantine-color-body": "#161b21",
    "--mantine-color-text": "#e6ebf0",
    "--mantine-color-dimmed": "#9dabb8",
    "--mantine-color-dark-4": "#34404c",
    "--mantine-color-dark-5": "#262f38",
    "--mantine-color-dark-6": "#1b2128",
    "--mantine-color-default": "#161b21",
    "--mantine-color-default-hover": "#1f262e",
    "--mantine-color-default-border": "#2a333d",
  },
});
