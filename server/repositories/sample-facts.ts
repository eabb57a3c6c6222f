/** Whether a letter tells where the message that died stands, and when that was written; of the table or alias given. */
export const tellsOrigin = (letter: string): string =>
  `(${letter}.origin_at IS NOT NULL AND ${letter}.origin_partition IS NOT NULL AND ${letter}.origin_offset IS NOT NULL)`

/**
 * What an update of failure groups `g` sets of their newest letters, where `from` has newer ones: their number as
 * `sample`, and as `confidence`, `is_pointer` and `tells_origin` what is told of them.
 */
export const takeNewerSamples = (from: string): string =>
  [
    `sample_letter_id = greatest(coalesce(g.sample_letter_id, 0), ${from}.sample)`,
    ...['confidence', 'is_pointer', 'tells_origin'].map(
      (fact) =>
        `sample_${fact} = CASE WHEN ${from}.sample > coalesce(g.sample_letter_id, 0) THEN ${from}.${fact} ELSE g.sample_${fact} END`,
    ),
  ].join(', ')
