/** Next calls this once when the web process starts. */
export const register = async (): Promise<void> => {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { startWeb } = await import('./server/http/start-web.ts')
  startWeb()
}
