// What photographs beside a slide are called, and which of them may name a patient. Pure.
import type { SlidePhotograph } from "../domain/slide.ts";
import { type Plain, say } from "../words/say.ts";

type Words = Readonly<{ title: string; show: string; hide: string; alt: string; failed: string }>;

/** A thumbnail or a map of what was scanned can hold the label's edge: only the slide's own pixels are known to hold none. */
const namesPatient: ReadonlySet<SlidePhotograph["name"]> = new Set(["label", "macro"]);

const nouns: Readonly<Record<SlidePhotograph["name"], Plain>> = {
  label: "label|of a slide",
  macro: "whole glass",
  thumbnail: "thumbnail",
  map: "map of the scan",
};

export function wordsOf(name: SlidePhotograph["name"]): Words {
  const noun = say(nouns[name]);
  return {
    title: `${noun.charAt(0).toUpperCase()}${noun.slice(1)}`,
    show: namesPatient.has(name)
      ? say("Show the {noun} (may name the patient)", { noun })
      : say("Show the {noun}", { noun }),
    hide: say("Hide the {noun}", { noun }),
    alt: say("Photograph: {noun}", { noun }),
    failed: say("The {noun} cannot be shown.", { noun }),
  };
}
