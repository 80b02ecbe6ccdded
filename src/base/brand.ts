// Branded ids and units: a number or string that says what it is. Knows nothing of what the ids name.

declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Hex sha256 of a slide's identity (size and chosen bytes); never its file name. */
export type SlideId = Brand<string, "SlideId">;
export type ClassId = Brand<string, "ClassId">;
export type LabelId = Brand<string, "LabelId">;
/** Hex sha256 of a prompt set file's bytes. */
export type PromptSetId = Brand<string, "PromptSetId">;
export type RunId = Brand<string, "RunId">;
export type ProjectId = Brand<string, "ProjectId">;
export type ModelId = Brand<string, "ModelId">;
/** Hex sha256 over a model's canonical weights rounded to fp16, in a fixed order (see engine/weights-digest.ts). */
export type WeightsDigest = Brand<string, "WeightsDigest">;
/** Micrometres per pixel. */
export type Mpp = Brand<number, "Mpp">;
/** Micrometres. */
export type Micrometres = Brand<number, "Micrometres">;

export const mpp = (value: number): Mpp => value as Mpp;
export const micrometres = (value: number): Micrometres => value as Micrometres;
