// How much of a TIFF file is believed before it counts as hostile. Knows no file.

/** A slide has some ten images; a file that lists more than this is damaged or made to hang a reader. */
export const maxDirectories = 4096;
/** Tags of one image, and of all together: directories may overlap, so a small file can list very many. */
export const maxEntries = 1024;
export const maxEntriesInFile = 65_536;
/** Tiled images: the levels of a slide, its label and macro, focus planes. */
export const maxTiledImages = 128;
/** Bytes of one tag array that stays in the file (tile offsets, tile lengths); read page by page. */
export const maxArrayBytes = 64 * 1024 * 1024;
/** Bytes of a value that is read whole. */
export const maxValueBytes = 1024 * 1024;
/** Of a longer text only its beginning is read: enough to know the format by. */
export const maxTextBytes = 64 * 1024;
/** Two quantisation and four Huffman tables take some 600 bytes. */
export const maxJpegTableBytes = 64 * 1024;
/** Pixels along one side of a level: a metre at 0.25 um/px is 4 million. */
export const maxSide = 1 << 24;
/** Pixels along one side of a tile. TIFF asks for multiples of 16; smaller ones only multiply the work. */
export const minTileSide = 16;
export const maxTileSide = 4096;
/** Encoded bytes of one tile. */
export const maxTileBytes = 64 * 1024 * 1024;
/** Tile tables up to this many bytes are checked entry by entry when the slide is opened. */
export const eagerTableBytes = 1024 * 1024;
/** Pixels of one strip, which is unpacked whole: 96 MiB. */
export const maxStripPixels = 32 * 1024 * 1024;
/** Images in strips are handed out in squares of this side. */
export const stripTileSide = 512;
/** Reduced images one image may list as its own (SubIFDs). */
export const maxSubDirectories = 64;
/** Descriptions in XML: Philips keeps pictures in them. */
export const maxXmlBytes = 16 * 1024 * 1024;
