// The version written into files people share. Knows nothing else; a test keeps it equal to package.json.
export const appVersion = "0.1.0";
