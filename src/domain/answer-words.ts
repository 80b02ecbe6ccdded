// What a prompt set's answer is made of, in one sentence. Knows what the set says of itself; how an answer is computed is the engine's.
import { heard } from "../words/heard.ts";
import { many, say } from "../words/say.ts";
import { type Learned, type PromptSetMetadata, plainAnswer } from "./prompt-set.ts";

const percent = (share: number): string => `${Math.round(100 * share)} %`;

const learnedPlaces = ({ patches }: Learned): string => many(patches, "1 place", "{n} places");
const learnedSlides = ({ slides }: Learned): string => many(slides.length, "1 slide", "{n} slides");

/** Where prompts come from that no label made. */
export const learnedWords = (learned: Learned): string =>
  say("learned without labels from {places} of {slides}", {
    places: learnedPlaces(learned),
    slides: learnedSlides(learned),
  });

/** null: prompts and head alone, of the patch as it lies; nothing need be said. */
export function answerWords({
  method,
  answer = plainAnswer,
  learned,
}: Pick<PromptSetMetadata, "method" | "answer" | "learned">): string | null {
  const { frozen, views, words } = answer;
  const parts =
    method.kind === "none"
      ? say("frozen features and the regression of the labels, no prompts")
      : frozen && frozen.share > 0
        ? say("{prompts} prompts, {frozen} frozen features", {
            prompts: percent(1 - frozen.share),
            frozen: percent(frozen.share),
          })
        : say("prompts alone");
  if (method.kind !== "none" && !learned && !frozen && views === 1 && words === undefined) return null;
  const seen = views > 1 ? say(", averaged over {views} turned and mirrored views of a patch", { views }) : "";
  const why = words?.split("; ").map(heard).join("; ");
  const from =
    learned && method.kind !== "none" ? `; ${say("prompts {learned}", { learned: learnedWords(learned) })}` : "";
  return `${parts}${seen}${why ? ` (${why})` : ""}${from}`;
}
