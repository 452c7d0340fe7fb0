// Live updates on the desk: nothing lost, nothing twice, and a desk that cannot hear says so.
import assert from 'node:assert/strict'
import {after, afterEach, before, beforeEach, test} from 'node:test'
import {browser, desktop} from './city.mjs'
import {fake} from './desk-fake.mjs'
import {announced, eventually, seat, turns} from './desk-visit.mjs'

let b, city, v, page, talk
before(async () => { b = await browser() })
after(() => b?.close())
beforeEach(async () => {
  city = await fake()
  talk = city.world.ask('能先交吗')
  city.world.serve(talk.id, 'u8012')
  v = await seat(b, city, '8012', desktop)
  page = v.page
  await page.locator('.row__open').first().click()
  await page.waitForSelector('#reply')
})
afterEach(async () => {
  await v.done()
  await city.stop()
})
const whole = () => talk.turns.filter(t => t.author !== 'system').map(t => t.text)
const lamp = state => page.waitForFunction(s => document.querySelector('[data-lamp]').dataset.state === s, state, {timeout: 45_000})

test('after a cut everything comes, once and in order', async () => {
  for (let round = 0; round < 3; round++) {
    city.world.cut()
    for (let i = 0; i < 10; i++) city.world.say(talk.id, `第 ${round} 次断线时的第 ${i} 句`)
    await eventually('it came', async () => (await turns(page)).length === whole().length, 10_000)
  }
  assert.deepEqual(await turns(page), whole())
  await lamp('live')
})

test('two tabs share one connection; when the first closes, the second goes on from where it was', async () => {
  const second = await v.context.newPage()
  await second.goto(`${city.url}/staff/talk/${talk.id}`)
  await second.waitForSelector('#reply')
  city.world.say(talk.id, '两边都看得到')
  for (const p of [page, second]) await p.locator('.timeline').getByText('两边都看得到').waitFor()
  assert.equal(city.world.streams.size, 1)
  await page.close()
  city.world.say(talk.id, '换了一个标签页')
  await second.locator('.timeline').getByText('换了一个标签页').waitFor()
  assert.equal(city.world.streams.size, 1)
  assert.deepEqual(await turns(second), whole())
})

test('resync fetches the state afresh and keeps what is being typed', async () => {
  await page.locator('#reply').pressSequentially('写了一半')
  city.world.floor = city.world.seq + 50
  city.world.cut()
  city.world.turn(talk, 'citizen', '没有事件的一句')
  city.world.seq += 100
  await page.locator('.timeline').getByText('没有事件的一句').waitFor({timeout: 15_000})
  assert.equal(await page.locator('#reply').inputValue(), '写了一半')
  await lamp('live')
})

test('a gap in the numbers is noticed', async () => {
  city.world.turn(talk, 'citizen', '这一句的事件丢了')
  for (const s of city.world.streams) s.sent += 5
  city.world.seq += 5
  city.world.say(talk.id, '下一句')
  await page.locator('.timeline').getByText('这一句的事件丢了').waitFor()
  assert.deepEqual(await turns(page), whole())
})

test('half open for 30 seconds: the desk says that it is blind, gives up its lease, and catches up', {timeout: 90_000}, async () => {
  await page.keyboard.press('Escape')
  await page.keyboard.press('F2')
  await page.waitForSelector('.status--ready')
  await eventually('the lease is renewed', () => city.world.leases?.length > 0, 15_000)
  city.world.hold(true)
  city.world.say(talk.id, '线上没有声音')
  await lamp('blind')
  assert.match(await page.locator('.strip--danger').textContent(), /实时连接断了 \d+ 秒。正在重连，期间请不要承诺结果。/)
  const silent = city.world.leases.length
  await page.waitForFunction(() => Number(/断了 (\d+) 秒/.exec(document.querySelector('.strip--danger').textContent)[1]) >= 42, undefined, {timeout: 30_000})
  assert.equal(city.world.leases.length, silent, 'a blind desk renews no lease')
  city.world.hold(false)
  city.world.beat()
  await lamp('live')
  await page.locator('.timeline').getByText('线上没有声音').waitFor()
  assert.deepEqual(await turns(page), whole())
})

test('a new build is offered, not forced; reloading waits until nothing is open', async () => {
  city.world.build = 'next'
  city.world.beat()
  await page.getByText('有新版本，空闲时刷新。').waitFor()
  assert.equal(await page.getByRole('button', {name: '刷新'}).isDisabled(), true)
})

test('what happens is said to screen readers, and stands in the title until it is seen', async () => {
  const other = city.world.ask('噪声没人管', {citizen: '李*', topic: '噪声投诉'})
  city.world.serve(other.id, 'u8012')
  city.world.say(other.id, '昨晚又施工到一点')
  await announced(page, '李* · 噪声投诉 有新消息。')
  assert.match(await page.title(), /^\(1\)/)
  city.world.say(talk.id, '我在等')
  await announced(page, '王*说：我在等')
  assert.match(await page.title(), /^\(1\)/)
  await page.getByText('李* · 噪声投诉').click()
  await page.waitForFunction(() => !document.title.startsWith('('))
})

test('an ended session leads to log-in and back to the same talk', async () => {
  await page.locator('#reply').pressSequentially('写了一半')
  await eventually('the draft is kept', () => talk.drafts.u8012 === '写了一半')
  city.world.sessions.clear()
  await page.locator('#reply').pressSequentially('再写')
  await page.waitForSelector('#login-name')
  await page.getByText('登录已过期').waitFor()
  await page.fill('#login-name', '8012')
  await page.fill('#login-password', 'pass-8012-word')
  await page.click('.login__go')
  await page.waitForFunction(() => document.querySelector('#reply')?.value.startsWith('写了一半'))
})
