// The button that a department's site puts on its pages: <script src="https://…/widget.js" data-item="居住证" async></script>.
// The chat itself runs in a frame of ours, out of reach of the host's scripts.
const me = document.currentScript
if (me instanceof HTMLScriptElement) {
  const base = new URL(me.src)
  const item = me.dataset['item']
  const chat = base.origin + '/chat' + (item ? '?item=' + encodeURIComponent(item) : '')
  const small = matchMedia('(max-width: 30em)')
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = '智能客服'
  button.setAttribute('aria-expanded', 'false')
  button.style.cssText = 'position:fixed;right:16px;bottom:calc(16px + env(safe-area-inset-bottom));z-index:9999;min-height:48px;padding:0 20px;border:0;border-radius:24px;background:#174f93;color:#fff;font:600 17px/1 sans-serif;cursor:pointer'
  let frame: HTMLIFrameElement | undefined
  const show = (on: boolean): void => {
    if (!frame && on) {
      frame = document.createElement('iframe')
      frame.title = '智能客服'
      frame.allow = 'microphone'
      frame.setAttribute('sandbox', 'allow-scripts allow-forms allow-same-origin allow-popups allow-downloads')
      frame.src = chat + (item ? '&' : '?') + 'embed=1'
      frame.style.cssText = 'position:fixed;right:16px;bottom:80px;z-index:9999;width:390px;height:min(640px,calc(100vh - 100px));border:1px solid #76818f;border-radius:16px;background:#fff'
      document.body.append(frame)
    }
    if (frame) frame.hidden = !on
    button.setAttribute('aria-expanded', String(on))
    button.textContent = on ? '收起' : '智能客服'
    if (on) frame?.focus()
    else button.focus()
  }
  button.onclick = () => (small.matches ? void (location.href = chat) : show(!frame || frame.hidden))
  addEventListener('message', e => {
    const data: unknown = e.data
    if (e.origin === base.origin && frame && e.source === frame.contentWindow && typeof data === 'object' && data && 'bangban' in data && data.bangban === 'close') show(false)
  })
  document.body.append(button)
}
