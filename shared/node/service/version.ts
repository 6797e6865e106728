/** The version this code says it is; a test keeps it equal to the package's. */
export const VERSION = "0.1.0";
