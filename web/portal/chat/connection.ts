// What the citizen is told about the connection.

interface Connection {
  /** lost: a request did not get through. */
  lost(): void
  /** back: one did. */
  back(): void
  /** blind: nothing has been heard from the server for a while. */
  blind(): void
  problem(why: string): void
}

export function connection(root: HTMLElement, again: () => void): Connection {
  const line = root.querySelector<HTMLElement>('[data-state]')
  if (!line) throw new Error('the page has no state line')
  let down = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const show = (text: string, kind: string): void => {
    clearTimeout(timer)
    line.textContent = text
    line.className = 'dock__state' + kind
    line.hidden = false
  }
  const off = (): void => {
    down = true
    show('网络断开了。恢复后会自动继续，您写的内容还在。', '')
  }
  const back = (): void => {
    if (!down) return
    down = false
    show('已恢复。', ' dock__state--ok')
    timer = setTimeout(() => (line.hidden = true), 2000)
  }
  addEventListener('offline', off)
  addEventListener('online', () => {
    back()
    again()
  })
  if (!navigator.onLine) off()
  return {
    lost() {
      if (!navigator.onLine) off()
    },
    back,
    blind() {
      down = true
      show('暂时收不到新消息，正在重新连接。', '')
    },
    problem(why) {
      show(why, ' dock__state--danger')
      timer = setTimeout(() => (line.hidden = true), 8000)
    },
  }
}
