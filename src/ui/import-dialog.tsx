// Bringing a backbone: which files, what they say, what they leave open, and loading it. Knows the form's rules only by import-form.ts.
import { Button, Modal } from "@mantine/core";
import { type ReactNode, useMemo } from "react";
import type { KeptDownload } from "../domain/kept-download.ts";
import { originOf } from "../domain/kept-model.ts";
import { alwaysAsked } from "../domain/model-import.ts";
import type { GivenFile } from "../protocol/engine-api.ts";
import { perform as performAction } from "../state/action.ts";
import { cancelImport, dismissImport, importModel } from "../state/actions/models.ts";
import { filesOf, mainFiles } from "../state/given-models.ts";
import type { Inspected } from "../state/import-fields.ts";
import { type ImportForm, openFields, withInspection } from "../state/import-form.ts";
import { contradictions } from "../state/listed-answers.ts";
import { heard } from "../words/heard.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState, usePerform, useSession, useUi } from "./app-context.ts";
import { LoadingBar, LoadingWords } from "./backbone-loading.tsx";
import { faultWords } from "./fault-words.ts";
import { originWords } from "./hub-words.ts";
import { ImportQuestions } from "./import-questions.tsx";
import { ImportFiles, ImportStated } from "./import-stated.tsx";
import { openWords } from "./import-words.ts";
import { ReasonButton } from "./reason-button.tsx";
import { Sentence } from "./sentence.tsx";
import { chooseMain, emptyDraft, noDialog } from "./ui-store.ts";
import { useInspection } from "./use-inspection.ts";
import { bytesWords } from "./words.ts";

export function ImportDialog() {
  const { ui } = useApp();
  const perform = usePerform();
  const { files, main, download } = useUi((state) => state.importing);
  const loading = useSession((state) => state.modelImport.kind === "loading");
  const mains = useMemo(() => mainFiles(files), [files]);
  const chosen = mains.find(({ path }) => path === main) ?? (mains.length === 1 ? (mains[0] ?? null) : null);
  const used = useMemo(() => (chosen ? filesOf(files, chosen) : files), [files, chosen]);
  const choosing = files.length === 0 || (mains.length > 1 && !chosen);
  const close = (): void => {
    perform(loading ? cancelImport : dismissImport);
    if (!loading) ui.setState({ dialog: noDialog });
  };
  return (
    <Modal
      opened
      onClose={close}
      title={download ? say("Load a downloaded backbone") : say("Bring your own backbone")}
      size={choosing ? 560 : 940}
      padding="md"
      yOffset="2dvh"
    >
      <div data-testid="import-dialog">
        {files.length === 0 ? (
          <Intro />
        ) : choosing ? (
          <WhichOne files={files} />
        ) : (
          <Bring files={used} download={download} onClose={close} />
        )}
      </div>
    </Modal>
  );
}

function Intro() {
  const { host } = useApp();
  return (
    <div className="pt-stack">
      <p style={{ margin: 0 }}>
        <Sentence
          text="A vision transformer as an {onnx} file (with its external data) or as {safetensors} with the keys of timm or Hugging Face. If there is a {config} or {preprocessor} beside it, give that too: then less is asked."
          parts={{
            onnx: <strong>.onnx</strong>,
            safetensors: <strong>.safetensors</strong>,
            config: <strong>config.json</strong>,
            preprocessor: <strong>preprocessor_config.json</strong>,
          }}
        />
      </p>
      <p className="pt-hint">
        {say(
          "Drop the files or their folder anywhere on this page. They are read on this computer and never uploaded. Mind the licence of what you bring: many pathology backbones may not be passed on or used commercially.",
        )}
      </p>
      <div className="pt-buttons">
        <Button data-autofocus onClick={host.pickModelFiles}>
          {say("Choose files…")}
        </Button>
        <Button variant="default" onClick={host.pickModelFolder}>
          {say("Choose a folder…")}
        </Button>
      </div>
    </div>
  );
}

function WhichOne({ files }: Readonly<{ files: readonly GivenFile[] }>) {
  const { ui } = useApp();
  const sizes = new Map(files.map(({ path, file }) => [path, file.size]));
  return (
    <section className="pt-stack" aria-label={say("Which backbone")} data-testid="import-which">
      <p style={{ margin: 0 }}>
        {say(
          "There are several backbones among these files. Which one? Quantised ones (int8, uint8, q4) cannot be tuned; fp32 and fp16 can.",
        )}
      </p>
      {mainFiles(files).map(({ path }, i) => (
        <Button
          key={path}
          variant="default"
          justify="space-between"
          rightSection={<span className="pt-mute">{bytesWords(sizes.get(path) ?? 0)}</span>}
          {...(i === 0 && { "data-autofocus": true })}
          onClick={() => chooseMain(ui, path)}
        >
          {path}
        </Button>
      ))}
    </section>
  );
}

type BringProps = Readonly<{ files: readonly GivenFile[]; download: KeptDownload | null; onClose: () => void }>;

function Bring({ files, download, onClose }: BringProps) {
  const { context, ui } = useApp();
  const state = useAppState();
  const form = useUi(({ importing }) => importing.form);
  const change = (next: (form: ImportForm) => ImportForm): void =>
    ui.setState(({ importing }) => ({ importing: { ...importing, form: next(importing.form) } }));
  const { reading, inspected, answers, fault, again } = useInspection(files, form, (found) =>
    change((now) => withInspection(now, found)),
  );
  const { modelImport } = state.session;
  const loading = modelImport.kind === "loading";
  const open = inspected ? openFields(form, inspected).map(({ field }) => field) : [];
  const enabled = ((): true | string => {
    if (fault) return faultWords(fault);
    if (!inspected || reading) return say("The files are being read.");
    if (inspected.inspection.refusal !== null) return inspected.inspection.refusal;
    if (open.length > 0) return openWords(open);
    return importModel.enabled(state, { files, facts: answers });
  })();
  const load = async (): Promise<void> => {
    await performAction(context, importModel, { files, facts: answers, download });
    if (context.session.getState().modelImport.kind !== "loaded") return;
    await performAction(context, dismissImport);
    ui.setState({ dialog: noDialog, importing: emptyDraft });
  };
  const refusal = inspected?.inspection.refusal ?? null;
  const against = fault ? faultWords(fault) : refusal && heard(refusal);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (enabled === true) void load();
      }}
    >
      <div className="pt-import">
        <div className="pt-stack pt-import-left">
          <ImportFiles files={files} loading={loading} onOther={() => ui.setState({ importing: emptyDraft })} />
          {download && <p className="pt-hint">{originWords(originOf(download))}</p>}
          <ImportStated
            form={form}
            inspected={inspected}
            reading={reading}
            onReopen={(field) => change((now) => ({ ...now, reopened: [...now.reopened, field] }))}
          />
        </div>
        <fieldset className="pt-import-right" disabled={loading}>
          {against !== null && (
            <Wrong title={say("These files cannot be used like this")}>
              {against}
              <div className="pt-hint">
                {say("A file that is missing can be dropped here; it joins the others.")}
                {fault && !reading && (
                  <>
                    {" "}
                    <button type="button" className="pt-link" onClick={again}>
                      {say("Read again")}
                    </button>
                  </>
                )}
              </div>
            </Wrong>
          )}
          {inspected &&
            contradictions(form, inspected).map((words) => (
              <p key={words} className="pt-hint pt-warn pt-wide" data-testid="import-contradicted">
                {words}
              </p>
            ))}
          {inspected && answerable(form, inspected) && (
            <ImportQuestions form={form} inspected={inspected} onChange={change} />
          )}
        </fieldset>
      </div>
      <div className="pt-import-foot">
        {modelImport.kind === "failed" && (
          <Wrong title={say("It could not be loaded; your answers are still here")}>
            {faultWords(modelImport.fault)}
          </Wrong>
        )}
        {loading && <Loading />}
        <div className="pt-line">
          <span className="pt-hint" data-testid="import-reason" style={{ flex: 1 }}>
            {loading || enabled === true || against !== null ? "" : enabled}
          </span>
          <Button variant="default" onClick={onClose} data-testid="import-cancel">
            {loading ? say("Cancel loading") : say("Close")}
          </Button>
          {!loading && (
            <ReasonButton
              enabled={enabled}
              type="submit"
              testId="import-load"
              onClick={() => {}}
              onBlocked={({ currentTarget: { form: element } }) => {
                const [first] = open;
                if (first && element) focusField(element, first);
              }}
            >
              {say("Load this backbone")}
            </ReasonButton>
          )}
        </div>
      </div>
    </form>
  );
}

/** Where the files are refused and nothing about their structure was asked, no answer helps. */
function answerable({ asked }: ImportForm, { inspection }: Inspected): boolean {
  return inspection.refusal === null || asked.some((fact) => !alwaysAsked.includes(fact));
}

/** Enter on an unfinished form leads to what is missing. */
function focusField(form: HTMLFormElement, field: string): void {
  const found = form.querySelector(`[data-testid="import-${field}"]`);
  const input = found instanceof HTMLInputElement ? found : found?.querySelector("input, textarea");
  if (input instanceof HTMLElement) input.focus();
}

function Wrong({ title, children }: Readonly<{ title: string; children: ReactNode }>) {
  return (
    <div className="pt-wrong" role="alert" data-testid="import-fault">
      <strong>{title}</strong>
      <div>{children}</div>
    </div>
  );
}

function Loading() {
  const engine = useSession((state) => state.engine);
  const progress = engine.kind === "loading" ? engine.progress : null;
  return (
    <div className="pt-stack" style={{ gap: 4 }} role="status" data-testid="import-progress">
      <LoadingWords progress={progress} />
      <LoadingBar progress={progress} label={say("Loading the backbone")} />
    </div>
  );
}
