// A picture or a PDF instead of words. It is one turn of its own; the page that has no talk yet is loaded again, to be in the one that it opened.
import {newKey, proofHeaders, Refusal, refusal} from './post'

const most = 10 << 20

/** files shows the button and sends what is chosen, also what is pasted into the field. failed is told in words why something was not sent. */
export function files(root: HTMLElement, conversation: () => string, failed: (why: string) => void): void {
  const label = root.querySelector<HTMLElement>('[data-file]')
  const input = label?.querySelector('input')
  if (!label || !input || document.documentElement.dataset['embed'] === '1') return
  label.hidden = false
  let busy = Promise.resolve()
  const take = (list: FileList | null | undefined): void => {
    for (const f of list ?? []) busy = busy.then(() => one(f))
  }
  input.addEventListener('change', () => {
    take(input.files)
    input.value = ''
  })
  root.querySelector('textarea')?.addEventListener('paste', e => {
    if (!e.clipboardData?.files.length) return
    e.preventDefault()
    take(e.clipboardData.files)
  })

  async function one(file: File): Promise<void> {
    if (file.size > most) return failed('文件太大，最多 10 MB。请压缩后再发，或者分几次发。')
    label!.setAttribute('aria-busy', 'true')
    const to = conversation()
    try {
      const response = await fetch('/api/v1/files?' + new URLSearchParams({name: file.name, ...(to ? {conversation_id: to} : {})}).toString(),
        {method: 'POST', body: file, credentials: 'same-origin', headers: {Accept: 'application/json', 'Content-Type': 'application/octet-stream', 'Idempotency-Key': newKey(), ...proofHeaders()}})
      if (!response.ok) throw await refusal(response)
      if (!to) location.reload() // the new talk is in the cookie now
    } catch (error) {
      failed(error instanceof Refusal ? error.message : '文件没有发出去。请检查网络后再发一次。')
    } finally {
      label!.removeAttribute('aria-busy')
    }
  }
}
