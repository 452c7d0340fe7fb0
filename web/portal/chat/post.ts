// One request of the chat. It fails with a Refusal that carries the server's own sentence, or with a network error.

export interface Sent {
  text: string
  choice?: string
  vote?: string
  turn?: string
  /** stars for the matter of this id, or 还没解决 */
  rate?: {resolution: string; stars: string; unsolved: string}
  key: string
}

export interface Received {
  html: string
  conversation: string
}

/** A refusal by the server. again: trying later may help (too fast, too busy, our fault). */
export class Refusal extends Error {
  constructor(message: string, readonly again: boolean) {
    super(message)
  }
}

const patience = 25_000

// In another site's frame cookies may be blocked: the proof then lives in this tab, and travels in a header.
const embedded = document.documentElement.dataset['embed'] === '1'
const proofKey = 'bangban.talk'

/** proofHeaders prove that the talk is ours where no cookie does. */
export function proofHeaders(): Record<string, string> {
  const proof = embedded ? sessionStorage.getItem(proofKey) : null
  return proof ? {'Bangban-Conversation': proof.slice(proof.indexOf('.') + 1)} : {}
}

/** tell says something small to the talk's API; whether it arrives does not matter. */
export function tell(conversation: string, what: 'read' | 'typing', body: object): void {
  void fetch(`/api/v1/conversations/${conversation}/${what}`, {method: 'POST', body: JSON.stringify(body), keepalive: true, credentials: 'same-origin',
    headers: {'Content-Type': 'application/json', ...proofHeaders()}}).catch(() => undefined)
}

export async function post(root: HTMLElement, sent: Sent): Promise<Received> {
  const token = root.querySelector<HTMLInputElement>('input[name="form_token"]')?.value ?? ''
  const body = new URLSearchParams({form_token: token, key: sent.key})
  if (sent.rate) for (const [k, v] of Object.entries(sent.rate)) body.set(k, v)
  else if (sent.choice) body.set('choice', sent.choice)
  else if (sent.vote) {
    body.set('vote', sent.vote)
    body.set('turn', sent.turn ?? '')
  } else body.set('text', sent.text)
  const headers: Record<string, string> = {Accept: 'application/json', 'Bangban-Fragment': '1'}
  if (embedded) {
    body.set('embed', '1')
    const proof = sessionStorage.getItem(proofKey)
    if (proof) headers['Bangban-Conversation'] = proof
  }
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), patience)
  try {
    const response = await fetch(sent.rate ? '/chat/rate' : sent.vote ? '/chat/feedback' : '/chat', {method: 'POST', body, headers, signal: stop.signal, credentials: 'same-origin'})
    if (!response.ok) throw await refusal(response)
    const proof = response.headers.get('Bangban-Conversation')
    if (embedded && proof) sessionStorage.setItem(proofKey, proof)
    return {html: await response.text(), conversation: response.headers.get('Bangban-Conversation-Id') ?? ''}
  } finally {
    clearTimeout(timer)
  }
}

/** refusal reads the server's own sentence. */
export async function refusal(response: Response): Promise<Refusal> {
  const again = response.status === 429 || response.status >= 500
  try {
    const problem: unknown = await response.json()
    if (typeof problem === 'object' && problem !== null && 'detail' in problem && typeof problem.detail === 'string' && problem.detail)
      return new Refusal(problem.detail, again)
  } catch {
    // not a problem document: a proxy's page, say
  }
  return new Refusal('系统出了点问题，您的话还在。请稍后再试，急事请打 12345。', again)
}

/** newKey names one sending, so that the same one twice is kept once. crypto.randomUUID exists only on https and localhost. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, '0')).join('')
}
