/**
 * What Node is started with for a worker. V8 marks the whole heap for every 64 MB of buffers, which lie outside of it,
 * however much memory there is: four times a second while letters are read and their copies written, which took half a
 * core. Counted into the heap's own limit, which Node chooses by the memory of the machine, buffers are collected once
 * they have grown with it.
 */
export const workerNodeFlags = ['--external-memory-accounted-in-global-limit']
