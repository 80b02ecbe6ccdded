// How the command line speaks: plain lines for people, or one JSON object a line with --json. Knows no command.

export type Speaker = Readonly<{
  /** Progress and notes: to stderr for people. */
  note(line: string): void;
  progress(what: string, done: number, total: number): void;
  /** A result: to stdout. `words` for people, `data` (plain JSON) with --json. */
  say(type: string, words: string, data: Readonly<Record<string, unknown>>): void;
}>;

export function createSpeaker(json: boolean): Speaker {
  const line = (type: string, data: Readonly<Record<string, unknown>>): void =>
    console.log(JSON.stringify({ type, ...data }));
  if (json) {
    return {
      note: (text) => line("note", { text }),
      progress: (what, done, total) => line("progress", { what, done, total }),
      say: (type, _words, data) => line(type, data),
    };
  }
  let last = "";
  return {
    note: (text) => console.error(text),
    progress: (what, done, total) => {
      // A line at each tenth, not at each step.
      const text = `${what}: ${Math.floor((10 * done) / Math.max(1, total)) * 10} %`;
      if (text !== last) console.error(text);
      last = text;
    },
    say: (_type, words) => console.log(words),
  };
}
