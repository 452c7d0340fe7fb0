// Everything works without script, if plainly.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {browser, city, desktop, phone, unclear, visit} from './city.mjs'

let b, c
before(async () => { [b, c] = await Promise.all([browser(), city()]) })
after(async () => { await b?.close(); await c?.stop() })

for (const [name, screen] of [['390', phone], ['1440', desktop]])
  test(`ask, choose and rate without script at ${name} px`, async () => {
    const v = await visit(b, {...screen, javaScriptEnabled: false})
    const {page} = v
    await page.goto(c.url + '/')
    await page.fill('#ask', '身份证丢了咋补啊')
    await page.getByRole('button', {name: '问一问'}).click()
    assert.match(page.url(), /\/chat#t-/)
    const answer = page.locator('.turn--machine').last()
    assert.match(await answer.innerText(), /居民身份证/)
    assert.equal(await page.locator('[data-speak]').first().isVisible(), false, 'no button that does nothing')

    await page.fill('#text', await unclear(c.url))
    await page.getByRole('button', {name: '发送'}).click()
    const question = page.locator('.turn--machine').last()
    const label = await question.locator('[data-options] .chip').first().innerText()
    await question.locator('[data-options] .chip').first().click()
    assert.equal(await page.locator('.turn--citizen').last().locator('.bubble').innerText(), label)
    assert.equal(await page.locator('.chip[aria-pressed="true"]').innerText(), label)

    const rated = page.locator('.turn--machine', {has: page.locator('[data-feedback]')}).first()
    await rated.locator('summary', {hasText: '没用'}).click()
    await rated.getByRole('button', {name: '内容不对'}).click()
    assert.match(await page.locator('.feedback__done').innerText(), /内容不对/)
    await v.done()
  })

test('a question that is too long comes back with the sentence and the words', async () => {
  const v = await visit(b, {...desktop, javaScriptEnabled: false})
  const {page} = v
  await page.goto(c.url + '/chat')
  const long = '问'.repeat(2001)
  await page.fill('#text', long)
  await page.getByRole('button', {name: '发送'}).click()
  assert.match(await page.locator('[role=alert]').innerText(), /2000|2,000/)
  assert.equal(await page.inputValue('#text'), long)
  await v.done()
})

test('elder mode, contrast and back by links alone', async () => {
  const v = await visit(b, {...phone, javaScriptEnabled: false})
  const {page} = v
  await page.goto(c.url + '/about')
  await page.getByRole('link', {name: '大字版', exact: true}).click()
  assert.equal(await page.getAttribute('html', 'data-size'), 'elder')
  await page.goto(c.url + '/chat')
  assert.equal(await page.getAttribute('html', 'data-size'), 'elder', 'kept in a cookie')
  await page.goto(c.url + '/about')
  await page.locator('summary', {hasText: '菜单'}).click()
  await page.getByRole('link', {name: '高对比'}).click()
  assert.equal(await page.getAttribute('html', 'data-theme'), 'contrast')
  await page.locator('summary', {hasText: '菜单'}).click()
  await page.getByRole('link', {name: '还原'}).click()
  assert.equal(await page.getAttribute('html', 'data-theme'), null)
  assert.equal(await page.getAttribute('html', 'data-size'), null)
  await v.done()
})

test('the same form sent twice is one question', async () => {
  const page1 = await (await fetch(c.url + '/chat')).text()
  const key = /name="key" value="([^"]+)"/.exec(page1)[1]
  const send = cookie => fetch(c.url + '/chat', {method: 'POST', redirect: 'manual', headers: {'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin', ...(cookie && {cookie})},
    body: new URLSearchParams({key, text: '身份证丢了咋补啊'})})
  const [one, two] = [await send(), await send()]
  assert.equal(one.status, 303)
  assert.equal(two.headers.get('location'), one.headers.get('location'))
})

test('another site cannot ask in a citizen’s name', async () => {
  const answer = await fetch(c.url + '/chat', {method: 'POST', redirect: 'manual', headers: {'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'cross-site'}, body: 'text=1'})
  assert.equal(answer.status, 403)
})
