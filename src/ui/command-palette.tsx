// All commands, found by typing. A command that cannot be given now says why instead of vanishing.
import { Modal, TextInput } from "@mantine/core";
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import { say } from "../words/say.ts";
import { useApp } from "./app-context.ts";
import { type Command, commandsOf } from "./commands.ts";
import { keyParts } from "./keys.ts";
import { matching } from "./matching.ts";
import { noDialog } from "./ui-store.ts";

const shown = 12;

export function CommandPalette() {
  const app = useApp();
  const list = useId();
  const all = useMemo(() => commandsOf(app), [app]);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const found = matching(all, typed);
  const here = Math.min(at, found.length - 1);
  const from = Math.max(0, Math.min(here - shown + 2, found.length - shown));
  const close = (): void => app.ui.setState({ dialog: noDialog });
  const give = (command: Command | undefined): void => {
    if (command?.enabled() !== true) return;
    close();
    command.run();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") setAt(Math.min(found.length - 1, here + 1));
    else if (event.key === "ArrowUp") setAt(Math.max(0, here - 1));
    else if (event.key === "Enter") give(found[here]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal opened onClose={close} title={say("Commands")} size="lg">
      <div className="pt-stack" data-testid="palette">
        <TextInput
          aria-label={say("Search commands")}
          placeholder={say("Type what you want to do")}
          value={typed}
          data-autofocus
          role="combobox"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={found[here] ? `${list}-${here}` : undefined}
          onKeyDown={onKey}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
          }}
        />
        <div id={list} role="listbox" aria-label={say("Commands")} className="pt-commands">
          {found.slice(from, from + shown).map((command, i) => (
            <CommandRow
              key={command.id}
              id={`${list}-${from + i}`}
              command={command}
              on={from + i === here}
              onGive={() => give(command)}
            />
          ))}
          {found.length === 0 && <p className="pt-hint">{say("No command of that name.")}</p>}
        </div>
        {found.length > shown && (
          <p className="pt-hint">{say("{found} commands; type more, or go on with ↓.", { found: found.length })}</p>
        )}
      </div>
    </Modal>
  );
}

type RowProps = Readonly<{ id: string; command: Command; on: boolean; onGive: () => void }>;

function CommandRow({ id, command, on, onGive }: RowProps) {
  const enabled = command.enabled();
  return (
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={on}
      aria-disabled={enabled !== true}
      className="pt-command"
      onClick={onGive}
      onKeyDown={(event) => event.key === "Enter" && onGive()}
    >
      <span className="pt-mute pt-small pt-command-group">{say(command.group)}</span>
      <span className="pt-cut">
        {command.title}
        {enabled !== true && <span className="pt-mute pt-small"> · {enabled}</span>}
      </span>
      <span className="pt-space" />
      {command.keys.slice(0, 1).map((written) => (
        <kbd key={written} className="pt-kbd">
          {keyParts(written).join(" ")}
        </kbd>
      ))}
    </div>
  );
}
