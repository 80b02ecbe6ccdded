// The backbone: what it is, whose it is, whether it passed its self-tests; the person's own ones, and the way to bring another.
import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { scaleWords } from "../domain/field-size.ts";
import type { EngineStatus, LoadProgress } from "../protocol/engine-api.ts";
import { useEmbeddedModel } from "../state/actions/models.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { BackboneList } from "./backbone-list.tsx";
import { LoadingBar, LoadingWords } from "./backbone-loading.tsx";
import { checkedWords } from "./engine-words.ts";
import { faultWords } from "./fault-words.ts";
import { HubSection } from "./hub-section.tsx";
import { ReasonButton } from "./reason-button.tsx";
import { bytesWords } from "./words.ts";

export function BackbonePanel() {
  const state = useAppState();
  const { engine, activeModel, ownModels } = state.session;
  const { host, ui } = useApp();
  const perform = usePerform();
  return (
    <section className="pt-section" aria-label={say("Backbone")}>
      <h2>
        {say("Backbone")} <span>{say("frozen")}</span>
      </h2>
      {engine.kind === "ready" && <Facts status={engine.status} />}
      {engine.kind === "loading" && <Loading progress={engine.progress} />}
      {engine.kind === "failed" && (
        <div className="pt-card">
          <strong className="pt-warn">{say("No model")}</strong>
          <span className="pt-small">{faultWords(engine.fault)}</span>
          <div className="pt-buttons">
            <Button variant="default" onClick={host.retryEngine}>
              {say("Try again")}
            </Button>
            {activeModel !== null && (
              <ReasonButton
                variant="default"
                enabled={useEmbeddedModel.enabled(state, undefined)}
                onClick={() => perform(useEmbeddedModel)}
              >
                {say(useEmbeddedModel.title)}
              </ReasonButton>
            )}
          </div>
        </div>
      )}
      {ownModels.length > 0 && <BackboneList />}
      <button
        type="button"
        className="pt-row pt-mute pt-add"
        data-testid="bring-backbone"
        onClick={() => ui.setState({ dialog: { kind: "import-model" } })}
      >
        <IconPlus size={14} aria-hidden="true" /> {say("Bring your own backbone…")}
      </button>
      <HubSection />
    </section>
  );
}

function Facts({ status }: Readonly<{ status: EngineStatus }>) {
  const { ui } = useApp();
  const { model } = status;
  const { shape } = model;
  const { note, link } = checkedWords(status);
  const about = (): void => ui.setState({ dialog: { kind: "backbone" } });
  return (
    <div className="pt-card" style={{ gap: 2 }} data-testid="backbone" data-origin={model.origin}>
      <strong className="pt-clamp" title={model.name}>
        {model.name}
      </strong>
      <span className="pt-mute pt-small">
        {say("{depth} blocks of width {width} · {patchPixels} px at {mpp} µm/px", {
          depth: shape.depth,
          width: shape.width,
          patchPixels: model.patchPixels,
          mpp: scaleWords(model.mpp),
        })}
      </span>
      <span className="pt-mute pt-small">
        <button type="button" className="pt-link" onClick={about} data-testid="licence">
          {model.licence.id}
        </button>{" "}
        · {bytesWords(model.bytes)} ·{" "}
        {model.origin === "shipped" ? say("comes with the app") : say("yours, on this computer")}
      </span>
      {note !== null && (
        <span className="pt-warn pt-small" data-testid="checked-note">
          {note}
        </span>
      )}
      <span className="pt-mute pt-small">
        <button type="button" className="pt-link" onClick={about} data-testid="gates-link">
          {link}
        </button>
      </span>
    </div>
  );
}

function Loading({ progress }: Readonly<{ progress: LoadProgress | null }>) {
  return (
    <div className="pt-card" role="status">
      <LoadingWords progress={progress} />
      <LoadingBar progress={progress} label={say("Loading the model")} />
    </div>
  );
}
