/** The sample nearest to a moment, no further from it than `mostMs`; of two equally near the one before. */
export const nearestSample = <T extends { readonly atMs: number }>(
  samples: readonly T[],
  atMs: number,
  mostMs: number,
): T | null => {
  let nearest: T | null = null
  for (const sample of samples) {
    const apart = Math.abs(sample.atMs - atMs)
    if (apart > mostMs) continue
    const best = nearest === null ? Number.POSITIVE_INFINITY : Math.abs(nearest.atMs - atMs)
    if (apart < best || (apart === best && sample.atMs < atMs)) nearest = sample
  }
  return nearest
}
