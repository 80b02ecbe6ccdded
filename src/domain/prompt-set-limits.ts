// How large the parts of a prompt set may be. Knows numbers only.

export const promptSetLimits = { classes: 256, blocks: 128, tokensPerBlock: 1024, width: 8192, views: 8 } as const;
