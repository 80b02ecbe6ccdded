// One row of a list of which one is used: a radio button with a name, a line below it, and what else can be done with it behind dots.
import type { ReactNode } from "react";

type Props = Readonly<{
  /** The list it belongs to: of its rows one is on. */
  list: "backbone" | "prompt-set";
  on: boolean;
  name: string;
  detail: string;
  /** Beside the name. */
  figure?: string;
  /** True, or why it cannot be chosen. */
  offer: true | string;
  onChoose: () => void;
  menu?: ReactNode;
}>;

export function ChoiceRow({ list, on, name, detail, figure, offer, onChoose, menu }: Props) {
  const blocked = offer !== true;
  const clamped = (
    <span className="pt-clamp" title={name}>
      {name}
    </span>
  );
  return (
    <div className="pt-row pt-set" data-on={on} data-testid={`${list}-row`} {...(blocked && { title: offer })}>
      <label className="pt-row-main" style={{ alignItems: "flex-start", opacity: blocked ? 0.6 : 1 }}>
        <input type="radio" name={list} className="pt-radio" checked={on} aria-disabled={blocked} onChange={onChoose} />
        <span style={{ minWidth: 0, flex: 1 }}>
          {figure === undefined ? (
            clamped
          ) : (
            <span className="pt-line" style={{ alignItems: "baseline" }}>
              {clamped}
              <span className="pt-figure">{figure}</span>
            </span>
          )}
          <span className="pt-mute pt-small" style={{ display: "block" }}>
            {detail}
          </span>
        </span>
      </label>
      {menu ?? <span className="pt-nomenu" />}
    </div>
  );
}
