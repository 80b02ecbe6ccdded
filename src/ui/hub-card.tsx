// One open model in the list: what it is for, how large, under which terms, and how far its download is.
import { Badge, Button } from "@mantine/core";
import { useEffect, useRef } from "react";
import { type HubModel, hubPage } from "../domain/hub-models.ts";
import { heard } from "../words/heard.ts";
import { say } from "../words/say.ts";
import { useApp, useSession } from "./app-context.ts";
import { HubDownloadState } from "./hub-download.tsx";
import { normalisationOf, notStated, sizeWords } from "./hub-words.ts";

type Props = Readonly<{
  model: HubModel;
  /** It was looked at before: the list is shown where it is. */
  here: boolean;
}>;

export function HubCard({ model, here }: Props) {
  const { ui } = useApp();
  const download = useSession(({ hub }) => hub.downloads[model.id] ?? null);
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!here) return;
    card.current?.scrollIntoView({ block: "center" });
    card.current?.focus({ preventScroll: true });
  }, [here]);
  return (
    <article
      ref={card}
      tabIndex={-1}
      className="pt-card pt-hub-card"
      aria-label={model.name}
      data-testid={`hub-${model.id}`}
    >
      <div className="pt-line">
        <strong>{model.name}</strong>
        {model.gated && (
          <Badge size="sm" variant="light" color="orange">
            {say("gated")}
          </Badge>
        )}
        <span className="pt-space" />
        <span className="pt-mute">{sizeWords(model)}</span>
        {download === null && (
          <Button
            size="xs"
            variant="default"
            aria-label={
              model.gated
                ? say("How to get {name}", { name: model.name })
                : say("Download {name}", { name: model.name })
            }
            onClick={() => ui.setState({ dialog: { kind: "open-models", at: model.id, asks: true } })}
          >
            {model.gated ? say("How to get it…") : say("Download…")}
          </Button>
        )}
      </div>
      <span>{heard(model.purpose)}</span>
      <dl className="pt-facts pt-small pt-hub-facts">
        <dt>{say("Licence")}</dt>
        <dd>
          {model.licence.id ?? say(notStated)} ·{" "}
          <a href={hubPage(model)} target="_blank" rel="noopener noreferrer">
            {say("terms on its page")}
          </a>
        </dd>
        <dt>{say("Structure")}</dt>
        <dd>{heard(model.architecture)}</dd>
        <dt>{say("Colours")}</dt>
        <dd>{normalisationOf(model)}</dd>
        <dt>µm/px</dt>
        <dd>{model.scale ? heard(model.scale) : say(notStated)}</dd>
        <dt>{say("Read-out")}</dt>
        <dd>{model.readout ? heard(model.readout) : say(notStated)}</dd>
      </dl>
      {download && <HubDownloadState model={model} download={download} />}
    </article>
  );
}
