// A report is seen as it will be written before it is written: the preview is the file itself, in a frame that may do nothing.
import { Button, Checkbox, Loader, Modal } from "@mantine/core";
import { useEffect, useState } from "react";
import { isAbort, toFault } from "../base/fault.ts";
import { checkFigures } from "../domain/map-check-figures.ts";
import { type ReportSection, reportHtml } from "../domain/report-html.ts";
import { type ActionContext, stateOf } from "../state/action.ts";
import { saveReport } from "../state/actions/report.ts";
import { bindingOf, checksOf } from "../state/map-checks.ts";
import { reportOf } from "../state/report.ts";
import { say } from "../words/say.ts";
import { useApp, usePerform } from "./app-context.ts";
import { bindingWords, checkWords, correctedWords, shareWords } from "./map-check-words.ts";
import { reportPictures, type WantedPictures } from "./report-pictures.ts";
import { noDialog } from "./ui-store.ts";
import { bytesWords } from "./words.ts";

type Made =
  | Readonly<{ kind: "making" }>
  | Readonly<{ kind: "made"; html: string }>
  | Readonly<{ kind: "failed"; why: string }>;

export function ReportDialog() {
  const { ui, context } = useApp();
  const perform = usePerform();
  const [wanted, setWanted] = useState<WantedPictures>({ slide: true, map: true, labels: true });
  const [made, setMade] = useState<Made>({ kind: "making" });
  const close = (): void => ui.setState({ dialog: noDialog });
  useEffect(() => {
    const controller = new AbortController();
    setMade({ kind: "making" });
    make(context, wanted, controller.signal)
      .then((html) =>
        setMade(html === null ? { kind: "failed", why: say("Open a slide first.") } : { kind: "made", html }),
      )
      .catch((error: unknown) => {
        if (isAbort(error)) return;
        setMade({ kind: "failed", why: toFault(error, "read", say("A picture could not be made")).message });
      });
    return () => controller.abort();
  }, [context, wanted]);
  const choice = (key: keyof WantedPictures, label: string) => (
    <Checkbox
      size="xs"
      label={label}
      checked={wanted[key]}
      onChange={(event) => setWanted({ ...wanted, [key]: event.currentTarget.checked })}
    />
  );
  return (
    <Modal opened onClose={close} title={say("Report as one HTML file")} size="min(1000px, 94vw)">
      <div className="pt-stack" data-testid="report-dialog" data-state={made.kind}>
        <div className="pt-line" style={{ flexWrap: "wrap" }}>
          {choice("slide", say("Picture of the slide"))}
          {choice("map", say("Picture of the map"))}
          {choice("labels", say("Labelled patches"))}
          <span className="pt-space" />
          <Button
            disabled={made.kind !== "made"}
            data-testid="report-save"
            onClick={() => made.kind === "made" && perform(saveReport, { html: made.html })}
          >
            {made.kind === "made"
              ? say("Save ({bytes})", { bytes: bytesWords(new Blob([made.html]).size) })
              : say("Save")}
          </Button>
        </div>
        {made.kind === "making" && (
          <span className="pt-line pt-mute">
            <Loader size={14} /> {say("Painting pictures…")}
          </span>
        )}
        {made.kind === "failed" && (
          <p className="pt-hint pt-warn">
            {say("{why} Without pictures the report can still be saved.", { why: made.why })}
          </p>
        )}
        {made.kind === "made" && (
          <>
            <p className="pt-hint">
              {say(
                "This is the whole file. It holds no file name, no address, no case, none of the slide's own fields and no time; names of classes and sets are as you wrote them.",
              )}
            </p>
            <iframe className="pt-report" title={say("The report as it will be saved")} sandbox="" srcDoc={made.html} />
          </>
        )}
      </div>
    </Modal>
  );
}

async function make(context: ActionContext, wanted: WantedPictures, signal: AbortSignal): Promise<string | null> {
  const pictures = await reportPictures(context, wanted, signal);
  signal.throwIfAborted();
  const report = reportOf(stateOf(context), context.maps, pictures, checkSections(context));
  return report && reportHtml(report);
}

/** Finished checks of the slide, each with the map it is of. */
function checkSections(context: ActionContext): readonly ReportSection[] {
  const state = stateOf(context);
  return checksOf(state, state.session.currentSlide).flatMap((check): readonly ReportSection[] => {
    const figures = checkFigures(check);
    if (!figures) return [];
    const words = checkWords(check, figures);
    const binding = bindingWords(bindingOf(state, context.maps, check), check);
    const rows = check.choices.map(({ name }, i) => {
      const precision = figures.precision[i];
      return [name, precision ? shareWords(precision) : "–", correctedWords(check, figures, i)];
    });
    const table = {
      caption: say("Of what the map calls so, the share that is so; areas"),
      head: [say("Class"), say("precision"), say("area")],
      rows,
    };
    const lines = [
      words.headline,
      binding,
      words.counts,
      ...(words.unjudged ? [words.unjudged] : []),
      ...words.meaning,
    ];
    return [{ title: say("Blind check of the map"), facts: [], lines, tables: [table], pictures: [] }];
  });
}
