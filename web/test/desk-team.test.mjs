// Several people at desks: one talk has one owner, whoever else is there can be seen, nothing is dropped between shifts.
import assert from 'node:assert/strict'
import {after, afterEach, before, beforeEach, test} from 'node:test'
import {browser} from './city.mjs'
import {fake} from './desk-fake.mjs'
import {eventually, seat, turns} from './desk-visit.mjs'

let b, city
const open = []
before(async () => { b = await browser() })
after(() => b?.close())
beforeEach(async () => { city = await fake() })
afterEach(async () => {
  for (const v of open.splice(0)) await v.done()
  await city.stop()
})

async function sit(number) {
  const v = await seat(b, city, number)
  open.push(v)
  return v.page
}
const serving = (text, agent, more) => city.world.serve(city.world.ask(text, more).id, agent)
const row = page => page.locator('.row__open').first()
async function choose(page, label, option) {
  await page.getByRole('combobox', {name: label}).click()
  await page.getByRole('option', {name: option}).click()
}

test('two agents take the same talk at once: one has it, the other is told who', async () => {
  const [a, c] = [await sit('8012'), await sit('8015')]
  const talk = city.world.ask('能先交吗')
  for (const p of [a, c]) {
    await p.getByRole('tab', {name: /等您接/}).click()
    await p.locator('.row__claim').waitFor()
  }
  await Promise.all([a, c].map(p => p.evaluate(() => document.querySelector('.row__claim').click())))
  await eventually('somebody has it', () => talk.state === 'serving')
  const winner = talk.agent === 'u8012' ? a : c
  const loser = winner === a ? c : a
  await winner.waitForSelector('#reply')
  await loser.getByText(`已由 ${talk.agent === 'u8012' ? '8012' : '8015'} 接起。`).waitFor()
  assert.equal(await loser.locator('#reply').count(), 0)
})

test('a transfer needs a reason and somebody who accepts; refused, it stays', async () => {
  const [a, c] = [await sit('8012'), await sit('8015')]
  const talk = serving('公积金怎么提', 'u8012', {topic: '公积金提取'})
  city.world.seats.get('u8015').status = 'ready'
  await row(a).click()
  await a.waitForSelector('#reply')
  await a.keyboard.press('Escape')
  await a.getByRole('button', {name: /^转接/}).click()
  await a.locator('[role=dialog]').getByRole('button', {name: '转接', exact: true}).click()
  await a.getByText('请选转给谁。').waitFor()
  await a.getByLabel('同事').check()
  await choose(a, '转给谁', /8015/)
  await a.locator('[role=dialog]').getByRole('button', {name: '转接', exact: true}).click()
  await a.getByText('请写一句为什么转').waitFor()
  await a.fill('#transfer-reason', '要查公积金账户')
  await a.locator('[role=dialog]').getByRole('button', {name: '转接', exact: true}).click()
  await a.getByText('对方接下以前仍由您服务。').first().waitFor()
  const card = c.locator('.offer--transfer')
  await card.getByText('要查公积金账户').waitFor()
  assert.match(await card.textContent(), /8012 号转来/)
  await card.getByRole('button', {name: '不接'}).click()
  await card.waitFor({state: 'detached'})
  assert.equal(talk.agent, 'u8012')
  await a.locator('.strip', {hasText: '正在转给'}).waitFor({state: 'detached'})
  city.world.agent('u8015').team = '公积金组'
  await a.locator('[role=dialog]').waitFor({state: 'hidden'})
  await a.getByRole('button', {name: /^转接/}).click()
  await choose(a, '转给谁', '公积金组')
  await a.fill('#transfer-reason', '请公积金组看一下')
  await a.locator('[role=dialog]').getByRole('button', {name: '转接', exact: true}).click()
  await card.getByRole('button', {name: '接下'}).click()
  await c.waitForSelector('#reply')
  assert.deepEqual(await turns(c), talk.turns.filter(t => t.author !== 'system').map(t => t.text))
  await a.waitForFunction(() => document.querySelectorAll('#reply').length === 0)
})

test('a helper is asked in, writes, and leaves; the talk stays with its owner', async () => {
  const [a, c] = [await sit('8012'), await sit('8015')]
  city.world.seats.get('u8015').status = 'ready'
  const talk = serving('能先交吗', 'u8012')
  await row(a).click()
  await a.getByRole('button', {name: /^协助/}).click()
  await a.getByLabel(/8015/).check()
  await a.getByRole('button', {name: '请他协助'}).click()
  await a.getByText('8015 号在协助。').waitFor()
  await c.locator('.row__open', {hasText: '协助'}).click()
  await c.getByText('您在协助 8012 号。').waitFor()
  await c.fill('#reply', '我来补充')
  await c.keyboard.press('Control+Enter')
  await a.locator('.turn--agent').getByText('我来补充').waitFor()
  assert.match(await a.locator('.turn--agent .turn__by').textContent(), /8015 号坐席/)
  await c.getByRole('button', {name: '退出协助'}).click()
  await c.waitForFunction(() => !document.querySelector('#reply'))
  assert.equal(talk.agent, 'u8012')
})

test('hand back: the machine goes on', async () => {
  const a = await sit('8012')
  const talk = serving('能先交吗', 'u8012')
  await row(a).click()
  await a.waitForSelector('#reply')
  await a.keyboard.press('b')
  await a.getByRole('button', {name: '交回', exact: true}).click()
  await eventually('the machine has it', () => talk.state === 'machine')
  await a.getByText('现在由智能客服应答，您只能看。').waitFor()
})

test('the supervisor: wall, listening that the agent can see, take-over, status, notice, another team', async () => {
  const [s, a] = [await sit('8001'), await sit('8012')]
  city.world.seats.get('u8012').status = 'ready'
  const talk = serving('能先交吗', 'u8012', {waited: 90_000})
  await row(a).click()
  await s.getByRole('button', {name: /8001/}).click()
  await s.getByRole('menuitem', {name: '班长看板'}).click()
  const line = s.locator('tr', {hasText: '王*'})
  await line.getByRole('button', {name: /旁听/}).click()
  await s.waitForSelector('.timeline')
  await a.locator('[data-listening]').getByText('班长 8001 正在旁听。').waitFor()
  assert.equal(await s.locator('#reply').count(), 0, 'who listens cannot speak')
  await s.getByRole('button', {name: '接管'}).click()
  await s.waitForSelector('#reply')
  assert.equal(talk.agent, 'u8001')
  await a.waitForFunction(() => !document.querySelector('#reply'))
  await s.goto(city.url + '/staff/wall')
  const waiting = city.world.ask('提取公积金', {citizen: '孙*', declined: ['u8012', 'u8015', 'u8001']})
  await s.locator('tr', {hasText: '孙*'}).getByRole('button', {name: /改派/}).click()
  await s.selectOption('#reroute-team', '公积金组')
  await s.locator('[role=dialog]').getByRole('button', {name: '改派', exact: true}).click()
  await eventually('it waits for another team', () => waiting.team === '公积金组')
  await s.locator('[role=dialog]').waitFor({state: 'hidden'})
  await s.getByLabel('改 8012 号的状态').selectOption('busy')
  await a.waitForSelector('.status--busy')
  await s.fill('#notice-text', '医保系统在维护，预计 11:00 恢复')
  await s.getByRole('button', {name: '发出'}).click()
  await a.locator('.strip').getByText('医保系统在维护').waitFor()
})

test('going offline with open talks leads to the handover; the next shift acknowledges', async () => {
  const [a, c] = [await sit('8012'), await sit('8015')]
  const talk = serving('能先交吗', 'u8012')
  city.world.seats.get('u8015').status = 'ready'
  await a.waitForSelector('.row')
  await a.locator('.status .menu__button').click()
  await a.getByRole('menuitemradio', {name: '离线'}).click()
  await a.waitForSelector('#handover-mine')
  assert.equal(await a.getByRole('button', {name: '都交好了，离线'}).isDisabled(), true)
  await a.getByRole('button', {name: '交出', exact: true}).click()
  await a.getByText('还没有选交给谁').waitFor()
  await a.getByLabel(/交给谁/).selectOption('u8015')
  await a.getByRole('button', {name: '交出', exact: true}).click()
  await c.getByText('上一班交给您 1 件，请确认。').waitFor()
  assert.equal(talk.agent, 'u8012', 'until it is acknowledged it stays')
  await c.getByRole('link', {name: '去确认'}).click()
  await c.getByRole('button', {name: '确认接下'}).click()
  await eventually('it has a new owner', () => talk.agent === 'u8015')
  await a.reload()
  await a.getByRole('button', {name: '都交好了，离线'}).click()
  await a.waitForSelector('.status--offline')
})

test('the call-back list: not reached, reached, take up', async () => {
  const a = await sit('8012')
  const talk = city.world.ask('继承公证是否必须', {topic: '不动产登记', citizen: '周*', declined: ['u8012']})
  talk.state = 'promised'
  city.world.promises.set('P306128445', {no: 'P306128445', talk: talk.id, channel: 'portal', citizen: '周*', phone: '139****1111', topic: '不动产登记', text: '约了回拨', due_at: new Date(Date.now() - 60_000).toISOString(), state: 'open', overdue: true})
  await a.goto(city.url + '/staff/promises')
  await a.getByText('已超时').waitFor()
  await a.getByRole('button', {name: '没联系上', exact: true}).click()
  await a.getByLabel('联系的情况').fill('无人接听')
  await a.getByLabel('什么时候再联系').fill('2030-01-02T10:30')
  await a.getByRole('button', {name: '记下'}).click()
  await a.getByText('8012：无人接听').waitFor()
  assert.equal(city.world.promises.get('P306128445').next_at, '2030-01-02T10:30:00+08:00')
  await a.getByRole('button', {name: '接手'}).click()
  await a.waitForSelector('#reply')
  assert.equal(talk.agent, 'u8012')
})

test('search over talks and knowledge', async () => {
  const a = await sit('8012')
  serving('我登记还差十天满半年', 'u8012')
  await a.locator('.row').waitFor()
  await a.keyboard.press('/')
  await a.waitForSelector('#search-q:focus')
  await a.keyboard.type('十天')
  await a.locator('.search__hit').first().click()
  await a.waitForSelector('#reply')
  await a.keyboard.press('Escape')
  await a.keyboard.press('/')
  await a.getByLabel('知识').check()
  await a.fill('#search-q', '居住证')
  await a.getByRole('button', {name: /放进输入框/}).click()
  assert.match(await a.locator('#reply').inputValue(), /居住登记满半年/)
  await a.locator('[role=dialog]').waitFor({state: 'hidden'})
  await a.keyboard.press('Escape')
  await a.keyboard.press('/')
  await a.fill('#search-q', '没有的事')
  await a.getByText('没有找到“没有的事”').waitFor()
})

test('the account: second factor with its code to scan, sessions, looks, the switch for single letters', async () => {
  const a = await sit('8012')
  await a.goto(city.url + '/staff/account')
  await a.getByRole('button', {name: '开启两步登录'}).click()
  await a.locator('svg.qr path').waitFor()
  await a.fill('#totp-code', '246 810')
  await a.getByRole('button', {name: '确认', exact: true}).click()
  await a.getByText('7f3k-1000').waitFor()
  await a.getByRole('button', {name: '抄好了'}).click()
  await a.getByText('已开启。').waitFor()
  await a.getByRole('button', {name: '退出那边'}).click()
  await a.getByText('那边已退出。').waitFor()
  await a.getByLabel('深色').check()
  assert.equal(await a.evaluate(() => document.documentElement.dataset.theme), 'dark')
  await a.getByLabel('用单个字母的快捷键').uncheck()
  await a.goto(city.url + '/staff')
  await a.waitForSelector('.work')
  await a.keyboard.press('/')
  await a.keyboard.press('F1')
  await a.getByRole('dialog', {name: '全部按键'}).waitFor()
  assert.equal(await a.locator('#search-q').count(), 0)
})
