// 读屏朗读: while it is on, what the pointer rests on or the focus reaches is read aloud. For people who have no screen reader.
import {canSpeak, speak} from '../turn/speaker'

const readable = 'a, button, summary, label, h1, h2, h3, p, li, dt, dd, textarea, input'

function words(e: Element): string {
  const label = e.getAttribute('aria-label')
  if (label) return label
  if (e instanceof HTMLInputElement || e instanceof HTMLTextAreaElement) return e.value || e.placeholder
  return e.textContent?.replace(/\s+/g, ' ').trim() ?? ''
}

/** reader binds the switch in the toolbar; the choice lasts for this tab. */
export function reader(root: Document): void {
  const toggles = [...root.querySelectorAll<HTMLButtonElement>('[data-read]')]
  if (toggles.length === 0) return
  if (!canSpeak) {
    for (const t of toggles) t.closest('li')?.remove()
    return
  }
  let on = false
  let last: Element | null = null
  const quiet = (): void => last?.classList.remove('reading')
  const read = (e: Event): void => {
    const hit = e.target instanceof Element ? e.target.closest(readable) : null
    if (!on || !hit || hit === last) return
    quiet()
    last = hit
    hit.classList.add('reading')
    speak(words(hit), quiet)
  }
  const set = (value: boolean): void => {
    on = value
    for (const t of toggles) t.setAttribute('aria-pressed', String(on))
    sessionStorage.setItem('read', on ? '1' : '')
    if (on) return
    quiet()
    speechSynthesis.cancel()
  }
  root.addEventListener('mouseover', read)
  root.addEventListener('focusin', read)
  for (const t of toggles) t.addEventListener('click', () => {
    set(!on)
    if (on) speak('朗读已打开。指到哪里，读到哪里。', () => undefined)
  })
  if (sessionStorage.getItem('read')) set(true)
}
