import { type ClassValue, clsx } from 'clsx'

/** Joins class names. Two that set the same property must not meet: which of them wins is the stylesheet's order. */
export const classNames = (...values: ClassValue[]): string => clsx(values)
