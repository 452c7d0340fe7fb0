// Citizens and agents on the real program, each in a browser of their own (docs/handoff.md): nobody is left alone, nothing is said twice, nothing is lost.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {axe, browser, city, desktop, phone, visit} from './city.mjs'
import {wire} from './wire.mjs'

const times = 'offer=4s,ring=1s,first-reply=60s,lease=15s,wrap=1s,silent=60s,transfer=30s'
let b, c, operator
const opened = []
before(async () => {
  b = await browser()
  c = await city('--embedding', 'none', '--desk-times', times)
  operator = await firstLogin(c)
})
after(async () => {
  for (const v of opened) await v.context.close()
  await c?.stop()
  await b?.close()
})

/** call speaks to the program as somebody who has signed in. */
function caller(url) {
  const jar = new Map()
  return async (method, path, body) => {
    const r = await fetch(url + '/api/v1' + path, {method, body: body && JSON.stringify(body),
      headers: {'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin', Cookie: [...jar].map(([k, v]) => `${k}=${v}`).join('; ')}})
    for (const line of r.headers.getSetCookie()) jar.set(...line.split(';')[0].split(/=(.*)/s).slice(0, 2))
    const text = await r.text()
    if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${text}`)
    return text ? JSON.parse(text) : {}
  }
}

/** firstLogin changes the operator's one-time password, as everyone must. */
async function firstLogin(c) {
  const call = caller(c.url)
  const password = c.said().match(/一次性密码 ([a-z0-9-]+)/)[1]
  await call('POST', '/staff/login', {name: 'operator', password})
  await call('POST', '/staff/password', {old: password, new: '西湖边的一棵柳树下面'})
  return call
}

const accounts = new Map()
/** account makes an agent and gives them a password of their own. */
async function account(login, roles = ['agent'], team = 'general') {
  if (accounts.has(login)) return accounts.get(login)
  const made = await operator('POST', '/admin/accounts', {login, name: login, number: '', roles, team, department: '市民中心'})
  const call = caller(c.url)
  await call('POST', '/staff/login', {name: login, password: made.password})
  const password = `${login}的灵隐飞来峰一线天`
  await call('POST', '/staff/password', {old: made.password, new: password.replaceAll(login, '我')})
  const a = {...made.account, password: password.replaceAll(login, '我'), call}
  accounts.set(login, a)
  return a
}

/** sits opens the desk as an agent and makes them ready. */
async function sits(login, options = desktop, url = c.url, roles) {
  const a = await account(login, roles)
  const v = await visit(b, options)
  opened.push(v)
  await v.context.addInitScript(id => localStorage.setItem(`bangban.desk.first-day.${id}`, 'done'), a.id)
  await v.page.goto(url + '/staff/login')
  await v.page.fill('#login-name', login)
  await v.page.fill('#login-password', a.password)
  await v.page.click('.login__go')
  await v.page.waitForSelector('.work')
  await v.page.waitForFunction(() => document.querySelector('[data-lamp]')?.getAttribute('data-state') === 'live')
  if (options.viewport.width > 600) {
    await v.page.keyboard.press('F2')
    await v.page.waitForSelector('.status--ready')
  } else await a.call('POST', '/desk/seat', {status: 'ready'})
  return {...v, ...a}
}

async function leaves(v) {
  await v.call('POST', '/desk/handover', {items: ((await v.call('GET', '/desk/state')).talks ?? []).map(t => ({talk: t.id, to: 'team'}))})
  await v.call('POST', '/desk/seat', {status: 'offline'})
  opened.splice(opened.indexOf(v), 1)
  await v.done()
}

async function comes(options = phone, url = c.url) {
  const v = await visit(b, options)
  opened.push(v)
  await v.page.goto(url + '/chat')
  return v
}

async function says(page, text) {
  await page.fill('#text', text)
  await page.click('.composer__send')
  await page.waitForFunction(() => !document.querySelector('.turn--sending'))
}

const heard = (page, words) => page.locator('.turn').filter({hasText: words}).first().waitFor()

/** replies types and sends on the desk. */
async function replies(page, text) {
  await page.waitForSelector('#reply')
  await page.fill('#reply', text)
  await page.focus('#reply')
  await page.keyboard.press('Control+Enter')
  await page.locator('.turn').filter({hasText: text}).first().waitFor()
}

async function accepts(page) {
  await page.locator('.offer').getByRole('button', {name: /接起/}).first().click()
  try {
    await page.waitForSelector('#reply', {timeout: 4000})
  } catch (e) {
    if (process.env.BANGBAN_SHOTS) await page.screenshot({path: process.env.BANGBAN_SHOTS + '/stuck.png'})
    throw e
  }
}

test('asked, handed over, accepted, answered, resolved, rated badly, opened again', async () => {
  const citizen = await comes()
  await says(citizen.page, '转人工')
  await heard(citizen.page, '已为您登记') // nobody sits yet: a promise, at once
  assert.match(await citizen.page.locator('.turn--machine').last().textContent(), /编号 P \d{3} \d{3} \d{3}，查询码 \d{6}/)
  const agent = await sits('lin')
  await says(citizen.page, '转人工')
  await heard(citizen.page, '正在为您转人工')
  await agent.page.locator('.offer').waitFor()
  assert.match(await agent.page.locator('.offer').textContent(), /只有您空闲/)
  await accepts(agent.page)
  await heard(citizen.page, `${agent.number} 号坐席（市民中心）为您服务`)
  await citizen.page.locator('[data-who]').filter({hasText: '为您服务'}).waitFor()
  await replies(agent.page, '您好，请问是哪一区？')
  await citizen.page.locator('.turn--person').filter({hasText: '请问是哪一区'}).waitFor()
  await agent.page.getByText(/已读|已送达/).first().waitFor()
  await says(citizen.page, '上城区<b>粗</b>')
  await agent.page.locator('.turn').filter({hasText: '上城区<b>粗</b>'}).first().waitFor()
  assert.equal(await agent.page.locator('.turn b', {hasText: '粗'}).count(), 0, 'what people type is text')
  assert.equal(await citizen.page.locator('.turn--machine').count(), 3, 'the machine is silent while a person serves') // greeting, promise, queue
  await agent.page.keyboard.press('Escape')
  await agent.page.keyboard.press('e')
  await agent.page.waitForSelector('[role=dialog]')
  const topic = agent.page.locator('[role=dialog] input[list]')
  await topic.fill('居住证')
  await agent.page.keyboard.press('Tab')
  await agent.page.locator('input[value=solved]').check()
  await agent.page.keyboard.press('Control+Enter')
  await heard(citizen.page, '您满意吗')
  await axe(citizen.page, 'rating')
  await citizen.page.getByRole('button', {name: '很不满意'}).click()
  await heard(citizen.page, '抱歉没帮到您')
  await citizen.page.locator('.stars').waitFor({state: 'detached'})
  const other = await sits('wang')
  await other.page.locator('.offer').waitFor()
  assert.match(await other.page.locator('.offer').textContent(), /重办/)
  await accepts(other.page)
  await replies(other.page, '我接着帮您办。')
  await heard(citizen.page, '我接着帮您办')
  await citizen.page.reload() // leaves and comes back: the same talk
  await heard(citizen.page, '我接着帮您办')
  await axe(other.page, 'desk')
  await leaves(agent)
  await leaves(other)
})

test('two agents take one talk: one has it, the other is told who', async () => {
  const one = await account('lin'), two = await account('wang')
  await one.call('POST', '/desk/seat', {status: 'busy'})
  await two.call('POST', '/desk/seat', {status: 'busy'})
  const asked = await (await fetch(c.url + '/api/v1/ask', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({text: '转人工'})})).json()
  assert.equal(asked.state, 'queued')
  const got = await Promise.allSettled([one, two].map(a => a.call('POST', `/desk/talks/${asked.conversation_id}/claim`, {})))
  assert.equal(got.filter(g => g.status === 'fulfilled').length, 1)
  assert.match(String(got.find(g => g.status === 'rejected').reason), new RegExp(`已由 (${one.number}|${two.number}) 接起`))
  for (const a of [one, two]) {
    await a.call('POST', '/desk/handover', {items: [{talk: asked.conversation_id, to: 'team'}]})
    await a.call('POST', '/desk/seat', {status: 'offline'})
  }
})

test('a tab that dies: the draft is there after a reload; without one another agent gets the talk with it', async () => {
  const agent = await sits('lin')
  const citizen = await comes(desktop)
  await says(citizen.page, '转人工')
  await accepts(agent.page)
  await agent.page.fill('#reply', '我写到一半')
  await agent.page.waitForResponse(r => r.url().includes('/draft') && r.request().method() === 'PUT')
  await agent.page.reload()
  await agent.page.waitForFunction(() => document.querySelector('#reply')?.value === '我写到一半')
  const other = await sits('wang')
  await agent.context.close() // gone, and does not come back
  opened.splice(opened.indexOf(agent), 1)
  await other.page.locator('.offer').waitFor({timeout: 30_000})
  await heard(citizen.page, '正在为您换一位')
  await accepts(other.page)
  await other.page.getByText('未发送').first().waitFor()
  await leaves(other)
})

test('a wire that is cut: both sides have the same talk afterwards, each turn once', async () => {
  const w = await wire(new URL(c.url).port)
  const url = `http://127.0.0.1:${w.port}`
  const agent = await sits('lin')
  const citizen = await comes(desktop, url)
  await says(citizen.page, '转人工')
  await accepts(agent.page)
  await replies(agent.page, '第一句')
  await heard(citizen.page, '第一句')
  w.cut(true)
  for (const n of ['第二句', '第三句', '第四句']) await replies(agent.page, n)
  w.cut(false)
  await heard(citizen.page, '第四句')
  const texts = await citizen.page.locator('.turn--person .bubble').allTextContents()
  assert.deepEqual(texts.map(t => t.trim()), ['第一句', '第二句', '第三句', '第四句'])
  await leaves(agent)
  await w.close()
})

test('a transfer that is declined leaves the talk where it is; one that is accepted moves it', async () => {
  const agent = await sits('lin')
  const citizen = await comes(desktop)
  await says(citizen.page, '转人工')
  await accepts(agent.page)
  await replies(agent.page, '我在')
  const other = await sits('wang')
  const id = (await agent.call('GET', '/desk/state')).talks[0].id
  await agent.call('POST', `/desk/talks/${id}/transfer`, {kind: 'agent', to: other.id, reason: '要查社保'})
  await other.page.getByText('要查社保').first().waitFor()
  await other.call('POST', `/desk/talks/${id}/transfer/decline`, {reason: '正忙'})
  assert.equal((await agent.call('GET', '/desk/state')).talks[0].agent, agent.id)
  await agent.call('POST', `/desk/talks/${id}/transfer`, {kind: 'agent', to: other.id, reason: '还是您来'})
  await other.page.getByText('还是您来').first().waitFor()
  await other.call('POST', `/desk/talks/${id}/transfer/accept`, {})
  await heard(citizen.page, `已转给${other.number} 号坐席`)
  await other.page.locator('.row').first().click()
  await replies(other.page, '我来看')
  await heard(citizen.page, '我来看')
  // A supervisor takes it over at once; the machine stays silent.
  await operator('POST', '/desk/seat', {status: 'ready'})
  await operator('POST', `/desk/talks/${id}/take-over`, {})
  await heard(citizen.page, '已转给8001 号坐席')
  await says(citizen.page, '身份证丢了怎么办')
  assert.equal(await citizen.page.locator('.turn--machine .card').count(), 0)
  await operator('POST', `/desk/talks/${id}/reply`, {text: '请到派出所补领。', key: 'k1'})
  await operator('POST', `/desk/talks/${id}/hand-back`, {})
  await heard(citizen.page, '由智能客服继续为您服务')
  await operator('POST', '/desk/seat', {status: 'offline'})
  await leaves(agent)
  await leaves(other)
})

test('the citizen closes the page, the agent answers, the citizen comes back', async () => {
  const agent = await sits('lin')
  const citizen = await comes(desktop)
  await says(citizen.page, '转人工')
  await accepts(agent.page)
  await citizen.page.goto('about:blank')
  await replies(agent.page, '材料要带户口簿。')
  assert.equal(await agent.page.getByText('已读').count(), 0)
  await citizen.page.goto(c.url + '/chat')
  await heard(citizen.page, '材料要带户口簿')
  await agent.page.locator('.turn').filter({hasText: '材料要带户口簿'}).getByText(/已读|已送达/).waitFor()
  await leaves(agent)
})

test('pictures go both ways', async () => {
  const agent = await sits('lin')
  const citizen = await comes()
  const png = {name: '现场.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGPQiFqAFTEMLQkANmxIgVKCRJUAAAAASUVORK5CYII=', 'base64')}
  await citizen.page.setInputFiles('[data-file] input', png)
  await heard(citizen.page, '文件已收到') // a talk was opened for it, and the page is in it
  assert.equal(await citizen.page.locator('.turn--citizen .sent-file img').count(), 1)
  await citizen.page.setInputFiles('[data-file] input', {name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('<html>')})
  await citizen.page.locator('[data-state]').filter({hasText: '只能发图片'}).waitFor()
  await says(citizen.page, '转人工')
  await accepts(agent.page)
  const seen = agent.page.locator('.turn--citizen .turn__file img')
  await seen.first().waitFor()
  await agent.page.waitForFunction(() => document.querySelector('.turn--citizen .turn__file img')?.naturalWidth === 8)
  await agent.page.setInputFiles('.composer__file input', {...png, name: '样表.png'})
  const came = citizen.page.locator('.turn--person .sent-file img')
  await came.waitFor()
  await citizen.page.waitForFunction(() => document.querySelector('.turn--person .sent-file img')?.naturalWidth === 8)
  await axe(citizen.page, 'chat with pictures')
  await axe(agent.page, 'desk with pictures')
  const shots = process.env.BANGBAN_SHOTS
  if (shots) {
    await agent.page.screenshot({path: `${shots}/desk-file-1440.png`})
    await citizen.page.screenshot({path: `${shots}/chat-file-390.png`})
  }
  await leaves(agent)
})

test('the screens at both widths', async () => {
  const agent = await sits('lin')
  const citizen = await comes()
  await says(citizen.page, '身份证丢了怎么补')
  await says(citizen.page, '转人工')
  await accepts(agent.page)
  await replies(agent.page, '您好，补领要带户口簿，我把地点发给您。')
  await heard(citizen.page, '补领要带户口簿')
  const small = await sits('chen', {viewport: {width: 390, height: 844}})
  await axe(small.page, 'desk at 390')
  const shots = process.env.BANGBAN_SHOTS
  if (shots) {
    await agent.page.screenshot({path: `${shots}/desk-1440.png`})
    await citizen.page.screenshot({path: `${shots}/chat-390.png`})
    await small.page.screenshot({path: `${shots}/desk-390.png`})
  }
  assert.ok(await small.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
  await leaves(small)
  await leaves(agent)
})
