// The talk on the screen: turns that wait, arrive or fail. New turns never move what is being read.

export interface Pending {
  sending(): void
  failed(why: string, again: () => void): void
  remove(): void
  readonly root: HTMLElement
}

interface Talk {
  add(text: string): Pending
  settle(pending: Pending, html: string): void
  choose(button: HTMLButtonElement): void
  replaceFeedback(form: HTMLFormElement, html: string): void
  /** insert shows a turn that came by itself, unless it is there already. */
  insert(id: string, html: string): void
  /** typing shows for a few seconds that the other side types. */
  typing(): void
  /** served takes the buttons of the queue away. */
  served(): void
  /** rated takes the question for stars away. */
  rated(): void
}

const near = 96 // px from the end that count as "reading the newest"

export function talk(root: HTMLElement): Talk {
  const scroller = must(root, '[data-talk]')
  const turns = must(root, '[data-turns]')
  const announce = must(root, '[data-announce]')
  const more = must(root, '[data-new]')
  const unsent = must(root, 'template[data-unsent]') as HTMLTemplateElement
  const waitingShape = must(root, 'template[data-waiting]') as HTMLTemplateElement
  let wait: {root: HTMLElement; stop(): void} | null = null

  const atEnd = (): boolean => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < near
  const toEnd = (): void => scroller.scrollTo({top: scroller.scrollHeight})
  // A tall answer is shown from its top, with the question above it when that is short; a short one from its end.
  const show = (question: HTMLElement, answer: HTMLElement): void => {
    const first = question.offsetHeight < scroller.clientHeight / 4 ? question : answer
    // The last choice is never cut by the dock for the sake of the question above.
    const height = turns.getBoundingClientRect().bottom - answer.getBoundingClientRect().top
    if (height <= scroller.clientHeight) toEnd()
    else scroller.scrollTo({top: scroller.scrollTop + first.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 16})
  }
  scroller.addEventListener('scroll', () => {
    if (atEnd()) more.hidden = true
  })
  more.addEventListener('click', () => {
    more.hidden = true
    toEnd()
  })
  if (location.hash.length < 2) toEnd()

  function startWaiting(): void {
    wait?.stop()
    const shape = waitingShape.content.firstElementChild?.cloneNode(true) as HTMLElement
    const word = must(shape, '.waiting__word')
    const skeleton = must(shape, '.skeleton')
    const timers = [setTimeout(() => { word.hidden = false; announce.textContent = '正在查…' }, 1000),
      setTimeout(() => { skeleton.hidden = false; if (atEnd()) toEnd() }, 2000)]
    turns.append(shape)
    wait = {root: shape, stop() { timers.forEach(clearTimeout); shape.remove(); wait = null }}
    toEnd()
  }

  let typed: ReturnType<typeof setTimeout> | undefined
  function quiet(): void {
    clearTimeout(typed)
    const sign = root.querySelector<HTMLElement>('[data-typing]')
    if (sign) sign.hidden = true
  }

  // The title says that there is something new until the page is looked at.
  const title = document.title
  function unread(): void {
    document.title = '（新消息）' + title
  }
  document.addEventListener('visibilitychange', () => { if (!document.hidden) document.title = title })

  return {
    add(text) {
      const turn = document.createElement('div')
      turn.className = 'turn turn--citizen turn--sending turn--new'
      const bubble = document.createElement('div')
      bubble.className = 'bubble'
      bubble.textContent = text
      turn.append(bubble)
      turns.append(turn)
      toEnd()
      const clear = (): void => turn.querySelector('.unsent')?.remove()
      return {
        root: turn,
        sending() { clear(); turn.classList.add('turn--sending'); startWaiting() },
        failed(why, again) {
          wait?.stop()
          clear()
          const line = unsent.content.firstElementChild?.cloneNode(true) as HTMLElement
          must(line, '[data-why]').textContent = why
          must(line, 'button').addEventListener('click', () => { clear(); again() }, {once: true})
          turn.append(line)
          turn.classList.remove('turn--sending')
          toEnd()
        },
        remove() { wait?.stop(); turn.remove() },
      }
    },
    settle(pending, html) {
      const follow = atEnd()
      wait?.stop()
      // Rendered and escaped by the server's template.
      const shape = document.createElement('template')
      shape.innerHTML = html
      const added = [...shape.content.children] as HTMLElement[]
      for (const e of added) e.classList.add('turn--new')
      pending.root.replaceWith(shape.content)
      const said = added.filter(e => e.matches('.turn:not(.turn--citizen)')).map(e => e.dataset['says'] ?? '')
      announce.textContent = said.join('。')
      for (const e of added) // what the stream has brought meanwhile
        if (e.id && turns.querySelectorAll(`[id="${e.id}"]`).length > 1) e.remove()
      const answer = added.find(e => e.matches('.turn:not(.turn--citizen)')) ?? added[0]
      if (!answer) return
      if (follow) show(added[0] ?? answer, answer)
      else more.hidden = false
    },
    insert(id, html) {
      if (document.getElementById('t-' + id)) return
      const follow = atEnd()
      quiet()
      const shape = document.createElement('template')
      shape.innerHTML = html // rendered and escaped by the server's template
      const added = [...shape.content.children] as HTMLElement[]
      for (const e of added) e.classList.add('turn--new')
      if (wait) wait.root.before(shape.content)
      else turns.append(shape.content)
      announce.textContent = added.map(e => e.dataset['says'] ?? '').join('。')
      if (follow) toEnd()
      else more.hidden = false
      if (document.hidden) unread()
    },
    typing() {
      const sign = root.querySelector<HTMLElement>('[data-typing]')
      if (!sign) return
      sign.hidden = false
      clearTimeout(typed)
      typed = setTimeout(quiet, 5_000)
    },
    served() {
      for (const button of turns.querySelectorAll<HTMLButtonElement>('button[value^="queue:"]')) button.remove()
    },
    rated() {
      for (const form of turns.querySelectorAll('[data-rate]')) form.remove()
    },
    choose(button) {
      for (const other of button.form?.querySelectorAll('[aria-pressed]') ?? []) other.removeAttribute('aria-pressed')
      button.setAttribute('aria-pressed', 'true')
    },
    replaceFeedback(form, html) {
      const shape = document.createElement('template')
      shape.innerHTML = html
      const fresh = shape.content.firstElementChild as HTMLElement | null
      if (!fresh) return
      // The line comes without the words of the turn: 听一遍 keeps those it had.
      const read = fresh.querySelector<HTMLElement>('[data-speak]')
      if (read) read.dataset['speak'] = form.querySelector<HTMLElement>('[data-speak]')?.dataset['speak'] ?? ''
      form.replaceWith(fresh)
      const done = fresh.querySelector('.feedback__done')
      announce.textContent = done?.textContent ?? ''
      const next = fresh.querySelector<HTMLElement>('button:not([hidden])')
      if (next) next.focus()
      else must(root, '#text').focus()
    },
  }
}

function must(root: ParentNode, selector: string): HTMLElement {
  const e = root.querySelector<HTMLElement>(selector)
  if (!e) throw new Error(`the page has no ${selector}`)
  return e
}
