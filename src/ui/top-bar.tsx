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
import { useApp, useAppState, usePerform, useProject } from "./app-context.ts";
import { EngineChip } from "./engine-chip.tsx";

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
        Open your own slide
      </Button>
      <span className="pt-space" />
      <EngineChip />
      <HistoryButton action={undo} title={undoTitle(state)} icon={<IconArrowBackUp size={17} />} />
      <HistoryButton action={redo} title={redoTitle(state)} icon={<IconArrowForwardUp size={17} />} />
      <ThemeToggle />
      <Tooltip label="All commands (Ctrl K)">
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="All commands"
          onClick={() => ui.setState({ dialog: { kind: "commands" } })}
        >
          <IconCommand size={17} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Keyboard shortcuts (?)">
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Keyboard shortcuts"
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
          <strong className="pt-cut">{slide?.name ?? state.session.opening ?? "No slide"}</strong>
          <IconChevronDown size={13} style={{ flex: "none" }} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {openSlides.size > 0 && <Menu.Label>Open</Menu.Label>}
        {[...openSlides.values()].map((s) => (
          <Menu.Item key={s.info.id} onClick={() => perform(showSlide, { id: s.info.id })}>
            {s.info.id === id ? <strong>{s.name}</strong> : s.name}
            <LabelCount id={s.info.id} />
          </Menu.Item>
        ))}
        {missing.length > 0 && <Menu.Label>In this project, not open</Menu.Label>}
        {missing.map((s) => (
          <Menu.Item key={s.id} onClick={() => host.reopen(s)}>
            Open “{s.name}” again…
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={host.pickSlide}>Open a slide file, or several of one slide…</Menu.Item>
        <Menu.Item onClick={host.pickSlideFolder}>Open a slide folder (DICOM, OME-Zarr, Deep Zoom)…</Menu.Item>
        <Menu.Item onClick={() => ui.setState({ dialog: { kind: "open-url" } })}>
          Open a slide by its address…
        </Menu.Item>
        <Menu.Item onClick={() => host.openDemo()}>Open the demo slide</Menu.Item>
        {slide && (
          <Menu.Item onClick={() => ui.setState({ dialog: { kind: "slide-facts" } })}>About this slide…</Menu.Item>
        )}
        {slide && <Menu.Item onClick={() => ui.setState({ dialog: { kind: "share" } })}>Link to this view…</Menu.Item>}
        <Menu.Divider />
        <Menu.Label>Project (no pixels)</Menu.Label>
        <Menu.Item onClick={() => perform(saveProject, { names: "kept" })}>Save as a file</Menu.Item>
        <Menu.Item onClick={() => perform(saveProject, { names: "hidden" })}>
          Save without names of files and cases
        </Menu.Item>
        <Menu.Item onClick={host.pickProject}>Load a project file…</Menu.Item>
        <Menu.Item onClick={() => perform(saveAudit)}>Save the audit log</Menu.Item>
        <Menu.Item onClick={() => ui.setState({ dialog: { kind: "storage" } })}>Storage, and forgetting…</Menu.Item>
        {slide && (
          <Menu.Item onClick={() => ui.setState({ dialog: { kind: "report" } })}>Report of this slide…</Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Several slides make one project: how much of it is on which. */
function LabelCount({ id }: Readonly<{ id: SlideId }>) {
  const labels = useProject((state) => state.project.labels);
  let count = 0;
  for (const { slideId } of labels.values()) if (slideId === id) count++;
  return count === 0 ? null : <span className="pt-mute"> · {count === 1 ? "1 label" : `${count} labels`}</span>;
}

export function calibrationWords(calibration: Calibration): string {
  if (calibration.kind === "unknown") return "µm/px unknown";
  const source = {
    aperio: "from the scanner",
    "tiff-resolution": "from the file",
    ome: "from the file",
    ndpi: "from the scanner",
    philips: "from the scanner",
    leica: "from the scanner",
    qptiff: "from the scanner",
    dicom: "from the scanner",
    iiif: "from the server",
    generated: "as drawn",
  };
  const how =
    calibration.kind === "measured"
      ? source[calibration.source]
      : calibration.how === "stated"
        ? "stated by you"
        : "measured by you";
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
      title="State or measure how large a pixel is"
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
  const label = enabled === true ? `${title ?? action.title} (${action.keys?.[0] ?? ""})` : enabled;
  return (
    <Tooltip label={label} events={{ hover: true, focus: true, touch: true }}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={action.title}
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
    <Tooltip label={`Change to ${next}`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={`Change to ${next} theme`}
        onClick={() => setColorScheme(next)}
      >
        {scheme === "dark" ? <IconSun size={17} /> : <IconMoon size={17} />}
      </ActionIcon>
    </Tooltip>
  );
}
