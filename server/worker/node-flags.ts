/**
 * What Node is started with for a worker. V8 marks the whole heap for every 64 MB of buffers, which lie outside of it,
 * however much memory there is: four times a second while letters are read and their copies written, which took half a
 * core. Counted into the heap's own limit, buffers are collected once they have grown with it; the limit keeps a worker as
 * small as it was without the flag.
 */
export const workerNodeFlags = ['--external-memory-accounted-in-global-limit', '--max-old-space-size=1536']
