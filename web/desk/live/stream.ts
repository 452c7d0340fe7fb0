// The live stream of one browser. One tab holds the connection (Web Locks) and passes on what it hears; when it closes, the next
// takes over. Every tab has its own cursor; doubles are harmless, a gap is noticed by prev. Own reconnecting: EventSource stops for
// ever on HTTP errors.
import type {LiveEvent} from '../base/shapes'
import {everySecond} from './clock'

export type Lamp = 'starting' | 'live' | 'reconnecting' | 'blind' | 'offline'

export interface Listener {
  apply(event: LiveEvent): void
  /** resync: fetch the state afresh, and say from which number to go on. */
  resync(): Promise<number>
  lamp(state: Lamp, silentFor: number): void
  build(id: string): void
}

export interface Stream {
  close(): void
  /** leading says whether this tab holds the connection. */
  leading(): boolean
  /** seen is the number of the last event that was applied. */
  seen(): number
}

type Passed = {kind: 'event'; id: number; data: LiveEvent} | {kind: 'hb'; build: string} | {kind: 'resync'} | {kind: 'lamp'; state: Lamp}

const blindAfter = 30_000

export function follow(name: string, first: number, to: Listener, silence = blindAfter): Stream {
  const path = '/api/v1/desk/events'
  let after = first
  let source: EventSource | undefined
  let leader = false
  let closed = false
  let heard = Date.now()
  let tries = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let lamp: Lamp = 'starting'
  let syncing = false
  const held: {id: number; data: LiveEvent}[] = []
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(name)
  const pass = (m: Passed): void => channel?.postMessage(m)

  function show(state: Lamp): void {
    lamp = state
    to.lamp(state, state === 'live' ? 0 : Date.now() - heard)
  }

  function hear(): void {
    heard = Date.now()
    if (lamp !== 'live') show('live')
  }

  function take(id: number, data: LiveEvent): void {
    if (syncing) {
      held.push({id, data})
      return
    }
    if (id > 0) {
      if (id <= after) return
      if ((data.prev ?? after) > after) {
        held.push({id, data})
        void again()
        return
      }
      after = id
    }
    to.apply(data)
  }

  async function again(): Promise<void> {
    if (syncing) return
    syncing = true
    for (let wait = 500; !closed; wait = Math.min(wait * 2, 15_000)) {
      try {
        after = await to.resync()
        break
      } catch {
        await new Promise(done => setTimeout(done, wait))
      }
    }
    syncing = false
    // What came meanwhile and is newer than the state; the state is whole, so prev says nothing about it.
    for (const {id, data} of held.splice(0)) {
      if (id > 0 && id <= after) continue
      if (id > 0) after = id
      to.apply(data)
    }
  }

  function open(): void {
    clearTimeout(timer)
    source?.close()
    if (closed || !leader) return
    const es = new EventSource(`${path}?after=${after}`)
    source = es
    const own = (f: (m: MessageEvent<string>) => void) => (m: Event) => {
      if (source !== es) return
      tries = 0
      hear()
      f(m as MessageEvent<string>)
    }
    es.addEventListener('hb', own(m => {
      const build = (JSON.parse(m.data) as {build?: string}).build ?? ''
      if (build) to.build(build)
      pass({kind: 'hb', build})
    }))
    // An event without a number of its own still shows the last one: it is told aside, and is not kept.
    let last = ''
    es.onmessage = own(m => {
      const data = JSON.parse(m.data) as LiveEvent
      const id = m.lastEventId === last ? 0 : Number(m.lastEventId) || 0
      last = m.lastEventId
      pass({kind: 'event', id, data})
      take(id, data)
    })
    es.addEventListener('resync', own(() => {
      pass({kind: 'resync'})
      es.close()
      void again().then(() => open())
    }))
    es.addEventListener('bye', own(() => retry(es)))
    es.onerror = () => retry(es)
  }

  function retry(es: EventSource): void {
    if (source !== es) return
    es.close()
    source = undefined
    const state: Lamp = navigator.onLine ? 'reconnecting' : 'offline'
    show(state)
    pass({kind: 'lamp', state})
    clearTimeout(timer)
    timer = setTimeout(open, Math.min(15_000, 500 * 2 ** Math.min(tries++, 6)) * (0.5 + Math.random() / 2))
  }

  if (channel) channel.onmessage = (m: MessageEvent<Passed>) => {
    if (leader || closed) return
    const said = m.data
    if (said.kind === 'lamp') return show(said.state)
    hear()
    if (said.kind === 'hb' && said.build) to.build(said.build)
    else if (said.kind === 'resync') void again()
    else if (said.kind === 'event') take(said.id, said.data)
  }

  let release: () => void = () => undefined
  const lead = (): Promise<void> => {
    if (closed) return Promise.resolve()
    leader = true
    open()
    return new Promise(done => (release = done))
  }
  if ('locks' in navigator && channel) void navigator.locks.request(name, lead)
  else void lead()

  const woken = (): void => {
    if (!leader || closed) return
    if (!source || Date.now() - heard > silence / 2) {
      tries = 0
      open()
    }
  }
  const gone = (): void => show('offline')
  const shown = (): void => {
    if (document.visibilityState === 'visible') woken()
  }
  addEventListener('online', woken)
  addEventListener('offline', gone)
  addEventListener('pageshow', woken)
  document.addEventListener('visibilitychange', shown)
  const stop = everySecond(() => {
    const quiet = Date.now() - heard
    if (quiet > silence) {
      const fresh = lamp !== 'blind'
      show('blind')
      // A connection that is half open says nothing: take a new one, at once and then every half span.
      if (leader && (fresh || quiet % (silence / 2) < 1000)) open()
    } else if (lamp === 'reconnecting' || lamp === 'offline') to.lamp(lamp, quiet)
  })

  return {
    close() {
      closed = true
      clearTimeout(timer)
      source?.close()
      stop()
      release()
      channel?.close()
      removeEventListener('online', woken)
      removeEventListener('offline', gone)
      removeEventListener('pageshow', woken)
      document.removeEventListener('visibilitychange', shown)
    },
    leading: () => leader,
    seen: () => after,
  }
}

