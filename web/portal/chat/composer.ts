// The field: Enter sends on a desktop and makes a line on a phone, never while an input method is composing. 2,000 characters,
// counted from 1,600. What is typed is kept in this tab until it has arrived.

interface Composer {
  /** settled: the words have arrived, in this conversation. */
  settled(conversation: string): void
  /** refused: give the words back and say why. */
  refused(text: string, why: string): void
}

const countFrom = 1600
const figures = new Intl.NumberFormat('zh-CN')

/** typing is called every few seconds while somebody types. */
export function composer(root: HTMLElement, send: (text: string) => void, typing: () => void): Composer {
  const form = root.querySelector<HTMLFormElement>('[data-composer]')
  const field = form?.querySelector<HTMLTextAreaElement>('textarea')
  const count = form?.querySelector<HTMLElement>('[data-count]')
  if (!form || !field || !count) throw new Error('the page has no composer')
  const limit = Number(root.dataset['limit']) || 2000
  let conversation = root.dataset['conversation'] ?? ''
  const draftKey = (): string => 'bangban.draft.' + conversation
  const touch = matchMedia('(pointer: coarse)')
  field.enterKeyHint = touch.matches ? 'enter' : 'send'

  /** Characters as the server counts them: code points, not UTF-16 units. */
  const length = (): number => [...field.value.trim()].length
  const fit = (): void => {
    field.style.height = 'auto'
    field.style.height = field.scrollHeight + 2 + 'px'
  }
  const tally = (): boolean => {
    const n = length()
    const over = n > limit
    count.hidden = n < countFrom
    count.textContent = over ? `${figures.format(n)} / ${figures.format(limit)}，请删去 ${figures.format(n - limit)} 个字` : `${figures.format(n)} / ${figures.format(limit)}`
    count.classList.toggle('composer__count--over', over)
    if (over) {
      count.id ||= 'composer-count'
      field.setAttribute('aria-invalid', 'true')
      field.setAttribute('aria-describedby', count.id)
    } else {
      field.removeAttribute('aria-invalid')
      field.removeAttribute('aria-describedby')
    }
    return !over
  }
  const changed = (): void => {
    fit()
    tally()
    if (field.value) sessionStorage.setItem(draftKey(), field.value)
    else sessionStorage.removeItem(draftKey())
  }

  if (!field.value) field.value = sessionStorage.getItem(draftKey()) ?? ''
  fit()
  tally()
  let told = 0
  field.addEventListener('input', () => {
    changed()
    if (field.value && Date.now() - told > 3_000) {
      told = Date.now()
      typing()
    }
  })
  field.addEventListener('keydown', e => {
    // keyCode 229 is Safari, which ends the composition before the key arrives.
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing || e.keyCode === 229 || touch.matches) return
    e.preventDefault()
    form.requestSubmit()
  })
  form.addEventListener('submit', e => {
    e.preventDefault()
    const text = field.value.trim()
    root.querySelector('#problem')?.remove()
    if (text && tally()) {
      send(text)
      field.value = ''
      changed()
    }
    field.focus()
  })
  keyboard()

  return {
    settled(id) {
      if (!id || id === conversation) return
      const draft = sessionStorage.getItem(draftKey())
      sessionStorage.removeItem(draftKey())
      conversation = id
      if (draft) sessionStorage.setItem(draftKey(), draft)
    },
    refused(text, why) {
      const line = root.querySelector<HTMLElement>('[data-state]')
      if (line) {
        line.textContent = why
        line.className = 'dock__state dock__state--danger'
        line.hidden = false
        field.addEventListener('input', () => (line.hidden = true), {once: true})
      }
      if (text && !field.value) field.value = text
      changed()
      field.focus()
    },
  }
}

/** The phone's keyboard takes its height from the column; iOS says so only through visualViewport. */
function keyboard(): void {
  const viewport = window.visualViewport
  if (!viewport) return
  const fit = (): void => document.documentElement.style.setProperty('--vvh', viewport.height + 'px')
  let height = viewport.height
  viewport.addEventListener('resize', () => {
    if (viewport.scale !== 1) return
    fit()
    // iOS leaves the page pushed up when the keyboard has gone.
    if (viewport.height > height) window.scrollTo(0, 0)
    height = viewport.height
  })
}
