// What the person says of slides' stain and organ, and where a prompt set was made for another. Pure.
import type { StatedFacts } from "../domain/project.ts";
import { say } from "../words/say.ts";
import type { AppState } from "./action.ts";
import { activeSetHere, currentSlide, examples } from "./selectors.ts";

const facts = ["stain", "organ"] as const;

/** "H & E", "h&e" and "HE" are one; what is written otherwise is another, and is named, not judged. */
const plain = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");

/** One sentence for each fact that is stated of both and differs; empty where nothing is known to differ. */
export function mismatches(state: AppState): readonly string[] {
  const set = activeSetHere(state);
  const slide = currentSlide(state);
  const stated = slide ? state.project.project.slides.get(slide.info.id)?.stated : undefined;
  if (!set || !stated) return [];
  return facts.flatMap((fact) => {
    const [made, here] = [set.metadata[fact], stated[fact]];
    if (made === null || here === null || plain(made) === plain(here)) return [];
    return [
      say(
        "“{name}” was made for {fact} “{made}”; this slide is stated as “{here}”. Its answers may mean nothing here.",
        { name: set.metadata.name, fact: fact === "stain" ? say("stain") : say("organ"), made, here },
      ),
    ];
  });
}

/** Of all slides with labels to learn from what is stated alike; undefined where neither is. */
export function statedOfLabels(state: AppState): StatedFacts | undefined {
  const { slides } = state.project.project;
  const used = [...new Set(examples(state).map(({ patch }) => patch.slideId))].map((id) => slides.get(id)?.stated);
  const alike = (fact: (typeof facts)[number]): string | null => {
    const [first = null, ...others] = used.map((stated) => stated?.[fact] ?? null);
    return first !== null && others.every((other) => other !== null && plain(other) === plain(first)) ? first : null;
  };
  const stated = { stain: alike("stain"), organ: alike("organ") };
  return stated.stain === null && stated.organ === null ? undefined : stated;
}
