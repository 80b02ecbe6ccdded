// The class Other: in every project, whatever else is in it. What is neither of the classes asked for goes there: it is trained like any
// class, drawn grey and left out of areas. It is never written down: it follows from there being a project.
import type { ClassId } from "../base/brand.ts";
import type { TissueClass } from "./label.ts";

/** The same in every project, so that sets and projects agree on it without asking for its name. */
export const otherClassId = "other" as ClassId;
export const otherColor = "#999999";
const name = "Other";
const key = 0;

export const isOther = ({ id }: Pick<TissueClass, "id">): boolean => id === otherClassId;

/** The classes a person named, without Other. */
export const ownClasses = (classes: readonly TissueClass[]): readonly TissueClass[] =>
  classes.filter((c) => !isOther(c));

/** Own classes, then Other. A project older than Other may have given its key or its name away: what a person chose stays theirs. */
export function withOther(own: readonly TissueClass[]): readonly TissueClass[] {
  const keyTaken = own.some((c) => c.key === key);
  const nameTaken = own.some((c) => c.name.trim().toLowerCase() === name.toLowerCase());
  const other: TissueClass = {
    id: otherClassId,
    name: nameTaken ? `${name} (none of these)` : name,
    color: otherColor,
    key: keyTaken ? null : key,
  };
  return [...own, other];
}
