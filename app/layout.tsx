import type { Metadata, Viewport } from 'next'
import { NuqsAdapter } from 'nuqs/adapters/next/app'
import type { ReactNode } from 'react'
import { preferencesScript } from '#components/client/preferences-script.ts'
import { QueryProvider } from '#components/client/query-provider.tsx'
import './globals.css'

export const metadata: Metadata = { title: { default: 'Spillway', template: '%s · Spillway' } }
export const viewport: Viewport = { colorScheme: 'light dark' }

export default function RootLayout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en" data-theme="light" data-density="dense" suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: preferencesScript }} />
      </head>
      <body>
        <NuqsAdapter>
          <QueryProvider>{children}</QueryProvider>
        </NuqsAdapter>
      </body>
    </html>
  )
}
