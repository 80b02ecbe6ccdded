// The tissues the generator draws: names, numbers, colours. Knows nothing of how they look.

/** Order is the class number in truth files and training dumps. */
export const tissues = [
  "glass",
  "stroma",
  "mucosa",
  "tumour",
  "lymphocytes",
  "fat",
  "mucus",
  "low-grade",
  "high-grade",
] as const;
export type Tissue = (typeof tissues)[number];

export const tissueNumber = {
  glass: 0,
  stroma: 1,
  mucosa: 2,
  tumour: 3,
  lymphocytes: 4,
  fat: 5,
  mucus: 6,
  "low-grade": 7,
  "high-grade": 8,
} as const satisfies Record<Tissue, number>;

/** The coarse tissues a model is expected to tell apart; glass is answered "no tissue". */
export const coarseTissues = [
  "mucosa",
  "tumour",
  "stroma",
  "lymphocytes",
  "fat",
  "mucus",
] as const satisfies readonly Tissue[];
/** The fine-grained distinction: never drawn into training material. */
export const fineTissues = ["low-grade", "high-grade"] as const satisfies readonly Tissue[];

/** What a person reads, and the colour it is drawn in. The words name drawings, not diagnoses. */
export const tissueText: Readonly<Record<Tissue, Readonly<{ title: string; color: string }>>> = {
  glass: { title: "Glass", color: "#b8bec6" },
  stroma: { title: "Stroma", color: "#e07a9b" },
  mucosa: { title: "Normal glands", color: "#3b82c4" },
  tumour: { title: "Tumour", color: "#c0392b" },
  lymphocytes: { title: "Lymphocytes", color: "#6c4ab6" },
  fat: { title: "Fat", color: "#d9a514" },
  mucus: { title: "Mucus", color: "#2a9d8f" },
  "low-grade": { title: "Low-grade glands", color: "#7cb342" },
  "high-grade": { title: "High-grade glands", color: "#ef6c00" },
};
