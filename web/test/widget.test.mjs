// The chat inside a department's page.
import assert from 'node:assert/strict'
import {createServer} from 'node:http'
import {after, before, test} from 'node:test'
import {axe, browser, city, desktop, phone, visit} from './city.mjs'

let b, c, host
before(async () => {
  host = createServer((req, res) => {
    res.writeHead(200, {'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': `default-src 'none'; style-src 'self' 'unsafe-inline'; script-src ${c.url}; frame-src ${c.url}`})
    res.end(`<!doctype html><html lang="zh-CN"><meta name="viewport" content="width=device-width"><title>某局</title><main><h1>某局网站</h1></main><script src="${c.url}/widget.js" data-item="失业金" async></script></html>`)
  })
  const here = await new Promise(done => host.listen(0, '127.0.0.1', () => done(`http://127.0.0.1:${host.address().port}`)))
  host.url = here;
  [b, c] = await Promise.all([browser(), city('--embed-sites', here)])
})
after(async () => { await b?.close(); await c?.stop(); host?.close() })

test('the button opens the chat in a frame, which keeps its talk', async () => {
  const v = await visit(b, desktop)
  const {page} = v
  await page.goto(host.url)
  const button = page.getByRole('button', {name: '智能客服'})
  await button.waitFor()
  assert.equal(await page.locator('iframe').count(), 0, 'nothing opens by itself')
  await button.click()
  const frame = page.frameLocator('iframe[title="智能客服"]')
  await frame.locator('#text').waitFor()
  assert.equal(await frame.locator('#text').inputValue(), '失业金怎么办')
  await frame.locator('.composer__send').click()
  await frame.locator('.turn--machine .card').waitFor()
  await frame.locator('#text').fill('那要多久')
  await frame.locator('.composer__send').click()
  await frame.locator('.turn--machine .card').nth(1).waitFor()
  await frame.locator('#text').press('Escape')
  await page.locator('iframe').waitFor({state: 'hidden'})
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), '智能客服')
  await v.done()
})

test('a phone goes to the chat itself', async () => {
  const v = await visit(b, phone)
  const {page} = v
  await page.goto(host.url)
  await page.getByRole('button', {name: '智能客服'}).click()
  await page.waitForURL(/\/chat/)
  assert.equal(await page.locator('#text').inputValue(), '失业金怎么办')
  await axe(page, 'chat from a widget')
  await v.done()
})

test('a site that is not named cannot frame us', async () => {
  const r = await fetch(c.url + '/chat')
  assert.equal(r.headers.get('x-frame-options'), 'SAMEORIGIN')
  const framed = await fetch(c.url + '/chat?embed=1')
  assert.match(framed.headers.get('content-security-policy') ?? '', new RegExp(`frame-ancestors 'self' ${host.url}`))
})
