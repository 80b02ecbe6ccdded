// Shortcuts as written ("Ctrl+Shift+Z") against keys as pressed. Pure: knows no command.
import { type Plain, say } from "../words/say.ts";

export type Pressed = Readonly<{ key: string; ctrl: boolean; alt: boolean; shift: boolean; code: string }>;

/** Whether what was pressed is this shortcut. A sign that needs Shift on some keyboards ("?") is that sign, however it was typed. */
export function isShortcut(written: string, { key, ctrl, alt, shift, code }: Pressed): boolean {
  const parts = written.split("+");
  const name = (parts.at(-1) ?? "").toLowerCase();
  const wants = (modifier: string): boolean => parts.slice(0, -1).includes(modifier);
  if (wants("Ctrl") !== ctrl || wants("Alt") !== alt) return false;
  const isSign = name.length === 1 && !/[a-z0-9]/.test(name);
  if (!isSign && wants("Shift") !== shift) return false;
  // With Alt held some systems type another sign: the key's place says which digit it is.
  const pressed = alt && /^Digit\d$/.test(code) ? code.slice(5) : key.toLowerCase();
  return pressed === name;
}

/** How a key is called on keyboards of the language. */
const keyNames: Readonly<Record<string, Plain>> = {
  Escape: "Esc",
  PageDown: "Page ↓",
  PageUp: "Page ↑",
  Ctrl: "Ctrl",
  Shift: "Shift",
  Delete: "Delete",
  Enter: "Enter",
  Home: "Home",
  Space: "Space",
  Click: "Click",
  Arrows: "Arrows",
  Wheel: "Wheel",
};

export function keyWords(key: string): string {
  return key
    .split(" ")
    .map((one) => {
      const name = keyNames[one];
      return name === undefined ? one : say(name);
    })
    .join(" ");
}

/** For drawing: each key by itself. */
export const keyParts = (written: string): readonly string[] => written.split("+").map(keyWords);
