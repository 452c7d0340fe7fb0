// A bad line: nothing that was typed is lost, nothing is asked twice.
import assert from 'node:assert/strict'
import {connect, createServer} from 'node:net'
import {after, before, test} from 'node:test'
import {browser, city, phone, settled, visit} from './city.mjs'

let b, c
before(async () => { [b, c] = await Promise.all([browser(), city()]) })
after(async () => { await b?.close(); await c?.stop() })

/** A wire between browser and city that can be cut, or can swallow what comes back. */
function wire(port) {
  let cut = false, deaf = false
  const open = new Set()
  const s = createServer(a => {
    if (cut) return a.destroy()
    const far = connect(port, '127.0.0.1')
    const pair = [a, far]
    open.add(pair)
    for (const x of pair) {
      x.on('error', () => {})
      x.on('close', () => { a.destroy(); far.destroy(); open.delete(pair) })
    }
    a.on('data', d => far.write(d))
    far.on('data', d => { if (deaf) a.destroy(); else a.write(d) })
  })
  const drop = () => { for (const pair of open) pair.forEach(x => x.destroy()) }
  return new Promise(done => s.listen(0, '127.0.0.1', () => done({
    url: `http://127.0.0.1:${s.address().port}`,
    cut(v) { cut = v; if (v) drop() },
    deaf(v) { deaf = v },
    close() { drop(); s.close() },
  })))
}

test('a question that was not sent can be sent again', async () => {
  const w = await wire(new URL(c.url).port)
  const v = await visit(b, phone)
  const {page} = v
  await page.goto(w.url + '/chat')
  w.cut(true)
  await page.fill('#text', '身份证丢了咋补啊')
  await page.click('.composer__send')
  await page.getByText('没有发出去。').waitFor()
  assert.equal(await page.locator('.turn--citizen .bubble').innerText(), '身份证丢了咋补啊')
  w.cut(false)
  await page.getByRole('button', {name: '重新发送'}).click()
  await page.locator('.turn--machine .card').waitFor()
  await settled(page)
  assert.equal(await page.locator('.unsent').count(), 0)
  assert.equal(await page.locator('.turn--citizen').count(), 1)
  await v.done()
  w.close()
})

test('an answer that was lost on the way is the same when asked for again', async () => {
  const w = await wire(new URL(c.url).port)
  const v = await visit(b, phone)
  const {page} = v
  await page.goto(w.url + '/chat')
  await page.fill('#text', '失业金怎么领')
  await page.click('.composer__send')
  await page.locator('.turn--machine .card').waitFor()
  await settled(page)
  w.deaf(true)
  await page.fill('#text', '身份证丢了咋补啊')
  await page.click('.composer__send')
  await page.getByText('没有发出去。').waitFor()
  w.deaf(false)
  await page.getByRole('button', {name: '重新发送'}).click()
  await page.locator('.turn--machine .card').nth(1).waitFor()
  await settled(page)
  await page.reload()
  assert.deepEqual(await page.locator('.turn--citizen .bubble').allInnerTexts(), ['失业金怎么领', '身份证丢了咋补啊'], 'the city kept it once')
  await v.done()
  w.close()
})

test('offline is said, and when the line is back what was written goes out', async () => {
  const v = await visit(b, phone)
  const {page, context} = v
  await page.goto(c.url + '/chat')
  await context.setOffline(true)
  await page.getByText('网络断开了。恢复后会自动继续，您写的内容还在。').waitFor()
  await page.fill('#text', '身份证丢了咋补啊')
  await page.click('.composer__send')
  await page.getByText('没有发出去。').waitFor()
  await page.fill('#text', '还在写')
  await context.setOffline(false)
  await page.locator('.turn--machine .card').waitFor()
  assert.equal(await page.inputValue('#text'), '还在写')
  await page.locator('[data-state]').waitFor({state: 'hidden'})
  await v.done()
})

test('too fast: the sentence of the server, and the words stay', async () => {
  const v = await visit(b, phone)
  const {page} = v
  await page.goto(c.url + '/chat')
  let refuse = true
  await page.route('**/chat', route => refuse
    ? route.fulfill({status: 429, contentType: 'application/problem+json', headers: {'Retry-After': '20'}, body: JSON.stringify({type: '/problems/too_many', title: '发得太快', status: 429, detail: '您发得太快了，请过 20 秒再发。'})})
    : route.continue())
  await page.fill('#text', '身份证丢了咋补啊')
  await page.click('.composer__send')
  await page.getByText('您发得太快了，请过 20 秒再发。').waitFor()
  refuse = false
  await page.getByRole('button', {name: '重新发送'}).click()
  await page.locator('.turn--machine .card').waitFor()
  await v.done()
})
