// 听一遍: reads the spoken form of an answer with the browser's own voice. Pressing again stops it.

/** speak reads a text aloud and calls done when it ends, fails or is stopped. */
export function speak(text: string, done: () => void): void {
  speechSynthesis.cancel()
  const words = new SpeechSynthesisUtterance(text)
  words.lang = 'zh-CN'
  words.rate = document.documentElement.dataset['size'] === 'elder' ? 0.85 : 1
  const voice = speechSynthesis.getVoices().find(v => v.lang.replace('_', '-').toLowerCase().startsWith('zh'))
  if (voice) words.voice = voice
  words.onend = done
  words.onerror = done
  speechSynthesis.speak(words)
}

export const canSpeak = typeof speechSynthesis !== 'undefined' && typeof SpeechSynthesisUtterance !== 'undefined'

/** speaker shows the buttons below root, now and when turns are added, and lets them read. */
export function speaker(root: Document): void {
  if (!canSpeak) return
  const show = (): void => {
    for (const b of root.querySelectorAll<HTMLElement>('[data-speak][hidden]')) b.hidden = false
  }
  show()
  const turns = root.querySelector('[data-turns]')
  if (turns) new MutationObserver(show).observe(turns, {childList: true, subtree: true})
  let current: HTMLElement | null = null
  const stop = (): void => {
    current?.setAttribute('aria-pressed', 'false')
    current = null
  }
  root.addEventListener('click', e => {
    const b = e.target instanceof Element ? e.target.closest<HTMLElement>('[data-speak]') : null
    if (!b) return
    const again = b === current
    stop()
    if (again) {
      speechSynthesis.cancel()
      return
    }
    current = b
    b.setAttribute('aria-pressed', 'true')
    speak(b.dataset['speak'] ?? '', () => {
      if (current === b) stop()
    })
  })
  addEventListener('pagehide', () => speechSynthesis.cancel())
}
