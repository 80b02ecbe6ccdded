// One download as it stands: how far, why it waits or stopped, and what can be done next. Begins nothing new without asking.
import { Progress } from "@mantine/core";
import { toFault } from "../base/fault.ts";
import type { HubModel } from "../domain/hub-models.ts";
import { originOf } from "../domain/kept-model.ts";
import { downloadModel, filesOfDownload, pauseDownload, removeDownload } from "../state/actions/hub.ts";
import { listedForm } from "../state/listed-answers.ts";
import { type HubDownload, notify } from "../state/session-store.ts";
import { heard } from "../words/heard.ts";
import { say } from "../words/say.ts";
import { useApp, usePerform, useSession, useUi } from "./app-context.ts";
import { faultWords } from "./fault-words.ts";
import { agreementOf, checkWords, comeWords } from "./hub-words.ts";
import { bringDownload } from "./ui-store.ts";

type Props = Readonly<{ model: HubModel; download: HubDownload }>;

export function HubDownloadState({ model, download }: Props) {
  const { id } = model;
  const { ui } = useApp();
  const perform = usePerform();
  const place = useSession(({ hub }) => hub.place);
  const agreed = useUi((state) => state.agreed);
  const load = useLoad(model);
  const remove = (
    <button
      type="button"
      className="pt-link"
      aria-label={say("Remove what has come of {name}", { name: model.name })}
      onClick={() => perform(removeDownload, { id })}
    >
      {say("Remove")}
    </button>
  );
  // Other servers than agreed to, or a token that was typed for once: asked again.
  const goOn = (): void => {
    const asked = !model.gated && agreed.has(agreementOf(id, place));
    if (asked) perform(downloadModel, { id, token: null });
    else ui.setState({ dialog: { kind: "open-models", at: id, asks: true } });
  };
  switch (download.kind) {
    case "running": {
      const { bytes, total, waiting, notes } = download.progress;
      return (
        <div className="pt-hub-state" data-testid="hub-running">
          <Bar bytes={bytes} total={total} moving />
          <span className="pt-line pt-small">
            <span className="pt-mute" role="status">
              {waiting ?? comeWords(bytes, total)}
            </span>
            <span className="pt-space" />
            <button type="button" className="pt-link" onClick={() => perform(pauseDownload, { id })}>
              {say("Pause")}
            </button>
          </span>
          <Notes notes={notes} />
        </div>
      );
    }
    case "paused":
      return (
        <div className="pt-hub-state" data-testid="hub-paused">
          <Bar bytes={download.bytes} total={download.total} moving={false} />
          {download.fault && (
            <span className="pt-warn pt-small" role="alert" data-testid="hub-fault">
              {faultWords(download.fault)}
            </span>
          )}
          <span className="pt-line pt-small">
            <span className="pt-mute">
              {download.fault
                ? say("Stopped at {come}", { come: comeWords(download.bytes, download.total) })
                : say("Paused at {come}", { come: comeWords(download.bytes, download.total) })}
            </span>
            <span className="pt-space" />
            {remove}
            <button type="button" className="pt-link" data-testid="hub-go-on" onClick={goOn}>
              {say("Go on")}
            </button>
          </span>
        </div>
      );
    case "ready":
      return (
        <div className="pt-hub-state" data-testid="hub-ready">
          <span className="pt-small">{say("Here and checked, not loaded yet.")}</span>
          <ul className="pt-hub-checks pt-mute pt-small">
            {originOf(download.download).files.map((file) => (
              <li key={file.path}>{checkWords(file)}</li>
            ))}
          </ul>
          <Notes notes={download.notes} />
          <span className="pt-line pt-small">
            <span className="pt-space" />
            {remove}
            <button type="button" className="pt-link" data-testid="hub-load" onClick={() => void load(download)}>
              {say("Load…")}
            </button>
          </span>
        </div>
      );
    default:
      return download satisfies never;
  }
}

/** Through the form, as with files a person gives. */
function useLoad(model: HubModel): (download: Extract<HubDownload, { kind: "ready" }>) => Promise<void> {
  const { context, ui } = useApp();
  return async ({ download }) => {
    try {
      bringDownload(ui, await filesOfDownload(context, model.id), listedForm(model), download);
    } catch (error) {
      const fault = toFault(error, "storage", say("The downloaded files could not be read"));
      notify(context.session, "error", fault.message, fault);
    }
  };
}

function Bar({ bytes, total, moving }: Readonly<{ bytes: number; total: number | null; moving: boolean }>) {
  const known = total !== null && total > 0;
  return (
    <Progress
      value={known ? (100 * bytes) / total : moving ? 100 : 0}
      animated={moving && !known}
      size="sm"
      aria-label={say("How much of the download is here")}
    />
  );
}

function Notes({ notes }: Readonly<{ notes: readonly string[] }>) {
  return notes.map((note) => (
    <span key={note} className="pt-warn pt-small">
      {heard(note)}
    </span>
  ));
}
