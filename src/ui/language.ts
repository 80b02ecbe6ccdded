// Which language the page speaks: asked for in its address, chosen here before, or the browser's. Knows the browser; the texts are in words/.
import { languages, offeredOf } from "../words/languages.ts";
import { speak } from "../words/say.ts";
import type { UiStore } from "./ui-store.ts";

/** Beside the theme's; forgetting everything clears both. */
const key = "pathotune-language";

function remembered(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Resolves to what is spoken now: where the texts of a language cannot be loaded, English, which needs none. */
async function speakFirstOf(wished: readonly (string | null)[]): Promise<string> {
  const { tag, load } = offeredOf(wished);
  const table = await load().catch(() => null);
  const spoken = table === null ? "en" : tag;
  speak({ tag: spoken, table });
  document.documentElement.lang = spoken;
  return spoken;
}

/** Before anything is drawn. */
export const startLanguage = (): Promise<string> =>
  speakFirstOf([new URLSearchParams(location.search).get("lang"), remembered(), ...navigator.languages]);

/** What is on the screen is drawn anew in it; notices stay as they were said. */
export async function changeLanguage(ui: UiStore, wished: string): Promise<void> {
  const language = await speakFirstOf([wished]);
  try {
    localStorage.setItem(key, wished);
  } catch {
    // Not remembered where the browser keeps nothing.
  }
  ui.setState({ language });
}

/** The languages that are not spoken now. */
export const otherLanguages = (spoken: string): typeof languages => languages.filter(({ tag }) => tag !== spoken);
