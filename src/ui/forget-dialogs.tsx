// Asked before a slide or everything is forgotten: what goes, what stays, that it cannot be taken back.
import { Button, Checkbox, Modal } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { SlideId } from "../base/brand.ts";
import { forgetSlide, goesWith, isSafeElsewhere } from "../state/actions/forget.ts";
import { saveProject } from "../state/actions/project-file.ts";
import { many, say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { ReasonButton } from "./reason-button.tsx";
import { noDialog } from "./ui-store.ts";

const labelCount = (n: number): string => many(n, "1 label", "{n} labels");
const regionCount = (n: number): string => many(n, "1 region", "{n} regions");
const placeCount = (n: number): string =>
  many(n, "1 place learned from without labels", "{n} places learned from without labels");
const checkCount = (n: number): string => many(n, "1 blind check", "{n} blind checks");

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
    <Modal opened onClose={close} title={say("Forget this slide?")} data-testid="forget-slide-dialog">
      <div className="pt-stack" data-testid="forget-slide">
        <p style={{ margin: 0 }}>
          <strong>{name}</strong>
          {say(": these go for good, also from undo.")}
        </p>
        <List>
          <li>
            {remote
              ? say("its name, its identity, its address, its µm/px and case")
              : say("its name, its identity and which file it is, its µm/px and case")}
          </li>
          <li>
            {labelCount(goes.labels)}, {regionCount(goes.regions)}, {checkCount(goes.checks)},{" "}
            {goes.places > 0 && `${placeCount(goes.places)}, `}
            {say("how its tissue is found")}
          </li>
          <li>{say("its maps and everything computed of its patches")}</li>
          {goes.sets.map((set) => (
            <li key={set}>{say("the prompt set “{set}”: it only works on this slide", { set })}</li>
          ))}
          <li>
            {say("the whole history of the project and its audit log, which name it; the log begins anew and says so")}
          </li>
        </List>
        {goes.staying > 0 && (
          <p className="pt-hint pt-warn">
            {many(
              goes.staying,
              "1 prompt set may hold numbers learned from it: it stays. Remove it in the list if that must go too.",
              "{n} prompt sets may hold numbers learned from it: they stay. Remove them in the list if that must go too.",
            )}
          </p>
        )}
        {goes.naming.length > 0 && (
          <p className="pt-hint pt-warn" data-testid="forget-naming">
            {say("Learned from its tissue, and naming it by its fingerprint: {names}.", {
              names: goes.naming.map((set) => `“${set}”`).join(", "),
            })}
          </p>
        )}
        <p className="pt-hint">
          {say("The slide's own file is not touched, nor files you saved.")}
          {openSlides.size > 1 && say(" Your other slides stay; the model is loaded again.")}
        </p>
        <div className="pt-line">
          <span className="pt-space" />
          <Button variant="default" data-autofocus onClick={close}>
            {say("Keep it")}
          </Button>
          <ReasonButton
            enabled={forgetSlide.enabled(state, { id })}
            color="red"
            loading={busy}
            testId="forget-slide-do"
            onClick={() => void forget()}
          >
            {say("Forget it")}
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
    <Modal opened onClose={close} title={say("Forget everything?")}>
      <div className="pt-stack" data-testid="forget-everything">
        <p style={{ margin: 0 }}>{say("All that this app keeps in this browser is erased, in all its tabs:")}</p>
        <List>
          <li>
            {labelCount(labels.size)}, {regionCount(zones.size)}, {checkCount(checks.size)},{" "}
            {many(runs.size, "1 tuning record", "{n} tuning records")}
          </li>
          <li>
            {say("{sets}, also those you have not saved as files, and the names of {slides}", {
              sets: many(promptSets.size, "1 prompt set", "{n} prompt sets"),
              slides: many(slides.size, "1 slide", "{n} slides"),
            })}
          </li>
          <li>
            {say("maps ({sheets} shown in this visit), {backbones} of your own, encoder files", {
              sheets: maps.sheets.size,
              backbones: many(ownModels.length, "1 backbone", "{n} backbones"),
            })}
          </li>
          <li>{say("history, undo and audit log; which servers you approved; settings")}</li>
          <li>{say("the offline copy of the app: the next start needs its server")}</li>
        </List>
        {!isSafeElsewhere(state) && (
          <p className="pt-hint pt-warn">
            {say("This project is not saved as a file in this visit.")}{" "}
            <button type="button" className="pt-link" onClick={() => perform(saveProject, { names: "kept" })}>
              {say("Save it first")}
            </button>
          </p>
        )}
        <p className="pt-hint">{say("Slide files and files you saved are not touched.")}</p>
        <Checkbox
          label={say("I know that this cannot be taken back")}
          checked={sure}
          data-testid="forget-sure"
          onChange={(event) => setSure(event.currentTarget.checked)}
        />
        <div className="pt-line">
          <span className="pt-space" />
          <Button variant="default" data-autofocus onClick={close}>
            {say("Keep everything")}
          </Button>
          <ReasonButton
            enabled={sure || say("Say that you know it cannot be taken back.")}
            color="red"
            testId="forget-everything-do"
            onClick={() => void keeping.forgetEverything()}
          >
            {say("Forget everything")}
          </ReasonButton>
        </div>
      </div>
    </Modal>
  );
}

const List = ({ children }: Readonly<{ children: ReactNode }>) => (
  <ul style={{ margin: 0, paddingLeft: 20 }}>{children}</ul>
);
