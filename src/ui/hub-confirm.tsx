// Asked before the first request of a download: which servers, how much, under which terms; of a gated model how it is got. A token is held
// by this form only, and handed over once.
import { Button, Checkbox, PasswordInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { type HubModel, hubPage } from "../domain/hub-models.ts";
import { downloadModel } from "../state/actions/hub.ts";
import { heard } from "../words/heard.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { agreementOf, hostsWords, notStated, placeWords, sizeWords } from "./hub-words.ts";
import { ReasonButton } from "./reason-button.tsx";
import { Sentence } from "./sentence.tsx";
import { emptyDraft } from "./ui-store.ts";

export function HubConfirm({ model }: Readonly<{ model: HubModel }>) {
  const { ui, host } = useApp();
  const state = useAppState();
  const perform = usePerform();
  const [read, setRead] = useState(false);
  const [token, setToken] = useState("");
  const { id, gated } = model;
  const first = useRef<HTMLInputElement>(null);
  // The dialog was open already, with the list in it: the keyboard comes along.
  useEffect(() => first.current?.focus(), []);
  const { place, downloads } = state.session.hub;
  const { own, others } = hostsWords(place);
  const begun = downloads[id]?.kind === "paused";
  const enabled = ((): true | string => {
    if (gated && token.trim() === "") return say("Type your token, or load the file by hand.");
    if (!read) return say("Read the terms first, and say so.");
    return downloadModel.enabled(state, { id, token: null });
  })();
  const begin = (): void => {
    ui.setState(({ agreed }) => ({
      agreed: new Set([...agreed, agreementOf(id, place)]),
      dialog: { kind: "open-models", at: id, asks: false },
    }));
    perform(downloadModel, { id, token: gated ? token.trim() : null });
  };
  return (
    <form
      className="pt-stack"
      data-testid="hub-confirm"
      onSubmit={(event) => {
        event.preventDefault();
        if (enabled === true) begin();
      }}
    >
      {gated && (
        <ol className="pt-hub-steps" data-testid="hub-gated">
          <li>
            <Sentence
              text="Open {page}, sign in there and accept its terms. Some owners answer only after days."
              parts={{
                page: (
                  <a href={hubPage(model)} target="_blank" rel="noopener noreferrer">
                    {say("its page")}
                  </a>
                ),
              }}
            />
          </li>
          <li>
            <Sentence
              text="Download {weights}, and config.json where there is one."
              parts={{ weights: <strong>{model.weights}</strong> }}
            />
          </li>
          <li>
            <button
              type="button"
              className="pt-link"
              onClick={() => {
                ui.setState({ dialog: { kind: "import-model" }, importing: emptyDraft });
                host.pickModelFiles();
              }}
            >
              {say("Load them here by hand")}
            </button>
            {say(". Or type a token below, and this app fetches them.")}
          </li>
        </ol>
      )}
      <dl className="pt-facts">
        <dt>{say("From")}</dt>
        <dd data-testid="hub-hosts">
          <strong>{own}</strong>
          {others !== "" && (
            <>
              {say(", and where it sends downloads on to:")} <strong>{others}</strong>
            </>
          )}
          <div className="pt-hint">
            {say(
              "They see your address and which model is asked for. Nothing of your slides, labels or prompts is sent.",
            )}
          </div>
          {place.base.startsWith("http:") && (
            <div className="pt-hint pt-warn">
              {say("This mirror is not encrypted: what it states and what comes can both be changed on the way.")}
            </div>
          )}
        </dd>
        <dt>{say("What")}</dt>
        <dd>
          {say("{repo}, revision {revision}: {weights} and its configuration", {
            repo: model.repo,
            revision: model.revision,
            weights: model.weights,
          })}
        </dd>
        <dt>{say("Size")}</dt>
        <dd data-testid="hub-size">
          {sizeWords(model)}
          {model.size.reckoned && say(", reckoned from its number of parameters")}
          <div className="pt-hint">
            {say(
              "Kept in this browser; twice as much room is needed until it is loaded. It can be paused, and goes on after a reload.",
            )}
          </div>
        </dd>
        <dt>{say("Terms")}</dt>
        <dd data-testid="hub-terms">
          <strong>{model.licence.id ?? say(notStated)}</strong>. {heard(model.licence.text)}{" "}
          <a href={hubPage(model)} target="_blank" rel="noopener noreferrer">
            {say("Read them on its page")}
          </a>
        </dd>
        <dt>{say("Checked")}</dt>
        <dd>
          {say(
            "Against what {place} lists for the commit it names: length and digest of every file. No digest of it is known to this app itself.",
            { place: placeWords(place) },
          )}
        </dd>
      </dl>
      {gated && (
        <PasswordInput
          label={say("Access token (optional)")}
          description={say(
            "Sent to {own} only, for this download only, and never stored: it is asked again when you go on another time.",
            { own },
          )}
          autoComplete="off"
          value={token}
          data-testid="hub-token"
          onChange={(event) => setToken(event.currentTarget.value)}
        />
      )}
      <Checkbox
        label={say("I have read the terms and may use it under them")}
        checked={read}
        data-testid="hub-read"
        ref={first}
        onChange={(event) => setRead(event.currentTarget.checked)}
      />
      <div className="pt-line">
        <span className="pt-space" />
        <Button variant="default" onClick={() => ui.setState({ dialog: { kind: "open-models", at: id, asks: false } })}>
          {say("Back to the list")}
        </Button>
        <ReasonButton type="submit" enabled={enabled} testId="hub-begin" onClick={() => {}}>
          {begun ? say("Go on from {own}", { own }) : say("Download from {own}", { own })}
        </ReasonButton>
      </div>
    </form>
  );
}
