// Which commands a person means by what was typed. Pure.
import { say } from "../words/say.ts";
import type { Command } from "./commands.ts";

/** Every word typed must begin a word of the title or the group; what can be done now comes first. */
export function matching(commands: readonly Command[], typed: string): readonly Command[] {
  const wanted = typed.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter(({ title, group }) => {
    const words = `${say(group)} ${title}`.toLowerCase().split(/[^\p{L}\p{N}.]+/u);
    return wanted.every((part) => words.some((word) => word.startsWith(part)));
  });
  return found.toSorted((a, b) => Number(b.enabled() === true) - Number(a.enabled() === true));
}
