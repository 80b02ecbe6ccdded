// Where the model runs, what was checked, and what this browser lacks: what it costs and how to get it.
import { Button, Modal } from "@mantine/core";
import { useEffect, useState } from "react";
import { readStorageRoom, type StorageRoom } from "../platform/page/storage-room.ts";
import { useApp, useAppState } from "./app-context.ts";
import { deviceWords } from "./device-words.ts";
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
    <Modal opened onClose={close} title="This device" size="lg">
      <div className="pt-stack" data-testid="capability-card">
        <div className="pt-card" data-testid="device-words">
          <span>{words.computes}</span>
          <span>{words.checked}</span>
          <span>{words.kept}</span>
        </div>
        {engine.kind === "ready" && (
          <dl className="pt-facts">
            <dt>Runs on</dt>
            <dd>
              <strong>{engine.status.provider.words}</strong>
              {engine.status.provider.why && <div className="pt-mute">{engine.status.provider.why}</div>}
            </dd>
            <dt>Model</dt>
            <dd>
              {engine.status.model.name}, {engine.status.model.licence.id}
            </dd>
            <dt>Weights</dt>
            <dd className="pt-mute">{engine.status.weightsDigest.slice(0, 16)}… (digest)</dd>
            <dt>Self-tests</dt>
            <dd>
              <GateList gates={engine.status.gates} notes={engine.status.notes} />
            </dd>
          </dl>
        )}
        {engine.kind === "loading" && <p>The model is loading. Slides can be looked at meanwhile.</p>}
        {engine.kind === "failed" && (
          <div className="pt-card">
            <strong className="pt-warn">The model cannot be used here</strong>
            <span>{engine.fault.message}</span>
            <div>
              <Button onClick={host.retryEngine}>Try again</Button>
            </div>
          </div>
        )}
        {capabilities.map((c) =>
          c.missing ? (
            <div key={c.id} className="pt-card">
              <span className="pt-line">
                <span className="pt-dot" data-tone="warn" />
                <strong>{c.name}</strong>
              </span>
              <dl className="pt-facts">
                <dt>Missing</dt>
                <dd>{c.missing.what}</dd>
                <dt>What it costs</dt>
                <dd>{c.missing.cost}</dd>
                <dt>How to get it</dt>
                <dd>{c.missing.remedy}</dd>
              </dl>
            </div>
          ) : (
            <span key={c.id} className="pt-line">
              <span className="pt-dot" data-tone="ok" /> {c.name}
            </span>
          ),
        )}
        <p className="pt-hint">Slides, labels and prompt sets stay on this computer. Nothing is uploaded.</p>
      </div>
    </Modal>
  );
}
