// With the keyboard alone, and with an input method.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {browser, city, desktop, phone, settled, unclear, visit} from './city.mjs'

let b, c
before(async () => { [b, c] = await Promise.all([browser(), city()]) })
after(async () => { await b?.close(); await c?.stop() })

const focused = page => page.evaluate(() => {
  const e = document.activeElement
  return (e?.getAttribute('aria-label') ?? e?.textContent ?? e?.id ?? '').trim().slice(0, 30)
})

async function tabTo(page, wanted, limit = 60) {
  for (let i = 0; i < limit; i++) {
    await page.keyboard.press('Tab')
    const seen = await focused(page)
    if (wanted.test(seen)) {
      const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle)
      assert.notEqual(ring, 'none', `${seen} shows its focus`)
      return
    }
  }
  assert.fail(`Tab does not reach ${wanted}`)
}

test('from the home page to an answer, a choice and a vote', async () => {
  const v = await visit(b, desktop)
  const {page} = v
  await page.goto(c.url + '/')
  await page.keyboard.press('Tab')
  assert.equal(await focused(page), '跳到正文')
  await page.keyboard.press('Enter')
  await tabTo(page, /^$/) // the field has no text
  await page.keyboard.type(await unclear(c.url))
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/chat/)
  const choice = await page.locator('[data-options] .chip').first().innerText()
  await tabTo(page, new RegExp('^' + choice + '$'))
  await page.keyboard.press('Enter')
  await settled(page)
  await page.locator('.turn--citizen').nth(1).waitFor()
  await page.focus('#text')
  await page.keyboard.type('身份证丢了咋补啊')
  await page.keyboard.press('Enter')
  await page.locator('.turn--citizen').nth(2).waitFor()
  await settled(page)
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'text', 'focus stays in the field')
  await page.locator('.turn--machine').last().locator('summary.feedback__one').focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.locator('.feedback__done').waitFor()
  await v.done()
})

test('the talk scrolls by keyboard', async () => {
  const v = await visit(b, phone)
  await v.page.goto(c.url + '/chat')
  assert.equal(await v.page.locator('[data-talk]').getAttribute('tabindex'), '0')
  await v.done()
})

test('Enter sends on a desktop, makes a line on a phone; Shift Enter always makes a line', async () => {
  const v = await visit(b, desktop)
  await v.page.goto(c.url + '/chat')
  await v.page.focus('#text')
  await v.page.keyboard.type('第一行')
  await v.page.keyboard.press('Shift+Enter')
  await v.page.keyboard.type('第二行')
  assert.equal(await v.page.inputValue('#text'), '第一行\n第二行')
  assert.equal(await v.page.locator('.turn--citizen').count(), 0)
  await v.page.keyboard.press('Enter')
  await v.page.locator('.turn--citizen').waitFor()
  await v.done()

  const p = await visit(b, phone)
  await p.page.goto(c.url + '/chat')
  await p.page.focus('#text')
  await p.page.keyboard.type('第一行')
  await p.page.keyboard.press('Enter')
  assert.equal(await p.page.inputValue('#text'), '第一行\n')
  assert.equal(await p.page.locator('.turn--citizen').count(), 0)
  await p.done()
})

test('Enter that ends a composition does not send', async () => {
  const v = await visit(b, desktop)
  const {page, context} = v
  await page.goto(c.url + '/chat')
  await page.focus('#text')
  const cdp = await context.newCDPSession(page)
  await cdp.send('Input.imeSetComposition', {text: 'ju zhu', selectionStart: 6, selectionEnd: 6})
  await cdp.send('Input.dispatchKeyEvent', {type: 'rawKeyDown', key: 'Process', code: 'Enter', windowsVirtualKeyCode: 229})
  await cdp.send('Input.dispatchKeyEvent', {type: 'rawKeyDown', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13})
  assert.equal(await page.locator('.turn--citizen').count(), 0)
  await cdp.send('Input.insertText', {text: '居住证怎么办'})
  await page.keyboard.press('Enter')
  await page.locator('.turn--citizen').waitFor()
  await settled(page)
  assert.deepEqual(await page.locator('.turn--citizen .bubble').allInnerTexts(), ['居住证怎么办'])
  await v.done()
})
