// The backbone: what it is, whose it is, and whether it is ready.
import { Button, Progress } from "@mantine/core";
import type { Model } from "../domain/model.ts";
import type { LoadProgress } from "../protocol/engine-api.ts";
import { useApp, useSession } from "./app-context.ts";
import { bytesWords } from "./words.ts";

export function BackbonePanel() {
  const engine = useSession((state) => state.engine);
  const { host } = useApp();
  return (
    <section className="pt-section" aria-label="Backbone">
      <h2>
        Backbone <span>frozen</span>
      </h2>
      {engine.kind === "ready" && <Facts model={engine.status.model} />}
      {engine.kind === "loading" && <Loading progress={engine.progress} />}
      {engine.kind === "failed" && (
        <div className="pt-card">
          <strong className="pt-warn">No model</strong>
          <span className="pt-small">{engine.fault.message}</span>
          <div>
            <Button variant="default" onClick={host.retryEngine}>
              Try again
            </Button>
          </div>
        </div>
      )}
    </section>
  );
}

function Facts({ model }: Readonly<{ model: Model }>) {
  const { shape: a } = model;
  return (
    <div className="pt-card" style={{ gap: 2 }} data-testid="backbone">
      <strong>{model.name}</strong>
      <span className="pt-mute pt-small">
        {a.depth} blocks of width {a.width} · {model.patchPixels} px at {model.mpp} µm/px
      </span>
      <span className="pt-mute pt-small">
        {model.licence.id} · {bytesWords(model.bytes)} · on this computer
      </span>
    </div>
  );
}

const steps = {
  downloading: "Loading the model",
  preparing: "Preparing it for this device",
  "self-test": "Checking its answers on this device",
} as const;

function Loading({ progress }: Readonly<{ progress: LoadProgress | null }>) {
  const known = progress !== null && progress.total > 0;
  return (
    <div className="pt-card" role="status">
      <span>{progress ? steps[progress.what] : "Starting"}…</span>
      <Progress
        value={known ? (100 * progress.done) / progress.total : 100}
        animated={!known}
        size="sm"
        aria-label="Loading the model"
      />
      {known && progress.what === "downloading" && (
        <span className="pt-mute pt-small">
          {bytesWords(progress.done)} of {bytesWords(progress.total)}
        </span>
      )}
    </div>
  );
}
