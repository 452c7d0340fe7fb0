// The desk's one clock: a second hand that goes on when the page is in the background.
import {readonly, ref} from 'vue'
import {serverTime} from '../base/call'

const current = ref(serverTime())
const hands = new Set<() => void>()
let running = false

function beat(): void {
  current.value = serverTime()
  for (const f of hands) f()
}

function run(): void {
  if (running) return
  running = true
  try {
    const worker = new Worker(new URL('./tick.ts', import.meta.url), {type: 'module'})
    worker.onmessage = beat
    worker.onerror = () => setInterval(beat, 1000)
  } catch {
    setInterval(beat, 1000)
  }
}

/** now is the server's time in milliseconds, and moves every second. */
export function useNow() {
  run()
  return readonly(current)
}

/** everySecond calls f until the returned function is called. */
export function everySecond(f: () => void): () => void {
  run()
  hands.add(f)
  return () => hands.delete(f)
}
