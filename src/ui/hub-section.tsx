// Open models in the panel of backbones: the way to the list, and the downloads there are.
import { IconDownload } from "@tabler/icons-react";
import { hubModel, hubModels } from "../domain/hub-models.ts";
import { removeDownload } from "../state/actions/hub.ts";
import { say } from "../words/say.ts";
import { useApp, usePerform, useSession } from "./app-context.ts";
import { HubDownloadState } from "./hub-download.tsx";

export function HubSection() {
  const { ui } = useApp();
  const perform = usePerform();
  const downloads = useSession(({ hub }) => hub.downloads);
  return (
    <section aria-label={say("Open models")} data-testid="open-models">
      <button
        type="button"
        className="pt-row pt-mute pt-add"
        data-testid="browse-open-models"
        onClick={() => ui.setState({ dialog: { kind: "open-models", at: null, asks: false } })}
      >
        <IconDownload size={14} aria-hidden="true" /> {say("Open models…")} <span>{hubModels.length}</span>
      </button>
      {Object.entries(downloads).map(([id, download]) => {
        const model = hubModel(id);
        return (
          <div key={id} className="pt-card pt-hub-row" data-testid="hub-row">
            <strong className="pt-cut">{model?.name ?? id}</strong>
            {model ? (
              <HubDownloadState model={model} download={download} />
            ) : (
              <span className="pt-line pt-small">
                <span className="pt-mute">{say("It is not in the list any more.")}</span>
                <button type="button" className="pt-link" onClick={() => perform(removeDownload, { id })}>
                  {say("Remove what has come")}
                </button>
              </span>
            )}
          </div>
        );
      })}
    </section>
  );
}
