// What I say: classes with colour, key and counts; adding, renaming, recolouring, removing.
import { Menu, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { ClassId } from "../base/brand.ts";
import type { TissueClass } from "../domain/label.ts";
import { isOther, otherClassId, ownClasses } from "../domain/other-class.ts";
import {
  addClass,
  classColors,
  nameIsFree,
  recolourClass,
  removeClass,
  renameClass,
  selectClass,
} from "../state/actions/classes.ts";
import { canWrite, countsPerClass } from "../state/selectors.ts";
import { many, type Plain, say } from "../words/say.ts";
import { useApp, useAppState, usePerform, useUi } from "./app-context.ts";
import { FieldChoice } from "./field-choice.tsx";
import { LabelTools } from "./label-tools.tsx";
import { MoreMenu } from "./more-menu.tsx";

export function ClassPanel() {
  const state = useAppState();
  const { classes, labels } = state.project.project;
  const counts = countsPerClass(state);
  const labelling = useUi((ui) => ui.labelling || ui.drawing?.purpose === "label");
  return (
    <section className="pt-section" aria-label={say("Classes")}>
      <h2>
        {say("Classes")} <span>{many(labels.size, "1 label", "{n} labels")}</span>
      </h2>
      <div data-testid="classes">
        {classes.map((c) => (
          <ClassRow
            key={c.id}
            value={c}
            count={counts.get(c.id) ?? 0}
            selected={labelling && state.session.selectedClass === c.id}
          />
        ))}
      </div>
      <AddClass first={ownClasses(classes).length === 0} />
      <ClassHint classes={classes} counts={counts} />
      <LabelTools />
      <FieldChoice />
    </section>
  );
}

function ClassHint(props: Readonly<{ classes: readonly TissueClass[]; counts: ReadonlyMap<ClassId, number> }>) {
  const own = ownClasses(props.classes);
  const empty = own.filter((c) => (props.counts.get(c.id) ?? 0) === 0);
  if (own.length === 0) return <p className="pt-hint">{say("Name the tissues you want to tell apart.")}</p>;
  if (empty.length > 0)
    return <p className="pt-hint">{say("Point at tissue and press its number key, or choose a class and click.")}</p>;
  if ((props.counts.get(otherClassId) ?? 0) > 0) return null;
  return (
    <p className="pt-hint pt-warn" data-testid="other-empty">
      {say("Other is empty: until a few places of it are labelled (key 0), all tissue is called one of your classes.")}
    </p>
  );
}

const otherWords: Plain = "None of your classes: trained like them, drawn grey, left out of areas";

type RowProps = Readonly<{ value: TissueClass; count: number; selected: boolean }>;

function ClassRow({ value, count, selected }: RowProps) {
  const [renaming, setRenaming] = useState(false);
  const [left, setLeft] = useState(false);
  const perform = usePerform();
  const { ui } = useApp();
  if (renaming) {
    return (
      <RenameRow
        value={value}
        onDone={(byKey) => {
          setRenaming(false);
          setLeft(byKey);
        }}
      />
    );
  }
  return (
    <div className="pt-row" data-on={selected} data-testid="class-row" data-other={isOther(value)}>
      <button
        type="button"
        className="pt-row-main"
        ref={left ? takeFocus : null}
        aria-pressed={selected}
        title={
          selected
            ? say("Clicks label with this class. Press again to stop.")
            : isOther(value)
              ? say(otherWords)
              : say("Label {name} by clicking", { name: value.name })
        }
        onClick={() => {
          if (!selected) perform(selectClass, { id: value.id });
          // While something is painted the class is what changes, not the tool.
          const { drawing } = ui.getState();
          if (drawing?.purpose !== "label") ui.setState({ labelling: !selected });
        }}
        onDoubleClick={() => !isOther(value) && setRenaming(true)}
      >
        <span className="pt-swatch" style={{ background: value.color }} />
        <span className="pt-cut">{value.name}</span>
      </button>
      <span className="pt-count" title={say("{count} labelled", { count })} data-testid="class-count">
        {count}
      </span>
      {value.key !== null && <kbd className="pt-kbd">{value.key}</kbd>}
      {isOther(value) ? (
        <span className="pt-more" title={say(otherWords)} />
      ) : (
        <ClassMenu value={value} count={count} onRename={() => setRenaming(true)} />
      )}
    </div>
  );
}

function ClassMenu({ value, count, onRename }: Readonly<{ value: TissueClass; count: number; onRename: () => void }>) {
  const perform = usePerform();
  const write = canWrite(useAppState());
  return (
    <MoreMenu about={value.name} title={write === true ? undefined : write}>
      <Menu.Item onClick={onRename}>{say("Rename")}</Menu.Item>
      <Menu.Label>{say("Colour")}</Menu.Label>
      <div className="pt-colors">
        {classColors.map((color) => (
          <Menu.Item
            key={color}
            aria-label={say("Colour {color}", { color })}
            data-on={color === value.color}
            onClick={() => perform(recolourClass, { id: value.id, color })}
          >
            <span className="pt-swatch" style={{ background: color, display: "block" }} />
          </Menu.Item>
        ))}
      </div>
      <Menu.Divider />
      <Menu.Item color="red" onClick={() => perform(removeClass, { id: value.id })}>
        {count === 0 ? say("Remove") : many(count, "Remove with its label", "Remove with its {n} labels")}
      </Menu.Item>
    </MoreMenu>
  );
}

/** `byKey`: the person is still here, and goes on from the row. */
function RenameRow({ value, onDone }: Readonly<{ value: TissueClass; onDone: (byKey: boolean) => void }>) {
  const [name, setName] = useState(value.name);
  const perform = usePerform();
  const state = useAppState();
  const free = nameIsFree(state, name, value.id);
  const save = (byKey: boolean): void => {
    if (free === true && name.trim() !== value.name) perform(renameClass, { id: value.id, name });
    onDone(byKey);
  };
  return (
    <form
      className="pt-row"
      onSubmit={(event) => {
        event.preventDefault();
        save(true);
      }}
    >
      <TextInput
        aria-label={say("New name of {name}", { name: value.name })}
        value={name}
        autoFocus
        error={free === true ? null : free}
        onChange={(event) => setName(event.currentTarget.value)}
        onBlur={() => save(false)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onDone(true);
        }}
        style={{ flex: 1 }}
      />
    </form>
  );
}

function AddClass({ first }: Readonly<{ first: boolean }>) {
  const [name, setName] = useState<string | null>(null);
  /** The field went away under the keys: who typed in it goes on from the button in its place. */
  const [left, setLeft] = useState(false);
  const perform = usePerform();
  const state = useAppState();
  const write = canWrite(state);
  const waiting = name === "" && !first;
  useEffect(() => {
    if (!waiting) return;
    // Over the slide a number is a label again, not the beginning of a name.
    const toSlide = ({ target }: PointerEvent): void => {
      if (target instanceof Element && target.closest(".pt-slide")) setName(null);
    };
    window.addEventListener("pointermove", toSlide);
    return () => window.removeEventListener("pointermove", toSlide);
  }, [waiting]);
  if (name === null && !first) {
    return (
      <button
        type="button"
        className="pt-row pt-mute pt-add"
        ref={left ? takeFocus : null}
        aria-disabled={write !== true}
        {...(write !== true && { title: write })}
        onClick={() => {
          setLeft(false);
          if (write === true) setName("");
        }}
      >
        <IconPlus size={14} aria-hidden="true" /> {say("Add class")}
      </button>
    );
  }
  const text = name ?? "";
  const free = text.trim() === "" ? true : nameIsFree(state, text);
  return (
    <form
      className="pt-row"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() === "" || free !== true) return;
        perform(addClass, { name: text });
        // It stays: whoever typed one name types the next, and its letters must not turn the slide or start a tuning.
        setName("");
      }}
    >
      <TextInput
        aria-label={say("Name of the new class")}
        placeholder={say("Class name, then Enter")}
        value={text}
        autoFocus={!first}
        error={free === true ? null : free}
        onChange={(event) => setName(event.currentTarget.value)}
        onBlur={() => {
          if (text.trim() === "" && !first) setName(null);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          setName(null);
          setLeft(!first);
        }}
        style={{ flex: 1 }}
      />
    </form>
  );
}

const takeFocus = (element: HTMLElement | null): void => element?.focus();
