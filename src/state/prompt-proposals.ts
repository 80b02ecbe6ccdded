// What the kinds of prompts beside task visual prompts start from when they are switched on. Knows no screen.
import type { InstanceShape, TextSettings } from "../domain/prompt-kinds.ts";

export const proposedInstance: InstanceShape = { tokens: 2, hidden: 16 };
export const proposedText: TextSettings = {
  task: "tissue classification",
  organ: "",
  stain: "H&E",
  projectionSeed: 1,
  tokens: null,
  head: null,
};
export const proposedTokens: NonNullable<TextSettings["tokens"]> = {
  template: "a histopathology image of {class}",
  control: "none",
};
export const proposedHead: NonNullable<TextSettings["head"]> = { template: "{class}", share: 0.3, control: "none" };
