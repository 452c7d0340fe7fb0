// The keyboard: single letters work outside fields only, and can be switched off (WCAG 2.1.4).
import {onBeforeUnmount, onMounted, ref} from 'vue'

export interface Key {
  keys: string
  does: string
}

export const keyMap: Key[] = [
  {keys: 'A', does: '接起派单（焦点在卡上时也可按 Enter）'}, {keys: 'Ctrl Enter', does: '发送'},
  {keys: 'J / K', does: '下一个 / 上一个对话'}, {keys: ';', does: '常用语（在输入框里）'},
  {keys: '/', does: '搜索'}, {keys: '??', does: '查知识（在输入框里）'},
  {keys: 'N', does: '内部备注'}, {keys: 'U', does: '用推荐答案，不会自动发'},
  {keys: 'R', does: '回到输入框'}, {keys: 'E', does: '答复完成'},
  {keys: 'T', does: '转接'}, {keys: 'I', does: '请人协助'},
  {keys: 'B', does: '交回智能客服'}, {keys: ']', does: '打开或收起右栏'},
  {keys: 'F2 / F3', does: '就绪 / 小休'}, {keys: '? 或 F1', does: '全部按键'},
  {keys: 'Esc', does: '离开输入框、关闭窗口'}, {keys: 'Ctrl Z', does: '在输入框里撤销'},
]

const storage = 'bangban.desk.keys'
export const lettersOn = ref(localStorage.getItem(storage) !== 'off')

export function setLetters(on: boolean): void {
  lettersOn.value = on
  localStorage.setItem(storage, on ? 'on' : 'off')
}

const inField = (e: Event): boolean => e.target instanceof HTMLElement && (e.target.isContentEditable || e.target.matches('input, textarea, select, [role=combobox]'))
const inDialog = (): boolean => !!document.querySelector('[role=dialog][aria-modal=true]:not([hidden])') && [...document.querySelectorAll('.el-overlay')].some(o => o instanceof HTMLElement && o.style.display !== 'none')

/** useKeys calls the handler of a key: a letter in lower case, or the name of a function key. */
export function useKeys(handlers: Record<string, () => void>): void {
  const pressed = (e: KeyboardEvent): void => {
    if (e.isComposing || e.keyCode === 229 || e.ctrlKey || e.altKey || e.metaKey || e.defaultPrevented) return
    const named = /^F\d+$/.test(e.key)
    if (!named && (!lettersOn.value || inField(e))) return
    if (inDialog()) return
    const run = handlers[named ? e.key : e.key.toLowerCase()]
    if (!run) return
    e.preventDefault()
    run()
  }
  onMounted(() => addEventListener('keydown', pressed))
  onBeforeUnmount(() => removeEventListener('keydown', pressed))
}
