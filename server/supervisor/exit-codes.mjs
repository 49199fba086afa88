// @ts-check

/** EX_CONFIG of sysexits.h: a sentence said what is set wrongly, and starting again would say it again. */
export const EXIT_CONFIGURATION = 78;
/** Anything else that ended it against its will. */
export const EXIT_FAULT = 1;
