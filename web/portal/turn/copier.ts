// A tap on an answer number copies it. Without script the same button opens the answer's own page.

async function copy(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text)
      return true
    } catch {
      // no permission: the old way below
    }
  }
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'sr'
  document.body.append(field)
  field.select()
  const done = document.execCommand('copy')
  field.remove()
  return done
}

/** copier takes over the answer numbers below root. */
export function copier(root: Document): void {
  root.addEventListener('click', e => {
    const b = e.target instanceof Element ? e.target.closest<HTMLButtonElement>('[data-copy]') : null
    if (!b) return
    e.preventDefault()
    void copy(b.dataset['copy'] ?? '').then(done => {
      b.focus()
      if (!done) {
        b.form?.submit()
        return
      }
      const word = b.form?.querySelector('[role="status"]')
      if (!word) return
      word.textContent = '已复制'
      setTimeout(() => (word.textContent = ''), 2000)
    })
  })
}
