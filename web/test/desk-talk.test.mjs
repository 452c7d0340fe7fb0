// The talk on the desk: what is typed is never lost and never sent by accident, what is said is shown as it was said.
import assert from 'node:assert/strict'
import {after, afterEach, before, beforeEach, test} from 'node:test'
import {browser, desktop} from './city.mjs'
import {fake, Refusal} from './desk-fake.mjs'
import {eventually, seat, turns} from './desk-visit.mjs'

let b, city, v, page, talk
before(async () => { b = await browser() })
after(() => b?.close())
beforeEach(async () => {
  city = await fake()
  talk = city.world.ask('我登记还差十天满半年，能先交吗')
  city.world.serve(talk.id, 'u8012')
  v = await seat(b, city, '8012', desktop)
  page = v.page
})
afterEach(async () => {
  await v.done()
  await city.stop()
})

async function open() {
  await page.locator('.row__open').first().click()
  await page.waitForSelector('#reply')
}
const field = () => page.locator('#reply')

test('Enter makes a line, an input method is left alone, Ctrl Enter sends once', async () => {
  await open()
  await field().focus()
  const cdp = await v.context.newCDPSession(page)
  await cdp.send('Input.imeSetComposition', {text: 'ju zhu', selectionStart: 6, selectionEnd: 6})
  await cdp.send('Input.dispatchKeyEvent', {type: 'rawKeyDown', key: 'Process', code: 'Enter', windowsVirtualKeyCode: 229, modifiers: 2})
  await cdp.send('Input.dispatchKeyEvent', {type: 'keyUp', key: 'Process', code: 'Enter', windowsVirtualKeyCode: 229, modifiers: 2})
  assert.equal(await page.locator('.turn--agent').count(), 0)
  await cdp.send('Input.insertText', {text: '居住证'})
  await page.keyboard.press('Enter')
  await page.keyboard.type('15 日')
  assert.equal(await page.locator('.turn--agent').count(), 0)
  await page.keyboard.press('Control+Enter')
  await page.getByText('已送达').waitFor()
  assert.equal(await page.locator('.turn--agent').count(), 1)
  assert.match((await turns(page)).at(-1), /居住证\n15 日/)
  assert.equal(await field().inputValue(), '')
})

test('a draft is kept on the server, comes back after a reload, and is shown to the next agent as not sent', async () => {
  await open()
  await field().pressSequentially('正在核对满半年的算法')
  await eventually('the draft is kept', () => talk.drafts.u8012 === '正在核对满半年的算法')
  await page.getByText('草稿已保存').waitFor()
  await page.reload()
  await page.waitForFunction(() => document.querySelector('#reply')?.value === '正在核对满半年的算法')
  assert.equal(await page.locator('.turn--agent').count(), 0)
  city.world.serve(talk.id, 'u8015')
  const other = await seat(b, city, '8015')
  await other.page.locator('.row__open').first().click()
  await other.page.getByText('8012 号写了没发出的话（未发送）：正在核对满半年的算法').waitFor()
  await other.page.getByRole('button', {name: '放进输入框'}).click()
  assert.equal(await other.page.locator('#reply').inputValue(), '正在核对满半年的算法')
  await other.done()
})

test('a message that could not be sent stays, says why, and is kept once when it is sent again', async () => {
  await open()
  let fail = true
  const keys = []
  await page.route('**/reply', async route => {
    keys.push(route.request().postDataJSON().key)
    // The city keeps the message; its answer is lost on the way.
    if (fail) {
      await route.fetch()
      return route.abort()
    }
    return route.continue()
  })
  await field().fill('12 月 4 日满半年')
  await page.keyboard.press('Control+Enter')
  await eventually('it was tried', () => keys.length === 1)
  fail = false
  const again = page.getByRole('button', {name: '重新发送'})
  if (await again.isVisible().catch(() => false)) await again.click()
  await page.getByText('已送达').waitFor()
  await page.waitForFunction(() => document.querySelectorAll('.turn--sending').length === 0)
  assert.equal(talk.turns.filter(t => t.text === '12 月 4 日满半年').length, 1)
  assert.equal(await page.locator('.turn--agent').count(), 1)
  city.world.refuse = (method, path) => (path.endsWith('/reply') ? new Refusal(409, 'talk.taken', '已由 8015 接起。') : undefined)
  await field().fill('这句发不出去')
  await page.keyboard.press('Control+Enter')
  await page.getByText('已由 8015 接起。').waitFor()
  await page.getByRole('button', {name: '放回输入框'}).click()
  assert.equal(await field().inputValue(), '这句发不出去')
})

test('canned replies by ; and knowledge by ??, with the keyboard; what has expired cannot be used', async () => {
  await open()
  await field().focus()
  await page.keyboard.press(';')
  const picker = page.locator('.picker')
  await picker.getByText('请稍等').waitFor()
  await page.keyboard.type('满半年')
  await page.waitForFunction(() => document.querySelectorAll('.picker [role=option]').length === 1)
  await page.keyboard.press('Enter')
  assert.equal(await field().inputValue(), '请问您是哪一天登记的居住信息？')
  await page.waitForSelector('#reply:focus')
  await field().fill('')
  await page.keyboard.press(';')
  await picker.getByText('旧的收费说明').click()
  assert.equal(await field().inputValue(), '')
  await page.keyboard.press('Escape')
  await page.waitForSelector('#reply:focus')
  await page.keyboard.type('先查 ??')
  await page.locator('.picker input:focus').waitFor()
  await page.keyboard.type('登记')
  await picker.getByText('居住证首次申领').waitFor()
  await page.keyboard.press('Enter')
  assert.match(await field().inputValue(), /^先查 \n居住登记满半年/)
  assert.equal(await page.locator('.turn--agent').count(), 0)
})

test('notes are tinted, kept apart from the reply, and say that no citizen sees them', async () => {
  await open()
  await field().fill('给市民的话')
  await page.keyboard.press('Escape')
  await page.keyboard.press('n')
  await page.keyboard.type('已问公安窗口')
  await page.keyboard.press('Control+Enter')
  await page.locator('.turn--note').getByText('已问公安窗口').waitFor()
  assert.match(await page.locator('.turn--note').textContent(), /市民看不到/)
  assert.equal(await field().inputValue(), '给市民的话')
  assert.equal(talk.turns.some(t => t.text.includes('公安窗口')), false)
})

test('what people type is text and nothing else', async () => {
  await open()
  const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script> https://example.org/' + 'a'.repeat(400)
  city.world.say(talk.id, evil)
  await page.waitForFunction(() => document.querySelectorAll('.turn--citizen').length === 3)
  assert.equal((await turns(page)).at(-1), evil)
  assert.equal(await page.locator('.timeline img, .timeline script').count(), 0)
  assert.equal(await page.evaluate(() => { const t = document.querySelector('.timeline__scroll'); return t.scrollWidth <= t.clientWidth }), true)
})

test('300 messages: the newest first, older ones on scrolling up, no jump, a pill for what is new', async () => {
  for (let i = 0; i < 300; i++) city.world.turn(talk, i % 2 ? 'agent:u8012' : 'citizen', `第 ${i} 句，关于居住证的事`)
  await open()
  await page.getByText('第 299 句').waitFor()
  assert.equal(await page.locator('[data-turn]').count(), 50)
  const scroll = page.locator('.timeline__scroll')
  const seen = await page.locator('[data-turn]').first().getAttribute('data-turn')
  await scroll.evaluate(e => { e.scrollTop = 0 })
  await page.waitForFunction(() => document.querySelectorAll('[data-turn]').length >= 100)
  const where = await page.evaluate(id => document.querySelector(`[data-turn="${id}"]`).getBoundingClientRect().top, seen)
  assert.ok(where > 0 && where < 900, `what was on top is now at ${where}`)
  for (let i = 0; i < 10 && (await page.locator('[data-turn]').count()) < talk.turns.length; i++) {
    const n = await page.locator('[data-turn]').count()
    await scroll.evaluate(e => { e.scrollTop = 0 })
    await page.waitForFunction(before => document.querySelectorAll('[data-turn]').length > before, n)
  }
  assert.equal(await page.locator('[data-turn]').count(), talk.turns.length)
  const ids = await page.locator('[data-turn]').evaluateAll(list => list.map(e => e.dataset.turn))
  assert.deepEqual(ids, talk.turns.map(t => t.id), 'every turn once, in order')
  await scroll.evaluate(e => { e.scrollTop = 1000 })
  city.world.say(talk.id, '又来一句')
  await page.getByRole('button', {name: '有新消息'}).waitFor()
  const at = await scroll.evaluate(e => e.scrollTop)
  assert.ok(Math.abs(at - 1000) < 5, 'reading is not disturbed')
  await page.getByRole('button', {name: '有新消息'}).click()
  await page.getByText('又来一句').last().waitFor()
  const frames = await scroll.evaluate(async e => {
    let long = 0
    let last = performance.now()
    for (let i = 0; i < 60; i++) {
      e.scrollTop = (i % 2 ? 0.2 : 0.8) * e.scrollHeight
      await new Promise(requestAnimationFrame)
      const now = performance.now()
      if (now - last > 100) long++
      last = now
    }
    return long
  })
  assert.ok(frames <= 6, `${frames} of 60 frames took more than 100 ms`)
})

test('each message says where it stands: delivered, read, failed with the way around', async () => {
  await open()
  await field().fill('好的')
  await page.keyboard.press('Control+Enter')
  await page.getByText('已送达').waitFor()
  city.world.read(talk.id)
  await page.getByText('已读').waitFor()
  city.world.fail(talk.id, '市民已离开', '改发短信')
  await page.getByText('未送达 · 市民已离开 · 改发短信').waitFor()
  city.world.typing(talk.id)
  await page.locator('[data-typing]').waitFor()
})

test('the citizen is masked; showing one field asks the server, which keeps a record', async () => {
  await open()
  const card = page.locator('.assist__part', {has: page.locator('#assist-citizen')})
  assert.match(await card.textContent(), /138\*\*\*\*6021/)
  await card.getByRole('button', {name: /查看\s*手机/}).click()
  await card.getByText('13812346021').waitFor()
  assert.deepEqual(city.world.reveals.map(r => r.field), ['phone'])
})

test('the list does not move under the pointer', async () => {
  const second = city.world.ask('低保申请被退回', {citizen: '陈**', topic: '低保', waited: 30_000})
  city.world.serve(second.id, 'u8012')
  const names = () => page.locator('.row__name').allTextContents()
  await page.waitForFunction(() => document.querySelectorAll('.row').length === 2)
  await page.waitForFunction(() => document.querySelector('.row__name').textContent.includes('陈**'))
  await page.hover('.row')
  talk.unanswered = Date.now() - 200_000
  city.world.changed(talk)
  await page.getByText(/3:2\d 未回/).waitFor()
  assert.match((await names())[0], /陈\*\*/)
  await page.mouse.move(800, 400)
  await page.waitForFunction(() => document.querySelector('.row__name').textContent.includes('王*'))
})
