// Checking the map that is shown, beside its legend: start, go on, and what finished checks say. Draws and dispatches.
import { Menu, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { checkSizes, type MapCheck, type MapCheckId } from "../domain/map-check.ts";
import { perform } from "../state/action.ts";
import { answerCheck, drawCheck, releaseCheck, removeCheck } from "../state/actions/map-check.ts";
import { bindingOf, checksOf } from "../state/map-checks.ts";
import { many, say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { MapCheckResult } from "./map-check-result.tsx";
import { progressWords } from "./map-check-words.ts";
import { MoreMenu } from "./more-menu.tsx";
import { ReasonButton } from "./reason-button.tsx";

type Size = (typeof checkSizes)[number];

export function MapCheckCard() {
  const state = useAppState();
  const { context } = useApp();
  const checks = checksOf(state, state.session.currentSlide);
  const unfinished = checks.find(({ finished }) => !finished);
  // Of the map that is shown first, then the newest.
  const finished = checks
    .filter((check) => check.finished)
    .reverse()
    .map((check) => ({ check, binding: bindingOf(state, context.maps, check) }))
    .toSorted((a, b) => Number(b.binding === "this-map") - Number(a.binding === "this-map"));
  const [first, ...others] = finished;
  return (
    <div className="pt-check-card" data-testid="map-check-card">
      {unfinished ? <Unfinished check={unfinished} /> : <Start again={first !== undefined} />}
      {first && <MapCheckResult {...first} menu={<ResultMenu check={first.check} />} />}
      {others.length > 0 && (
        <details className="pt-small">
          <summary>{many(others.length, "1 more check of this slide", "{n} more checks of this slide")}</summary>
          {others.map(({ check, binding }) => (
            <MapCheckResult key={check.id} check={check} binding={binding} menu={<ResultMenu check={check} />} />
          ))}
        </details>
      )}
    </div>
  );
}

function Start({ again }: Readonly<{ again: boolean }>) {
  const { context, ui } = useApp();
  const state = useAppState();
  const [patches, setPatches] = useState<Size>(30);
  const start = async (): Promise<void> => {
    const id = context.newId() as MapCheckId;
    await perform(context, drawCheck, { id, patches });
    // Nothing was drawn where too few places are answered: a notice says so.
    if (context.project.getState().project.checks.has(id)) ui.setState({ dialog: { kind: "map-check", id } });
  };
  return (
    <>
      <div className="pt-line">
        <ReasonButton
          enabled={drawCheck.enabled(state, { id: "" as MapCheckId, patches })}
          variant="light"
          style={{ flex: 1 }}
          testId="map-check-start"
          onClick={() => void start()}
        >
          {again ? say("Check it again") : say("Check this map")}
        </ReasonButton>
        <NativeSelect
          size="xs"
          aria-label={say("Patches to look at")}
          value={patches}
          data={checkSizes.map((size) => ({ value: String(size), label: many(size, "1 patch", "{n} patches") }))}
          onChange={(event) =>
            setPatches(checkSizes.find((size) => String(size) === event.currentTarget.value) ?? checkSizes[0])
          }
        />
      </div>
      {!again && (
        <p className="pt-hint">
          {say(
            "You name patches drawn at random without seeing the map's answer: the only figure of this map that your choice of patches cannot flatter. They stay test-only until you release them.",
          )}
        </p>
      )}
    </>
  );
}

function Unfinished({ check }: Readonly<{ check: MapCheck }>) {
  const { ui } = useApp();
  const state = useAppState();
  const perform = usePerform();
  const enabled = answerCheck.enabled(state, { id: check.id, at: 0, answer: { kind: "unsure" } });
  return (
    <div className="pt-line" style={{ justifyContent: "space-between" }}>
      <span className="pt-small">
        {say("Check of “{name}”: {progress}", { name: check.map.name, progress: progressWords(check) })}
      </span>
      <span className="pt-line">
        <ReasonButton
          size="compact-sm"
          enabled={enabled}
          testId="map-check-resume"
          onClick={() => ui.setState({ dialog: { kind: "map-check", id: check.id } })}
        >
          {say("Go on")}
        </ReasonButton>
        <MoreMenu about={say("this check")}>
          <Menu.Item color="red" onClick={() => perform(removeCheck, { id: check.id })}>
            {say("Discard this check")}
          </Menu.Item>
        </MoreMenu>
      </span>
    </div>
  );
}

function ResultMenu({ check }: Readonly<{ check: MapCheck }>) {
  const { ui } = useApp();
  const state = useAppState();
  const perform = usePerform();
  const release = releaseCheck.enabled(state, { id: check.id });
  return (
    <MoreMenu about={say("this check")}>
      <Menu.Item
        disabled={release !== true}
        title={release === true ? undefined : release}
        onClick={() => ui.setState({ dialog: { kind: "release-check", id: check.id } })}
      >
        {say("Release its labels for tuning…")}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Item color="red" onClick={() => perform(removeCheck, { id: check.id })}>
        {say("Discard this check")}
      </Menu.Item>
    </MoreMenu>
  );
}
