// Where the model runs, what was checked, and what this browser lacks: what it costs and how to get it.
import { Button, Modal } from "@mantine/core";
import { useEffect, useState } from "react";
import { readStorageRoom, type StorageRoom } from "../platform/page/storage-room.ts";
import { heard } from "../words/heard.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState } from "./app-context.ts";
import { deviceWords } from "./device-words.ts";
import { faultWords } from "./fault-words.ts";
import { GateList } from "./gate-list.tsx";
import { noDialog } from "./ui-store.ts";

export function CapabilityDialog() {
  const { ui, host } = useApp();
  const { engine, capabilities } = useAppState().session;
  const [room, setRoom] = useState<StorageRoom | null>(null);
  useEffect(() => {
    let here = true;
    void readStorageRoom().then((found) => here && setRoom(found));
    return () => {
      here = false;
    };
  }, []);
  const words = deviceWords(engine, capabilities, room);
  const close = (): void => ui.setState({ dialog: noDialog });
  return (
    <Modal opened onClose={close} title={say("This device")} size="lg">
      <div className="pt-stack" data-testid="capability-card">
        <div className="pt-card" data-testid="device-words">
          <span>{words.computes}</span>
          <span>{words.checked}</span>
          <span>{words.kept}</span>
        </div>
        {engine.kind === "ready" && (
          <dl className="pt-facts">
            <dt>{say("Runs on")}</dt>
            <dd>
              <strong>{heard(engine.status.provider.words)}</strong>
              {engine.status.provider.why && <div className="pt-mute">{heard(engine.status.provider.why)}</div>}
            </dd>
            <dt>{say("Model")}</dt>
            <dd>
              {engine.status.model.name}, {engine.status.model.licence.id}
            </dd>
            <dt>{say("Weights")}</dt>
            <dd className="pt-mute">
              {say("{weightsDigest}… (digest)", { weightsDigest: engine.status.weightsDigest.slice(0, 16) })}
            </dd>
            <dt>{say("Self-tests")}</dt>
            <dd>
              <GateList gates={engine.status.gates} notes={engine.status.notes} />
            </dd>
          </dl>
        )}
        {engine.kind === "loading" && <p>{say("The model is loading. Slides can be looked at meanwhile.")}</p>}
        {engine.kind === "failed" && (
          <div className="pt-card">
            <strong className="pt-warn">{say("The model cannot be used here")}</strong>
            <span>{faultWords(engine.fault)}</span>
            <div>
              <Button onClick={host.retryEngine}>{say("Try again")}</Button>
            </div>
          </div>
        )}
        {capabilities.map((c) =>
          c.missing ? (
            <div key={c.id} className="pt-card">
              <span className="pt-line">
                <span className="pt-dot" data-tone="warn" />
                <strong>{say(c.name)}</strong>
              </span>
              <dl className="pt-facts">
                <dt>{say("Missing")}</dt>
                <dd>{say(c.missing.what)}</dd>
                <dt>{say("What it costs")}</dt>
                <dd>{say(c.missing.cost)}</dd>
                <dt>{say("How to get it")}</dt>
                <dd>{say(c.missing.remedy)}</dd>
              </dl>
            </div>
          ) : (
            <span key={c.id} className="pt-line">
              <span className="pt-dot" data-tone="ok" /> {say(c.name)}
            </span>
          ),
        )}
        <p className="pt-hint">{say("Slides, labels and prompt sets stay on this computer. Nothing is uploaded.")}</p>
      </div>
    </Modal>
  );
}
