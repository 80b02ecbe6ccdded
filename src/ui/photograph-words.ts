// What photographs beside a slide are called, and which of them may name a patient. Pure.
import type { SlidePhotograph } from "../domain/slide.ts";

type Words = Readonly<{ title: string; show: string; hide: string; alt: string; failed: string }>;

/** A thumbnail or a map of what was scanned can hold the label's edge: only the slide's own pixels are known to hold none. */
const warnings: Readonly<Record<SlidePhotograph["name"], string>> = {
  label: " (may name the patient)",
  macro: " (may name the patient)",
  thumbnail: "",
  map: "",
};

const nouns: Readonly<Record<SlidePhotograph["name"], string>> = {
  label: "label",
  macro: "whole glass",
  thumbnail: "thumbnail",
  map: "map of the scan",
};

export function wordsOf(name: SlidePhotograph["name"]): Words {
  const noun = nouns[name];
  return {
    title: `${noun.charAt(0).toUpperCase()}${noun.slice(1)}`,
    show: `Show the ${noun}${warnings[name]}`,
    hide: `Hide the ${noun}`,
    alt: `Photograph: ${noun}`,
    failed: `The ${noun} cannot be shown.`,
  };
}
