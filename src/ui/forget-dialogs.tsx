// Asked before a slide or everything is forgotten: what goes, what stays, that it cannot be taken back.
import { Button, Checkbox, Modal } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { SlideId } from "../base/brand.ts";
import { forgetSlide, goesWith, isSafeElsewhere } from "../state/actions/forget.ts";
import { saveProject } from "../state/actions/project-file.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { ReasonButton } from "./reason-button.tsx";
import { noDialog } from "./ui-store.ts";

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

export function ForgetSlideDialog({ id, name }: Readonly<{ id: SlideId; name: string }>) {
  const { ui, keeping } = useApp();
  const state = useAppState();
  const [busy, setBusy] = useState(false);
  const close = (): void => ui.setState({ dialog: noDialog });
  const goes = goesWith(state, id);
  const { openSlides } = state.session;
  const remote = state.project.project.slides.get(id)?.source.kind === "url";
  const forget = async (): Promise<void> => {
    setBusy(true);
    await keeping.forgetSlide(id);
    close();
  };
  return (
    <Modal opened onClose={close} title="Forget this slide?" data-testid="forget-slide-dialog">
      <div className="pt-stack" data-testid="forget-slide">
        <p style={{ margin: 0 }}>
          <strong>{name}</strong>: these go for good, also from undo.
        </p>
        <List>
          <li>its name, its identity{remote ? ", its address" : " and which file it is"}, its µm/px and case</li>
          <li>
            {count(goes.labels, "label")}, {count(goes.regions, "region")}, {count(goes.checks, "blind check")}, how its
            tissue is found
          </li>
          <li>its maps and everything computed of its patches</li>
          {goes.sets.map((set) => (
            <li key={set}>the prompt set “{set}”: it only works on this slide</li>
          ))}
          <li>the whole history of the project and its audit log, which name it; the log begins anew and says so</li>
        </List>
        {goes.staying > 0 && (
          <p className="pt-hint pt-warn">
            {count(goes.staying, "prompt set")} may hold numbers learned from it:{" "}
            {goes.staying === 1 ? "it stays" : "they stay"}. Remove {goes.staying === 1 ? "it" : "them"} in the list if
            that must go too.
          </p>
        )}
        <p className="pt-hint">
          The slide's own file is not touched, nor files you saved.
          {openSlides.size > 1 && " Your other slides stay; the model is loaded again."}
        </p>
        <div className="pt-line">
          <span className="pt-space" />
          <Button variant="default" data-autofocus onClick={close}>
            Keep it
          </Button>
          <ReasonButton
            enabled={forgetSlide.enabled(state, { id })}
            color="red"
            loading={busy}
            testId="forget-slide-do"
            onClick={() => void forget()}
          >
            Forget it
          </ReasonButton>
        </div>
      </div>
    </Modal>
  );
}

export function ForgetEverythingDialog() {
  const { ui, keeping } = useApp();
  const state = useAppState();
  const perform = usePerform();
  const [sure, setSure] = useState(false);
  const close = (): void => ui.setState({ dialog: noDialog });
  const { labels, zones, checks, promptSets, slides, runs } = state.project.project;
  const { ownModels, maps } = state.session;
  return (
    <Modal opened onClose={close} title="Forget everything?">
      <div className="pt-stack" data-testid="forget-everything">
        <p style={{ margin: 0 }}>All that this app keeps in this browser is erased, in all its tabs:</p>
        <List>
          <li>
            {count(labels.size, "label")}, {count(zones.size, "region")}, {count(checks.size, "blind check")},{" "}
            {count(runs.size, "tuning record")}
          </li>
          <li>
            {count(promptSets.size, "prompt set")}, also those you have not saved as files, and the names of{" "}
            {count(slides.size, "slide")}
          </li>
          <li>
            maps ({maps.sheets.size} shown in this visit), {count(ownModels.length, "backbone")} of your own, encoder
            files
          </li>
          <li>history, undo and audit log; which servers you approved; settings</li>
          <li>the offline copy of the app: the next start needs its server</li>
        </List>
        {!isSafeElsewhere(state) && (
          <p className="pt-hint pt-warn">
            This project is not saved as a file in this visit.{" "}
            <button type="button" className="pt-link" onClick={() => perform(saveProject, { names: "kept" })}>
              Save it first
            </button>
          </p>
        )}
        <p className="pt-hint">Slide files and files you saved are not touched.</p>
        <Checkbox
          label="I know that this cannot be taken back"
          checked={sure}
          data-testid="forget-sure"
          onChange={(event) => setSure(event.currentTarget.checked)}
        />
        <div className="pt-line">
          <span className="pt-space" />
          <Button variant="default" data-autofocus onClick={close}>
            Keep everything
          </Button>
          <ReasonButton
            enabled={sure || "Say that you know it cannot be taken back."}
            color="red"
            testId="forget-everything-do"
            onClick={() => void keeping.forgetEverything()}
          >
            Forget everything
          </ReasonButton>
        </div>
      </div>
    </Modal>
  );
}

const List = ({ children }: Readonly<{ children: ReactNode }>) => (
  <ul style={{ margin: 0, paddingLeft: 20 }}>{children}</ul>
);
