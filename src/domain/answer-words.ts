// What a prompt set's answer is made of, in one sentence. Knows what the set says of itself; how an answer is computed is the engine's.
import { heard } from "../words/heard.ts";
import { say } from "../words/say.ts";
import { type PromptSetMetadata, plainAnswer } from "./prompt-set.ts";

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** null: prompts and head alone, of the patch as it lies; nothing need be said. */
export function answerWords({
  method,
  answer = plainAnswer,
}: Pick<PromptSetMetadata, "method" | "answer">): string | null {
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
  if (method.kind !== "none" && !frozen && views === 1 && words === undefined) return null;
  const seen = views > 1 ? say(", averaged over {views} turned and mirrored views of a patch", { views }) : "";
  return `${parts}${seen}${words ? ` (${heard(words)})` : ""}`;
}
