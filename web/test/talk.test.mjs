// A talk in the live chat, on a phone and on a desktop.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {ask, browser, city, desktop, last, phone, settled, unclear, visit} from './city.mjs'

let b, c
before(async () => { [b, c] = await Promise.all([browser(), city()]) })
after(async () => { await b?.close(); await c?.stop() })

for (const [name, screen] of [['390', phone], ['1440', desktop]]) {
  test(`ask, follow up, clarify, choose, unknown, feedback at ${name} px`, async () => {
    const v = await visit(b, screen)
    const {page} = v
    await page.goto(c.url + '/chat')
    assert.equal(await page.locator('.turn--first .chip').count(), 3, 'three examples')
    assert.equal((await page.locator('.quick button').first().innerText()).trim(), '转人工')

    const answer = await ask(page, '身份证丢了咋补啊')
    assert.match(await answer.innerText(), /居民身份证/)
    assert.equal(await answer.locator('.tag').innerText(), 'AI')
    assert.match(await answer.locator('.sources').innerText(), /居民身份证法/)
    const number = (await answer.locator('.number').innerText()).trim()
    assert.match(number, /^A \d{3} \d{3} \d{3}$/)
    assert.match(await page.locator('[data-announce]').innerText(), /居民身份证/, 'a screen reader hears title and conclusion')

    const followUp = await ask(page, '那要多久')
    assert.match(await followUp.innerText(), /60 日/)

    const question = await ask(page, await unclear(c.url))
    const options = await question.locator('[data-options] .chip').allInnerTexts()
    assert.ok(options.length >= 3 && options.length <= 5, `${options}`)
    assert.equal(options.at(-1), '都不是')
    await question.locator('[data-options] .chip').first().click()
    await settled(page)
    assert.equal(await question.locator('.chip[aria-pressed="true"]').innerText(), options[0])
    assert.equal(await last(page).locator('[data-options]').count(), 0, 'never two clarifications in a row')

    assert.equal(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), true, 'only the talk scrolls')
    const unknown = await ask(page, '火星怎么移民')
    assert.equal(await unknown.locator('.card').count(), 0)
    assert.ok(await unknown.getByRole('button', {name: '转人工'}).count() > 0, 'the way to a person')

    await answer.locator('summary', {hasText: '没用'}).click()
    await answer.getByRole('button', {name: '看不懂'}).click()
    await answer.locator('.feedback__done').waitFor()
    assert.match(await answer.locator('.feedback__done').innerText(), /没用.*看不懂/)
    await followUp.getByRole('button', {name: '有用'}).click()
    await followUp.locator('.feedback__done').waitFor()

    // The page that the server renders is the talk that was built by script.
    const live = await page.locator('.turn--citizen .bubble').allInnerTexts()
    await page.reload()
    assert.deepEqual(await page.locator('.turn--citizen .bubble').allInnerTexts(), live)
    assert.equal((await page.locator('.number').first().innerText()).trim(), number)
    assert.equal(await page.locator('.chip[aria-pressed="true"]').innerText(), options[0], 'the chosen one stays marked')
    await v.done()
  })
}

test('the answer can be looked up by its number, without the question', async () => {
  const v = await visit(b, desktop)
  const {page} = v
  await page.goto(c.url + '/chat')
  const answer = await ask(page, '身份证丢了咋补啊')
  const number = (await answer.locator('.number').innerText()).trim()
  await page.goto(c.url + '/answers')
  await page.fill('#no', number.toLowerCase())
  await page.getByRole('button', {name: '查一查'}).click()
  await page.locator('.card').waitFor()
  const text = await page.locator('main').innerText()
  assert.match(text, /居民身份证/)
  assert.ok(!text.includes('咋补啊'))
  await page.goto(c.url + '/answers?no=A123456789')
  assert.match(await page.locator('[role=alert]').innerText(), /没有查到/)
  await v.done()
})

test('a tap on the answer number copies it', async () => {
  const v = await visit(b, {...desktop, permissions: ['clipboard-read', 'clipboard-write']})
  const {page} = v
  await page.goto(c.url + '/chat')
  const answer = await ask(page, '身份证丢了咋补啊')
  await answer.locator('.number').click()
  await answer.getByText('已复制').waitFor()
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^A\d{9}$/)
  await v.done()
})

test('what is typed is shown as text, whatever it is', async () => {
  const v = await visit(b, desktop)
  const {page} = v
  const evil = `<img src=x onerror="document.title='bad'"><script>document.title='bad'</script>{{.}}`
  await page.goto(c.url + '/chat')
  await ask(page, evil)
  assert.equal(await page.locator('.turn--citizen .bubble').last().innerText(), evil)
  await page.reload()
  assert.equal(await page.locator('.turn--citizen .bubble').last().innerText(), evil)
  assert.equal(await page.locator('.turn img, .turn script').count(), 0)
  await page.goto(c.url + '/search?q=' + encodeURIComponent(evil))
  await page.goto(c.url + '/chat?q=' + encodeURIComponent(evil))
  assert.equal(await page.inputValue('#text'), evil)
  assert.notEqual(await page.title(), 'bad')
  await v.done()
})

test('2,000 characters: counted from 1,600, longer is not sent and stays', async () => {
  const v = await visit(b, desktop)
  const {page} = v
  await page.goto(c.url + '/chat')
  const count = page.locator('[data-count]')
  await page.fill('#text', '问'.repeat(1599))
  assert.ok(await count.isHidden())
  await page.fill('#text', '问'.repeat(1600))
  assert.match(await count.innerText(), /1,600 \/ 2,000/)
  const long = '问'.repeat(2001)
  await page.fill('#text', long)
  await page.keyboard.press('Enter')
  assert.match(await count.innerText(), /请删去 1 个字/)
  assert.equal(await page.inputValue('#text'), long)
  assert.equal(await page.getAttribute('#text', 'aria-invalid'), 'true')
  assert.equal(await page.locator('.turn--citizen').count(), 0)
  await v.done()
})

test('a draft is kept in the tab', async () => {
  const v = await visit(b, phone)
  const {page} = v
  await page.goto(c.url + '/chat')
  await page.fill('#text', '我还没写完')
  await page.goto(c.url + '/about')
  await page.goto(c.url + '/chat')
  assert.equal(await page.inputValue('#text'), '我还没写完')
  await v.done()
})

test('an answer that arrives while something else is read does not move it', async () => {
  const v = await visit(b, phone)
  const {page} = v
  await page.goto(c.url + '/chat')
  await ask(page, '身份证丢了咋补啊')
  await ask(page, '居住证怎么办')
  let release
  await page.route('**/chat', async route => {
    await new Promise(done => (release = done))
    await route.continue()
  })
  await page.fill('#text', '结婚登记要带什么')
  await page.click('.composer__send')
  await page.locator('.waiting').waitFor()
  await page.locator('[data-talk]').evaluate(e => e.scrollTo(0, 0))
  await page.waitForFunction(() => document.querySelector('[data-talk]').scrollTop === 0)
  release()
  await settled(page)
  assert.equal(await page.locator('[data-talk]').evaluate(e => e.scrollTop), 0)
  await page.getByRole('button', {name: '有新消息'}).click()
  assert.ok(await page.locator('[data-talk]').evaluate(e => e.scrollTop) > 0)
  await v.done()
})

test('waiting is said after a second', async () => {
  const v = await visit(b, phone)
  const {page} = v
  await page.goto(c.url + '/chat')
  let release
  await page.route('**/chat', async route => {
    await new Promise(done => (release = done))
    await route.continue()
  })
  await page.fill('#text', '身份证丢了咋补啊')
  await page.click('.composer__send')
  await page.getByText('正在查…').first().waitFor()
  await page.locator('.skeleton').waitFor()
  release()
  await settled(page)
  assert.equal(await page.locator('.skeleton').count(), 0)
  await v.done()
})
