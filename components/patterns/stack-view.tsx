'use client'
import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { sayMany } from './quantity.ts'

type Line = { readonly text: string; readonly application: boolean }

const isFrame = (text: string): boolean => /^\s*at\s/.test(text)

/** A stack trace: application frames stand out, framework frames are folded until asked for. */
export const StackView = ({ lines }: { readonly lines: readonly Line[] }) => {
  const [whole, setWhole] = useState(false)
  const folded = lines.filter(({ text, application }) => isFrame(text) && !application).length
  const shown = whole ? lines : lines.filter(({ text, application }) => application || !isFrame(text))
  return (
    <div>
      <pre
        role="group"
        tabIndex={0}
        aria-label="Stack trace"
        className="max-h-[50vh] overflow-auto p-3 font-mono text-small whitespace-pre-wrap wrap-anywhere"
      >
        {shown.map(({ text, application }, index) => (
          <span
            key={index}
            className={`block ${application ? 'text-text' : isFrame(text) ? 'text-faint' : 'font-strong text-critical'}`}
          >
            {text}
          </span>
        ))}
      </pre>
      {folded > 0 ? (
        <div className="border-t border-line px-3 py-1.5">
          <Button kind="bare" size="small" onClick={() => setWhole(!whole)}>
            {whole ? 'Fold framework frames' : `Show ${sayMany(folded, 'framework frame')}`}
          </Button>
        </div>
      ) : null}
    </div>
  )
}
