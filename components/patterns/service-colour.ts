/** A stable hue for a service by its name, equal in light and dark: only the lightness follows the theme. */
export const serviceColour = (name: string): string => {
  let hash = 2166136261
  for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619)
  // Twenty-four hues apart enough to be told from each other.
  return `hsl(${((hash >>> 0) % 24) * 15} 55% var(--service-light))`
}
