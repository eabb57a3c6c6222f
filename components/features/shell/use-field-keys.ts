'use client'
import { useEffect } from 'react'

const fields = 'main input:not([type=checkbox]), main select, main textarea'

/**
 * The ways out of a field of a page: Esc leaves it, so that the keys of the list work again; from a filter the down
 * arrow leads to the first row, and so does Enter where it does not send a form.
 */
export const useFieldKeys = (): void => {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const field = event.target
      if (!(field instanceof HTMLElement) || !field.matches(fields) || event.isComposing) return
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
      if (event.key === 'Escape') field.blur()
      else if (
        field.matches('[data-filter]') &&
        (event.key === 'ArrowDown' || (event.key === 'Enter' && field.closest('form') === null))
      ) {
        const row = document.querySelector<HTMLElement>('[data-row="0"], [data-row][tabindex="0"]')
        if (!row) return
        event.preventDefault()
        row.focus()
      }
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}
