// Everything about the loaded backbone: structure, what was answered about it, its licence and source, and what was checked here.
import { Button, Modal } from "@mantine/core";
import { scaleWords } from "../domain/field-size.ts";
import { modelPresets } from "../domain/model-presets.ts";
import { useEmbeddedModel } from "../state/actions/models.ts";
import { normalisationWords } from "../state/normalisations.ts";
import { heard } from "../words/heard.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { GateList } from "./gate-list.tsx";
import { originWords } from "./hub-words.ts";
import { ReasonButton } from "./reason-button.tsx";
import { noDialog } from "./ui-store.ts";
import { bytesWords } from "./words.ts";

export function BackboneDialog() {
  const { ui } = useApp();
  const state = useAppState();
  const perform = usePerform();
  const close = (): void => ui.setState({ dialog: noDialog });
  const { engine, ownModels, activeModel } = state.session;
  if (engine.kind !== "ready") return null;
  const { model, gates, weightsDigest, provider } = engine.status;
  const { shape, licence } = model;
  const own = ownModels.find((one) => one.model.id === activeModel)?.model ?? null;
  const preset = modelPresets.find(({ id }) => id === own?.facts.preset) ?? null;
  return (
    <Modal opened onClose={close} title={model.name} size="lg">
      <div className="pt-stack" data-testid="backbone-dialog">
        <dl className="pt-facts">
          <dt>{say("Structure")}</dt>
          <dd>
            {say("{depth} blocks of width {width}, {heads} heads, {tokens} tokens{size}", {
              depth: shape.depth,
              width: shape.width,
              heads: shape.heads,
              tokens: shape.tokens,
              size: shape.patchPixels === null ? "" : say(" of {patchPixels} px", { patchPixels: shape.patchPixels }),
            })}
          </dd>
          <dt>{say("Sees")}</dt>
          <dd>
            {say("{patchPixels} × {patchPixels} px at {mpp} µm/px; {normalisation}", {
              patchPixels: model.patchPixels,
              mpp: scaleWords(model.mpp),
              normalisation: normalisationWords(model.normalisation),
            })}
          </dd>
          <dt>{say("Features")}</dt>
          <dd>
            {shape.featureWidth}
            {shape.featureWidth === 2 * shape.width ? say(": class token and mean of the patches") : ""}
          </dd>
          <dt>{say("Origin")}</dt>
          <dd>
            {model.origin === "shipped"
              ? say("Comes with the app")
              : say("Yours, read on this computer{preset}", {
                  preset: preset ? say("; answered with the preset {name}", { name: preset.name }) : "",
                })}
            , {bytesWords(model.bytes)}
          </dd>
          {own && (
            <>
              <dt>{say("Files")}</dt>
              <dd>
                {own.files.map(({ path }) => path).join(", ")}
                {own.from && <div className="pt-mute">{originWords(own.from)}</div>}
              </dd>
            </>
          )}
          <dt>{say("Weights")}</dt>
          <dd className="pt-mute">{say("{weightsDigest}… (digest)", { weightsDigest: weightsDigest.slice(0, 16) })}</dd>
          <dt>{say("Licence")}</dt>
          <dd data-testid="licence-text">
            <strong>{licence.id}</strong>
            <div style={{ whiteSpace: "pre-wrap", maxHeight: 160, overflow: "auto" }}>
              {licence.text.trim() || <span className="pt-mute">{say("Its terms were not given.")}</span>}
            </div>
          </dd>
          <dt>{say("Source")}</dt>
          <dd>
            <Source text={licence.source} />
          </dd>
        </dl>
        <div>
          <h3 className="pt-h3">{say("Self-tests on {where}", { where: heard(provider.words) })}</h3>
          <GateList gates={gates} notes={engine.status.notes} />
        </div>
        {model.origin === "imported" && (
          <div className="pt-line">
            <span className="pt-space" />
            <ReasonButton
              variant="default"
              enabled={useEmbeddedModel.enabled(state, undefined)}
              onClick={() => {
                close();
                perform(useEmbeddedModel);
              }}
            >
              {say(useEmbeddedModel.title)}
            </ReasonButton>
            <Button onClick={close}>{say("Close")}</Button>
          </div>
        )}
      </div>
    </Modal>
  );
}

/** Typed by a person or read from a preset: a link only where it is plainly an address of the web. */
function Source({ text }: Readonly<{ text: string }>) {
  const address = /^https?:\/\/\S+$/.test(text.trim());
  return address ? (
    <a href={text.trim()} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  ) : (
    <span style={{ whiteSpace: "pre-wrap" }}>{text}</span>
  );
}
