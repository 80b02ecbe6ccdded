// What this browser keeps for the app, by part and with sizes; what can be cleared, and the way to forget a slide or everything.
import { Button, Loader, Modal } from "@mantine/core";
import { useEffect, useState } from "react";
import { toFault } from "../base/fault.ts";
import type { KeptPart } from "../platform/page/kept-storage.ts";
import { isSafeElsewhere, knownSlides } from "../state/actions/forget.ts";
import { saveProject } from "../state/actions/project-file.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { clearingCosts, keptWords, memoryWords, partNames } from "./storage-words.ts";
import { noDialog } from "./ui-store.ts";
import { bytesWords } from "./words.ts";

const memoryEvery = 10_000;

export function StorageDialog() {
  const { ui, keeping } = useApp();
  const state = useAppState();
  const perform = usePerform();
  const [parts, setParts] = useState<readonly KeptPart[] | string | null>(null);
  const [clearing, setClearing] = useState<KeptPart["id"] | null>(null);
  const close = (): void => ui.setState({ dialog: noDialog });
  const { storage } = state.session;
  const read = (): void => {
    void keeping.look();
    keeping
      .parts()
      .then(setParts)
      .catch((error: unknown) => setParts(toFault(error, "storage", say("What is kept could not be listed")).message));
  };
  // Once, when it opens; clearing reads again.
  useEffect(read, [keeping]);
  const clear = async (id: KeptPart["id"]): Promise<void> => {
    if (id === "project" || id === "other") return;
    setClearing(id);
    try {
      await keeping.clear(id);
    } catch (error) {
      setParts(toFault(error, "storage", say("It could not be cleared")).message);
      return;
    } finally {
      setClearing(null);
    }
    read();
  };
  return (
    <Modal opened onClose={close} title={say("Kept in this browser")} size="lg">
      <div className="pt-stack" data-testid="storage-dialog">
        <p style={{ margin: 0 }}>
          {say("Everything below lies on this computer and nowhere else. {kept}", { kept: keptWords(storage) })}
        </p>
        <div className="pt-buttons">
          {storage.persisted === false && (
            <Button size="compact-sm" data-testid="persist" onClick={() => void keeping.persist()}>
              {say("Ask the browser to keep it")}
            </Button>
          )}
          {!isSafeElsewhere(state) && (
            <Button size="compact-sm" variant="default" onClick={() => perform(saveProject, { names: "kept" })}>
              {say("Save the project as a file")}
            </Button>
          )}
        </div>
        {parts === null && (
          <span className="pt-line pt-mute">
            <Loader size={14} /> {say("Measuring…")}
          </span>
        )}
        {typeof parts === "string" && <p className="pt-hint pt-warn">{parts}</p>}
        {parts !== null && typeof parts !== "string" && (
          <table className="pt-kept">
            <tbody>
              {parts
                .filter(({ bytes }) => bytes !== 0)
                .map((part) => (
                  <PartRow key={part.id} part={part} busy={clearing === part.id} onClear={() => void clear(part.id)} />
                ))}
            </tbody>
          </table>
        )}
        <Memory />
        <Forgetting />
      </div>
    </Modal>
  );
}

function PartRow({ part, busy, onClear }: Readonly<{ part: KeptPart; busy: boolean; onClear: () => void }>) {
  const cost = clearingCosts[part.id];
  return (
    <tr data-testid="kept-part" data-part={part.id}>
      <th scope="row">
        {say(partNames[part.id])}
        {cost && <div className="pt-hint">{say("If cleared: {cost}", { cost: say(cost) })}</div>}
      </th>
      <td>{part.bytes === null ? "?" : bytesWords(part.bytes)}</td>
      <td>
        {cost && (
          <Button size="compact-xs" variant="default" loading={busy} onClick={onClear}>
            {say("Clear")}
          </Button>
        )}
      </td>
    </tr>
  );
}

function Memory() {
  const { keeping } = useApp();
  const [bytes, setBytes] = useState<number | null | "measuring">("measuring");
  useEffect(() => {
    let over = false;
    const measure = async (): Promise<void> => {
      const now = await keeping.memory();
      if (!over) setBytes(now);
    };
    void measure();
    const timer = setInterval(() => void measure(), memoryEvery);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [keeping]);
  return (
    <p className="pt-hint" data-testid="memory">
      {memoryWords(bytes)}
    </p>
  );
}

function Forgetting() {
  const { ui } = useApp();
  const state = useAppState();
  return (
    <div className="pt-stack">
      <strong>{say("Forget")}</strong>
      {knownSlides(state).map(({ id, name, open }) => (
        <div key={id} className="pt-line">
          <span className="pt-cut" style={{ flex: 1 }}>
            {name}
            {!open && <span className="pt-mute"> {say("(not open)")}</span>}
          </span>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => ui.setState({ dialog: { kind: "forget-slide", id, name } })}
          >
            {say("Forget this slide…")}
          </Button>
        </div>
      ))}
      <div className="pt-line">
        <span className="pt-space" />
        <Button
          size="compact-sm"
          color="red"
          variant="light"
          data-testid="forget-everything-open"
          onClick={() => ui.setState({ dialog: { kind: "forget-everything" } })}
        >
          {say("Forget everything…")}
        </Button>
      </div>
    </div>
  );
}
