// How much of a TIFF file is believed before it counts as hostile. Knows no file.

/** A slide has some ten images; a file that lists more than this is damaged or made to hang a reader. */
export const maxDirectories = 4096;
/** Tags of one image. */
export const maxEntries = 1024;
/** Bytes of one tag array that stays in the file (tile offsets, tile lengths); read page by page. */
export const maxArrayBytes = 64 * 1024 * 1024;
/** Bytes of a value that is read whole (descriptions, JPEG tables). */
export const maxValueBytes = 8 * 1024 * 1024;
/** Pixels along one side of a level: a metre at 0.25 um/px is 4 million. */
export const maxSide = 1 << 24;
/** Pixels along one side of a tile. */
export const maxTileSide = 4096;
/** Encoded bytes of one tile. */
export const maxTileBytes = 64 * 1024 * 1024;
/** Tile tables up to this many bytes are checked entry by entry when the slide is opened. */
export const eagerTableBytes = 1024 * 1024;
