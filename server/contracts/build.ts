/** The header in which every answer names the build of the server that gave it. */
export const buildHeader = 'spillway-build'

/** The build this code is of, in the server and in the page alike: put in by `next.config.ts` when it is built. */
export const build = process.env.SPILLWAY_BUILD ?? 'unbuilt'
