// The live chat takes over the talk that the server has rendered: it sends by fetch and inserts the turns that come back as HTML of
// the same template. What people type only ever goes in as text.
import {composer} from './composer'
import {connection} from './connection'
import {newKey, post, Refusal, tell, type Sent} from './post'
import {files} from './file'
import {framed} from './framed'
import {live, type Happening} from './live'
import {talk, type Pending} from './talk'

const root = document.querySelector<HTMLElement>('[data-chat]')
if (root) {
  start(root)
  framed()
}

function start(root: HTMLElement): void {
  const view = talk(root)
  const say = connection(root, () => void resend())
  const waiting = new Map<Pending, Sent>()
  let busy: Promise<void> = Promise.resolve()

  let conversation = root.dataset['conversation'] ?? ''
  const field = composer(root, text => send({text}), () => { if (served()) tell(conversation, 'typing', {}) })
  files(root, () => conversation, why => field.refused('', why))
  const who = root.querySelector<HTMLElement>('[data-who]')
  const served = (): boolean => who !== null && !who.hidden

  // What happens while our own words are on their way is shown after them: the reply brings our turn with its id.
  const held: Happening[] = []
  const stream = live(root, {
    happened(h) {
      if (waiting.size > 0) held.push(h)
      else happened(h)
    },
    typing: () => view.typing(),
    resync: () => location.reload(),
    blind: yes => (yes ? say.blind() : say.back()),
  })
  stream.follow(conversation)
  // What the page was loaded with has arrived; what is looked at has been read.
  let last = Number(root.dataset['last']) || 0
  const arrived = (): void => { if (conversation && last > 0) tell(conversation, 'read', {no: last, seen: !document.hidden}) }
  arrived()
  document.addEventListener('visibilitychange', () => { if (!document.hidden) arrived() })

  function happened(h: Happening): void {
    if (h.kind === 'state' && who) {
      const text = who.querySelector('[data-who-text]')
      if (text) text.textContent = h.status ?? ''
      who.hidden = !h.status
      if (h.state !== 'resolved') view.rated()
      if (h.state !== 'queued' && h.state !== 'offered') view.served()
    }
    if (h.channel) for (const e of root.querySelectorAll('[data-carry], [data-carry-ask]')) e.remove()
    if (h.kind !== 'turn' || !h.turn || !h.html) return
    view.insert(h.turn.id, h.html)
    last = Math.max(last, h.turn.no)
    if (h.turn.author !== 'citizen') arrived()
  }

  function send(words: {text: string; choice?: string}): void {
    const sent: Sent = {...words, key: newKey()}
    const pending = view.add(words.choice ? words.choice.split('\t')[1] ?? words.text : words.text)
    enqueue(pending, sent)
  }

  /** One question at a time: the second waits for the reply to the first, as the talk is one line of thought. */
  function enqueue(pending: Pending, sent: Sent): void {
    waiting.set(pending, sent)
    busy = busy.then(() => deliver(pending, sent))
  }

  async function deliver(pending: Pending, sent: Sent): Promise<void> {
    if (!waiting.has(pending)) return
    pending.sending()
    try {
      const reply = await post(root, sent)
      waiting.delete(pending)
      view.settle(pending, reply.html)
      field.settled(reply.conversation)
      if (reply.conversation) {
        conversation = reply.conversation
        stream.follow(conversation)
      }
      say.back()
      if (waiting.size === 0) for (const h of held.splice(0)) happened(h)
    } catch (error) {
      if (error instanceof Refusal && !error.again) {
        // The server will not take these words: give them back, say why.
        waiting.delete(pending)
        pending.remove()
        field.refused(sent.choice ? '' : sent.text, error.message)
        return
      }
      const why = error instanceof Refusal ? error.message : '没有发出去。'
      pending.failed(why, () => enqueue(pending, sent))
      if (!(error instanceof Refusal)) say.lost()
    }
  }

  async function resend(): Promise<void> {
    for (const [pending, sent] of [...waiting]) enqueue(pending, sent)
    await busy
  }

  root.addEventListener('submit', e => {
    const form = e.target instanceof HTMLFormElement ? e.target : null
    const button = e.submitter instanceof HTMLButtonElement ? e.submitter : null
    if (!form) return
    if (form.matches('[data-feedback]') && button?.name === 'vote') {
      e.preventDefault()
      void vote(form, button.value)
      return
    }
    if (form.matches('[data-rate]') && button) {
      e.preventDefault()
      void rate(form, button)
      return
    }
    if (!button || (button.name !== 'text' && button.name !== 'choice')) return
    e.preventDefault()
    if (button.name === 'text') send({text: button.value})
    else {
      view.choose(button)
      send({text: '', choice: button.value})
    }
  })

  async function rate(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
    const resolution = (form.elements.namedItem('resolution') as HTMLInputElement).value
    try {
      await post(root, {text: '', rate: {resolution, stars: button.name === 'stars' ? button.value : '', unsolved: button.name === 'unsolved' ? '1' : ''}, key: newKey()})
      view.rated()
    } catch (error) {
      say.problem(error instanceof Refusal ? error.message : '没有记下来。请再点一次。')
    }
  }

  async function vote(form: HTMLFormElement, value: string): Promise<void> {
    try {
      const reply = await post(root, {text: '', vote: value, turn: (form.elements.namedItem('turn') as HTMLInputElement).value, key: newKey()})
      view.replaceFeedback(form, reply.html)
    } catch (error) {
      say.problem(error instanceof Refusal ? error.message : '没有记下来。请再点一次。')
    }
  }
}
