// A promise from its making to its answer, as a citizen without script sees it, and an agent who calls back (docs/promises.md).
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {axe, browser, city, desktop, fits, phone, visit} from './city.mjs'

let b, c, agent
before(async () => {
  [b, c] = await Promise.all([browser(), city('--embedding', 'none')])
  const operator = caller()
  const password = c.said().match(/一次性密码 ([a-z0-9-]+)/)[1]
  await operator('POST', '/staff/login', {name: 'operator', password})
  await operator('POST', '/staff/password', {old: password, new: '西湖边的一棵柳树下面'})
  const made = await operator('POST', '/admin/accounts', {login: 'lin', name: 'lin', number: '', roles: ['agent'], team: 'general', department: '市民中心'})
  agent = caller()
  await agent('POST', '/staff/login', {name: 'lin', password: made.password})
  await agent('POST', '/staff/password', {old: made.password, new: '灵隐寺对面飞来峰的一线天'})
})
after(async () => { await b?.close(); await c?.stop() })

/** caller speaks to the program as somebody who has signed in. */
function caller() {
  const jar = new Map()
  return async (method, path, body) => {
    const r = await fetch(c.url + '/api/v1' + path, {method, body: body && JSON.stringify(body),
      headers: {'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin', Cookie: [...jar].map(([k, v]) => `${k}=${v}`).join('; ')}})
    for (const line of r.headers.getSetCookie()) jar.set(...line.split(';')[0].split(/=(.*)/s).slice(0, 2))
    const text = await r.text()
    if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${text}`)
    return text ? JSON.parse(text) : {}
  }
}

/** promised asks for a person while nobody sits, and returns what was told. */
async function promised(page) {
  await page.goto(c.url + '/chat')
  for (const text of ['新生儿怎么上户口', '转人工']) {
    await page.fill('#text', text)
    await page.getByRole('button', {name: '发送'}).click()
  }
  const told = /编号 (P \d{3} \d{3} \d{3})，查询码 (\d{6})/.exec(await page.locator('.turn--machine').last().innerText())
  assert.ok(told, 'number and code are told')
  return {no: told[1], code: told[2]}
}

async function look(page, no, code) {
  await page.fill('#no', no)
  await page.fill('#code', code)
  await page.getByRole('button', {name: '查一查'}).click()
}

async function shot(page, name) {
  if (process.env.BANGBAN_SHOTS) await page.screenshot({path: `${process.env.BANGBAN_SHOTS}/progress-${name}.png`, fullPage: true})
}

test('told, looked up, reachable, tried, answered', async () => {
  const v = await visit(b, {...phone, javaScriptEnabled: false})
  const {page} = v
  const {no, code} = await promised(page)
  await page.getByRole('link', {name: '查这件事的进度'}).click()
  assert.equal((await page.inputValue('#no')).replaceAll(' ', ''), no.replaceAll(' ', ''), 'the number is there already')
  await look(page, no, code === '000000' ? '000001' : '000000')
  assert.match(await page.locator('[role=alert]').innerText(), /没有查到/)
  assert.equal(await page.inputValue('#no'), no, 'what was typed stays')
  await look(page, no.toLowerCase().replaceAll(' ', '-'), code)
  assert.match(await page.locator('#found').innerText(), /等待回复/)

  await page.fill('#phone', '12345')
  await page.fill('#wish', '下午 3 点以后')
  await page.getByRole('button', {name: '记下', exact: true}).click()
  assert.match(await page.locator('#reach-problem').innerText(), /请填手机号/)
  assert.equal(await page.inputValue('#wish'), '下午 3 点以后', 'what was typed stays')
  await page.fill('#phone', '138 0013 8000')
  await page.getByRole('button', {name: '记下', exact: true}).click()
  assert.match(await page.locator('[role=status]').innerText(), /已经记下/)
  assert.match(await page.locator('#phone-hint').innerText(), /138\*{4}8000/)
  assert.doesNotMatch(await page.content(), /138 ?0013 ?8000/)

  await agent('GET', '/desk/state') // sits down
  const mine = (await agent('GET', '/desk/promises')).promises.find(p => p.no === no.replaceAll(' ', ''))
  assert.equal(mine.phone, '138****8000')
  assert.equal(mine.wish, '下午 3 点以后')
  assert.equal(mine.text, '新生儿怎么上户口')
  assert.equal((await agent('POST', `/desk/talks/${mine.talk}/reveal`, {field: 'phone'})).value, '13800138000')
  await agent('POST', `/desk/promises/${mine.no}/attempt`, {note: '占线', next_at: new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '')})
  await look(page, no, code)
  assert.match(await page.locator('.facts').innerText(), /没有接通，约 \d{4}-\d\d-\d\d \d\d:\d\d 再联系/)
  await shot(page, 'tried-390')
  await agent('POST', '/desk/seat', {status: 'ready'})
  await agent('POST', `/desk/promises/${mine.no}/claim`, {})
  await agent('POST', `/desk/talks/${mine.talk}/reply`, {text: '带出生医学证明和户口簿，到派出所办。', key: 'progress'})
  await agent('POST', `/desk/talks/${mine.talk}/resolve`, {topic: '户籍', outcome: 'solved'})
  await agent('POST', '/desk/seat', {status: 'offline'})
  await look(page, no, code)
  assert.match(await page.locator('#found').innerText(), /已回复/)
  assert.match(await page.locator('.facts').innerText(), /带出生医学证明和户口簿/)
  assert.equal(await page.locator('#reach').count(), 0, 'nobody needs the number any more')
  assert.doesNotMatch(await page.content(), /138\*{4}8000/)
  await v.done()
})

test('five wrong codes, and the sentence says how long', async () => {
  const v = await visit(b, {...desktop, javaScriptEnabled: false})
  const {page} = v
  const {no, code} = await promised(page)
  await page.goto(c.url + '/progress')
  for (let i = 0; i < 5; i++) await look(page, no, code === '000000' ? '000001' : '000000')
  await look(page, no, code)
  assert.match(await page.locator('[role=alert]').innerText(), /15 分钟/)
  assert.equal(await page.locator('#found').count(), 0)
  await v.done()
})

for (const [mode, query] of Object.entries({light: 'theme=light', dark: 'theme=dark', contrast: 'theme=contrast', elder: 'theme=light&elder=1'}))
  test(`axe finds nothing, and it fits: ${mode}`, async () => {
    for (const [width, screen] of [[390, phone], [1440, desktop]]) {
      const v = await visit(b, screen)
      const {page} = v
      const r = await (await fetch(c.url + '/api/v1/ask', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{"text":"转人工"}'})).json()
      const [, no, code] = /编号 (P[ \d]+)，查询码 (\d{6})/.exec(r.text)
      await page.goto(`${c.url}/about?${query}`)
      await page.goto(c.url + '/progress')
      const good = async what => {
        await axe(page, `${mode} ${width} ${what}`)
        await fits(page, `${mode} ${width} ${what}`)
        await shot(page, `${mode}-${width}-${what}`)
      }
      await good('empty')
      await look(page, no, '1')
      await good('wrong')
      await look(page, no, code)
      await page.fill('#phone', '1')
      await page.getByRole('button', {name: '记下', exact: true}).click()
      await good('refused')
      await page.fill('#phone', '0571-87654321')
      await page.fill('#wish', '上班时间都可以，周三除外，请多响几声，我走得慢')
      await page.getByRole('button', {name: '记下', exact: true}).click()
      await good('saved')
      await v.done()
    }
  })
