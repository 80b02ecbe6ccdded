// The strip above: which slide, at what scale and how that is known, where things run, undo, opening, theme, shortcuts.
import { ActionIcon, Button, Menu, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconChevronDown,
  IconCommand,
  IconFolderOpen,
  IconKeyboard,
  IconMoon,
  IconSun,
} from "@tabler/icons-react";
import type { SlideId } from "../base/brand.ts";
import type { Calibration } from "../domain/slide.ts";
import type { Action } from "../state/action.ts";
import { redo, redoTitle, undo, undoTitle } from "../state/actions/history.ts";
import { saveAudit, saveProject } from "../state/actions/project-file.ts";
import { showSlide } from "../state/actions/slides.ts";
import { currentSlide, missingSlides, slideMpp } from "../state/selectors.ts";
import { mppWords } from "../viewer/scale.ts";
import { many, say } from "../words/say.ts";
import { useApp, useAppState, usePerform, useProject } from "./app-context.ts";
import { EngineChip } from "./engine-chip.tsx";
import { keyParts } from "./keys.ts";
import { LanguageMenu } from "./language-menu.tsx";

export function TopBar() {
  const { host, ui } = useApp();
  const state = useAppState();
  return (
    <header className="pt-top">
      <h1 className="pt-logo" style={{ margin: 0 }}>
        Patho<b>Tune</b>
      </h1>
      <SlideMenu />
      <CalibrationChip />
      <Button leftSection={<IconFolderOpen size={15} />} onClick={host.pickSlide} data-testid="open-slide">
        {say("Open your own slide")}
      </Button>
      <span className="pt-space" />
      <EngineChip />
      <HistoryButton action={undo} title={undoTitle(state)} icon={<IconArrowBackUp size={17} />} />
      <HistoryButton action={redo} title={redoTitle(state)} icon={<IconArrowForwardUp size={17} />} />
      <ThemeToggle />
      <LanguageMenu />
      <Tooltip label={say("All commands (Ctrl K)")}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={say("All commands")}
          onClick={() => ui.setState({ dialog: { kind: "commands" } })}
        >
          <IconCommand size={17} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={say("Keyboard shortcuts (?)")}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={say("Keyboard shortcuts")}
          onClick={() => ui.setState({ dialog: { kind: "shortcuts" } })}
        >
          <IconKeyboard size={17} />
        </ActionIcon>
      </Tooltip>
    </header>
  );
}

function SlideMenu() {
  const { host, ui } = useApp();
  const state = useAppState();
  const perform = usePerform();
  const { openSlides, currentSlide: id } = state.session;
  const slide = currentSlide(state);
  const missing = missingSlides(state);
  return (
    <Menu position="bottom-start" withinPortal shadow="md">
      <Menu.Target>
        <button type="button" className="pt-chip" data-testid="slide-name" style={{ maxWidth: 280 }}>
          <strong className="pt-cut">{slide?.name ?? state.session.opening ?? say("No slide")}</strong>
          <IconChevronDown size={13} style={{ flex: "none" }} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {openSlides.size > 0 && <Menu.Label>{say("Open|they are")}</Menu.Label>}
        {[...openSlides.values()].map((s) => (
          <Menu.Item key={s.info.id} onClick={() => perform(showSlide, { id: s.info.id })}>
            {s.info.id === id ? <strong>{s.name}</strong> : s.name}
            <LabelCount id={s.info.id} />
          </Menu.Item>
        ))}
        {missing.length > 0 && <Menu.Label>{say("In this project, not open")}</Menu.Label>}
        {missing.map((s) => (
          <Menu.Item key={s.id} onClick={() => host.reopen(s)}>
            {say("Open “{name}” again…", { name: s.name })}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={host.pickSlide}>{say("Open a slide file, or several of one slide…")}</Menu.Item>
        <Menu.Item onClick={host.pickSlideFolder}>{say("Open a slide folder (DICOM, OME-Zarr, Deep Zoom)…")}</Menu.Item>
        <Menu.Item onClick={() => ui.setState({ dialog: { kind: "open-url" } })}>
          {say("Open a slide by its address…")}
        </Menu.Item>
        <Menu.Item onClick={() => host.openDemo()}>{say("Open the demo slide")}</Menu.Item>
        {slide && (
          <Menu.Item onClick={() => ui.setState({ dialog: { kind: "slide-facts" } })}>
            {say("About this slide…")}
          </Menu.Item>
        )}
        {slide && (
          <Menu.Item onClick={() => ui.setState({ dialog: { kind: "share" } })}>{say("Link to this view…")}</Menu.Item>
        )}
        {slide && (
          <Menu.Item onClick={() => ui.setState({ dialog: { kind: "report" } })}>
            {say("Report of this slide…")}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Label>{say("Project (no pixels)")}</Menu.Label>
        <Menu.Item onClick={() => perform(saveProject, { names: "kept" })}>
          {say("Save the project as a file")}
        </Menu.Item>
        <Menu.Item onClick={() => perform(saveProject, { names: "hidden" })}>
          {say("Save without names of files and cases")}
        </Menu.Item>
        <Menu.Item onClick={host.pickProject}>{say("Load a project file…")}</Menu.Item>
        <Menu.Item onClick={() => perform(saveAudit)}>{say("Save the audit log")}</Menu.Item>
        <Menu.Item onClick={() => ui.setState({ dialog: { kind: "storage" } })}>
          {say("Storage, and forgetting…")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Several slides make one project: how much of it is on which. */
function LabelCount({ id }: Readonly<{ id: SlideId }>) {
  const labels = useProject((state) => state.project.labels);
  let count = 0;
  for (const { slideId } of labels.values()) if (slideId === id) count++;
  return count === 0 ? null : <span className="pt-mute"> · {many(count, "1 label", "{n} labels")}</span>;
}

export function calibrationWords(calibration: Calibration): string {
  if (calibration.kind === "unknown") return say("µm/px unknown");
  const source = {
    aperio: say("from the scanner"),
    "tiff-resolution": say("from the file"),
    ome: say("from the file"),
    ndpi: say("from the scanner"),
    philips: say("from the scanner"),
    leica: say("from the scanner"),
    qptiff: say("from the scanner"),
    dicom: say("from the scanner"),
    iiif: say("from the server"),
    generated: say("as drawn"),
  };
  const how =
    calibration.kind === "measured"
      ? source[calibration.source]
      : calibration.how === "stated"
        ? say("stated by you")
        : say("measured by you");
  return `${mppWords((calibration.mppX + calibration.mppY) / 2)} · ${how}`;
}

function CalibrationChip() {
  const { ui } = useApp();
  const slide = currentSlide(useAppState());
  if (!slide) return null;
  const known = slideMpp(slide.info.calibration) !== null;
  return (
    <button
      type="button"
      className="pt-chip"
      data-testid="calibration"
      {...(!known && { "data-tone": "warn" })}
      title={say("State or measure how large a pixel is")}
      onClick={() => ui.setState({ dialog: { kind: "calibration" } })}
    >
      {calibrationWords(slide.info.calibration)}
    </button>
  );
}

type HistoryProps = Readonly<{ action: Action; title: string | null; icon: React.ReactNode }>;

function HistoryButton({ action, title, icon }: HistoryProps) {
  const perform = usePerform();
  const enabled = action.enabled(useAppState(), undefined);
  const label =
    enabled === true ? `${title ?? say(action.title)} (${keyParts(action.keys?.[0] ?? "").join("+")})` : enabled;
  return (
    <Tooltip label={label} events={{ hover: true, focus: true, touch: true }}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={say(action.title)}
        aria-disabled={enabled !== true}
        {...(enabled !== true && { "data-disabled": true })}
        onClick={() => enabled === true && perform(action)}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

function ThemeToggle() {
  const scheme = useComputedColorScheme("light");
  const { setColorScheme } = useMantineColorScheme();
  const next = scheme === "dark" ? "light" : "dark";
  return (
    <Tooltip label={next === "dark" ? say("Change to dark") : say("Change to light")}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={next === "dark" ? say("Change to dark theme") : say("Change to light theme")}
        onClick={() => setColorScheme(next)}
      >
        {scheme === "dark" ? <IconSun size={17} /> : <IconMoon size={17} />}
      </ActionIcon>
    </Tooltip>
  );
}
