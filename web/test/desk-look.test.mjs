// How the desk looks: axe on every screen, both widths, both sizes of type, every theme; narrow screens; what a first visit weighs.
// Screenshots go to BANGBAN_SHOTS, if it is set: they are for looking at.
import assert from 'node:assert/strict'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, afterEach, before, beforeEach, test} from 'node:test'
import {gzipSync} from 'node:zlib'
import {axe, browser, desktop, fits, phone} from './city.mjs'
import {fake} from './desk-fake.mjs'
import {seat} from './desk-visit.mjs'

let b, city, talk
before(async () => { b = await browser() })
after(() => b?.close())
beforeEach(async () => {
  city = await fake()
  const w = city.world
  talk = w.ask('我登记还差十天满半年，能先交吗')
  w.serve(talk.id, 'u8001')
  w.turn(talk, 'agent:u8001', '您好，我是 8001 号坐席。您前面问的我都看到了，正在核对满半年的算法，请等我一分钟。', {number: '8001', deliveries: [{recipient: 'citizen', state: 'delivered'}]})
  talk.notes.push({id: 'n0', agent: 'u8001', number: '8001', text: '已问公安窗口：从登记日起算满 6 个月当天可交。', at: new Date().toISOString()})
  const second = w.ask('昨晚又施工到一点，没人管', {citizen: '李*', topic: '噪声投诉', flags: ['bad_rating'], waited: 161_000})
  w.serve(second.id, 'u8001')
  const third = w.ask('医保怎么转', {citizen: '赵**', topic: '医保转移', channel: 'wechat', flags: ['elder']})
  w.serve(third.id, 'u8001')
  third.state = 'waiting'
  third.unanswered = 0
  w.ask('公积金提取', {citizen: '钱*', topic: '公积金提取', declined: ['u8012', 'u8015', 'u8001'], waited: 108_000})
  w.promises.set('P306128445', {no: 'P306128445', talk: third.id, channel: 'portal', citizen: '周*', phone: '139****1111', topic: '不动产登记', text: '约了回拨：继承公证是否必须', due_at: new Date(Date.now() + 900_000).toISOString(), state: 'open', tries: 1, attempts: [{at: new Date().toISOString(), number: '8012', note: '无人接听'}]})
  w.notices.push({id: 'm0', text: '医保系统在维护，预计 11:00 恢复。', at: new Date().toISOString(), by: '8001'})
  w.handovers.set('h0', {id: 'h0', from: 'u8015', to: 'u8001', at: new Date().toISOString(), talks: [third.id]})
  Object.assign(w.seats.get('u8001'), {status: 'ready', since: new Date(Date.now() - 2_530_000).toISOString()})
  w.seats.get('u8012').status = 'busy'
})
afterEach(() => city.stop())

const shot = (page, name) => process.env.BANGBAN_SHOTS && page.screenshot({path: join(process.env.BANGBAN_SHOTS, `desk-${name}.png`)})

async function screens(page, width, name) {
  const look = async where => {
    await axe(page, `${where} at ${width}`)
    await fits(page, `${where} at ${width}`)
    await shot(page, `${where}-${name}`)
  }
  await page.waitForSelector('.row')
  city.world.ask('租房提取要多久到账', {topic: '公积金提取', channel: 'wechat', citizen: '孙*'})
  await page.waitForSelector('.offer')
  if (width < 768) await look('list')
  await page.goto(`${city.url}/staff/talk/${talk.id}`)
  await page.waitForSelector('#reply')
  await page.locator('.answer').waitFor({state: 'attached'})
  await look('talk')
  await page.locator('#reply').focus()
  await page.keyboard.press(';')
  await page.locator('.picker [role=option]').first().waitFor()
  await look('canned')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  if (width < 768) {
    await page.getByRole('button', {name: '帮手'}).click()
    await page.waitForSelector('.answer')
    await look('assist')
    await page.getByRole('button', {name: '对话', exact: true}).click()
  }
  for (const [key, window] of [['e', '答复完成'], ['t', '转接'], ['i', '请人协助'], ['b', '交回智能客服'], ['/', '搜索'], ['?', '全部按键']]) {
    await page.keyboard.press(key)
    await page.getByRole('dialog', {name: window}).waitFor()
    await look(`window-${window}`)
    await page.keyboard.press('Escape')
    await page.locator('[role=dialog]').waitFor({state: 'hidden'})
  }
  await page.locator('.status .menu__button').click()
  await look('status')
  await page.keyboard.press('Escape')
  for (const path of ['promises', 'handover', 'wall', 'account', 'first-day', 'password', 'login']) {
    await page.goto(`${city.url}/staff/${path}`)
    await page.waitForSelector('h1')
    await page.waitForFunction(() => !document.body.textContent.includes('正在读取'))
    if (path === 'promises') await page.getByRole('button', {name: '没联系上', exact: true}).click()
    if (path === 'account') {
      await page.getByRole('button', {name: '开启两步登录'}).click()
      await page.waitForSelector('svg.qr')
    }
    await look(path)
  }
}

for (const [name, options] of [['1440', desktop], ['390', {...phone}]])
  test(`every screen at ${name} px: axe, no sideways scroll`, {timeout: 180_000}, async () => {
    const v = await seat(b, city, '8001', options)
    await screens(v.page, options.viewport.width, name)
    await v.done()
  })

for (const looks of [{theme: 'dark'}, {theme: 'contrast'}, {size: 'elder'}])
  test(`the desk as ${Object.values(looks)}`, async () => {
    const v = await seat(b, city, '8001', desktop)
    const {page} = v
    await page.goto(`${city.url}/staff/talk/${talk.id}`)
    await page.waitForSelector('.answer')
    await page.evaluate(l => Object.assign(document.documentElement.dataset, l), looks)
    await axe(page, JSON.stringify(looks))
    await shot(page, `talk-${Object.values(looks)}`)
    await page.keyboard.press('t')
    await page.getByRole('dialog', {name: '转接'}).waitFor()
    await axe(page, JSON.stringify(looks))
    await v.done()
  })

test('at 320 px and at 1024 px nothing scrolls sideways, and the right pane is a drawer', async () => {
  const v = await seat(b, city, '8001', {viewport: {width: 320, height: 640}})
  const {page} = v
  await page.waitForSelector('.row')
  await fits(page, 'list at 320')
  await page.goto(`${city.url}/staff/talk/${talk.id}`)
  await page.waitForSelector('#reply')
  await fits(page, 'talk at 320')
  await page.setViewportSize({width: 1024, height: 700})
  await fits(page, 'talk at 1024')
  assert.equal(await page.locator('.answer').isVisible(), false)
  await page.keyboard.press(']')
  await page.locator('.answer').waitFor()
  await fits(page, 'drawer at 1024')
  await v.done()
})

test('the first visit weighs at most 280 kB, pages come when they are opened', async () => {
  const v = await seat(b, city, '8001', desktop)
  const dist = join(import.meta.dirname, '../dist')
  const loaded = await v.page.evaluate(() => performance.getEntriesByType('resource').map(e => new URL(e.name).pathname).filter(p => p.startsWith('/a/')))
  const size = loaded.reduce((n, p) => n + gzipSync(readFileSync(join(dist, p)), {level: 9}).length, 0)
  assert.ok(size <= 280_000, `${size} bytes`)
  assert.equal(loaded.some(p => /WallPage|AccountPage/.test(p)), false)
  assert.ok(readdirSync(join(dist, 'a')).some(f => f.startsWith('WallPage-')))
  await v.done()
})
