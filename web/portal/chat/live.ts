// What others say while the page is open: people, the system, this citizen in another tab. A stream with a cursor: nothing is lost over a drop, nothing
// shown twice. It is read by fetch, so that the proof can travel in a header where cookies are blocked.
import {proofHeaders} from './post'

export interface Happening {
  seq: number
  kind: string
  turn?: {id: string; no: number; author: string}
  html?: string
  state?: string
  status?: string
  /** channel is where the talk goes on, when it has moved to another */
  channel?: string
}

interface Listener {
  happened(h: Happening): void
  typing(): void
  /** resync: too much was missed; the page must be loaded again. */
  resync(): void
  /** blind: nothing has been heard for half a minute; false when it is over. */
  blind(yes: boolean): void
}

export interface Live {
  /** follow begins, or goes on with, the talk. */
  follow(conversation: string): void
}

const silence = 35_000 // the heart beats every 15 s

export function live(root: HTMLElement, to: Listener): Live {
  let conversation = ''
  let after = Number(root.dataset['seq']) || 0
  let stop = new AbortController()
  let tries = 0
  let heard = 0
  let blind = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function see(): void {
    heard = Date.now()
    if (blind) to.blind((blind = false))
  }

  function message(name: string, data: string): void {
    if (name === 'typing') return to.typing()
    if (name === 'resync') return to.resync()
    if (name !== '') return
    const h = JSON.parse(data) as Happening
    if (h.seq <= after) return
    after = h.seq
    to.happened(h)
  }

  async function read(): Promise<void> {
    stop.abort()
    stop = new AbortController()
    const mine = stop
    try {
      const response = await fetch(`/api/v1/conversations/${conversation}/events?after=${after}`,
        {headers: {Accept: 'text/event-stream', ...proofHeaders()}, signal: mine.signal, credentials: 'same-origin', cache: 'no-store'})
      if (!response.ok || !response.body) {
        if (response.status === 404) return // not ours any more: the next words open a new talk
        throw new Error(`status ${response.status}`)
      }
      tries = 0
      see()
      await messages(response.body, (name, data) => { see(); message(name, data) })
    } catch {
      // told apart below: aborted, or lost
    }
    if (mine === stop) again()
  }

  function again(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void read(), Math.min(30_000, 500 * 2 ** tries++) * (0.5 + Math.random() / 2))
  }

  function now(): void {
    if (!conversation) return
    clearTimeout(timer)
    tries = 0
    void read()
  }

  setInterval(() => {
    if (!conversation || Date.now() - heard < silence) return
    if (!blind) to.blind((blind = true))
    now()
  }, 5_000)
  addEventListener('online', now)
  addEventListener('pageshow', e => { if (e.persisted) now() })
  document.addEventListener('visibilitychange', () => { if (!document.hidden && Date.now() - heard > silence) now() })

  return {
    follow(id) {
      if (!id || id === conversation) return
      if (conversation) after = 0 // another talk: from its beginning; what is on the page already is not shown again
      conversation = id
      heard = Date.now()
      now()
    },
  }
}

/** messages parses a stream of server-sent events. */
async function messages(body: ReadableStream<Uint8Array>, each: (name: string, data: string) => void): Promise<void> {
  const reader = body.getReader()
  const text = new TextDecoder()
  let rest = ''
  for (;;) {
    const {done, value} = await reader.read()
    if (done) return
    rest += text.decode(value, {stream: true})
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const lines = rest.slice(0, end).split('\n')
      rest = rest.slice(end + 2)
      const part = (field: string): string => lines.filter(l => l.startsWith(field + ': ')).map(l => l.slice(field.length + 2)).join('\n')
      const data = part('data')
      if (data) each(part('event'), data)
    }
  }
}
