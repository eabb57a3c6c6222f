/**
 * A class without its package or namespace: `JsonEOFException` of `com.fasterxml.jackson.core.io.JsonEOFException`,
 * `CardDeclined` of `App\Exceptions\CardDeclined` and of `Payments::CardDeclined`.
 */
export const shortClass = (name: string | null): string | null =>
  name === null ? null : (name.split(/[.$\\]|::/).at(-1) ?? name)
