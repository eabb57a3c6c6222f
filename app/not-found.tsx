import Link from 'next/link'

export default function NotFound() {
  return (
    <main className="mx-auto max-w-[640px] p-10">
      <h1 className="text-title font-strong">There is no page at this address</h1>
      <p className="mt-2">
        Check the address, or start from the{' '}
        <Link href="/" className="link underline">
          overview
        </Link>
        .
      </p>
    </main>
  )
}
