// All keys, from the same table the keyboard reads; below them what the pointer does.
import { Modal } from "@mantine/core";
import { useMemo } from "react";
import { type Plain, say } from "../words/say.ts";
import { useApp } from "./app-context.ts";
import { type Command, commandsOf, type Group } from "./commands.ts";
import { keyParts, keyWords } from "./keys.ts";
import { Sentence } from "./sentence.tsx";
import { noDialog } from "./ui-store.ts";

/** What no command is behind. */
const pointer: readonly (readonly [keys: readonly string[], what: Plain])[] = [
  [["Click"], "Classify this patch"],
  [["Enter"], "Classify the patch in the centre (slide focused)"],
  [["Arrows"], "Move over the slide"],
  [["+", "−"], "Zoom"],
  [["Alt Wheel"], "Opacity of the map"],
];

export function ShortcutsDialog() {
  const app = useApp();
  const groups = useMemo(() => grouped(commandsOf(app).filter(({ keys }) => keys.length > 0)), [app]);
  return (
    <Modal opened onClose={() => app.ui.setState({ dialog: noDialog })} title={say("Keyboard shortcuts")} size="xl">
      <div className="pt-keys">
        {[...groups].map(([group, commands]) => (
          <section key={group}>
            <h3>{say(group)}</h3>
            <dl className="pt-facts">
              {commands.map(({ id, keys, title }) => (
                <Row key={id} keys={keys.map((written) => keyParts(written).join(" "))} what={title} />
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>{say("On the slide")}</h3>
          <dl className="pt-facts">
            {pointer.map(([keys, what]) => (
              <Row key={what} keys={keys.map(keyWords)} what={say(what)} />
            ))}
          </dl>
        </section>
      </div>
      <p className="pt-hint">
        <Sentence
          text="Every command, also those without a key: {keys}."
          parts={{ keys: <kbd className="pt-kbd">{keyParts("Ctrl+K").join(" ")}</kbd> }}
        />
      </p>
    </Modal>
  );
}

function grouped(commands: readonly Command[]): ReadonlyMap<Group, readonly Command[]> {
  const groups = new Map<Group, Command[]>();
  for (const command of commands) groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
  return groups;
}

function Row({ keys, what }: Readonly<{ keys: readonly string[]; what: string }>) {
  return (
    <>
      <dt>
        {keys.map((key) => (
          <kbd key={key} className="pt-kbd" style={{ marginRight: 4 }}>
            {key}
          </kbd>
        ))}
      </dt>
      <dd>{what}</dd>
    </>
  );
}
