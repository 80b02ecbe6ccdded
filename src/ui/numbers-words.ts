// How much a tuning trains and writes, in words. Knows settings and no control.
import { countNumbers } from "../domain/prompt-kinds.ts";
import type { TuningSettings } from "../domain/run.ts";
import type { AppState } from "../state/action.ts";
import { tunedClassNames } from "../state/selectors.ts";
import { numeral, say } from "../words/say.ts";
import { bytesWords } from "./words.ts";

/** Metadata and header of a file, roughly. */
const headerBytes = 3000;

/** How many numbers are trained, and how large their file is. */
export function numbersWords(settings: TuningSettings, state: AppState): string {
  const { engine } = state.session;
  if (engine.kind !== "ready") return "";
  const classes = tunedClassNames(state);
  const { tokens = null } = settings.text ?? {};
  const textTokens = tokens ? (tokens.template.includes("{class}") ? classes.length : 1) : 0;
  const { blocks, tokensPerBlock, instance = null } = settings;
  const kinds = {
    blocks,
    tokensPerBlock,
    instance,
    textTokens,
    classes: classes.length,
    frozen: (settings.frozen ?? "none") !== "none",
  };
  const { trained, stored } = countNumbers(engine.status.model.shape, kinds);
  return say("Trains {trained} numbers; the set's file will have about {bytes}.", {
    trained: numeral(trained),
    bytes: bytesWords(4 * stored + headerBytes),
  });
}
