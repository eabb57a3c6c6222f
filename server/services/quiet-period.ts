const setting = Number(process.env.SPILLWAY_QUIET_PERIOD_MS)

/** How long a consumed copy must not die again before it counts as settled, in milliseconds. */
export const quietPeriodMs = Number.isFinite(setting) && setting > 0 ? setting : 30_000
