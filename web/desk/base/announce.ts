// What is said to people who cannot see the screen, politely, and short messages that go by themselves.
import {reactive, ref} from 'vue'

export const spoken = ref('')

/** announce is read by screen readers when they are free. The same words twice are read twice. */
export function announce(text: string): void {
  spoken.value = spoken.value === text ? text + '\u200b' : text
}

export interface Toast {
  id: number
  text: string
  kind: 'ok' | 'danger' | 'info'
}

export const toasts = reactive<Toast[]>([])
let last = 0

/** tell shows a short message; a failure stays longer. */
export function tell(text: string, kind: Toast['kind'] = 'info'): void {
  const id = ++last
  toasts.push({id, text, kind})
  while (toasts.length > 3) toasts.shift()
  setTimeout(() => dismiss(id), kind === 'danger' ? 9000 : 4000)
}

export function dismiss(id: number): void {
  const at = toasts.findIndex(t => t.id === id)
  if (at >= 0) toasts.splice(at, 1)
}
