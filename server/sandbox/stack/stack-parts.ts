export type StackPart = 'postgres' | 'kafka' | 'registry'
export const stackParts = ['postgres', 'kafka', 'registry'] as const satisfies readonly StackPart[]
